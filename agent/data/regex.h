/* SPDX-License-Identifier: Apache-2.0 */
/* PCRE2 with limits: patterns may come from a model or a user, subjects from anywhere. No JIT. Thread-safe once compiled. */
#ifndef AGENT_DATA_REGEX_H
#define AGENT_DATA_REGEX_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct regex;

enum { REGEX_NOCASE = 1, REGEX_LITERAL = 2, REGEX_MULTILINE = 4 };

/* Error names the position in the pattern. Patterns over 4 KiB: ERR_LIMIT. */
struct regex *regex_new(const char *pattern, int flags, struct err *e);
void regex_free(struct regex *r); /* NULL allowed */
/*
 * 1 match, 0 none, -1 limit hit (match limit 100,000; heap 20 MiB). groups: NULL, or room for max_groups pairs of start and
 * end offsets, group 0 first, (size_t)-1 when unset. Invalid UTF-8 in s is matched bytewise.
 */
int regex_match(const struct regex *r, const char *s, size_t n, size_t *groups, size_t max_groups) MUST_CHECK;

#endif
