/* SPDX-License-Identifier: Apache-2.0 */
/* Strings: comparing, splitting, checked numbers and sizes, the nearest of a list. All ASCII-wise; UTF-8 passes through. */
#ifndef AGENT_BASE_STR_H
#define AGENT_BASE_STR_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

bool str_eq(const char *a, const char *b);          /* NULL equals only NULL */
bool str_eq_nocase(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_empty(const char *s);                      /* NULL or "" */
const char *str_or(const char *s, const char *fallback); /* fallback when NULL or "" */
/* Like strstr without regard to ASCII case. */
const char *str_find_nocase(const char *hay, const char *needle);

/* In place, both ends; returns the first non-blank. */
char *str_trim(char *s);
/* Lower-cases ASCII in place; returns s. */
char *str_lower(char *s);

/* A NULL-terminated list in one allocation each; free with str_list_free. Empty parts are kept. */
char **str_split(const char *s, char sep);
/* As str_split, parts trimmed, empty ones left out. */
char **str_split_words(const char *s, char sep);
size_t str_list_len(char *const *list);
void str_list_free(char **list);
char *str_join(char *const *list, const char *sep) DEALLOC(free);

/* Whole string must be the number; base 10. */
int str_to_i64(const char *s, int64_t *out, struct err *e) MUST_CHECK;
int str_to_double(const char *s, double *out, struct err *e) MUST_CHECK;
/* "10", "2k", "1.5M", "3GiB" (k = 1000, Ki = 1024) to bytes. */
int str_to_size(const char *s, uint64_t *out, struct err *e) MUST_CHECK;
/* Bytes as a person reads them: "812 B", "1.4 MiB". */
void str_from_size(uint64_t bytes, char out[static 24]);

/*
 * Edit distance, two swapped neighbours being one edit; more than limit gives limit + 1. Case-insensitive. Strings over 128
 * bytes: limit + 1.
 */
size_t str_distance(const char *a, const char *b, size_t limit);
/*
 * The entry of the NULL-terminated list nearest to s, within a third of its length (at least 2), else the shortest that
 * begins with it (3 characters at least), or NULL.
 */
const char *str_nearest(const char *s, const char *const *list);

#endif
