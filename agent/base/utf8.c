/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/utf8.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define NUL_PICTURE "\xe2\x90\x80" /* U+2400 */

/* Length of the ASCII run without NUL at s. Most text is nothing else, so eight bytes are looked at in one go. */
static size_t ascii_run(const char *s, size_t n)
{
	size_t i = 0;

	while (i + 8 <= n) {
		uint64_t word;

		memcpy(&word, s + i, 8);
		if ((word & 0x8080808080808080u) || ((word - 0x0101010101010101u) & ~word & 0x8080808080808080u))
			break;
		i += 8;
	}
	while (i < n && s[i] > 0)
		i++;
	return i;
}

/* Bytes of the character at s, or 0 when it is not valid UTF-8. */
static size_t decode(const char *s, size_t n, int32_t *code)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t used;

	if (n == 0)
		return 0;
	if ((unsigned char)*s < 0x80) {
		*code = *s;
		return 1;
	}
	used = utf8proc_iterate((const utf8proc_uint8_t *)s, n > 4 ? 4 : (utf8proc_ssize_t)n, &c);
	if (used <= 0)
		return 0;
	*code = c;
	return (size_t)used;
}

bool utf8_valid(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		int32_t code;
		size_t used;

		i += ascii_run(s + i, n - i);
		if (i >= n)
			break;
		used = decode(s + i, n - i, &code);
		if (used == 0)
			return false;
		i += used;
	}
	return true;
}

void utf8_clean(struct buf *out, const char *s, size_t n)
{
	bool in_bad = false;
	size_t i = 0;

	while (i < n) {
		size_t run = ascii_run(s + i, n - i);
		int32_t code;
		size_t used;

		if (run) {
			buf_add(out, s + i, run);
			i += run;
			in_bad = false;
			continue;
		}
		used = decode(s + i, n - i, &code);
		if (used == 0) {
			if (!in_bad)
				buf_str(out, REPLACEMENT);
			in_bad = true;
			i++;
			continue;
		}
		in_bad = false;
		if (code == 0)
			buf_str(out, NUL_PICTURE);
		else
			buf_add(out, s + i, used);
		i += used;
	}
}

size_t utf8_cut(const char *s, size_t len, size_t n)
{
	size_t k = n;

	if (n >= len)
		return len;
	while (k > 0 && n - k < 4 && ((unsigned char)s[k] & 0xc0) == 0x80)
		k--;
	/* Four continuation bytes in a row are no character: nothing is cut there. */
	return n - k < 4 ? k : n;
}

static size_t columns(int32_t code)
{
	int w;

	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return 0;
	if (code < 0x7f)
		return 1;
	w = utf8proc_charwidth(code);
	return w > 0 ? (size_t)w : 0;
}

/* Walks characters while they fit into cols; returns the bytes passed, *width gets the columns. */
static size_t walk(const char *s, size_t n, size_t cols, size_t *width)
{
	size_t i = 0, sum = 0;

	while (i < n) {
		int32_t code;
		size_t used = decode(s + i, n - i, &code);
		size_t w = used ? columns(code) : 1;

		if (w > cols - sum)
			break;
		sum += w;
		i += used ? used : 1;
	}
	*width = sum;
	return i;
}

size_t utf8_width(const char *s, size_t n)
{
	size_t width;

	walk(s, n, SIZE_MAX, &width);
	return width;
}

size_t utf8_fit(const char *s, size_t n, size_t cols)
{
	size_t width;

	return walk(s, n, cols, &width);
}

/* Characters that reorder what stands around them: a log line must not be able to rewrite the screen. */
static bool reorders(int32_t code)
{
	return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

void utf8_printable(struct buf *out, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		int32_t code = 0;
		size_t used = decode(s + i, n - i, &code);

		if (used == 0) {
			buf_str(out, REPLACEMENT);
			i++;
			while (i < n && decode(s + i, n - i, &code) == 0)
				i++;
			continue;
		}
		if (code == 0x7f)
			buf_str(out, "^?");
		else if (code < 0x20 && code != '\n' && code != '\t')
			buf_printf(out, "^%c", code + '@');
		else if ((code >= 0x80 && code < 0xa0) || reorders(code) || code == 0x2028 || code == 0x2029)
			buf_printf(out, "<U+%04X>", (unsigned)code);
		else
			buf_add(out, s + i, used);
		i += used;
	}
}
