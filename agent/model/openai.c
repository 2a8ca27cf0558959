/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/openai.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/io/url.h"
#include "agent/model/price.h"
#include "agent/model/retry.h"

#define FIRST_BYTE_MS 120000
#define IDLE_MS 60000
#define ATTEMPTS 4
#define LESSONS_MAX 8 /* requests changed after a refusal, per turn */
#define BODY_MAX ((size_t)64 << 20)

/* Files end in a newline and keys come from files; inside a header it would begin another header. */
static int read_key(const char *given, char **out, struct err *e)
{
	auto_free char *copy = mem_str(given);
	char *key = copy ? str_trim(copy) : NULL;

	*out = NULL;
	if (str_empty(key))
		return 0;
	for (const char *p = key; *p; p++)
		if ((unsigned char)*p < 0x21 || (unsigned char)*p > 0x7e)
			return err_set(e, ERR_CONFIG,
				       "the API key for the model holds a blank or another character that no key has: "
				       "check DUPIN_API_KEY");
	*out = mem_str(key);
	return 0;
}

struct model *model_new(const struct model_settings *s, struct err *e)
{
	struct model *m;
	char *key;

	if (str_empty(s->name)) {
		err_set(e, ERR_CONFIG, "no model is named: set it with --model, DUPIN_MODEL or in the config file");
		return NULL;
	}
	if (str_empty(s->base_url)) {
		err_set(e, ERR_CONFIG,
			"model %.80s has no endpoint: set it with --base-url, DUPIN_BASE_URL or in the config file",
			s->name);
		return NULL;
	}
	if (url_check(s->base_url, e) < 0) {
		err_wrap(e, "the model's base URL");
		if (e)
			e->code = ERR_CONFIG;
		return NULL;
	}
	if (read_key(s->api_key, &key, e) < 0)
		return NULL;
	m = MEM_NEW(struct model);
	m->name = mem_str(s->name);
	m->url = openai_url(s);
	m->base = mem_strn(s->base_url, strcspn(s->base_url, "?#"));
	m->key = key;
	m->ca_file = mem_str(s->ca_file);
	m->azure = s->azure_version != NULL;
	m->stream = s->stream;
	m->insecure = s->insecure;
	m->loopback = url_is_loopback(s->base_url);
	/* OpenAI's own endpoints want the new name, most others know the old one only. */
	m->new_tokens_form = m->azure || str_find_nocase(s->base_url, "api.openai.com") != NULL;
	m->temperature = s->temperature;
	m->max_output_tokens = s->max_output_tokens;
	m->first_byte_ms = s->first_byte_ms > 0 ? s->first_byte_ms : FIRST_BYTE_MS;
	m->idle_ms = s->idle_ms > 0 ? s->idle_ms : IDLE_MS;
	m->attempts = s->attempts > 0 ? s->attempts : ATTEMPTS;
	m->extra = json_is_object(s->extra) ? json_deep_copy(s->extra) : NULL;
	m->http = http_new();
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	http_free(m->http);
	json_decref(m->extra);
	free(m->name);
	free(m->url);
	free(m->base);
	free(m->key);
	free(m->ca_file);
	free(m);
}

const char *model_name(const struct model *m)
{
	return m->name;
}

void model_reply_fini(struct model_reply *r)
{
	for (size_t i = 0; i < r->call_count; i++) {
		free(r->calls[i].id);
		free(r->calls[i].name);
		free(r->calls[i].arguments);
	}
	free(r->calls);
	free(r->text);
	free(r->reasoning);
	free(r->finish);
	*r = (struct model_reply){.text = NULL};
}

bool model_context_error(const struct err *e)
{
	return e->code == ERR_LIMIT && (e->http == 413 || e->http == 400);
}

static void count_usage(const struct model *m, const struct model_turn *t, struct model_reply *r)
{
	struct model_usage *u = &r->usage;

	u->estimated = true;
	u->cached_tokens = 0;
	u->prompt_tokens = tokens_of_json(t->messages) + (openai_sends_tools(m, t) ? tokens_of_json(t->tools) : 0);
	if (u->completion_tokens > 0)
		return;
	u->completion_tokens = tokens_of(r->text, strlen(r->text));
	if (r->reasoning)
		u->completion_tokens += tokens_of(r->reasoning, strlen(r->reasoning));
	for (size_t i = 0; i < r->call_count; i++)
		u->completion_tokens += tokens_of(r->calls[i].name, strlen(r->calls[i].name)) +
					tokens_of(r->calls[i].arguments, strlen(r->calls[i].arguments));
}

/* What came, whole or not, becomes the reply. */
static void take_reply(struct model *m, const struct model_turn *t, struct answer *a, bool cut, struct model_reply *r)
{
	bool known = a->draft.has_usage, answered = a->draft.began || !cut;

	draft_take(&a->draft, r, cut, &m->next_id);
	r->first_byte_ms = a->first_byte_ms < 0 ? a->duration_ms : a->first_byte_ms;
	r->duration_ms = a->duration_ms;
	r->no_tools = m->quirks.no_tools && json_array_size(t->tools) > 0;
	r->no_stream = m->stream && !a->streamed;
	/* Who did not answer did not count either. */
	if (!known && answered)
		count_usage(m, t, r);
}

enum next { NEXT_DONE, NEXT_AGAIN, NEXT_WAIT, NEXT_FAIL };

/* What to do after an answer. */
static enum next judge(struct model *m, const struct model_turn *t, const struct answer *a, int lessons)
{
	bool good = a->status >= 200 && a->status < 300 && !a->error;

	if (good && !a->failed)
		return NEXT_DONE;
	if (a->draft.began)
		/* Never again after the first delta: a broken stream is a cut answer, all else ends the turn. */
		return a->failed && a->why.code == ERR_NET ? NEXT_DONE : NEXT_FAIL;
	if (a->failed)
		return retry_failure(&a->why) ? NEXT_WAIT : NEXT_FAIL;
	if (lessons < LESSONS_MAX && openai_learn(m, t, a))
		return NEXT_AGAIN;
	return retry_status(a->status) && !openai_is_out_of_quota(a) ? NEXT_WAIT : NEXT_FAIL;
}

/* Waits before the next attempt. 1 waited, 0 not worth it, -1 cancelled. */
static int wait_again(struct model *m, const struct model_turn *t, const struct answer *a, int failed,
		      struct model_reply *r, struct err *e)
{
	int64_t wait = failed < m->attempts
			       ? retry_wait(failed, a->http.retry_after_ms, retry_random(), clock_left(t->deadline))
			       : -1;
	int64_t start = clock_mono_ms();
	struct err why = {.code = ERR_NONE};
	int rc;

	if (wait < 0)
		return 0;
	openai_explain(m, t, a, r->attempts, &why);
	log_info("model", "%s; next attempt in %lld ms", why.msg, (long long)wait);
	if (t->on_retry)
		t->on_retry(t->ctx, failed + 1, wait, why.msg);
	rc = retry_sleep(wait, t->cancel, e);
	r->wait_ms += clock_mono_ms() - start;
	return rc < 0 ? -1 : 1;
}

/* One request, judged. body is built anew when something was learned. */
static enum next attempt(struct model *m, const struct model_turn *t, struct buf *body, struct answer *a, int lessons,
			 struct model_reply *r, struct err *e)
{
	if (body->len == 0 && openai_body(m, t, body, e) < 0)
		return NEXT_FAIL;
	r->attempts++;
	if (openai_ask(m, t, body, a, e) < 0) {
		r->wait_ms += a->duration_ms;
		return NEXT_FAIL;
	}
	r->wait_ms += a->duration_ms;
	return judge(m, t, a, lessons);
}

int model_turn(struct model *m, const struct model_turn *t, struct model_reply *reply, struct err *e)
{
	auto_buf struct buf body = BUF_INIT(BODY_MAX);
	struct err why = {.code = ERR_NONE};
	int failed = 0, lessons = 0, rc = 0;

	*reply = (struct model_reply){.text = NULL};
	for (bool again = true; again;) {
		struct answer a = {.status = 0};
		enum next next = attempt(m, t, &body, &a, lessons, reply, &why);

		again = next == NEXT_AGAIN;
		if (next == NEXT_AGAIN) {
			lessons++;
			buf_clear(&body);
		} else if (next == NEXT_WAIT) {
			rc = wait_again(m, t, &a, ++failed, reply, &why);
			again = rc > 0;
			next = NEXT_FAIL;
		}
		if (!again) {
			take_reply(m, t, &a, next != NEXT_DONE || a.failed, reply);
			rc = next == NEXT_DONE ? 0 : -1;
			if (rc < 0 && why.code == ERR_NONE)
				openai_explain(m, t, &a, reply->attempts, &why);
		}
		openai_answer_fini(&a);
	}
	if (rc < 0 && e)
		*e = why;
	return rc;
}
