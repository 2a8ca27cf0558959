/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which line of a log tells why the program ended. Rules by language and runtime (Go panics, Python and Java
 * tracebacks, Node, .NET,
 * Rust, C, shells, nginx, databases) rank lines; of a traceback it is the exception's own line, of chained
 * exceptions ("Caused by")
 * the deepest, and a first fatal error beats what follows from it.
 */
#ifndef AGENT_TEXT_DECISIVE_H
#define AGENT_TEXT_DECISIVE_H

#include <stddef.h>

struct decisive {
	size_t number;    /* 1-based; 0: nothing stands out */
	const char *line; /* into the text, without the newline */
	size_t len;
	/*
	 * "panic", "exception", "refused", "not-found", "denied", "config", "oom", "disk-full", "port-in-use",
	 * "auth", "tls", "dns", "timeout", "error" or ""
	 */
	const char *kind;
	double score;     /* 0..1 */
};
void decisive_find(const char *text, size_t n, struct decisive *out);

#endif
