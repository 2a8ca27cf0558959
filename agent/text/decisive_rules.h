/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules behind decisive_find: what a line says by its level and by its words. Points are 0..1000. Patterns are
 * lower-case text; '*' stands for anything in between, '^' at the start for the start of the line's content,
 * '$' at the end for its end.
 */
#ifndef AGENT_TEXT_DECISIVE_RULES_H
#define AGENT_TEXT_DECISIVE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/text/decisive_index.h"

#define LINE_SEEN 1024 /* bytes of a line that rules look at */

enum level { LEVEL_NONE = 0, LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR, LEVEL_FATAL };

struct rule {
	const char *pattern, *kind;
	int points; /* what a line with this is worth whatever its level; 0: the level decides */
};

/* What a line is about: refused, oom, ... The first that matches counts. pattern NULL ends. */
extern const struct rule decisive_content[];
/* What follows from something else: shutting down, exit status 1. */
extern const char *const decisive_consequences[];
/* Says that something failed, but not why. */
extern const char *const decisive_weak[];
/* Looks like an error and is none: blanked before anything else looks. */
extern const char *const decisive_benign[];
/* Lines to leave alone altogether. */
extern const char *const decisive_noise[];
/* Words of trouble in a line without a level. */
extern const char *const decisive_trouble[];

/* A line made ready for the rules. */
struct line {
	const char *text; /* the content: after the time stamp that a runtime put before it */
	size_t len;
	char low[LINE_SEEN + 1]; /* lower case, benign phrases blanked, NUL-terminated */
	size_t low_len;
	unsigned char
	    pairs[512]; /* which pairs of neighbouring bytes low holds (hashed): most patterns are ruled out by it */
	struct index_hits hits; /* and by this most of those in lists */
	enum level level;
	bool indented, empty;
};

void decisive_line_read(struct line *l, const char *s, size_t n);
/* Matches a pattern in low. */
bool decisive_has(const struct line *l, const char *pattern);
bool decisive_any(const struct line *l, const char *const *patterns);
/* One of decisive_consequences, one of decisive_noise. */
bool decisive_follows(const struct line *l);
bool decisive_is_noise(const struct line *l);
const struct rule *decisive_content_of(const struct line *l);
/* "ValueError: x", "java.lang.IllegalStateException", at the start of the content. */
bool decisive_is_exception(const struct line *l);
/* Points by level and words; kind is set to a stable word. */
int decisive_points(const struct line *l, const char **kind);
enum level decisive_level(const char *s, size_t n);

#endif
