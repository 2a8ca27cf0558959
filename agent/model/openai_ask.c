/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer. */
#include "agent/model/openai.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/model/openai_stream.h"

#define ERROR_BODY_MAX ((size_t)64 << 10)
#define AFTER_DONE_MS 250 /* for the server to end its answer, so that the connection can be used again */

enum form { FORM_UNKNOWN = 0, FORM_EVENTS, FORM_PLAIN, FORM_ERROR };

struct exchange {
	struct answer *a;
	struct http_request q;
	struct openai_stream *stream;
	enum form form;
	int64_t started, idle_ms;
	bool capped; /* why is a cap that the stream met */
};

static enum form form_of(const struct exchange *x, char first)
{
	if (x->a->http.status < 200 || x->a->http.status > 299)
		return FORM_ERROR;
	if (first == '{' || first == '[' || str_ends(x->a->http.type, "/json") || str_ends(x->a->http.type, "+json"))
		return FORM_PLAIN; /* some ignore "stream", some say event-stream and send a document */
	return str_eq(x->a->http.type, "text/html") ? FORM_ERROR : FORM_EVENTS;
}

/* The form is known at the first byte that is no white space. */
static size_t decide_form(struct exchange *x, const char *data, size_t len)
{
	size_t i = 0;

	while (i < len && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t'))
		i++;
	if (i == len)
		return len;
	x->form = form_of(x, data[i]);
	buf_init(&x->a->body, x->form == FORM_ERROR ? ERROR_BODY_MAX : STREAM_TOTAL_MAX);
	if (x->form == FORM_EVENTS)
		x->stream = openai_stream_new(&x->a->draft);
	return i;
}

static int on_data(void *ctx, const char *data, size_t len)
{
	struct exchange *x = ctx;

	if (x->a->first_byte_ms < 0) {
		x->a->first_byte_ms = clock_mono_ms() - x->started;
		x->q.idle_ms = x->idle_ms;
	}
	if (x->form == FORM_UNKNOWN) {
		size_t skip = decide_form(x, data, len);

		data += skip;
		len -= skip;
	}
	if (x->form != FORM_EVENTS) {
		buf_add(&x->a->body, data, len);
		return 0;
	}
	if (openai_stream_feed(x->stream, data, len, &x->a->why) < 0) {
		x->capped = true;
		return 1;
	}
	if (openai_stream_done(x->stream))
		x->q.idle_ms = AFTER_DONE_MS;
	return openai_stream_error(x->stream) != NULL;
}

static void take_error(struct answer *a, json_t *doc, int otherwise)
{
	int status = openai_error_status(doc);

	json_decref(a->error);
	a->error = doc;
	a->status = status ? status : otherwise;
}

static void end_events(struct exchange *x, bool broke)
{
	struct answer *a = x->a;

	a->streamed = true;
	if (!x->capped && openai_stream_end(x->stream, broke ? NULL : &a->why) < 0)
		x->capped = true;
	a->whole = openai_stream_done(x->stream) || a->draft.finish;
	if (x->capped) {
		a->failed = true;
	} else if (openai_stream_error(x->stream)) {
		take_error(a, json_deep_copy(openai_stream_error(x->stream)), 500);
		a->failed = false;
	} else if (a->whole) {
		a->failed = false; /* whatever became of the connection after the end */
	} else if (!broke && openai_stream_broken(x->stream) && !a->draft.began) {
		a->failed = true;
		err_set(&a->why, ERR_NET, "it sent %zu events that are no JSON and nothing else",
			openai_stream_broken(x->stream));
	} else if (!broke) {
		a->failed = true;
		err_set(&a->why, ERR_NET, "its stream ended before the answer did");
	}
}

static void end_plain(struct exchange *x)
{
	struct answer *a = x->a;
	json_t *error;
	int rc = openai_plain(&a->draft, buf_cstr(&a->body), a->body.len, &error, &a->why);

	a->whole = rc == 0;
	a->failed = rc < 0;
	if (rc > 0)
		take_error(a, error, 500);
}

static void read_end(struct exchange *x, int rc)
{
	struct answer *a = x->a;

	a->status = a->http.status;
	a->failed = rc < 0;
	if (x->form == FORM_EVENTS) {
		end_events(x, rc < 0);
		return;
	}
	if (rc < 0 && a->status == 0)
		return;
	if (x->form == FORM_PLAIN && rc == 0) {
		end_plain(x);
	} else if (a->status < 200 || a->status > 299) {
		a->failed = false; /* the status says enough, even when the body broke off */
		a->error = json_parse(buf_cstr(&a->body), a->body.len, "the answer", NULL);
	} else if (rc == 0) {
		a->failed = true;
		err_set(&a->why, a->body.len ? ERR_PARSE : ERR_NET, "%s",
			a->body.len ? "it is no JSON" : "the answer was empty");
	}
}

static void set_peer(const struct model *m, struct http_peer *peer)
{
	*peer = (struct http_peer){.ca_file = m->ca_file, .insecure = m->insecure, .bearer = m->azure ? NULL : m->key};
	if (m->loopback)
		peer->proxy = "";
}

int openai_ask(struct model *m, const struct model_turn *t, const struct buf *body, struct answer *a, struct err *e)
{
	auto_free char *azure_key = m->azure && m->key ? mem_printf("api-key: %s", m->key) : NULL;
	const char *headers[] = {"Content-Type: application/json", "Accept: text/event-stream, application/json",
				 "User-Agent: dupin/" DUPIN_VERSION, azure_key, NULL};
	struct http_peer peer;
	struct exchange x = {.a = a, .idle_ms = m->idle_ms};
	int rc;

	set_peer(m, &peer);
	x.q = (struct http_request){.method = "POST",
				    .url = m->url,
				    .headers = headers,
				    .body = body->data,
				    .body_len = body->len,
				    .peer = &peer,
				    .deadline = t->deadline,
				    .idle_ms = m->first_byte_ms,
				    .max_bytes = STREAM_TOTAL_MAX,
				    .cancel = t->cancel};
	draft_init(&a->draft);
	a->draft.on_text = t->on_text;
	a->draft.ctx = t->ctx;
	a->first_byte_ms = -1;
	x.started = clock_mono_ms();
	rc = http_do(m->http, &x.q, on_data, &x, &a->http, &a->why);
	a->duration_ms = clock_mono_ms() - x.started;
	if (rc < 0 && a->why.code == ERR_CANCELED) {
		openai_stream_free(x.stream);
		return err_set(e, ERR_CANCELED, "cancelled while the model answered");
	}
	read_end(&x, rc);
	openai_stream_free(x.stream);
	return 0;
}

void openai_answer_fini(struct answer *a)
{
	draft_fini(&a->draft);
	buf_fini(&a->body);
	json_decref(a->error);
	a->error = NULL;
}
