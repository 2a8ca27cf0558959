/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/answer_part.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/text/clip.h"
#include "agent/tools/blind.h"

#define QUOTE_MAX 400 /* columns of a quote on the screen; -o json has all of it */
#define BLIND_SHOWN 12

void part_heading(struct buf *b, const struct term *t, const char *text)
{
	if (b->len)
		buf_char(b, '\n');
	term_style(b, t, STYLE_HEADING, text);
	buf_char(b, '\n');
}

void part_object(struct buf *b, const json_t *object, bool with_cluster)
{
	const char *ns = json_str_at(object, "namespace");
	auto_free char *text = NULL;
	auto_free char *safe = NULL;

	if (str_empty(json_str_at(object, "name")))
		return;
	text = mem_printf("%s%s%s%s %s%s%s", with_cluster ? "[" : "",
			  with_cluster ? json_str_or(object, "cluster", "") : "", with_cluster ? "] " : "",
			  json_str_or(object, "kind", "object"), str_or(ns, ""), str_empty(ns) ? "" : "/",
			  json_str_at(object, "name"));
	safe = term_safe(text);
	buf_str(b, safe);
}

const json_t *part_by_id(const json_t *list, const char *id)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (str_eq(json_str_at(item, "id"), id))
			return item;
	}
	return NULL;
}

void part_bullet(struct buf *b, const struct term *t, enum style style, const char *mark, const char *text,
		 size_t indent)
{
	auto_free char *safe = term_safe(text);
	size_t column = indent + utf8_width(mark, strlen(mark)) + 1;

	buf_repeat(b, ' ', indent);
	term_style(b, t, style, mark);
	buf_char(b, ' ');
	term_wrap(b, t, safe, column, column);
	buf_char(b, '\n');
}

bool part_several(const json_t *document)
{
	return json_array_size(json_object_get(document, "clusters")) > 1;
}

void part_where(struct buf *b, const struct term *t, const json_t *object, bool with_cluster, const char *text,
		size_t columns)
{
	auto_buf struct buf where = BUF_INIT(8192);
	size_t width;

	part_object(&where, object, with_cluster);
	width = utf8_width(buf_cstr(&where), where.len);
	buf_repeat(b, ' ', 4);
	term_style(b, t, STYLE_BOLD, buf_cstr(&where));
	if (where.len && 4 + width + 2 + columns > t->width) {
		buf_char(b, '\n');
		buf_repeat(b, ' ', 4);
	} else if (where.len) {
		buf_str(b, "  ");
	}
	buf_str(b, text);
	buf_char(b, '\n');
}

/* "[CLUSTER] ", the caller's; "" when it goes without saying. */
static char *cluster_mark(const json_t *item, bool with_cluster)
{
	const char *cluster = json_str_at(item, "cluster");

	return with_cluster && !str_empty(cluster) ? mem_printf("[%s] ", cluster) : mem_str("");
}

static void dim_line(struct buf *b, const struct term *t, const char *text)
{
	buf_repeat(b, ' ', 6);
	term_style(b, t, STYLE_DIM, text);
	buf_char(b, '\n');
}

/* Where it stands: on one line when there is room, else the pointer on its own. A path is never broken: people copy it.
 */
static void place(struct buf *b, const struct term *t, const json_t *evidence, bool with_cluster)
{
	const char *derived = json_bool_at(evidence, "derived", false) ? "  (computed)" : "";
	auto_free char *cluster = cluster_mark(evidence, with_cluster);
	auto_free char *whole = mem_printf("%s%s", cluster, json_str_or(evidence, "source", ""));
	auto_free char *source = term_safe(whole);
	auto_free char *pointer = term_safe(json_str_or(evidence, "pointer", ""));
	auto_free char *both = mem_printf("%s%s%s%s", source, *pointer ? "  " : "", pointer, derived);
	auto_free char *second = mem_printf("  %s%s", pointer, derived);

	if (!*source)
		return;
	if (6 + utf8_width(both, strlen(both)) <= t->width || !*pointer) {
		dim_line(b, t, both);
		return;
	}
	dim_line(b, t, source);
	dim_line(b, t, second);
}

void part_quote(struct buf *b, const struct term *t, const char *id, const char *quote, const json_t *evidence,
		bool with_cluster)
{
	auto_buf struct buf line = BUF_INIT(65536);
	auto_free char *safe = NULL;
	auto_free char *mark = mem_printf("%4s", id);

	clip_line(&line, quote, strlen(quote), QUOTE_MAX);
	safe = mem_printf("\"%s\"", buf_cstr(&line));
	part_bullet(b, t, STYLE_CYAN, mark, safe, 1);
	place(b, t, evidence, with_cluster);
}

void part_blind_spots(struct buf *b, const struct term *t, const json_t *all, bool with_cluster)
{
	auto_json json_t *spots = blind_grouped(all);
	size_t n = json_array_size(spots), i;
	const json_t *s;

	part_heading(b, t, "Could not see");
	json_array_foreach (spots, i, s) {
		auto_free char *cluster = cluster_mark(s, with_cluster);
		auto_free char *line =
			mem_printf("%s%s: %s", cluster, json_str_or(s, "what", ""), json_str_or(s, "why", ""));

		if (i == BLIND_SHOWN) {
			auto_free char *more = mem_printf("and %zu more (-o json lists all)", n - i);

			part_bullet(b, t, STYLE_DIM, "-", more, 2);
			return;
		}
		part_bullet(b, t, STYLE_YELLOW, "-", line, 2);
	}
	if (!n)
		part_bullet(b, t, STYLE_DIM, "-", "nothing: everything that was asked for could be read", 2);
}

void part_fix(struct buf *b, const struct term *t, const json_t *fix, const char *none)
{
	const json_t *f;
	size_t i;

	part_heading(b, t, "Fix");
	json_array_foreach (fix, i, f) {
		part_bullet(b, t, STYLE_GREEN, "-", json_string_value(f), 2);
	}
	if (!json_array_size(fix))
		part_bullet(b, t, STYLE_DIM, "-", none, 2);
}
