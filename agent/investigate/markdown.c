/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer as Markdown: headings Root causes, Evidence, Could not see, Fix. The terminal's text is rendered
 * from the same document.
 */
#include "agent/investigate/inquiry.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/investigate/document.h"
#include "agent/text/clip.h"

#define QUOTE_COLUMNS 200

/* "CLUSTER: " before what stands in one of several; "" when it goes without saying. */
static void cluster_text(struct buf *b, const json_t *document, const json_t *item)
{
	const char *cluster = json_str_at(item, "cluster");

	if (json_array_size(json_object_get(document, "clusters")) > 1 && !str_empty(cluster))
		buf_printf(b, "%s: ", cluster);
}

static void object_text(struct buf *b, const json_t *document, const json_t *o)
{
	const char *ns = json_str_at(o, "namespace");

	if (str_empty(json_str_at(o, "name")))
		return;
	cluster_text(b, document, o);
	buf_printf(b, "`%s %s%s%s`", json_str_or(o, "kind", "object"), str_or(ns, ""), str_empty(ns) ? "" : "/",
		   json_str_at(o, "name"));
}

static const json_t *evidence_of(const json_t *document, const char *id)
{
	json_t *e;
	size_t i;

	json_array_foreach (json_object_get(document, "evidence"), i, e) {
		if (str_eq(json_str_at(e, "id"), id))
			return e;
	}
	return NULL;
}

/* A text of others as one item: what follows its first line is indented, so that it stays below the item. */
static void item_text(struct buf *b, const char *s, size_t indent)
{
	for (const char *end; (end = strchr(s, '\n')); s = end + 1) {
		buf_add(b, s, (size_t)(end - s) + 1);
		buf_repeat(b, ' ', indent);
	}
	buf_str(b, s);
}

/* Prose of the model: its headings become bold lines, since the headings of an answer are ours. */
static void prose_text(struct buf *b, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\n"), mark = strspn(s, "# ");

		if (*s == '#' && mark < n)
			buf_printf(b, "**%.*s**", (int)(n - mark), s + mark);
		else
			buf_add(b, s, n);
		buf_char(b, '\n');
		s += n + (s[n] == '\n');
	}
	buf_char(b, '\n');
}

static void cause_item(struct buf *b, const json_t *document, size_t n, const json_t *cause)
{
	const json_t *c;
	size_t i;

	buf_printf(b, "%zu. **%s** ", n, json_str_or(cause, "cause", ""));
	object_text(b, document, json_object_get(cause, "object"));
	buf_printf(b, " (confidence %s)", json_str_or(cause, "confidence", "low"));
	json_array_foreach (json_object_get(cause, "citations"), i, c) {
		if (json_bool_at(c, "verified", false))
			buf_printf(b, " [%s]", json_str_or(c, "evidence", "?"));
		else
			buf_str(b, " [unverified]");
	}
	buf_char(b, '\n');
}

static void evidence_item(struct buf *b, const json_t *document, const json_t *c, struct buf *seen)
{
	const char *id = json_str_or(c, "evidence", "?"), *quote = json_str_or(c, "quote", "");
	const json_t *e = evidence_of(document, id);
	auto_free char *mark = mem_printf("\n%s|%s\n", id, quote);

	if (strstr(buf_cstr(seen), mark))
		return;
	buf_str(seen, mark);
	if (!json_bool_at(c, "verified", false)) {
		buf_str(b, "- **unverified**, not found in any evidence: \"");
		clip_line(b, quote, strlen(quote), QUOTE_COLUMNS);
		buf_str(b, "\"\n");
		return;
	}
	buf_printf(b, "- %s: \"", id);
	clip_line(b, quote, strlen(quote), QUOTE_COLUMNS);
	buf_str(b, "\" (");
	cluster_text(b, document, e);
	buf_printf(b, "%s%s%s)\n", json_str_or(e, "source", ""), str_empty(json_str_at(e, "pointer")) ? "" : " ",
		   json_str_or(e, "pointer", ""));
}

static void causes_part(struct buf *b, const json_t *document)
{
	const json_t *causes = json_object_get(document, "root_causes"), *cause, *text;
	size_t i;

	buf_str(b, "## Root causes\n");
	json_array_foreach (causes, i, cause) {
		cause_item(b, document, i + 1, cause);
	}
	if (!json_array_size(causes))
		buf_printf(b, "- %s\n", document_no_causes(document));
	json_array_foreach (json_object_get(document, "unverified"), i, text) {
		buf_str(b, "- Unverified: ");
		item_text(b, json_string_value(text), 2);
		buf_char(b, '\n');
	}
}

static void evidence_part(struct buf *b, const json_t *document)
{
	auto_buf struct buf seen = BUF_INIT(1u << 20);
	const json_t *cause, *c;
	size_t i, k, start;

	buf_str(b, "\n## Evidence\n");
	start = b->len;
	json_array_foreach (json_object_get(document, "root_causes"), i, cause) {
		json_array_foreach (json_object_get(cause, "citations"), k, c) {
			evidence_item(b, document, c, &seen);
		}
	}
	if (b->len == start)
		buf_str(b, "None was cited.\n");
}

static void list_part(struct buf *b, const json_t *document, const char *heading, const char *key, const char *none)
{
	const json_t *list = json_object_get(document, key);
	const json_t *item;
	size_t i;

	buf_printf(b, "\n## %s\n", heading);
	json_array_foreach (list, i, item) {
		buf_str(b, "- ");
		cluster_text(b, document, item);
		if (json_is_string(item))
			item_text(b, json_string_value(item), 2);
		else
			buf_printf(b, "%s: %s", json_str_or(item, "what", ""), json_str_or(item, "why", ""));
		buf_char(b, '\n');
	}
	if (!json_array_size(list))
		buf_printf(b, "%s\n", none);
}

char *inquiry_markdown(const json_t *document)
{
	auto_buf struct buf b = BUF_INIT(4u << 20), safe = BUF_INIT(16u << 20);

	prose_text(&b, json_str_or(document, "summary", ""));
	if (!str_empty(json_str_at(document, "note")))
		buf_printf(&b, "*%s*\n\n", json_str_at(document, "note"));
	causes_part(&b, document);
	evidence_part(&b, document);
	list_part(&b, document, "Could not see", "blind_spots",
		  "Nothing: everything that was asked for could be read.");
	list_part(&b, document, "Fix", "fix", document_no_fix(document));
	utf8_printable(&safe, buf_cstr(&b), b.len);
	return buf_steal(&safe);
}
