/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only malloc in the tree. Exhaustion aborts (limits are handled where outside data comes in, not here), so no
 * function here returns NULL. Free with free().
 */
#ifndef AGENT_BASE_MEM_H
#define AGENT_BASE_MEM_H

#include "agent/base/attr.h"
#include <stdlib.h>

void *mem_alloc(size_t bytes) DEALLOC(free);
void *mem_zero(size_t bytes) DEALLOC(free);
void *mem_resize(void *p, size_t bytes);
/* Room for n items of size bytes each; aborts on overflow. */
void *mem_resize_array(void *p, size_t n, size_t size);
void *mem_copy(const void *p, size_t bytes) DEALLOC(free);
char *mem_str(const char *s) DEALLOC(free);              /* NULL in, NULL out */
char *mem_strn(const char *s, size_t n) DEALLOC(free);   /* copies n bytes, adds the NUL */
char *mem_printf(const char *fmt, ...) PRINTF(1, 2) DEALLOC(free);

#define MEM_NEW(type) ((type *)mem_zero(sizeof(type)))

/* Grows an array of `count` used items to hold one more, doubling: MEM_GROW(a->items, a->count, a->cap). */
#define MEM_GROW(items, count, cap)                                                        \
	do {                                                                               \
		if ((count) >= (cap)) {                                                    \
			(cap) = (cap) ? (cap) * 2 : 8;                                     \
			(items) = mem_resize_array((items), (cap), sizeof(*(items)));      \
		}                                                                          \
	} while (0)

#endif
