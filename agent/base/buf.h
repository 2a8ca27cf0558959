/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing bytes with a mandatory maximum. What does not fit is dropped and `over` is set, sticky, so that callers check
 * once at the end. data is NUL-terminated whenever it is not NULL; the bytes may hold NULs.
 */
#ifndef AGENT_BASE_BUF_H
#define AGENT_BASE_BUF_H

#include "agent/base/attr.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap, max;
	bool over;
};

#define BUF_INIT(max_bytes) ((struct buf){.max = (max_bytes)})

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b); /* also the cleanup of auto_buf */
void buf_clear(struct buf *b); /* keeps the memory; clears over */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);
void buf_repeat(struct buf *b, char c, size_t n);
void buf_cut(struct buf *b, size_t len);     /* shortens to len */
void buf_consume(struct buf *b, size_t n);   /* drops n bytes at the front */
const char *buf_cstr(const struct buf *b);   /* "" when empty; never NULL */
char *buf_steal(struct buf *b);              /* the caller's, NUL-terminated, never NULL; b is empty after */

#define auto_buf CLEANUP(buf_fini)

#endif
