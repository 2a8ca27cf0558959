/* SPDX-License-Identifier: Apache-2.0 */
/* An event of a watch as a block of text: when, what, which object, why. */
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer_part.h"
#include "agent/face/answer_tree.h"
#include "agent/face/watch.h"

static enum style style_of(const json_t *event)
{
	const char *what = json_str_or(event, "event", "");

	if (str_eq(what, "new"))
		return str_eq(json_str_at(event, "finding.severity"), "critical") ? STYLE_RED : STYLE_YELLOW;
	return str_eq(what, "resolved") ? STYLE_GREEN : str_eq(what, "changed") ? STYLE_YELLOW : STYLE_CYAN;
}

static void head(struct buf *b, const struct term *t, const json_t *event, const char *rest)
{
	auto_free char *line =
		mem_printf("%s %s: %s", json_str_or(event, "at", ""), json_str_or(event, "event", ""), rest);
	auto_free char *safe = term_safe(line);

	term_on(b, t, style_of(event));
	term_wrap(b, t, safe, 0, 4);
	term_off(b, t);
	buf_char(b, '\n');
}

static void cluster_event(struct buf *b, const struct term *t, const json_t *event)
{
	const char *cluster = json_str_or(event, "cluster", ""), *why = json_str_at(event, "why");
	auto_free char *text = why ? mem_printf("cluster %s: %s; what was found in it stays as it was", cluster, why)
				   : mem_printf("cluster %s", cluster);

	head(b, t, event, text);
}

/* "after 12m", "after at least 12m": what was there at the start may be older. The caller's. */
static char *lasted(const json_t *event)
{
	char age[CLOCK_TEXT];

	if (!json_object_get(event, "lasted_ms"))
		return mem_str("");
	clock_age(json_int_at(event, "lasted_ms", 0), age);
	return mem_printf("after %s%s, ", json_bool_at(event, "lasted_longer", false) ? "at least " : "", age);
}

/* " with 11 symptoms", or "". The caller's. */
static char *with_symptoms(const json_t *finding)
{
	size_t n = json_array_size(json_object_get(finding, "symptoms"));

	return n ? mem_printf(" with %zu symptom%s", n, n == 1 ? "" : "s") : mem_str("");
}

static void before_row(struct buf *b, const struct term *t, const json_t *event)
{
	const json_t *was = json_object_get(event, "before");
	auto_free char *line = NULL;

	if (!was)
		return;
	line = mem_printf("was: %s%s, %s", json_bool_at(was, "root_cause", false) ? "root cause, " : "symptom, ",
			  json_str_or(was, "severity", ""), json_str_or(was, "cause", ""));
	part_bullet(b, t, STYLE_DIM, "-", line, 4);
}

char *watch_event_text(const json_t *event, const json_t *triage, const struct term *t)
{
	const json_t *f = json_object_get(event, "finding");
	bool root = json_bool_at(event, "root_cause", false), fresh = str_eq(json_str_at(event, "event"), "new");
	auto_buf struct buf b = BUF_INIT(1u << 20), said = BUF_INIT(65536);
	auto_free char *time = lasted(event);
	auto_free char *with = with_symptoms(f);
	auto_free char *first = NULL;
	const char *why = json_str_at(event, "why");
	const json_t *fix;
	size_t i;

	if (!f) {
		cluster_event(&b, t, event);
		return buf_steal(&b);
	}
	first = mem_printf("%s%s%s, %s, %s", time, root ? "root cause" : "symptom", fresh ? "" : with,
			   json_str_or(f, "severity", ""), json_str_or(f, "check", ""));
	head(&b, t, event, first);
	tree_sentence(&said, f, part_several(triage));
	part_bullet(&b, t, STYLE_BOLD, "-", buf_cstr(&said), 2);
	before_row(&b, t, event);
	if (why) {
		auto_free char *line = mem_printf("could not see %s; it stays as it was", why);

		part_bullet(&b, t, STYLE_DIM, "-", line, 4);
	}
	if (fresh && root) {
		tree_symptoms(&b, t, triage, f, 4);
		json_array_foreach (json_object_get(f, "fix"), i, fix) {
			part_fix_item(&b, t, json_string_value(fix), 4);
		}
	}
	return buf_steal(&b);
}
