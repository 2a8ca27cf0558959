/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void die(const char *why) NORETURN;

static void die(const char *why)
{
	/* No stdio here: it may allocate. */
	ssize_t done = write(STDERR_FILENO, why, strlen(why));

	(void)done;
	abort();
}

static void *checked(void *p)
{
	if (!p)
		die("dupin: out of memory\n");
	return p;
}

void *mem_alloc(size_t bytes)
{
	return checked(malloc(bytes ? bytes : 1));
}

void *mem_zero(size_t bytes)
{
	return checked(calloc(1, bytes ? bytes : 1));
}

void *mem_resize(void *p, size_t bytes)
{
	return checked(realloc(p, bytes ? bytes : 1));
}

void *mem_resize_array(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		die("dupin: the size of an array overflows\n");
	return mem_resize(p, bytes);
}

void *mem_copy(const void *p, size_t bytes)
{
	void *copy = mem_alloc(bytes);

	if (bytes)
		memcpy(copy, p, bytes);
	return copy;
}

char *mem_str(const char *s)
{
	return s ? mem_strn(s, strlen(s)) : NULL;
}

char *mem_strn(const char *s, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		die("dupin: the size of a string overflows\n");
	copy = mem_alloc(n + 1);
	if (n)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	int n;
	char *s;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("dupin: a text cannot be formatted\n");
	s = mem_alloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}
