/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the Chat Completions client share. */
#ifndef AGENT_MODEL_OPENAI_H
#define AGENT_MODEL_OPENAI_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include "agent/base/err.h"
#include "agent/io/http.h"
#include "agent/model/draft.h"
#include "agent/model/model.h"
#include <jansson.h>
#include <stdbool.h>

/* What this server was found not to take; remembered as long as the model object lives. */
struct quirks {
	bool no_stream, no_stream_options, no_temperature, no_tools, no_tool_choice;
	int tokens_form; /* how max_output_tokens is sent: see openai_request.c */
};

struct model {
	char *name, *url, *base, *key, *ca_file;
	bool azure, stream, insecure, loopback, new_tokens_form;
	double temperature;
	int64_t max_output_tokens, first_byte_ms, idle_ms;
	int attempts;
	json_t *extra;
	struct http *http;
	struct quirks quirks;
	unsigned next_id;
};

/* The URL of the requests; the caller's. */
char *openai_url(const struct model_settings *s);
/* The body, in the order model, messages, tools, the rest: what one turn adds to the messages leaves all before it as
 * it was. */
int openai_body(const struct model *m, const struct model_turn *t, struct buf *out, struct err *e) MUST_CHECK;
bool openai_streams(const struct model *m);
bool openai_sends_tools(const struct model *m, const struct model_turn *t);

/* How one request went. Zeroed at the start, ended with openai_answer_fini. */
struct answer {
	struct draft draft;
	struct http_reply http;
	int status;	      /* HTTP status, or what an error inside of a 200 amounts to; 0: no answer */
	json_t *error;	      /* error document, or NULL */
	struct buf body;      /* of an error or of a plain answer */
	struct err why;	      /* of the transport, the parser or a cap */
	bool failed;	      /* why counts */
	bool streamed, whole; /* as events; with an end that says so */
	int64_t first_byte_ms, duration_ms;
};
/* Sends one request. 0: answer is filled, whatever came of it; -1: ERR_CANCELED. */
int openai_ask(struct model *m, const struct model_turn *t, const struct buf *body, struct answer *a,
	       struct err *e) MUST_CHECK;
void openai_answer_fini(struct answer *a);

/* The server's own words on what failed, masked and clipped, in out. code: its code or type, or "". */
void openai_error_words(const struct model *m, const struct answer *a, struct buf *words, struct buf *code);
/* Status that an error document without one amounts to. */
int openai_error_status(const json_t *error);
/* Learns from a refusal; true: the same request is worth sending again, changed. */
bool openai_learn(struct model *m, const struct model_turn *t, const struct answer *a);
/* The refusal or failure in words for people. Returns -1. */
int openai_explain(const struct model *m, const struct model_turn *t, const struct answer *a, int requests,
		   struct err *e);
bool openai_is_too_long(const char *low_words, const char *code, int status);
bool openai_is_out_of_quota(const struct answer *a);

#endif
