/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of kubectl's JSON path that columns and filters use: {.a.b[0]['x']}, [*], [-1], [?(@.type=="Ready")], with
 * or without braces and first dot, "\." for a dot in a key. No recursion, no slices.
 */
#ifndef TOOLSETS_LIB_JSONPATH_H
#define TOOLSETS_LIB_JSONPATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct jsonpath;

/* NULL: why says at which character and what is wrong. */
struct jsonpath *jsonpath_parse(const char *text, char *why, size_t why_size);
void jsonpath_free(struct jsonpath *p);
/* What it leads to: a new array, empty when nothing is there; at most 1,000 values. */
json_t *jsonpath_find(const struct jsonpath *p, json_t *root);
/* The same as one text: strings bare, others as compact JSON, several joined by ",". The caller's; "" when nothing. */
char *jsonpath_text(const struct jsonpath *p, json_t *root);
/* A value as jsonpath_text writes it. The caller's. */
char *jsonpath_value_text(const json_t *value);

#endif
