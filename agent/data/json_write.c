/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of a document. jansson's own writer prints 0.97 as 0.96999999999999997 or, with fewer digits, loses some; here a
 * real gets the shortest text that reads back as the same number.
 */
#include "agent/data/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"

#define DEPTH_MAX 2048

void json_number_text(const json_t *j, char out[static JSON_NUMBER_TEXT])
{
	double v;

	if (!json_is_real(j)) {
		snprintf(out, JSON_NUMBER_TEXT, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
		return;
	}
	v = json_real_value(j);
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(out, JSON_NUMBER_TEXT, "%.*g", precision, v);
		if (strtod(out, NULL) == v)
			break;
	}
	/* It must stay a real when it is read again. */
	if (!strpbrk(out, ".eEn"))
		strncat(out, ".0", JSON_NUMBER_TEXT - strlen(out) - 1);
}

/*
 * The length of a character that a terminal would take for an order or that turns its line around (C1 controls,
 * separators of lines, marks of direction): valid in JSON, but documents are printed as well. 0: none at s.
 */
static size_t acts_on_terminals(const char *s, size_t n, unsigned *code)
{
	const unsigned char *u = (const unsigned char *)s;

	*code = u[0];
	if (u[0] == 0x7f)
		return 1;
	if (n >= 2 && (u[0] == 0xc2 || u[0] == 0xd8)) {
		*code = (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
		return *code < 0xa0 || *code == 0x61c ? 2 : 0;
	}
	if (n < 3 || u[0] != 0xe2)
		return 0;
	*code = 0x2000u | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
	return *code == 0x200e || *code == 0x200f || (*code >= 0x2028 && *code <= 0x202e) ||
			       (*code >= 0x2066 && *code <= 0x2069)
		       ? 3
		       : 0;
}

static void write_string(struct buf *b, const char *s, size_t n)
{
	size_t from = 0, len;
	unsigned code;

	buf_char(b, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x7f && (len = acts_on_terminals(s + i, n - i, &code)) > 0) {
			buf_add(b, s + from, i - from);
			buf_printf(b, "\\u%04x", code);
			i += len - 1;
			from = i + 1;
			continue;
		}
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s + from, i - from);
		from = i + 1;
		switch (c) {
		case '"':
		case '\\':
			buf_char(b, '\\');
			buf_char(b, (char)c);
			break;
		case '\n':
			buf_str(b, "\\n");
			break;
		case '\r':
			buf_str(b, "\\r");
			break;
		case '\t':
			buf_str(b, "\\t");
			break;
		default:
			buf_printf(b, "\\u%04x", c);
		}
	}
	buf_add(b, s + from, n - from);
	buf_char(b, '"');
}

static void write_value(struct buf *b, const json_t *j, bool sorted, int depth);

static int by_key(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static void write_member(struct buf *b, const char *key, const json_t *v, bool first, bool sorted, int depth)
{
	if (!first)
		buf_char(b, ',');
	write_string(b, key, strlen(key));
	buf_char(b, ':');
	write_value(b, v, sorted, depth);
}

static void write_object(struct buf *b, const json_t *j, bool sorted, int depth)
{
	size_t count = 0, size = json_object_size(j);
	const char **keys;
	const char *key;
	json_t *v;

	buf_char(b, '{');
	if (!sorted) {
		json_object_foreach ((json_t *)(uintptr_t)j, key, v)
			write_member(b, key, v, count++ == 0, sorted, depth);
		buf_char(b, '}');
		return;
	}
	keys = mem_resize_array(NULL, size, sizeof(*keys));
	json_object_foreach ((json_t *)(uintptr_t)j, key, v)
		keys[count++] = key;
	qsort(keys, count, sizeof(*keys), by_key);
	for (size_t i = 0; i < count; i++)
		write_member(b, keys[i], json_object_get(j, keys[i]), i == 0, sorted, depth);
	free(keys);
	buf_char(b, '}');
}

static void write_array(struct buf *b, const json_t *j, bool sorted, int depth)
{
	json_t *v;
	size_t i;

	buf_char(b, '[');
	json_array_foreach (j, i, v) {
		if (i)
			buf_char(b, ',');
		write_value(b, v, sorted, depth);
	}
	buf_char(b, ']');
}

static void write_value(struct buf *b, const json_t *j, bool sorted, int depth)
{
	char number[JSON_NUMBER_TEXT];

	if (!j || depth > DEPTH_MAX) {
		buf_str(b, "null");
		return;
	}
	switch (json_typeof(j)) {
	case JSON_OBJECT:
		write_object(b, j, sorted, depth + 1);
		return;
	case JSON_ARRAY:
		write_array(b, j, sorted, depth + 1);
		return;
	case JSON_STRING:
		write_string(b, json_string_value(j), json_string_length(j));
		return;
	case JSON_INTEGER:
	case JSON_REAL:
		json_number_text(j, number);
		buf_str(b, number);
		return;
	case JSON_TRUE:
		buf_str(b, "true");
		return;
	case JSON_FALSE:
		buf_str(b, "false");
		return;
	case JSON_NULL:
		buf_str(b, "null");
		return;
	}
}

void json_dump_to(struct buf *b, const json_t *j, bool sorted)
{
	write_value(b, j, sorted, 0);
}

char *json_dump(const json_t *j, bool sorted)
{
	/* As large as the document is; whoever built that one had its limits. */
	struct buf b = BUF_INIT(SIZE_MAX - 1);

	json_dump_to(&b, j, sorted);
	return buf_steal(&b);
}
