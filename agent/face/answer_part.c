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
	size_t i = str_empty(id) ? 0 : (size_t)strtoul(id + 1, NULL, 10);
	const json_t *item = i ? json_array_get(list, i - 1) : NULL; /* F7 is the seventh, as a rule */

	if (item && str_eq(json_str_at(item, "id"), id))
		return item;
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

size_t part_line(const char *s, size_t cols)
{
	size_t n = strlen(s), fit = utf8_fit(s, n, cols), word = fit;

	if (fit == n)
		return n;
	while (word && s[word] != ' ')
		word--;
	return word ? word : fit ? fit : utf8_cut(s, n, 4); /* a character wider than the room is better than none */
}

void part_clip(struct buf *b, const struct term *t, const char *s, size_t cols)
{
	auto_buf struct buf flat = BUF_INIT(65536);
	auto_free char *safe = NULL;
	const char *dots = t->unicode ? "…" : "...";
	size_t n, room = utf8_width(dots, strlen(dots));

	clip_line(&flat, s, strlen(s), 16384); /* only to make it one line */
	safe = term_safe(buf_cstr(&flat));
	n = strlen(safe);
	if (utf8_width(safe, n) > cols) {
		n = utf8_fit(safe, n, cols > room ? cols - room : 0);
		while (n && safe[n - 1] == ' ')
			n--;
		buf_add(b, safe, n);
		buf_str(b, dots);
		return;
	}
	buf_str(b, safe);
}

/* Where a quote comes from, without the place in it. */
static char *source_of(const json_t *evidence, bool with_cluster)
{
	auto_free char *cluster = cluster_mark(evidence, with_cluster);
	auto_free char *whole = mem_printf("%s%s", cluster, json_str_or(evidence, "source", ""));

	return term_safe(whole);
}

/*
 * The place in the source stands behind the quote when there is room, else below; the source after the last quote that
 * comes from it. A path is never broken: people copy it.
 */
void part_quote(struct buf *b, const struct term *t, const char *id, const char *quote, const json_t *evidence,
		bool with_cluster, const json_t *next)
{
	auto_buf struct buf line = BUF_INIT(65536);
	auto_free char *mark = mem_printf("%4s", id);
	auto_free char *source = source_of(evidence, with_cluster);
	auto_free char *following = next ? source_of(next, with_cluster) : NULL;
	const char *computed = json_bool_at(evidence, "derived", false) ? "  (computed)" : "";
	auto_free char *where = mem_printf("%s%s", json_str_or(evidence, "pointer", ""), computed);
	auto_free char *place = term_safe(where);
	auto_free char *safe = NULL;
	size_t width;

	clip_line(&line, quote, strlen(quote), QUOTE_MAX);
	safe = mem_printf("\"%s\"", buf_cstr(&line));
	part_bullet(b, t, STYLE_CYAN, mark, safe, 1);
	width = 6 + utf8_width(safe, strlen(safe));
	if (*place && width + 2 + utf8_width(place, strlen(place)) <= t->width) {
		buf_cut(b, b->len - 1);
		buf_str(b, "  ");
		term_style(b, t, STYLE_DIM, place + strspn(place, " "));
		buf_char(b, '\n');
	} else if (*place) {
		dim_line(b, t, place);
	}
	if (*source && !str_eq(source, following))
		dim_line(b, t, source);
}

/* "Suppressed: 2 findings (until 2026-12-31 by config.yaml:4: reason)", one line for each entry of the config. */
static void suppressed_rows(struct buf *b, const struct term *t, const json_t *all)
{
	auto_json json_t *spots = blind_suppressed(all, true);
	auto_json json_t *told = json_object();
	const json_t *s, *o;
	size_t i, k;

	json_array_foreach (spots, i, s) {
		const char *why = json_str_or(s, "why", "");
		auto_free char *line = NULL;
		size_t n = 0;

		if (json_object_get(told, why))
			continue;
		json_object_set_new(told, why, json_true());
		json_array_foreach (spots, k, o) {
			n += str_eq(json_str_at(o, "why"), why);
		}
		line = mem_printf("Suppressed: %zu finding%s (%s)", n, n == 1 ? "" : "s", why + strlen("suppressed "));
		part_bullet(b, t, STYLE_YELLOW, "-", line, 2);
	}
}

static void blind_row(struct buf *b, const struct term *t, const json_t *spot, bool with_cluster)
{
	auto_free char *cluster = cluster_mark(spot, with_cluster);
	auto_free char *line =
		mem_printf("%s%s: %s", cluster, json_str_or(spot, "what", ""), json_str_or(spot, "why", ""));

	part_bullet(b, t, STYLE_YELLOW, "-", line, 2);
}

void part_blind_spots(struct buf *b, const struct term *t, const json_t *all, bool with_cluster)
{
	auto_json json_t *unseen = blind_suppressed(all, false);
	auto_json json_t *spots = blind_grouped(unseen);
	size_t n = json_array_size(spots), i;

	part_heading(b, t, "Could not see");
	for (i = 0; i < n && i < BLIND_SHOWN; i++)
		blind_row(b, t, json_array_get(spots, i), with_cluster);
	if (i < n) {
		auto_free char *more = mem_printf("and %zu more (-o json lists all)", n - i);

		part_bullet(b, t, STYLE_DIM, "-", more, 2);
	}
	if (!n)
		part_bullet(b, t, STYLE_DIM, "-", "nothing: everything that was asked for could be read", 2);
	suppressed_rows(b, t, all);
}

const char *part_command(const char *s, size_t *len)
{
	static const char *const programs[] = {": kubectl ", ": helm ", ": crictl ", ": systemctl ", ": journalctl "};
	const char *found = NULL, *end;

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		const char *at = strstr(s, programs[i]);

		if (at && (!found || at < found))
			found = at;
	}
	if (!found)
		return NULL;
	found += 2;
	end = strstr(found, ", then ");
	*len = end ? (size_t)(end - found) : strlen(found);
	if (!end && str_ends(found, ")")) { /* a remark behind it */
		const char *remark = strrchr(found, '(');

		if (remark && remark[-1] == ' ' && !strpbrk(remark, "'\""))
			*len = (size_t)(remark - found) - 1;
	}
	return found;
}

/* A command stands on a line of its own, whole, so that it can be copied. */
void part_fix_item(struct buf *b, const struct term *t, const char *text, size_t indent)
{
	auto_buf struct buf flat = BUF_INIT(65536);
	size_t len = 0;
	const char *s, *command;

	clip_line(&flat, text, strlen(text), 32768);
	s = buf_cstr(&flat);
	command = part_command(s, &len);
	if (!command) {
		part_bullet(b, t, STYLE_GREEN, "-", s, indent);
		return;
	}
	auto_free char *before = mem_strn(s, (size_t)(command - s) - 1);
	auto_free char *part = mem_strn(command, len);
	auto_free char *safe = term_safe(part);

	part_bullet(b, t, STYLE_GREEN, "-", before, indent);
	buf_repeat(b, ' ', indent + 4);
	term_style(b, t, STYLE_BOLD, safe);
	buf_char(b, '\n');
	if (command[len]) {
		buf_repeat(b, ' ', indent + 2);
		auto_free char *rest = term_safe(command + len + strspn(command + len, ", "));

		term_wrap(b, t, rest, indent + 2, indent + 2);
		buf_char(b, '\n');
	}
}

void part_fix(struct buf *b, const struct term *t, const json_t *fix, const char *none)
{
	const json_t *f;
	size_t i;

	part_heading(b, t, "Fix");
	json_array_foreach (fix, i, f) {
		part_fix_item(b, t, json_string_value(f), 2);
	}
	if (!json_array_size(fix))
		part_bullet(b, t, STYLE_DIM, "-", none, 2);
}
