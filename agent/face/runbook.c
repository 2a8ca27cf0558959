/* SPDX-License-Identifier: Apache-2.0 */
/* dupin runbook: what the model may fetch, for people. */
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/commands.h"
#include "agent/face/session.h"

static json_t *describe(const struct runbook *r, bool with_body)
{
	json_t *o = json_pack("{s:o,s:o,s:o}", "name", json_text0(r->name), "title", json_text0(r->title), "origin",
			      json_text0(r->origin));

	if (with_body)
		json_object_set_new(o, "body", json_text0(r->body));
	return o;
}

static int list(struct session *s)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);
	auto_json json_t *all = json_array();

	for (size_t i = 0; i < runbooks_count(s->runbooks); i++) {
		const struct runbook *r = runbooks_at(s->runbooks, i);

		json_array_append_new(all, describe(r, false));
		term_on(&b, &s->out, STYLE_BOLD);
		buf_printf(&b, "%-26s", r->name);
		term_off(&b, &s->out);
		buf_printf(&b, " %s%s%s%s\n", r->title, str_eq(r->origin, "built in") ? "" : " (",
			   str_eq(r->origin, "built in") ? "" : r->origin, str_eq(r->origin, "built in") ? "" : ")");
	}
	if (str_eq(session_format(s), "json"))
		return session_print_json(s, all);
	return session_print(s, buf_cstr(&b));
}

static int print_one(const struct session *s, const struct runbook *r)
{
	auto_json json_t *one = describe(r, true);

	return session_print_json(s, one);
}

static int show(struct session *s, const char *name)
{
	const struct runbook *r = runbooks_find(s->runbooks, name);
	auto_free char *text = NULL;
	const char *near;

	if (r && str_eq(session_format(s), "json"))
		return print_one(s, r);
	if (r) {
		text = mem_printf("# %s\n\n%s", r->title, r->body);
		return session_print(s, text);
	}
	near = runbooks_nearest(s->runbooks, name);
	text = mem_printf("there is no runbook \"%.64s\"%s%s%s (`dupin runbook list` shows them)", name,
			  near ? "; did you mean \"" : "", str_or(near, ""), near ? "\"?" : "");
	return session_fail(s, EXIT_USAGE, text);
}

int command_runbook(struct options *o)
{
	const char *action = o->words.count ? o->words.items[0] : "list";
	struct session s;
	int status = session_open(&s, o);

	if (!status)
		status = session_texts(&s);
	if (!status && str_eq(action, "list") && o->words.count < 2)
		status = list(&s);
	else if (!status && str_eq(action, "show") && o->words.count == 2)
		status = show(&s, o->words.items[1]);
	else if (!status)
		status = session_fail(&s, EXIT_USAGE, "use it as: dupin runbook [list|show NAME]");
	return session_close(&s, status);
}
