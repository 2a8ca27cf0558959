/* SPDX-License-Identifier: Apache-2.0 */
/* The only malloc of the toolsets (a plug-in cannot reach the host's). Exhaustion aborts; free with free(). */
#ifndef TOOLSETS_LIB_ALLOC_H
#define TOOLSETS_LIB_ALLOC_H

#include <stddef.h>
#include <stdlib.h>

void *alloc_zero(size_t n, size_t size);
void *alloc_resize(void *p, size_t n, size_t size); /* aborts on overflow */
char *alloc_str(const char *s);			    /* NULL in, NULL out */
char *alloc_strn(const char *s, size_t n);
char *alloc_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void alloc_drop(void *pointer_to_pointer); /* for drop_text */

/* A local that frees itself. */
#define drop_text __attribute__((cleanup(alloc_drop)))

/* Room for one more in an array of n used of cap: doubles. */
#define ALLOC_GROW(items, n, cap)                                                                                      \
	do {                                                                                                           \
		if ((n) >= (cap)) {                                                                                    \
			(cap) = (cap) ? (cap)*2 : 8;                                                                   \
			(items) = alloc_resize((items), (cap), sizeof(*(items)));                                      \
		}                                                                                                      \
	} while (0)

#endif
