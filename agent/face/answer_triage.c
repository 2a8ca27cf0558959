/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a triage. */
#include "agent/face/answer.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/face/answer_changes.h"
#include "agent/face/answer_part.h"
#include "agent/face/answer_tree.h"

#define CAUSES_SHOWN 15
#define FEW 3          /* causes: so many are shown with all their quotes */
#define MANY 8         /* causes: so many are shown with one quote each, fewer with two */
#define FIXES_SHOWN 12
#define CHECKS_NAMED 6

static enum style severity_style(const json_t *finding)
{
	const char *s = json_str_or(finding, "severity", "");

	return str_eq(s, "critical") ? STYLE_RED : str_eq(s, "warning") ? STYLE_YELLOW : STYLE_DIM;
}

/* "E1-E5 E9" of the ids of a finding. The caller's. */
static char *ids_text(const json_t *ids)
{
	auto_buf struct buf b = BUF_INIT(1024);
	size_t n = json_array_size(ids);

	for (size_t i = 0, k; i < n; i = k) {
		const char *first = json_string_value(json_array_get(ids, i));
		char want[16];

		for (k = i + 1; k < n; k++) {
			snprintf(want, sizeof(want), "E%ld", strtol(first + 1, NULL, 10) + (long)(k - i));
			if (!str_eq(json_string_value(json_array_get(ids, k)), want))
				break;
		}
		buf_printf(&b, "%s%s", i ? " " : "", first);
		if (k - i > 1)
			buf_printf(&b, "%s%s", k - i > 2 ? "-" : " ", json_string_value(json_array_get(ids, k - 1)));
	}
	return buf_steal(&b);
}

/* One of the things that stand beside each other below a cause: on a new line when there is no room for it. */
static void piece(struct buf *b, const struct term *t, enum style style, const char *text, size_t *column)
{
	size_t width = utf8_width(text, strlen(text));

	if (!width)
		return;
	if (*column && *column + 2 + width > t->width) {
		buf_char(b, '\n');
		*column = 0;
	}
	buf_repeat(b, ' ', *column ? 2 : 4);
	*column += *column ? 2 : 4;
	term_on(b, t, style);
	term_wrap(b, t, text, *column, 4);
	if (style != STYLE_PLAIN)
		term_off(b, t);
	*column += width;
}

static void cause(struct buf *b, const struct term *t, const json_t *triage, size_t n, const json_t *f)
{
	auto_free char *mark = mem_printf("%zu.", n);
	auto_free char *ids = ids_text(json_object_get(f, "evidence"));
	auto_free char *said = mem_printf("%s, score %.2f", json_str_or(f, "severity", ""),
					  json_number_value(json_object_get(f, "score")));
	auto_buf struct buf object = BUF_INIT(8192);
	size_t column = 0;

	part_bullet(b, t, severity_style(f), mark, json_str_or(f, "cause", ""), n < 10 ? 1 : 0);
	part_object(&object, json_object_get(f, "object"), part_several(triage));
	piece(b, t, STYLE_BOLD, buf_cstr(&object), &column);
	piece(b, t, STYLE_PLAIN, said, &column);
	piece(b, t, STYLE_DIM, json_str_or(f, "check", ""), &column);
	piece(b, t, STYLE_CYAN, ids, &column);
	buf_char(b, '\n');
	answer_changed(b, t, triage, f, 4);
	tree_symptoms(b, t, triage, f, 4);
}

/* "and 485 more: 300 image-pull, 185 container-crash-loop (-o json lists all)" */
static void more_causes(struct buf *b, const struct term *t, const json_t *causes)
{
	auto_buf struct buf line = BUF_INIT(8192);
	struct map *checks = map_new(NULL);
	size_t n = json_array_size(causes), i;

	for (i = CAUSES_SHOWN; i < n; i++) {
		const char *check = json_str_or(json_array_get(causes, i), "check", "");

		map_set(checks, check, (void *)((uintptr_t)map_get(checks, check) + 1));
	}
	buf_printf(&line, "and %zu more:", n - CAUSES_SHOWN);
	for (i = 0; i < map_len(checks) && i < CHECKS_NAMED; i++) {
		void *count;
		const char *check = map_at(checks, i, &count);

		buf_printf(&line, "%s %zu %s", i ? "," : "", (size_t)(uintptr_t)count, check);
	}
	buf_printf(&line, "%s (-o json lists all)", i < map_len(checks) ? ", ..." : "");
	part_bullet(b, t, STYLE_BOLD, "-", buf_cstr(&line), 2);
	map_free(checks);
}

/* The quotes of the causes that are shown, in their order. */
static json_t *quotes_of(const json_t *triage, const json_t *causes, size_t shown)
{
	json_t *list = json_array(), *id;
	size_t k, most = shown > MANY ? 1 : shown > FEW ? 2 : SIZE_MAX;

	for (size_t i = 0; i < shown; i++) {
		json_array_foreach (json_object_get(json_array_get(causes, i), "evidence"), k, id) {
			const json_t *e = part_by_id(json_object_get(triage, "evidence"), json_string_value(id));

			if (e && k < most)
				json_array_append_new(list, json_incref((json_t *)(uintptr_t)e));
		}
	}
	return list;
}

static void quotes(struct buf *b, const struct term *t, const json_t *triage, const json_t *causes, size_t shown)
{
	auto_json json_t *list = quotes_of(triage, causes, shown);
	const json_t *e;
	size_t i;

	part_heading(b, t, "Evidence");
	json_array_foreach (list, i, e) {
		part_quote(b, t, json_str_or(e, "id", ""), json_str_or(e, "quote", ""), e, part_several(triage),
			   json_array_get(list, i + 1));
	}
	if (!i)
		part_bullet(b, t, STYLE_DIM, "-", "none", 2);
	if (shown > FEW)
		part_bullet(b, t, STYLE_DIM, "-", "the first of each cause; -o json lists all", 2);
}

static void fixes(struct buf *b, const struct term *t, const json_t *causes, size_t shown)
{
	auto_json json_t *all = part_fixes(causes, shown);
	auto_json json_t *first = json_array();
	size_t n = json_array_size(all);

	for (size_t i = 0; i < n && i < FIXES_SHOWN; i++)
		json_array_append(first, json_array_get(all, i));
	part_fix(b, t, first, "nothing to do");
	if (n > FIXES_SHOWN) {
		auto_free char *more = mem_printf("and %zu more (-o json lists all)", n - FIXES_SHOWN);

		part_bullet(b, t, STYLE_DIM, "-", more, 2);
	}
}

static void footer(struct buf *b, const struct term *t, const json_t *triage)
{
	size_t notes = 0, i, findings = json_array_size(json_object_get(triage, "findings"));
	auto_buf struct buf line = BUF_INIT(1024);
	const json_t *f;

	json_array_foreach (json_object_get(triage, "findings"), i, f) {
		bool symptom = json_is_string(json_object_get(f, "caused_by"));

		notes += !symptom && (json_number_value(json_object_get(f, "score")) <= 0 ||
				      str_eq(json_str_at(f, "severity"), "info"));
	}
	buf_printf(&line, "%zu finding%s", findings, findings == 1 ? "" : "s");
	if (notes)
		buf_printf(&line, ", %zu of them old or harmless (-o json)", notes);
	buf_printf(&line, "; %lld objects in %lld requests; as of %s",
		   (long long)json_int_at(triage, "scanned.objects", 0),
		   (long long)json_int_at(triage, "scanned.requests", 0), json_str_or(triage, "now", ""));
	buf_char(b, '\n');
	term_on(b, t, STYLE_DIM);
	term_wrap(b, t, buf_cstr(&line), 0, 0);
	term_off(b, t);
	buf_char(b, '\n');
}

char *answer_triage_text(const json_t *triage, const struct term *t)
{
	auto_buf struct buf b = BUF_INIT(8u << 20);
	auto_json json_t *causes = part_roots(triage);
	auto_free char *headline = part_headline(triage);
	size_t n = json_array_size(causes), shown = n < CAUSES_SHOWN ? n : CAUSES_SHOWN;

	if (*headline) {
		term_style(&b, t, STYLE_BOLD, headline);
		buf_char(&b, '\n');
	}
	part_heading(&b, t, "Root causes");
	for (size_t i = 0; i < shown; i++)
		cause(&b, t, triage, i + 1, json_array_get(causes, i));
	if (n > shown)
		more_causes(&b, t, causes);
	if (!n)
		part_bullet(&b, t, STYLE_GREEN, "-", part_no_causes(triage), 2);
	quotes(&b, t, triage, causes, shown);
	answer_changes_text(&b, t, triage);
	part_blind_spots(&b, t, json_object_get(triage, "blind_spots"), part_several(triage));
	fixes(&b, t, causes, shown);
	footer(&b, t, triage);
	return buf_steal(&b);
}
