/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_docs.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/data/yaml.h"
#include "agent/source/managed.h"

#define HEAD 120 /* so far in front the kind of a list stands */
#define MAX_COLUMN 200 /* deeper is as good as one line without end */

static size_t skip_blank(const char *s, size_t at, size_t len)
{
	while (at < len && (isspace((unsigned char)s[at]) || s[at] == '\x1e'))
		at++;
	return at;
}

/* End of the JSON object or array that begins at `at`; len when it is not closed. */
static size_t json_end(const char *s, size_t at, size_t len)
{
	size_t depth = 0;

	for (; at < len; at++) {
		char c = s[at];

		if (c == '"') {
			for (at++; at < len && s[at] != '"'; at++)
				at += s[at] == '\\';
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && depth && --depth == 0) {
			return at + 1;
		}
	}
	return len;
}

static size_t lines_in(const char *s, size_t n)
{
	size_t lines = 0;

	for (const char *p = s; (p = memchr(p, '\n', n - (size_t)(p - s))); p++)
		lines++;
	return lines;
}

/* json_parse says "NAME: line 3 column 7: why" of its own slice; people want FILE:LINE. */
static int say_line(struct err *e, const char *name, size_t lines_before)
{
	struct err was = *e;
	const char *rest = str_starts(was.msg, name) ? was.msg + strlen(name) : was.msg;
	char *end;
	long line;

	rest += strspn(rest, ": ");
	if (!str_starts(rest, "line "))
		return err_set(e, was.code, "%s: %s", name, rest);
	line = strtol(rest + 5, &end, 10);
	end += strspn(end, ":, ");
	return err_set(e, was.code, "%s:%zu: %s", name, (size_t)line + lines_before, end);
}

/* A list of what there is most of, whose writers tell nothing: the kind stands in front, as API servers write it. */
static bool is_numerous(const char *s, size_t len)
{
	static const char *const kinds[] = {"\"PodList\"", "\"ReplicaSetList\"", "\"EndpointSliceList\"", "\"EventList\""};
	size_t head = len < HEAD ? len : HEAD;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (memmem(s, head, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

static json_t *parse(const char *s, size_t len, const char *name, struct err *e)
{
	if (is_numerous(s, len)) {
		auto_free char *rest = mem_alloc(len + 1);
		size_t n = managed_cut(s, len, rest);
		json_t *doc = n < len ? json_parse(rest, n, name, NULL) : NULL;

		if (doc)
			return doc;
	}
	return json_parse(s, len, name, e);
}

static int json_each(const char *s, size_t len, const char *name, void (*fn)(void *ctx, json_t *doc), void *ctx,
		     struct err *e)
{
	size_t at = skip_blank(s, 0, len);

	while (at < len) {
		size_t end = s[at] == '{' || s[at] == '[' ? json_end(s, at, len) : len;
		struct err local = {0};
		json_t *doc = parse(s + at, end - at, name, &local);

		if (!doc) {
			if (e)
				*e = local;
			return e ? say_line(e, name, lines_in(s, at)) : -1;
		}
		fn(ctx, doc);
		at = skip_blank(s, end, len);
	}
	return 0;
}

struct yaml_take {
	void (*fn)(void *ctx, json_t *doc);
	void *ctx;
};

static int take_yaml(void *ctx, size_t index, json_t *doc)
{
	struct yaml_take *t = ctx;

	(void)index;
	t->fn(t->ctx, doc);
	return 0;
}

int snap_docs_each(const char *text, size_t len, const char *name, int json, void (*fn)(void *ctx, json_t *doc),
		   void *ctx, struct err *e)
{
	struct yaml_take take = {fn, ctx};
	size_t at;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, len -= 3;
	at = skip_blank(text, 0, len);
	if (at == len)
		return 0;
	if (json)
		return json_each(text, len, name, fn, ctx, e);
	/* JSON is YAML, and our JSON reader is several times faster; flow mappings that are not JSON go to the YAML
	 * reader. */
	if (text[at] == '{') {
		json_t *doc = json_parse(text, len, name, NULL);

		if (doc) {
			fn(ctx, doc);
			return 0;
		}
	}
	return yaml_each(text, len, name, YAML_MAX_NODES, take_yaml, &take, e);
}

struct kind_word {
	const char *at;
	size_t len, column;
};

/* The value of a "kind" key at s, or length 0. */
static struct kind_word kind_at(const char *text, const char *key, const char *end)
{
	const char *p = key + 4, *line = key;
	struct kind_word w = {0};

	if (key > text && (isalnum((unsigned char)key[-1]) || key[-1] == '_' || key[-1] == '.'))
		return w;
	if (p < end && *p == '"')
		p++;
	while (p < end && *p == ' ')
		p++;
	if (p >= end || *p != ':')
		return w;
	for (p++; p < end && (*p == ' ' || *p == '"' || *p == '\'');)
		p++;
	w.at = p;
	while (p < end && isalnum((unsigned char)*p))
		p++;
	w.len = (size_t)(p - w.at);
	while (line > text && line[-1] != '\n' && key - line < MAX_COLUMN)
		line--;
	w.column = (size_t)(key - line);
	if (w.len == 0 || w.len > 100 || !isupper((unsigned char)*w.at))
		w.len = 0;
	return w;
}

/* Text without lines has no columns that mean anything: all its kinds stand equally deep. */
static const char *next_kind(const char *text, const char *from, const char *end, struct kind_word *w)
{
	size_t len = (size_t)(end - text);
	bool flat = !memchr(text, '\n', len < 4096 ? len : 4096);

	while ((from = memmem(from, (size_t)(end - from), "kind", 4))) {
		*w = kind_at(text, from, end);
		from += 4;
		if (flat)
			w->column = 0;
		if (w->len)
			return from;
	}
	return NULL;
}

/* The smallest column over `above` at which a kind stands; SIZE_MAX when none. A list's items are one step further in.
 */
static size_t shallowest(const char *text, const char *end, size_t above, bool any)
{
	size_t best = SIZE_MAX;
	struct kind_word w;

	for (const char *p = text; (p = next_kind(text, p, end, &w));)
		if ((any || w.column > above) && w.column < best)
			best = w.column;
	return best;
}

static bool is_plain_list(const struct kind_word *w)
{
	return w->len == 4 && memcmp(w->at, "List", 4) == 0;
}

size_t snap_docs_kinds(const char *text, size_t len, char **out, size_t max)
{
	const char *end = text + len;
	size_t column = shallowest(text, end, 0, true), count = 0;
	struct kind_word w;

	for (size_t pass = 0; pass < 2 && column != SIZE_MAX; pass++) {
		bool list = false;

		for (const char *p = text; count < max && (p = next_kind(text, p, end, &w));) {
			size_t n = w.len, i = 0;

			if (w.column != column)
				continue;
			if (is_plain_list(&w)) {
				list = true;
				continue;
			}
			if (n > 4 && memcmp(w.at + n - 4, "List", 4) == 0)
				n -= 4;
			while (i < count && !(strlen(out[i]) == n && memcmp(out[i], w.at, n) == 0))
				i++;
			if (i == count)
				out[count++] = mem_strn(w.at, n);
		}
		if (!list)
			break;
		column = shallowest(text, end, column, false);
	}
	return count;
}
