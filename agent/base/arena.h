/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bump allocation with one end of life: everything taken from an arena dies with arena_free or arena_reset, newest
 * owner first. An arena belongs to one thread.
 */
#ifndef AGENT_BASE_ARENA_H
#define AGENT_BASE_ARENA_H

#include "agent/base/attr.h"
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* soft_limit_bytes: arena_over() says true beyond it; beyond four times that allocation aborts. 0: 64 MiB. */
struct arena *arena_new(size_t soft_limit_bytes);
void arena_free(struct arena *a); /* NULL allowed */
void arena_reset(struct arena *a);
bool arena_over(const struct arena *a);
size_t arena_bytes(const struct arena *a);

void *arena_alloc(struct arena *a, size_t bytes); /* zeroed, aligned for any type */
char *arena_str(struct arena *a, const char *s);
char *arena_strn(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* fn(p) runs when the arena is reset or freed, in reverse order of these calls. Returns p. */
void *arena_own(struct arena *a, void (*fn)(void *), void *p);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif
