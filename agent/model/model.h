/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A language model behind an OpenAI-compatible Chat Completions endpoint.
 *
 * The contract: model_turn sends one request and returns when the turn is whole, failed or cancelled. Callbacks
 * run on the
 * calling thread, in order, never after the return. Nothing is retried after the first delta was delivered. Caps
 * (bytes of
 * text, of arguments per call, calls per turn, seconds of silence) end the turn with ERR_MODEL or ERR_LIMIT; what came
 * before is in the result. A model object belongs to one thread at a time.
 */
#ifndef AGENT_MODEL_MODEL_H
#define AGENT_MODEL_MODEL_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model_settings {       /* borrowed for model_new */
	const char *name;         /* "gpt-5-mini" */
	const char *base_url;     /* "http://127.0.0.1:8000/v1" */
	const char *api_key;      /* NULL: none sent */
	/* not NULL: Azure OpenAI, base_url is the resource's endpoint, name the deployment */
	const char *azure_version;
	bool stream;              /* false: --no-stream */
	double temperature;       /* < 0: not sent */
	int64_t max_output_tokens; /* 0: not sent */
	int64_t first_byte_ms;    /* silence before the first byte; 0: 120,000 */
	int64_t idle_ms;          /* silence in the stream; 0: 60,000 */
	int attempts;             /* per turn, 0: 4 */
	const char *ca_file;
	bool insecure;
	json_t *extra;            /* object merged into the request body, or NULL */
};

struct model_call {           /* a tool call as the model asked for it */
	char *id, *name;
	char *arguments;          /* text as it came: may be broken JSON */
};

struct model_usage {
	int64_t prompt_tokens, completion_tokens, cached_tokens;
	bool estimated;           /* the server did not say: counted by us */
};

struct model_reply {
	char *text;               /* "" when none */
	char *reasoning;          /* what the server sent as reasoning_content/reasoning, or NULL */
	struct model_call *calls;
	size_t call_count;
	/*
	 * "stop", "tool_calls", "length", "content_filter", ... or "cut" when the stream broke after the first
	 * delta
	 */
	char *finish;
	struct model_usage usage;
	int attempts;             /* requests sent */
	int64_t first_byte_ms, duration_ms; /* of the last attempt */
	int64_t wait_ms;          /* time spent waiting for the endpoint, all attempts and back-offs */
	bool no_tools;            /* the server refused tools: the turn was asked again without */
	bool no_stream;           /* the server refused streaming */
};

struct model_turn {
	const json_t *messages;   /* array of Chat Completions messages */
	const json_t *tools;      /* array of {"type":"function",...}, or NULL */
	const char *tool_choice;  /* NULL: auto; "none", "required", or a function's name */
	int64_t deadline;         /* monotonic, whole turn with retries; 0: none */
	struct cancel *cancel;
	/* Text as it comes (valid UTF-8, whole characters). NULL: not wanted. */
	void (*on_text)(void *ctx, const char *text, size_t len);
	/* Before each wait between attempts: why in words, how long. NULL: not wanted. */
	void (*on_retry)(void *ctx, int attempt, int64_t wait_ms, const char *why);
	void *ctx;
};

struct model;

/* No request is sent. ERR_CONFIG: base_url is no URL, name empty. */
struct model *model_new(const struct model_settings *s, struct err *e);
void model_free(struct model *m); /* NULL allowed */
const char *model_name(const struct model *m);
/*
 * 0: reply is whole (maybe finish "cut" or "length"). -1: no usable turn; err says why in words for people:
 * endpoint and key
 * (never its value) to check, code ERR_DENIED (401, 403), ERR_NOT_FOUND (unknown model or path), ERR_LIMIT (429
 * to the end,
 * context too long: err.http 413 or 400 with that meaning), ERR_NET, ERR_TIMEOUT, ERR_CANCELED, ERR_MODEL. reply
 * may hold a partial text.
 */
int model_turn(struct model *m, const struct model_turn *t, struct model_reply *reply, struct err *e) MUST_CHECK;
void model_reply_fini(struct model_reply *r);
bool model_context_error(const struct err *e); /* the request was too long for the window */

#endif
