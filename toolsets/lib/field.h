/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON objects by dotted names ("status.conditions", "spec.containers.0.image") without a check at every step.
 */
#ifndef TOOLSETS_LIB_FIELD_H
#define TOOLSETS_LIB_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* NULL when any step is missing. Keys with dots in them (labels) are read with json_object_get. */
json_t *fld_at(const json_t *o, const char *path);
const char *fld_str(const json_t *o, const char *path); /* "" when absent or not a string */
int64_t fld_int(const json_t *o, const char *path, int64_t other);
bool fld_true(const json_t *o, const char *path);
size_t fld_count(const json_t *o, const char *path); /* items of the array or object; 0 when absent */
/* The element of an array whose `key` is `value`; NULL. */
json_t *fld_item(const json_t *array, const char *key, const char *value);

const char *fld_name(const json_t *o); /* metadata.name */
const char *fld_ns(const json_t *o);   /* metadata.namespace, "" for cluster objects */
const char *fld_kind(const json_t *o);
/* A condition of status.conditions by type; NULL. */
json_t *fld_condition(const json_t *o, const char *type);

#endif
