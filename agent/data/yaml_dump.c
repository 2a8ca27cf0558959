/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/data/yaml_scalar.h"

#define STEP 2
#define DEPTH_MAX 600
#define SIMPLE_KEY_MAX 1000 /* a reader looks for the colon within 1,024 characters */

static const char cut_mark[] = "# cut here: the rest is too long\n";

/* Characters that may not stand as they are: controls, other line ends, marks that readers drop or refuse. */
static bool must_escape(int32_t c)
{
	if (c == '\t' || c == '\n')
		return false;
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe ||
	       c == 0xffff;
}

static size_t next_char(const char *s, size_t n, int32_t *c)
{
	utf8proc_int32_t code = 0xfffd;
	utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &code);

	*c = used > 0 ? code : 0xfffd;
	return used > 0 ? (size_t)used : 1;
}

static bool needs_escapes(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		int32_t c;

		i += next_char(s + i, n - i, &c);
		if (must_escape(c))
			return true;
	}
	return false;
}

static void add_quoted(struct buf *b, const char *s, size_t n)
{
	buf_char(b, '"');
	for (size_t i = 0; i < n;) {
		int32_t c;
		size_t used = next_char(s + i, n - i, &c);

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", (char)c);
		else if (c == '\n')
			buf_str(b, "\\n");
		else if (c == '\t')
			buf_str(b, "\\t");
		else if (c == '\r')
			buf_str(b, "\\r");
		else if (must_escape(c))
			buf_printf(b, c < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)c);
		else
			buf_add(b, s + i, used);
		i += used;
	}
	buf_char(b, '"');
}

/* Worth a block, and can a block hold it? Its first line must show where the text begins. */
static bool fits_literal(const char *s, size_t n)
{
	return memchr(s, '\n', n) && s[0] != '\n' && s[strspn(s, " \t\n")] && !needs_escapes(s, n);
}

/* indent: the column of the collection that holds the block, where a reader counts from. */
static void add_literal(struct buf *b, const char *s, size_t n, size_t indent)
{
	const char *end = s + n;

	buf_char(b, '|');
	if (*s == ' ' || *s == '\t')
		buf_printf(b, "%d", STEP);
	if (end[-1] != '\n')
		buf_char(b, '-');
	else if (n > 1 && end[-2] == '\n')
		buf_char(b, '+');
	buf_char(b, '\n');
	while (s < end) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));
		size_t len = (size_t)((stop ? stop : end) - s);

		if (len > 0)
			buf_repeat(b, ' ', indent + STEP);
		buf_add(b, s, len);
		buf_char(b, '\n');
		s += len + (stop != NULL);
	}
}

static void add_string(struct buf *b, const char *s, size_t n, size_t indent)
{
	if (fits_literal(s, n)) {
		add_literal(b, s, n, indent);
		return;
	}
	if (yaml_scalar_needs_quotes(s, n) || needs_escapes(s, n))
		add_quoted(b, s, n);
	else
		buf_add(b, s, n);
	buf_char(b, '\n');
}

static void add_value(struct buf *b, const json_t *j, size_t indent, int depth);

static bool is_block(const json_t *j)
{
	return (json_is_object(j) && json_object_size(j)) || (json_is_array(j) && json_array_size(j));
}

static void add_key(struct buf *b, const char *key)
{
	size_t from = b->len, n = strlen(key);
	bool quoted = yaml_scalar_needs_quotes(key, n) || needs_escapes(key, n);

	/* How long it is only shows when it is written; a long one needs the explicit form. */
	if (quoted)
		add_quoted(b, key, n);
	else
		buf_add(b, key, n);
	if (b->len - from <= SIMPLE_KEY_MAX) {
		buf_char(b, ':');
		return;
	}
	buf_cut(b, from);
	buf_str(b, "? ");
	add_quoted(b, key, n);
}

/* The first line of a collection stands where the cursor is ("- a: 1"), the others are indented. */
static void add_mapping(struct buf *b, const json_t *j, size_t indent, int depth)
{
	bool first = true;
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)(uintptr_t)j, key, v) {
		if (b->over)
			return;
		if (!first)
			buf_repeat(b, ' ', indent);
		first = false;
		add_key(b, key);
		if (b->len && b->data[b->len - 1] != ':') {
			buf_char(b, '\n');
			buf_repeat(b, ' ', indent);
			buf_char(b, ':');
		}
		if (!is_block(v)) {
			buf_char(b, ' ');
			add_value(b, v, indent, depth);
			continue;
		}
		buf_char(b, '\n');
		/* Lists stand at the column of their key, as kubectl prints them. */
		buf_repeat(b, ' ', indent + (json_is_object(v) ? STEP : 0));
		add_value(b, v, indent + (json_is_object(v) ? STEP : 0), depth);
	}
}

static void add_sequence(struct buf *b, const json_t *j, size_t indent, int depth)
{
	json_t *v;
	size_t i;

	json_array_foreach (j, i, v) {
		if (b->over)
			return;
		if (i)
			buf_repeat(b, ' ', indent);
		buf_str(b, "- ");
		add_value(b, v, indent + (is_block(v) ? STEP : 0), depth);
	}
}

static void add_value(struct buf *b, const json_t *j, size_t indent, int depth)
{
	if (is_block(j) && depth < DEPTH_MAX) {
		if (json_is_object(j))
			add_mapping(b, j, indent, depth + 1);
		else
			add_sequence(b, j, indent, depth + 1);
		return;
	}
	if (json_is_string(j)) {
		add_string(b, json_string_value(j), json_string_length(j), indent);
		return;
	}
	/* Scalars and empty collections are written as in JSON; so is what nests too deep to be read anyway. */
	json_dump_to(b, j, false);
	buf_char(b, '\n');
}

char *yaml_dump(const json_t *j, size_t max_bytes)
{
	size_t mark = sizeof(cut_mark) - 1;
	struct buf b = BUF_INIT(max_bytes);
	char *last;

	add_value(&b, j, 0, 0);
	if (!b.over)
		return buf_steal(&b);
	if (max_bytes < mark) {
		buf_cut(&b, 0);
		return buf_steal(&b);
	}
	buf_cut(&b, max_bytes - mark);
	last = b.data ? memrchr(b.data, '\n', b.len) : NULL;
	buf_cut(&b, last ? (size_t)(last - b.data) + 1 : 0);
	b.over = false;
	buf_str(&b, cut_mark);
	return buf_steal(&b);
}
