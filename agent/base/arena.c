/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/mem.h"

#define ARENA_SOFT_DEFAULT (64u << 20)
#define CHUNK_MIN 4096u
#define CHUNK_MAX (64u << 10)
#define ALIGN 16u

/* Under AddressSanitizer each piece is its own allocation, so that an overrun of one is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define SINGLY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SINGLY 1
#endif
#endif
#ifndef SINGLY
#define SINGLY 0
#endif

struct chunk {
	struct chunk *next;
	size_t size, used;
	_Alignas(ALIGN) char data[];
};

struct owned {
	struct owned *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct chunk *chunks; /* the first is the one that is filled */
	struct owned *owned;  /* newest first */
	size_t bytes, soft, next_chunk;
};

struct arena *arena_new(size_t soft_limit_bytes)
{
	struct arena *a = MEM_NEW(struct arena);

	a->soft = soft_limit_bytes ? soft_limit_bytes : ARENA_SOFT_DEFAULT;
	a->next_chunk = CHUNK_MIN;
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a);
}

void arena_reset(struct arena *a)
{
	/* An owner's function may look at memory of the arena, so they all run first. */
	while (a->owned) {
		struct owned *o = a->owned;

		a->owned = o->next;
		o->fn(o->p);
	}
	while (a->chunks) {
		struct chunk *c = a->chunks;

		a->chunks = c->next;
		free(c);
	}
	a->bytes = 0;
	a->next_chunk = CHUNK_MIN;
}

bool arena_over(const struct arena *a)
{
	return a->bytes > a->soft;
}

size_t arena_bytes(const struct arena *a)
{
	return a->bytes;
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = mem_alloc(sizeof(*c) + size);

	c->next = NULL;
	c->size = size;
	c->used = 0;
	return c;
}

static void refuse(void) NORETURN;

static void refuse(void)
{
	static const char why[] = "dupin: an arena grew beyond four times its limit\n";
	ssize_t done = write(STDERR_FILENO, why, sizeof(why) - 1);

	(void)done;
	abort();
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	size_t need = (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	struct chunk *c = a->chunks;
	void *p;

	if (need < bytes || need > SIZE_MAX / 8)
		refuse();
	if (need == 0)
		need = ALIGN;
	if (a->bytes + need > a->soft * 4)
		refuse();
	if (SINGLY || need > CHUNK_MAX / 4) {
		/* Behind the chunk that is being filled, which stays in use. */
		struct chunk *own = chunk_new(SINGLY && bytes ? bytes : need);

		own->used = own->size;
		own->next = c ? c->next : NULL;
		if (c)
			c->next = own;
		else
			a->chunks = own;
		a->bytes += need;
		return memset(own->data, 0, own->size);
	}
	if (!c || c->size - c->used < need) {
		c = chunk_new(a->next_chunk < need ? need : a->next_chunk);
		c->next = a->chunks;
		a->chunks = c;
		if (a->next_chunk < CHUNK_MAX)
			a->next_chunk *= 2;
	}
	p = c->data + c->used;
	c->used += need;
	a->bytes += need;
	return memset(p, 0, need);
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_strn(a, s, strlen(s)) : NULL;
}

char *arena_strn(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void *arena_own(struct arena *a, void (*fn)(void *), void *p)
{
	struct owned *o = ARENA_NEW(a, struct owned);

	o->fn = fn;
	o->p = p;
	o->next = a->owned;
	a->owned = o;
	return p;
}
