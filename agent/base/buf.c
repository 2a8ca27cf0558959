/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"

void buf_init(struct buf *b, size_t max)
{
	*b = BUF_INIT(max);
}

void buf_fini(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->over = false;
	if (b->data)
		b->data[0] = '\0';
}

/* How many of n more bytes fit; makes room for them and the NUL. Sets over when it is less than n. */
static size_t reserve(struct buf *b, size_t n)
{
	size_t room = b->max > b->len ? b->max - b->len : 0;
	size_t need, cap;

	if (b->over)
		return 0;
	if (n > room) {
		b->over = true;
		n = room;
	}
	if (n == 0)
		return 0;
	need = b->len + n + 1;
	if (need <= b->cap)
		return n;
	cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	/* Doubling past the maximum would waste up to half of it. */
	if (b->max < SIZE_MAX && cap > b->max + 1)
		cap = b->max + 1;
	b->data = mem_resize(b->data, cap);
	b->cap = cap;
	return n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	n = reserve(b, n);
	if (n == 0)
		return;
	memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	if (s)
		buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n > 0 && (size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
	} else if (n > 0) {
		char *large = mem_alloc((size_t)n + 1);

		vsnprintf(large, (size_t)n + 1, fmt, again);
		buf_add(b, large, (size_t)n);
		free(large);
	}
	va_end(again);
}

void buf_repeat(struct buf *b, char c, size_t n)
{
	n = reserve(b, n);
	if (n == 0)
		return;
	memset(b->data + b->len, c, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

void buf_consume(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	if (n >= b->len) {
		buf_cut(b, 0);
		return;
	}
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

const char *buf_cstr(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_steal(struct buf *b)
{
	char *s = b->data ? b->data : mem_strn("", 0);

	b->data = NULL;
	b->len = b->cap = 0;
	b->over = false;
	return s;
}
