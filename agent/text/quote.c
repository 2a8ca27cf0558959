/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/quote.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies s without white space at its ends, runs inside as one space. to has room for n bytes. */
static size_t squeeze(char *to, const char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_space(s[i]))
			to[len++] = s[i];
		else if (len && to[len - 1] != ' ')
			to[len++] = ' ';
	}
	return len && to[len - 1] == ' ' ? len - 1 : len;
}

static size_t characters(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

/* Offset in the text of the squeezed byte number `at`. */
static size_t unsqueezed(const char *text, size_t n, size_t at)
{
	size_t len = 0;
	bool gap = false;

	for (size_t i = 0; i < n; i++) {
		if (is_space(text[i])) {
			gap = len > 0;
			continue;
		}
		len += gap;
		gap = false;
		if (len == at)
			return i;
		len++;
	}
	return n;
}

bool quote_find(const char *text, size_t n, const char *quote, size_t *start, size_t *end)
{
	size_t quote_size = quote ? strlen(quote) : 0, text_len, quote_len;
	auto_free char *hay = mem_alloc(n + 1), *needle = mem_alloc(quote_size + 1);
	const char *hit;

	/* Both are squeezed and compared as bytes: memmem is linear, whatever the texts. */
	text_len = squeeze(hay, text, n);
	quote_len = squeeze(needle, quote ? quote : "", quote_size);
	if (quote_len == 0 || (quote_len != text_len && characters(needle, quote_len) < QUOTE_MIN))
		return false;
	hit = memmem(hay, text_len, needle, quote_len);
	if (!hit)
		return false;
	if (start)
		*start = unsqueezed(text, n, (size_t)(hit - hay));
	if (end)
		*end = unsqueezed(text, n, (size_t)(hit - hay) + quote_len - 1) + 1;
	return true;
}

size_t quote_line(const char *text, size_t offset)
{
	size_t line = 1;
	const char *p = text, *end = text + offset;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		line++;
		p++;
	}
	return line;
}
