/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a log that was read: the last one, the last one with a word, the one that complains. Numbers count from 1;
 * 0: none. */
#ifndef TOOLSETS_KUBERNETES_LINES_H
#define TOOLSETS_KUBERNETES_LINES_H

#include <stdbool.h>
#include <stddef.h>

size_t lines_number(const char *text, const char *line); /* of a line that stands in text */
size_t lines_last(const char *text, size_t len, const char **line, size_t *line_len); /* that is not blank */
size_t lines_last_with(const char *text, size_t len, const char *word, const char **line,
		       size_t *line_len); /* any case */
/*
 * Of a program that runs: the last line that complains of something it depends on (refused, no such host, timeout,
 * denied), when such lines make up a good part of the end of the log, so that it is not a thing of the past.
 */
size_t lines_complaint(const char *text, size_t len, const char **line, size_t *line_len);
/*
 * Of a program that mostly does well: the last line that complains of something it depends on, when several do and one
 * of them just now. That proves nothing by itself: what it names has to be looked up.
 */
size_t lines_sparse(const char *text, size_t len, const char **line, size_t *line_len);
/* Walks lines from the end: *end starts at the length; false when there are no more. */
bool lines_before(const char *text, size_t *end, const char **line, size_t *line_len);
/* Does a line say that something went wrong, whatever it is? */
bool lines_marked(const char *line, size_t len);
/* Does it say so of something that the program depends on? */
bool lines_complains(const char *line, size_t len);
/* The line without the time in front, of a structured one its message and error; at most 240 bytes, UTF-8 kept whole.
 */
const char *lines_words(const char *line, size_t len, char out[static 260]);
/*
 * The port that a program says it listens on ("listening on :8080"): the wanted one if it says that anywhere, else the
 * last; 0: it does not say. number: of the line.
 */
int lines_listening(const char *text, size_t len, int wanted, const char **line, size_t *line_len, size_t *number);

#endif
