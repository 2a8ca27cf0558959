/* SPDX-License-Identifier: Apache-2.0 */
/* What servers say when they refuse: their words, what we learn from them, and the sentence for people. */
#include "agent/model/openai.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/text/clip.h"
#include "agent/text/mask.h"

#define WORDS_COLUMNS 200

/* The message of an error document: every server has its own place for it. */
static const json_t *message_of(const json_t *doc)
{
	static const char *const places[] = {"error.message",	  "error", "message", "detail", "detail.0.msg",
					     "error_description", "msg"};

	if (json_is_array(doc))
		doc = json_array_get(doc, 0);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const json_t *m = json_at(doc, places[i]);

		if (json_is_string(m) && json_string_length(m))
			return m;
	}
	return json_object_get(doc, "detail");
}

static const char *code_of(const json_t *doc)
{
	static const char *const places[] = {"error.code", "error.type", "code", "type"};

	if (json_is_array(doc))
		doc = json_array_get(doc, 0);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const char *s = json_str_at(doc, places[i]);

		if (!str_empty(s) && !str_eq(s, "error"))
			return s;
	}
	return "";
}

/* Never the key, even if the server repeats it. */
static void add_without(struct buf *out, const char *s, const char *secret)
{
	size_t n = secret ? strlen(secret) : 0;
	const char *at;

	while (n && (at = strstr(s, secret))) {
		buf_add(out, s, (size_t)(at - s));
		buf_str(out, "***");
		s = at + n;
	}
	buf_str(out, s);
}

void openai_error_words(const struct model *m, const struct answer *a, struct buf *words, struct buf *code)
{
	const json_t *message = message_of(a->error);
	auto_buf struct buf raw = BUF_INIT(64 << 10), safe = BUF_INIT(128 << 10);

	if (json_is_string(message))
		add_without(&raw, json_string_value(message), m->key);
	else if (message)
		json_dump_to(&raw, message, false);
	else if (!a->error && a->body.len && buf_cstr(&a->body)[0] != '<')
		add_without(&raw, buf_cstr(&a->body), m->key);
	mask_text(&safe, buf_cstr(&raw), raw.len);
	clip_line(words, buf_cstr(&safe), safe.len, WORDS_COLUMNS);
	if (code)
		buf_str(code, code_of(a->error));
}

int openai_error_status(const json_t *error)
{
	const char *code = code_of(error);
	int64_t status =
		json_int_at(error, "error.code", json_int_at(error, "error.status", json_int_at(error, "code", 0)));

	if (status >= 400 && status < 600)
		return (int)status;
	if (strstr(code, "rate_limit") || strstr(code, "quota"))
		return 429;
	if (strstr(code, "invalid_request") || strstr(code, "context_length") || strstr(code, "BadRequest"))
		return 400;
	if (strstr(code, "auth") || strstr(code, "invalid_api_key"))
		return 401;
	return 0;
}

bool openai_is_too_long(const char *low, const char *code, int status)
{
	static const char *const marks[] = {"context length",	   "context window",	 "context size",
					    "context_length",	   "prompt is too long", "maximum context",
					    "input is too long",   "too many tokens",	 "reduce the length",
					    "exceeds the context", "input length",	 "longer than the model"};

	if (status == 413 || str_eq(code, "context_length_exceeded") || strstr(code, "exceed_context_size"))
		return true;
	if (status != 400 && status != 422 && status != 500)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (strstr(low, marks[i]))
			return true;
	return false;
}

bool openai_is_out_of_quota(const struct answer *a)
{
	return str_eq(code_of(a->error), "insufficient_quota") ||
	       str_eq(json_str_at(a->error, "error.type"), "insufficient_quota");
}

/* The words again, in lower case and not clipped, for looking into. */
static char *low_words(const struct answer *a)
{
	const json_t *message = message_of(a->error);
	char *text = json_is_string(message) ? mem_str(json_string_value(message))
		     : message		     ? json_dump(message, false)
					     : mem_str(a->error ? "" : buf_cstr(&a->body));
	const char *param = json_str_at(a->error, "error.param");
	char *both = mem_printf("%s %s", text, str_or(param, ""));

	free(text);
	return str_lower(both);
}

static bool refuses_tools(const char *low)
{
	/* clang-format off */
	static const char *const other[] = {"tool_call_id", "tool_calls", "role 'tool'", "role tool", "schema", "tool message"};
	static const char *const refusals[] = {
		"support", "require", "unrecognized", "unknown", "extra", "not allowed", "unexpected",
		"not enabled", "not available", "not permitted", "not implemented", "disabled", "invalid param",
	};
	/* clang-format on */

	if (!strstr(low, "tool") && !strstr(low, "function"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		if (strstr(low, other[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (strstr(low, refusals[i]))
			return true;
	return false;
}

/* A limit of output tokens by a name, or of a size, that this server does not take. */
static bool learn_tokens(struct model *m, const char *low)
{
	if (m->max_output_tokens <= 0 || m->quirks.tokens_form >= 2)
		return false;
	if (!strstr(low, "max_tokens") && !strstr(low, "max_completion_tokens"))
		return false;
	m->quirks.tokens_form = strstr(low, "too large") || strstr(low, "at most") ? 2 : m->quirks.tokens_form + 1;
	return true;
}

static bool set(bool *quirk)
{
	*quirk = true;
	return true;
}

/* Parameters of ours that some servers or models do not take. */
static bool learn_parameter(struct model *m, const char *low)
{
	struct quirks *q = &m->quirks;

	if (openai_streams(m) && !q->no_stream_options &&
	    (strstr(low, "stream_options") || strstr(low, "include_usage")))
		return set(&q->no_stream_options);
	if (learn_tokens(m, low))
		return true;
	return m->temperature >= 0 && !q->no_temperature && strstr(low, "temperature") && set(&q->no_temperature);
}

static bool learn_tools(struct model *m, const struct model_turn *t, const char *low)
{
	struct quirks *q = &m->quirks;

	if (!openai_sends_tools(m, t))
		return false;
	if (!str_empty(t->tool_choice) && !q->no_tool_choice && strstr(low, "tool_choice") && !strstr(low, "\"auto\""))
		return set(&q->no_tool_choice);
	return refuses_tools(low) && set(&q->no_tools);
}

bool openai_learn(struct model *m, const struct model_turn *t, const struct answer *a)
{
	auto_free char *low = low_words(a);
	int s = a->status;
	/* A 404 is about the model or the path, or says that no such model takes tools. */
	bool request = s == 400 || s == 405 || s == 422 || s == 501;

	if (!request && s != 404)
		return false;
	if (request && learn_parameter(m, low))
		return true;
	if (learn_tools(m, t, low))
		return true;
	return request && openai_streams(m) && strstr(low, "stream") && !strstr(low, "upstream") &&
	       set(&m->quirks.no_stream);
}

static int explain_status(const struct model *m, const struct answer *a, const char *said, int requests, struct err *e)
{
	int s = a->status;

	if (s == 401 && !m->key)
		return err_set(e, ERR_DENIED,
			       "%.150s wants an API key and none is set (status 401)%.260s: set DUPIN_API_KEY", m->base,
			       said);
	if (s == 401)
		return err_set(e, ERR_DENIED,
			       "%.150s does not accept the API key (status 401)%.260s: check DUPIN_API_KEY and that it "
			       "belongs to this endpoint",
			       m->base, said);
	if (s == 403)
		return err_set(
			e, ERR_DENIED,
			"%.150s does not allow this key to use model %.60s (status 403)%.220s: check the key's rights",
			m->base, m->name, said);
	if (s == 404)
		return err_set(e, ERR_NOT_FOUND,
			       "model %.80s is not known at %.150s (status 404)%.180s: check the model's name and the "
			       "base URL, which mostly ends in /v1",
			       m->name, m->base, said);
	if (s == 429 && openai_is_out_of_quota(a))
		return err_set(e, ERR_LIMIT,
			       "the account at %.150s has no quota left (status 429)%.220s: check its plan and billing",
			       m->base, said);
	if (s == 429)
		return err_set(e, ERR_LIMIT,
			       "%.150s takes no more requests at the moment (status 429, %d asked)%.220s: wait, or use "
			       "another model or key",
			       m->base, requests, said);
	if (s >= 500)
		return err_set(e, ERR_MODEL,
			       "%.150s failed with status %d (%d request%s sent)%.220s: check the model server's log",
			       m->base, s, requests, requests == 1 ? "" : "s", said);
	if (s >= 300 && s < 400)
		return err_set(e, ERR_MODEL,
			       "%.150s answers with a redirect (status %d), which is not followed: set the base URL to "
			       "where it leads",
			       m->base, s);
	return err_set(e, ERR_MODEL,
		       "%.150s refused the request (status %d)%.260s: check that model %.60s takes chat completions",
		       m->base, s, said, m->name);
}

static int explain_failure(const struct model *m, const struct answer *a, struct err *e)
{
	const struct err *w = &a->why;

	if (w->code == ERR_PARSE)
		return err_set(e, ERR_MODEL,
			       "the answer of %.150s (%.60s) is no chat completion: %.120s; check that the base URL is "
			       "an OpenAI-compatible API, which mostly ends in /v1",
			       m->base, str_or(a->http.type, "no type"), w->msg);
	if (w->code == ERR_LIMIT || w->code == ERR_CONFIG || w->code == ERR_TIMEOUT)
		return err_set(e, w->code, "model %.60s: %.400s", m->name, w->msg);
	return err_set(e, ERR_NET, "model %.60s at %.140s gave no answer: %.240s", m->name, m->base, w->msg);
}

int openai_explain(const struct model *m, const struct model_turn *t, const struct answer *a, int requests,
		   struct err *e)
{
	auto_buf struct buf words = BUF_INIT(2048), code = BUF_INIT(128);
	auto_free char *low = low_words(a), *said = NULL;

	if (a->failed) {
		/* A deadline is the caller's: its message is about time, not about the server. */
		explain_failure(m, a, e);
		if (e && clock_left(t->deadline) == 0)
			e->code = ERR_TIMEOUT;
		return -1;
	}
	openai_error_words(m, a, &words, &code);
	said = words.len ? mem_printf(", it says \"%s\"", buf_cstr(&words)) : mem_str("");
	if (openai_is_too_long(low, buf_cstr(&code), a->status)) {
		err_set(e, ERR_LIMIT, "the conversation is too long for model %.60s (status %d)%.260s", m->name,
			a->status, said);
		if (e)
			e->http = a->status == 413 ? 413 : 400;
		return -1;
	}
	explain_status(m, a, said, requests, e);
	if (e)
		e->http = a->status;
	return -1;
}
