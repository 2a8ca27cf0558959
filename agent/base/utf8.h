/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes to valid UTF-8, cuts at character boundaries, display width (utf8proc). */
#ifndef AGENT_BASE_UTF8_H
#define AGENT_BASE_UTF8_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include <stdbool.h>
#include <stddef.h>

bool utf8_valid(const char *s, size_t n); /* rejects overlong forms, surrogates, > U+10FFFF; accepts NUL */
/* Appends s to out with each maximal invalid run replaced by U+FFFD and NULs by U+2400. */
void utf8_clean(struct buf *out, const char *s, size_t n);
/* The largest k <= n that does not cut a character of s. */
size_t utf8_cut(const char *s, size_t len, size_t n);
/* Columns on a terminal: wide characters 2, combining 0, control 0. */
size_t utf8_width(const char *s, size_t n);
/* Bytes of the longest prefix not wider than cols columns. */
size_t utf8_fit(const char *s, size_t n, size_t cols);
/* Appends s safe for a terminal: ESC and other controls (but \n and \t) shown as ^[ and the like. */
void utf8_printable(struct buf *out, const char *s, size_t n);

#endif
