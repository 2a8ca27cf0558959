/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What could not be seen, each (what, why) once, in the order in which it was found. A passing failure (timeout, no
 * connection, interrupted) goes when the same path was read after all. Thread-safe.
 */
#ifndef AGENT_SOURCE_BLIND_H
#define AGENT_SOURCE_BLIND_H

#include "agent/source/source.h"

struct blinds;

struct blinds *blinds_new(void);
void blinds_free(struct blinds *b);
/* path: of the read that failed, or NULL. Copies. */
void blinds_add(struct blinds *b, enum read_state state, const char *what, const char *why, const char *path);
/* The path was read: what failed there only in passing is seen now. */
void blinds_seen(struct blinds *b, const char *path);
size_t blinds_count(struct blinds *b);
bool blinds_at(struct blinds *b, size_t i, struct blind_spot *out); /* strings live until blinds_free */

#endif
