/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the key tables: one value into one field. */
#ifndef AGENT_DATA_KEYS_VALUE_H
#define AGENT_DATA_KEYS_VALUE_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/data/keys.h"
#include <jansson.h>

/* Frees what the field holds and sets it to zero. */
void keys_value_clear(const struct key *k, void *field);
/* The message says what is wrong with the value alone, "must be ...": the caller adds where it stood. */
int keys_value_from_text(const struct key *k, void *field, const char *text, struct err *e) MUST_CHECK;
int keys_value_from_json(const struct key *k, void *field, const json_t *j, struct err *e) MUST_CHECK;

#endif
