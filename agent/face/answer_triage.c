/* SPDX-License-Identifier: Apache-2.0 */
/* The text and the Markdown of a triage. */
#include "agent/face/answer.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer_changes.h"
#include "agent/face/answer_part.h"
#include "agent/text/clip.h"

#define SYMPTOMS_SHOWN 8

static enum style severity_style(const json_t *finding)
{
	const char *s = json_str_or(finding, "severity", "");

	return str_eq(s, "critical") ? STYLE_RED : str_eq(s, "warning") ? STYLE_YELLOW : STYLE_DIM;
}

/* Direct children of a finding, each with its own below it: the tree of cause and symptoms. */
static void children(struct buf *b, const struct term *t, const json_t *triage, const char *id, size_t indent,
		     size_t *left)
{
	const json_t *f;
	size_t i;

	json_array_foreach (json_object_get(triage, "findings"), i, f) {
		auto_buf struct buf line = BUF_INIT(8192);

		if (!str_eq(json_str_at(f, "caused_by"), id))
			continue;
		if (!*left)
			return;
		--*left;
		part_object(&line, json_object_get(f, "object"), part_several(triage));
		buf_printf(&line, ": %s", json_str_or(f, "cause", ""));
		part_bullet(b, t, STYLE_DIM, t->unicode ? "└" : "`-", buf_cstr(&line), indent);
		if (indent < 12)
			children(b, t, triage, json_str_or(f, "id", ""), indent + 2, left);
	}
}

static void cause(struct buf *b, const struct term *t, const json_t *triage, size_t n, const json_t *f, bool several)
{
	auto_free char *mark = mem_printf("%zu.", n);
	auto_buf struct buf said = BUF_INIT(8192);
	size_t total = json_array_size(json_object_get(f, "symptoms")), left = SYMPTOMS_SHOWN, i, columns;
	const json_t *e;

	part_bullet(b, t, severity_style(f), mark, json_str_or(f, "cause", ""), 1);
	buf_printf(&said, "%s, score %.2f  ", json_str_or(f, "severity", ""),
		   json_number_value(json_object_get(f, "score")));
	columns = said.len + strlen(json_str_or(f, "check", ""));
	term_style(&said, t, STYLE_DIM, json_str_or(f, "check", ""));
	json_array_foreach (json_object_get(f, "evidence"), i, e) {
		buf_char(&said, ' ');
		term_style(&said, t, STYLE_CYAN, json_string_value(e));
		columns += 1 + json_string_length(e);
	}
	part_where(b, t, json_object_get(f, "object"), several, buf_cstr(&said), columns);
	answer_changed(b, t, triage, f, 4);
	children(b, t, triage, json_str_or(f, "id", ""), 4, &left);
	if (total > SYMPTOMS_SHOWN) {
		auto_free char *more = mem_printf("and %zu more", total - SYMPTOMS_SHOWN);

		part_bullet(b, t, STYLE_DIM, t->unicode ? "└" : "`-", more, 4);
	}
}

static void collect_fix(json_t *fix, const json_t *f)
{
	const json_t *item, *have;
	size_t i, k;

	json_array_foreach (json_object_get(f, "fix"), i, item) {
		bool known = false;

		json_array_foreach (fix, k, have) {
			known |= json_equal(have, item);
		}
		if (!known)
			json_array_append_new(fix, json_string(json_string_value(item)));
	}
}

static json_t *roots(const json_t *triage)
{
	json_t *list = json_array(), *id;
	size_t i;

	json_array_foreach (json_object_get(triage, "root_causes"), i, id) {
		const json_t *f = part_by_id(json_object_get(triage, "findings"), json_string_value(id));

		if (f)
			json_array_append_new(list, json_incref((json_t *)(uintptr_t)f));
	}
	return list;
}

static void quotes(struct buf *b, const struct term *t, const json_t *triage, const json_t *causes)
{
	const json_t *f, *id;
	size_t i, k, shown = 0;

	part_heading(b, t, "Evidence");
	json_array_foreach (causes, i, f) {
		json_array_foreach (json_object_get(f, "evidence"), k, id) {
			const json_t *e = part_by_id(json_object_get(triage, "evidence"), json_string_value(id));

			part_quote(b, t, json_string_value(id), json_str_or(e, "quote", ""), e, part_several(triage));
			shown++;
		}
	}
	if (!shown)
		part_bullet(b, t, STYLE_DIM, "-", "none", 2);
}

static void footer(struct buf *b, const struct term *t, const json_t *triage)
{
	auto_free char *line =
		mem_printf("%zu findings; %lld objects in %lld requests; as of %s",
			   json_array_size(json_object_get(triage, "findings")),
			   (long long)json_int_at(triage, "scanned.objects", 0),
			   (long long)json_int_at(triage, "scanned.requests", 0), json_str_or(triage, "now", ""));

	buf_char(b, '\n');
	term_style(b, t, STYLE_DIM, line);
	buf_char(b, '\n');
}

char *answer_triage_text(const json_t *triage, const struct term *t)
{
	auto_buf struct buf b = BUF_INIT(8u << 20);
	auto_json json_t *causes = roots(triage);
	auto_json json_t *fix = json_array();
	bool several = part_several(triage);
	const json_t *f;
	size_t i;

	part_heading(&b, t, "Root causes");
	json_array_foreach (causes, i, f) {
		cause(&b, t, triage, i + 1, f, several);
		collect_fix(fix, f);
	}
	if (!json_array_size(causes))
		part_bullet(&b, t, STYLE_GREEN, "-", "none: nothing that was read is failing now", 2);
	quotes(&b, t, triage, causes);
	answer_changes_text(&b, t, triage);
	part_blind_spots(&b, t, json_object_get(triage, "blind_spots"), several);
	part_fix(&b, t, fix, "nothing to do");
	footer(&b, t, triage);
	return buf_steal(&b);
}

static void markdown_cause(struct buf *b, const json_t *triage, size_t n, const json_t *f)
{
	const json_t *id;
	size_t i;

	buf_printf(b, "%zu. **%s** `", n, json_str_or(f, "cause", ""));
	part_object(b, json_object_get(f, "object"), part_several(triage));
	buf_printf(b, "` (%s, score %.2f, `%s`)\n", json_str_or(f, "severity", ""),
		   json_number_value(json_object_get(f, "score")), json_str_or(f, "check", ""));
	json_array_foreach (json_object_get(f, "symptoms"), i, id) {
		const json_t *s = part_by_id(json_object_get(triage, "findings"), json_string_value(id));

		buf_str(b, "   - explains `");
		part_object(b, json_object_get(s, "object"), part_several(triage));
		buf_printf(b, "`: %s\n", json_str_or(s, "cause", ""));
	}
}

static void markdown_evidence(struct buf *b, const json_t *triage, const json_t *causes)
{
	const json_t *f, *id;
	size_t i, k;

	buf_str(b, "\n## Evidence\n");
	json_array_foreach (causes, i, f) {
		json_array_foreach (json_object_get(f, "evidence"), k, id) {
			const json_t *e = part_by_id(json_object_get(triage, "evidence"), json_string_value(id));
			const char *quote = json_str_or(e, "quote", "");

			buf_printf(b, "- %s: \"", json_string_value(id));
			clip_line(b, quote, strlen(quote), 300);
			buf_printf(b, "\" (%s%s%s %s)\n", part_several(triage) ? json_str_or(e, "cluster", "") : "",
				   part_several(triage) ? ": " : "", json_str_or(e, "source", ""),
				   json_str_or(e, "pointer", ""));
		}
	}
}

char *answer_triage_markdown(const json_t *triage)
{
	auto_buf struct buf b = BUF_INIT(8u << 20);
	auto_json json_t *causes = roots(triage);
	auto_json json_t *fix = json_array();
	const json_t *item;
	size_t i;

	buf_str(&b, "## Root causes\n");
	json_array_foreach (causes, i, item) {
		markdown_cause(&b, triage, i + 1, item);
		collect_fix(fix, item);
	}
	if (!json_array_size(causes))
		buf_str(&b, "None: nothing that was read is failing now.\n");
	markdown_evidence(&b, triage, causes);
	answer_changes_markdown(&b, triage);
	buf_str(&b, "\n## Could not see\n");
	json_array_foreach (json_object_get(triage, "blind_spots"), i, item) {
		buf_printf(&b, "- %s%s%s: %s\n", part_several(triage) ? json_str_or(item, "cluster", "") : "",
			   part_several(triage) ? ": " : "", json_str_or(item, "what", ""),
			   json_str_or(item, "why", ""));
	}
	buf_str(&b, "\n## Fix\n");
	json_array_foreach (fix, i, item) {
		buf_printf(&b, "- %s\n", json_string_value(item));
	}
	return buf_steal(&b);
}
