/* SPDX-License-Identifier: Apache-2.0 */
/* The section "Changes" of a triage that was asked for them, and the line of a cause that says what changed before it. */
#include "agent/face/answer_changes.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer_part.h"

enum { CHANGES_SHOWN = 40 };

/* "09:41:07", with the day when it is not that of now. The caller's. */
static char *clock_text(const json_t *change, const char *now)
{
	const char *time = json_str_or(change, "time", "");

	if (strlen(time) < 19)
		return mem_str(time);
	if (strncmp(time, now, 10) == 0)
		return mem_printf("%.8s", time + 11);
	return mem_printf("%.5s %.8s", time + 5, time + 11);
}

/* "20m ago", "" when it cannot be told. The caller's. */
static char *age_text(const json_t *change, const char *now)
{
	int64_t at, until;
	char age[CLOCK_TEXT];

	if (!clock_parse(json_str_or(change, "time", ""), &at) || !clock_parse(now, &until))
		return mem_str("");
	clock_age(until - at, age);
	return mem_printf("%s ago", age);
}

/* "Deployment shop/cart image v1 -> v2 (kubectl-edit)". */
static void sentence(struct buf *b, const json_t *change, bool several)
{
	const char *who = json_str_or(change, "who", ""), *sure = json_str_or(change, "sure", "");

	part_object(b, json_object_get(change, "object"), several);
	buf_printf(b, " %s", json_str_or(change, "what", ""));
	if (*who)
		buf_printf(b, " (%s)", who);
	if (str_eq(sure, "possible"))
		buf_str(b, " [possibly]");
}

static char *more_text(const json_t *changes)
{
	return mem_printf("and %zu older (-o json lists all)", json_array_size(changes) - CHANGES_SHOWN);
}

void answer_changes_text(struct buf *b, const struct term *t, const json_t *triage)
{
	const json_t *changes = json_object_get(triage, "changes"), *change;
	const char *now = json_str_or(triage, "now", "");
	size_t i;

	if (!changes)
		return;
	part_heading(b, t, "Changes");
	json_array_foreach (changes, i, change) {
		auto_free char *clock = clock_text(change, now);
		auto_free char *age = age_text(change, now);
		auto_buf struct buf line = BUF_INIT(8192);

		if (i == CHANGES_SHOWN) {
			auto_free char *more = more_text(changes);

			part_bullet(b, t, STYLE_DIM, "-", more, 2);
			return;
		}
		buf_printf(&line, "%s, ", age);
		sentence(&line, change, part_several(triage));
		part_bullet(b, t, STYLE_CYAN, clock, buf_cstr(&line), 2);
	}
	if (!json_array_size(changes))
		part_bullet(b, t, STYLE_DIM, "-", "none in that time, in what could be read", 2);
}

void answer_changes_markdown(struct buf *b, const json_t *triage)
{
	const json_t *changes = json_object_get(triage, "changes"), *change;
	size_t i;

	if (!changes)
		return;
	buf_str(b, "\n## Changes\n");
	json_array_foreach (changes, i, change) {
		if (i == CHANGES_SHOWN) {
			auto_free char *more = more_text(changes);

			buf_printf(b, "- %s\n", more);
			return;
		}
		buf_printf(b, "- %s ", json_str_or(change, "time", ""));
		sentence(b, change, part_several(triage));
		buf_char(b, '\n');
	}
	if (!json_array_size(changes))
		buf_str(b, "None in that time, in what could be read.\n");
}

void answer_changed(struct buf *b, const struct term *t, const json_t *triage, const json_t *finding, size_t indent)
{
	const json_t *id;
	size_t i;

	json_array_foreach (json_object_get(finding, "evidence"), i, id) {
		const json_t *e = part_by_id(json_object_get(triage, "evidence"), json_string_value(id));
		const char *quote = json_str_or(e, "quote", "");

		if (json_bool_at(e, "derived", false) && str_starts(quote, "Changed "))
			part_bullet(b, t, STYLE_YELLOW, t->unicode ? "△" : "~", quote, indent);
	}
}
