/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors as people write them. Labels: "app=web,tier!=db,env in (a,b),x notin (y),canary,!legacy". Fields:
 * "status.phase=Running", any JSON path with = == or !=, several with commas.
 */
#ifndef TOOLSETS_LIB_SELECTOR_H
#define TOOLSETS_LIB_SELECTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct selector;

/* NULL: why says what is wrong. */
struct selector *selector_labels(const char *text, char *why, size_t why_size);
struct selector *selector_fields(const char *text, char *why, size_t why_size);
void selector_free(struct selector *s);
/* Does it match the object (metadata.labels, or its fields)? NULL matches all. */
bool selector_match(const struct selector *s, json_t *object);

#endif
