/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/asking.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer.h"
#include "agent/face/progress.h"
#include "agent/face/recorder.h"
#include "agent/model/price.h"

static int print(const struct session *s, const json_t *document)
{
	auto_free char *text = NULL;

	if (str_eq(session_format(s), "json"))
		return session_print_json(s, document);
	if (str_eq(session_format(s), "markdown")) {
		text = term_safe(json_str_or(document, "answer", ""));
	} else {
		text = answer_text(document, &s->out);
	}
	return session_print(s, text);
}

/* Money can only be counted when the price is known: better told before than after. */
static int known_price(const struct session *s, const struct config_model *m)
{
	struct price p;
	auto_free char *why = NULL;

	if (s->config->budget.usd <= 0 || s->options->offline || str_empty(m->name) || str_empty(m->base_url))
		return 0;
	if (price_find(s->config->models, m->name, &p))
		return 0;
	why = mem_printf("--budget-usd needs the price of model \"%s\", which is not known: set models.%s.input and "
			 "models.%s.output (USD per million tokens) in the config file",
			 m->name, m->name, m->name);
	return session_fail(s, EXIT_USAGE, why);
}

struct view {
	struct progress progress;
	struct session *session;
};

static void on_event(void *ctx, const char *kind, const json_t *data)
{
	struct view *v = ctx;

	if (str_eq(kind, "start"))
		recorder_begin(recorder_get(), v->session->store, json_str_or(data, "id", ""));
	progress_event(&v->progress, kind, data);
}

int asking_run(struct session *s, const char *question, const json_t *attachments)
{
	struct view view = {
		.session = s,
		.progress = {.term = s->err, .quiet = s->options->quiet, .show_output = s->options->show_tool_output}};
	char why[400] = "";
	struct inquiry_setup setup = {.question = question,
				      .attachments = attachments,
				      .world = s->world,
				      .registry = s->registry,
				      .pool = s->pool,
				      .store = s->store,
				      .config = s->config,
				      .prompts = s->prompts,
				      .runbooks = s->runbooks,
				      .cancel = s->cancel,
				      .on_event = on_event,
				      .ctx = &view};
	struct inquiry_result result;
	int status;

	if (s->nothing_to_spend)
		snprintf(why, sizeof(why),
			 "--%s is 0, so no model is asked and the answer comes from the checks alone.",
			 s->nothing_to_spend);
	setup.offline = s->options->offline || s->nothing_to_spend || !config_has_model(s->config, why, sizeof(why));
	setup.offline_why = s->options->offline ? NULL : why;
	inquiry_run(&setup, &result);
	recorder_begin(recorder_get(), NULL, "");
	s->unread = result.left_running;
	if (*result.why && !(s->options->quiet && result.end == INQUIRY_ANSWERED && setup.offline))
		session_fail(s, 0, result.why);
	if (store_broken(s->store)) {
		auto_free char *told =
			mem_printf("only a part of this investigation is kept: %s", store_broken(s->store));

		session_fail(s, 0, told);
	}
	if (result.end == INQUIRY_USAGE || (result.end == INQUIRY_UNREADABLE && !str_eq(session_format(s), "json")))
		status = 0;
	else
		status = print(s, result.document);
	json_decref(result.document);
	return result.end != INQUIRY_ANSWERED ? (int)result.end : status;
}

int asking_check_price(const struct session *s)
{
	int status = known_price(s, &s->config->model);

	return status ? status : known_price(s, &s->config->fallback);
}
