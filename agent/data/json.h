/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What jansson lacks: text from any bytes, RFC 6901 pointers, checked getters, parsing that names the place. Getters
 * take NULL and wrong types for "absent". Returned json_t and strings are borrowed unless the name says new.
 */
#ifndef AGENT_DATA_JSON_H
#define AGENT_DATA_JSON_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* json_decref as a cleanup for locals: `auto_json json_t *doc = ...` */
void json_cleanup(json_t **j);
#define auto_json CLEANUP(json_cleanup)

/* New string from any bytes (invalid UTF-8 and NULs replaced as utf8_clean does). Never NULL. */
json_t *json_text(const char *s, size_t n);
json_t *json_text0(const char *s); /* NULL gives json null */

/*
 * New document. Strict JSON; \u0000, lone surrogates and invalid UTF-8 are mended to U+FFFD, integers beyond int64 become
 * reals, so that real-world answers parse. name is for the message: "NAME: line 3 column 7: ...". Nesting over 512:
 * ERR_PARSE.
 */
json_t *json_parse(const char *s, size_t n, const char *name, struct err *e);
/* Compact UTF-8 text, the caller's; keys in insertion order (sorted: JSON_SORT_KEYS). */
char *json_dump(const json_t *j, bool sorted);
void json_dump_to(struct buf *b, const json_t *j, bool sorted);
/* Shortest text that reads back as the same number; j must be one. A real keeps a '.' or an exponent. */
#define JSON_NUMBER_TEXT 40
void json_number_text(const json_t *j, char out[static JSON_NUMBER_TEXT]);

/* Path getters: segments separated by '.', "spec.template.spec.containers.0.image"; "\\." is a dot in a key. */
json_t *json_at(const json_t *j, const char *path);
const char *json_str_at(const json_t *j, const char *path);        /* NULL unless a string */
const char *json_str_or(const json_t *j, const char *path, const char *fallback);
int64_t json_int_at(const json_t *j, const char *path, int64_t fallback); /* reals are truncated; numeric strings count */
bool json_bool_at(const json_t *j, const char *path, bool fallback);
/* One key, no path syntax (labels and annotations hold dots). */
const char *json_key_str(const json_t *j, const char *key);

/* RFC 6901. "" is the document itself. NULL when it leads nowhere. */
json_t *json_pointer(const json_t *j, const char *pointer);
/* Appends one reference token, escaped (~0 ~1), with the leading slash. */
void json_pointer_add(struct buf *b, const char *token);

/*
 * Calls fn for each string and number leaf with its pointer and decoded text, depth first, in document order; fn returns
 * non-zero to stop, which is returned.
 */
int json_each_leaf(const json_t *j, int (*fn)(void *ctx, const char *pointer, const char *text), void *ctx);

#endif
