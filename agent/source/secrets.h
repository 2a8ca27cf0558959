/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of Secrets never leave the source. Key names stay, a value becomes "<hidden, N bytes>", certificates become
 * what may be said of them. Annotations that repeat the object (last-applied-configuration) are hidden likewise.
 */
#ifndef AGENT_SOURCE_SECRETS_H
#define AGENT_SOURCE_SECRETS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Could a Secret stand in these bytes? false is certain. */
bool secrets_suspected(const char *body, size_t len);
/* The same of a decoded answer whose kind is one of the standard ones (looks at it and its items only). */
bool secrets_listed(const json_t *doc);
/*
 * The document without values of Secrets: a new reference, to doc itself when it holds none; doc is never changed. all:
 * what has no kind in it (list items, table rows) is a Secret too.
 */
json_t *secrets_hide(json_t *doc, bool all);

#endif
