/* SPDX-License-Identifier: Apache-2.0 */
/* dupin triage: the checks, no model, nothing recorded. */
#include <stdio.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer.h"
#include "agent/face/commands.h"
#include "agent/face/export.h"
#include "agent/face/session.h"
#include "agent/face/watch.h"
#include "agent/triage/readable.h"
#include "agent/triage/since.h"
#include "agent/triage/triage.h"

static int print(const struct session *s, const struct export_setup *x)
{
	const json_t *doc = x->document;
	auto_free char *text = NULL;

	if (str_eq(session_format(s), "json"))
		return session_print_json(s, doc);
	if (str_eq(session_format(s), "sarif")) {
		auto_json json_t *sarif = export_sarif(x);

		return session_print_json(s, sarif);
	}
	if (str_eq(session_format(s), "junit")) {
		text = export_junit(x);
	} else if (str_eq(session_format(s), "markdown")) {
		auto_free char *markdown = answer_triage_markdown(doc);

		text = term_safe(markdown);
	} else {
		text = answer_triage_text(doc, &s->out);
	}
	return session_print(s, text);
}

/* Formats for programs tell of what could not be read too: there is a document even when nothing could. */
static bool for_programs(const struct session *s)
{
	return !str_eq(session_format(s), "text") && !str_eq(session_format(s), "markdown");
}

static int run_once(struct session *s)
{
	struct triage_options o = {.only = s->options->only.items, .skip = s->options->skip.items, .pool = s->pool,
				   .suppress = &s->config->triage.suppressions};
	char why[480] = "";
	bool readable = readable_any(s->world, why, sizeof(why)) || session_interrupted(s);
	struct err e = {0};
	struct triage *t;
	json_t *doc, *changes;
	int64_t since = 0;
	int status;

	if (s->options->since && since_parse(s->options->since, world_now_ms(s->world), &since, &e) < 0)
		return session_fail(s, EXIT_USAGE, e.msg);
	if (!readable && !for_programs(s))
		return session_fail(s, EXIT_UNREADABLE, why);
	if (!readable_scope(s->world, why, sizeof(why)) && !session_interrupted(s))
		return session_fail(s, EXIT_USAGE, why);
	t = triage_run(s->world, s->registry, &o, &e);
	if (!t)
		return session_fail(s, EXIT_USAGE, e.msg);
	changes = s->options->since ? since_changes(s->world, since) : NULL;
	doc = triage_json(t); /* of no cluster: nothing but its blind spots */
	if (changes)
		json_object_set_new(doc, "changes", changes);
	status = print(s, &(struct export_setup){.triage = t,
						 .document = doc,
						 .registry = s->registry,
						 .options = &o,
						 .fail_on = s->options->fail_on,
						 .complete = readable && !session_interrupted(s)});
	if (!readable)
		status = session_fail(s, EXIT_UNREADABLE, why);
	if (!status && session_interrupted(s))
		status = session_fail(s, EXIT_INTERRUPTED, "Interrupted: not every check ran.");
	if (!status && triage_reaches(t, s->options->fail_on))
		status = EXIT_FINDINGS;
	json_decref(doc);
	triage_free(t);
	return status;
}

static int run(struct session *s)
{
	struct triage_options o = {.only = s->options->only.items,
				   .skip = s->options->skip.items,
				   .suppress = &s->config->triage.suppressions};
	int status;

	if (s->options->watch)
		return watch_run(s, &o);
	status = session_world(s);
	return status ? status : run_once(s);
}

int command_triage(struct options *o)
{
	struct session s;
	int status = session_open(&s, o);

	if (!status && o->words.count) {
		auto_free char *why = mem_printf(
			"triage takes no argument \"%.80s\"; to ask something: dupin ask \"...\"", o->words.items[0]);

		status = session_fail(&s, EXIT_USAGE, why);
	}
	if (!status)
		status = session_toolsets(&s);
	if (!status)
		status = session_suppressions(&s);
	if (!status)
		status = run(&s);
	return session_close(&s, status);
}
