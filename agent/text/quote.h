/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking quotes up: a quote verifies when it is a substring of the evidence, runs of white space counting as
 * one; at least
 * 8 characters, or the whole text.
 */
#ifndef AGENT_TEXT_QUOTE_H
#define AGENT_TEXT_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

#define QUOTE_MIN 8

/* Where in text (bytes [*start, *end) of text, in its own spelling). Pointers may be NULL. */
bool quote_find(const char *text, size_t n, const char *quote, size_t *start, size_t *end);
/* 1-based line of an offset. */
size_t quote_line(const char *text, size_t offset);

#endif
