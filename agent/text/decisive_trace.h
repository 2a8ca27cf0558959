/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to happenings: a stack trace or a panic of many lines is one thing, told by its own best line. */
#ifndef AGENT_TEXT_DECISIVE_TRACE_H
#define AGENT_TEXT_DECISIVE_TRACE_H

#include <stdbool.h>
#include <stddef.h>

struct happening {
	const char *line; /* into the text */
	size_t len, number;
	size_t first; /* number of the first line of this shape */
	const char *kind;
	int points;   /* 0: an ordinary line */
	bool follows; /* a consequence of something, or noise: says nothing of how the program went on */
	bool counted;
};

enum trace_mode {
	TRACE_NONE = 0,
	TRACE_PYTHON, /* frames, until the exception's own line */
	TRACE_GO,     /* goroutines after a panic */
	TRACE_RUST,   /* the next line is the panic's message */
	TRACE_CHAIN,  /* "Caused by:" and a list below it */
	TRACE_SPRING, /* after "Description:" the next line says it */
};

struct trace {
	struct happening *all;
	size_t count, cap;
	enum trace_mode mode;
	bool chained; /* the next Python exception came out of the last one */
	bool spring;  /* a failure report of Spring Boot is being printed */
	int carry;    /* level of the next line: .NET puts it on a line of its own */
};

/* The line belongs to the caller and must outlive the trace. */
void trace_line(struct trace *t, const char *s, size_t n, size_t number);
void trace_fini(struct trace *t);

#endif
