/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/mend.h"

#include <string.h>

#include "agent/base/utf8.h"

#define SURROGATE_MARKS 0x10f000u /* + surrogate - 0xd800 */
#define BYTE_MARKS 0x10f800u	  /* + byte */
#define REPLACEMENT "\xef\xbf\xbd"

static void add_char(struct buf *out, unsigned c)
{
	if (c >= 0x10000) {
		buf_char(out, (char)(0xf0 | c >> 18));
		buf_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
	} else {
		buf_char(out, (char)(0xe0 | c >> 12));
	}
	buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	buf_char(out, (char)(0x80 | (c & 0x3f)));
}

/* Bytes that a lead byte announces; 0 when it is none. */
static size_t announced(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

static size_t whole_char(const char *s, size_t n)
{
	size_t len = announced((unsigned char)*s);

	return len && len <= n && utf8_valid(s, len) ? len : 0;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* The unit of a \uXXXX escape at s, or -1. */
static int escape_unit(const char *s, size_t n)
{
	int unit = 0;

	if (n < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int v = hex_value(s[i]);

		if (v < 0)
			return -1;
		unit = unit << 4 | v;
	}
	return unit;
}

static bool is_high(int unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(int unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

/* An escape, s[0] being its backslash: copies it or marks it; returns its length. */
static size_t take_escape(struct buf *out, const char *s, size_t n, bool *mended)
{
	int unit = escape_unit(s, n);

	if (unit < 0) {
		buf_add(out, s, n < 2 ? n : 2);
		return n < 2 ? n : 2;
	}
	if (is_high(unit) && is_low(escape_unit(s + 6, n - 6))) {
		buf_add(out, s, 12);
		return 12;
	}
	if (is_high(unit) || is_low(unit)) {
		add_char(out, SURROGATE_MARKS + (unsigned)unit - 0xd800);
		*mended = true;
		return 6;
	}
	buf_add(out, s, 6);
	return 6;
}

bool mend_json(struct buf *out, const char *json, size_t n)
{
	bool mended = false;

	for (size_t i = 0; i < n;) {
		size_t len;

		if (json[i] == '\\') {
			/* The character after a backslash may be a broken one. */
			len = i + 1 < n && (unsigned char)json[i + 1] >= 0x80
				      ? 1
				      : take_escape(out, json + i, n - i, &mended);
			if (len == 1)
				buf_char(out, '\\');
			i += len;
			continue;
		}
		len = whole_char(json + i, n - i);
		if (len) {
			buf_add(out, json + i, len);
			i += len;
			continue;
		}
		add_char(out, BYTE_MARKS + (unsigned char)json[i++]);
		mended = true;
	}
	return mended;
}

void mend_restore(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = whole_char(s + i, n - i);
		unsigned mark;

		if (len != 4 || memcmp(s + i, "\xf4\x8f", 2) != 0 || (unsigned char)s[i + 2] > 0xa3) {
			buf_add(out, s + i, len ? len : 1);
			i += len ? len : 1;
			continue;
		}
		mark = ((unsigned char)s[i + 2] & 0x3fu) << 6 | ((unsigned char)s[i + 3] & 0x3fu);
		if (mark < 0x800)
			add_char(out, 0xd800 + mark);
		else if (mark >= 0x880)
			buf_char(out, (char)(mark - 0x800));
		else
			buf_add(out, s + i, len); /* not one of ours */
		i += 4;
	}
}

/* A surrogate as three bytes, or -1. */
static int three_byte_surrogate(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	if (n < 3 || p[0] != 0xed || p[1] < 0xa0 || p[1] > 0xbf || (p[2] & 0xc0) != 0x80)
		return -1;
	return 0xd000 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
}

/* Could these last bytes become a character when more come? */
static bool is_beginning(const char *s, size_t n)
{
	size_t len = announced((unsigned char)*s), known = n;

	/* A high surrogate waits for its low half: six bytes. */
	if (is_high(three_byte_surrogate(s, n)))
		return n < 4 || (n < 6 && (unsigned char)s[3] == 0xed && (n < 5 || (unsigned char)s[4] >= 0xb0));
	if (len < 2 || n >= len)
		return false;
	for (size_t i = 1; i < known; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* Takes one character, pair or run of broken bytes; 0: it may still become a character. */
static size_t take_one(struct buf *out, const char *s, size_t n)
{
	size_t len = whole_char(s, n), broken = 0;
	int high, low;

	if (len) {
		buf_add(out, s, len);
		return len;
	}
	if (is_beginning(s, n))
		return 0;
	high = three_byte_surrogate(s, n);
	low = n >= 6 ? three_byte_surrogate(s + 3, n - 3) : -1;
	if (is_high(high) && is_low(low)) {
		add_char(out, 0x10000u + (((unsigned)high - 0xd800) << 10) + ((unsigned)low - 0xdc00));
		return 6;
	}
	while (broken < n && !whole_char(s + broken, n - broken) && !is_beginning(s + broken, n - broken)) {
		broken++;
		if (is_high(three_byte_surrogate(s + broken, n - broken)))
			break;
	}
	buf_str(out, REPLACEMENT);
	return broken;
}

void mend_join(struct mend_join *j, struct buf *out, const char *s, size_t n)
{
	/* A held beginning is finished byte by byte; it is short. */
	while (j->n && n) {
		size_t took;

		j->held[j->n++] = *s++;
		n--;
		while (j->n && (took = take_one(out, j->held, j->n))) {
			j->n -= took;
			memmove(j->held, j->held + took, j->n);
		}
	}
	for (size_t i = 0; i < n;) {
		size_t took = take_one(out, s + i, n - i);

		if (took == 0) {
			j->n = n - i;
			memcpy(j->held, s + i, j->n);
			return;
		}
		i += took;
	}
}

void mend_flush(struct mend_join *j, struct buf *out)
{
	if (j->n)
		buf_str(out, REPLACEMENT);
	j->n = 0;
}
