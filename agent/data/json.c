/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/json.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"

#define PARSE_DEPTH_MAX 512

void json_cleanup(json_t **j)
{
	json_decref(*j);
	*j = NULL;
}

json_t *json_text(const char *s, size_t n)
{
	auto_buf struct buf clean = {0};

	if (n == 0)
		return json_stringn_nocheck("", 0);
	if (utf8_valid(s, n) && !memchr(s, 0, n))
		return json_stringn_nocheck(s, n);
	/* One bad byte becomes three. */
	clean.max = n * 3;
	utf8_clean(&clean, s, n);
	return json_stringn_nocheck(buf_cstr(&clean), clean.len);
}

json_t *json_text0(const char *s)
{
	return s ? json_text(s, strlen(s)) : json_null();
}

/* The offset where brackets nest deeper than PARSE_DEPTH_MAX, or n. */
static size_t find_too_deep(const char *s, size_t n)
{
	size_t depth = 0;

	for (size_t i = 0; i < n; i++) {
		switch (s[i]) {
		case '"':
			for (i++; i < n && s[i] != '"'; i++)
				if (s[i] == '\\')
					i++;
			break;
		case '[':
		case '{':
			if (++depth > PARSE_DEPTH_MAX)
				return i;
			break;
		case ']':
		case '}':
			if (depth > 0)
				depth--;
			break;
		default:
			break;
		}
	}
	return n;
}

static int hex4(const char *s, size_t n)
{
	int v = 0;

	if (n < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		char c = s[i];

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v * 16 + ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* Copies the escape that begins at s[i], mended when jansson would refuse it; returns the offset behind it. */
static size_t mend_escape(struct buf *out, const char *s, size_t n, size_t i)
{
	int first, second = -1;

	if (i + 1 >= n || s[i + 1] != 'u') {
		size_t used = i + 1 < n ? 2 : 1;

		buf_add(out, s + i, used);
		return i + used;
	}
	first = hex4(s + i + 2, n - i - 2);
	if (first < 0) {
		buf_add(out, s + i, 2);
		return i + 2;
	}
	if (first >= 0xd800 && first < 0xdc00 && i + 7 < n && s[i + 6] == '\\' && s[i + 7] == 'u')
		second = hex4(s + i + 8, n - i - 8);
	if (second >= 0xdc00 && second < 0xe000) {
		buf_add(out, s + i, 12);
		return i + 12;
	}
	if (first == 0 || (first >= 0xd800 && first < 0xe000))
		buf_str(out, "\\ufffd");
	else
		buf_add(out, s + i, 6);
	return i + 6;
}

/* From the opening quote; returns the offset behind the closing one. */
static size_t mend_string(struct buf *out, const char *s, size_t n, size_t i)
{
	buf_char(out, s[i++]);
	while (i < n && s[i] != '"') {
		size_t from = i;

		if (s[i] == '\\') {
			i = mend_escape(out, s, n, i);
			continue;
		}
		while (i < n && s[i] != '"' && s[i] != '\\')
			i++;
		utf8_clean(out, s + from, i - from);
	}
	if (i < n)
		buf_char(out, s[i++]);
	return i;
}

/* From a minus or digit; an integer beyond 64 bits gets a fraction, which makes it a real. */
static size_t mend_number(struct buf *out, const char *s, size_t n, size_t i)
{
	size_t from = i;
	bool whole = true;

	for (; i < n && ((s[i] >= '0' && s[i] <= '9') || memchr("+-.eE", s[i], 5)); i++)
		if (i > from && (s[i] < '0' || s[i] > '9'))
			whole = false;
	buf_add(out, s + from, i - from);
	if (whole && i - from >= 19) {
		auto_free char *text = mem_strn(s + from, i - from);
		int64_t v;

		if (str_to_i64(text, &v, NULL) != 0)
			buf_str(out, ".0");
	}
	return i;
}

/* Rewrites what real servers send and jansson refuses. Text that is broken in other ways stays broken. */
static void mend(struct buf *out, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		if (s[i] == '"')
			i = mend_string(out, s, n, i);
		else if (s[i] == '-' || (s[i] >= '0' && s[i] <= '9'))
			i = mend_number(out, s, n, i);
		else
			buf_char(out, s[i++]);
	}
}

static void place_of(const char *s, size_t at, size_t *line, size_t *column)
{
	*line = 1;
	*column = 1;
	for (size_t i = 0; i < at; i++) {
		(*column)++;
		if (s[i] == '\n') {
			(*line)++;
			*column = 1;
		}
	}
}

json_t *json_parse(const char *s, size_t n, const char *name, struct err *e)
{
	const size_t flags = JSON_DECODE_ANY;
	auto_buf struct buf mended = {0};
	json_error_t why;
	size_t deep;
	json_t *j;

	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		n -= 3;
	}
	deep = find_too_deep(s, n);
	if (deep < n) {
		size_t line, column;

		place_of(s, deep, &line, &column);
		err_set(e, ERR_PARSE, "%s: line %zu column %zu: nested deeper than %d levels", name, line, column,
			PARSE_DEPTH_MAX);
		return NULL;
	}
	j = json_loadb(s, n, flags, &why);
	if (j)
		return j;
	mended.max = n <= SIZE_MAX / 4 ? n * 3 + 2 : SIZE_MAX - 1;
	mend(&mended, s, n);
	if (mended.len != n || memcmp(buf_cstr(&mended), s, n) != 0)
		j = json_loadb(buf_cstr(&mended), mended.len, flags, &why);
	if (!j)
		err_set(e, ERR_PARSE, "%s: line %d column %d: %s", name, why.line < 1 ? 1 : why.line, why.column,
			n == 0 ? "empty, where JSON is expected" : why.text);
	return j;
}
