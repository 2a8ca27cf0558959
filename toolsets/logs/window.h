/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last lines of a log that match, with lines around them, from pieces that arrive one after the other. Takes the
 * same memory for a log of any size: so many lines are kept, each clipped.
 */
#ifndef TOOLSETS_LOGS_WINDOW_H
#define TOOLSETS_LOGS_WINDOW_H

#include "toolsets/lib/reply.h"
#include "toolsets/logs/pattern.h"

#define WINDOW_LINES_MAX 1000u /* more than an answer holds */
#define WINDOW_LINE_MAX 600u   /* bytes kept of a line: a stack frame or a JSON record's head */

struct window;

/* pattern NULL: every line matches. lines: how many are kept, context lines included. */
struct window *logs_window_new(struct pattern *p, size_t lines, size_t context);
void logs_window_free(struct window *w);
/* A piece of whole lines (the last may lack its end). Non-zero: the pattern is bad, stop. As host->log_each wants it.
 */
int logs_window_feed(void *window, const char *piece, size_t len);
uint64_t logs_window_lines(const struct window *w);   /* seen */
uint64_t logs_window_matches(const struct window *w); /* of those */
size_t logs_window_kept(const struct window *w);      /* matches among the kept lines */
/* Lets go of the oldest lines until print needs no more than bytes. Returns how many went. */
size_t logs_window_fit(struct window *w, size_t bytes);
uint64_t logs_window_first(const struct window *w); /* number of the oldest kept line; 0: none */
/* "42: text" a line, "--" where lines are left out; line `marked` gets "> " in front. */
void logs_window_print(const struct window *w, uint64_t marked, struct reply *out);

#endif
