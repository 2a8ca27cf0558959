/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/draft.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/model/draft_calls.h"

void draft_init(struct draft *d)
{
	*d = (struct draft){.text = BUF_INIT(DRAFT_TEXT_MAX),
			    .reasoning = BUF_INIT(DRAFT_TEXT_MAX),
			    .piece = BUF_INIT(DRAFT_TEXT_MAX * 8)};
}

void draft_fini(struct draft *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->calls[i].id);
		free(d->calls[i].name);
		buf_fini(&d->calls[i].args);
	}
	free(d->calls);
	free(d->finish);
	buf_fini(&d->text);
	buf_fini(&d->reasoning);
	buf_fini(&d->piece);
}

/* The bytes of a JSON string as the server meant them, in d->piece. */
static void read_string(struct draft *d, const json_t *s, bool mended)
{
	buf_clear(&d->piece);
	if (mended)
		mend_restore(&d->piece, json_string_value(s), json_string_length(s));
	else
		buf_add(&d->piece, json_string_value(s), json_string_length(s));
}

/* The cap may have fallen into the middle of a character. */
static void cut_to_whole(struct buf *b, size_t from)
{
	for (int i = 0; i < 3 && b->len > from && !utf8_valid(b->data + from, b->len - from); i++)
		buf_cut(b, b->len - 1);
}

/* Text up to the cap is delivered; beyond it the turn ends. */
static int add_text(struct draft *d, const json_t *s, bool mended, struct err *e)
{
	size_t before = d->text.len;

	if (json_string_length(s) == 0)
		return 0;
	d->began = true;
	read_string(d, s, mended);
	mend_join(&d->join, &d->text, buf_cstr(&d->piece), d->piece.len);
	if (d->text.over)
		cut_to_whole(&d->text, before);
	if (d->on_text && d->text.len > before)
		d->on_text(d->ctx, d->text.data + before, d->text.len - before);
	if (d->text.over)
		return err_set(e, ERR_LIMIT,
			       "the model wrote more than %zu KiB of text in one turn: it was stopped there; try "
			       "another model or a lower limit of output tokens",
			       DRAFT_TEXT_MAX >> 10);
	return 0;
}

/* A string, or an array of parts: strings and {"type":"text","text":...}. */
static int add_content(struct draft *d, const json_t *content, bool mended, struct err *e)
{
	const json_t *part;
	size_t i;

	if (json_is_string(content))
		return add_text(d, content, mended, e);
	json_array_foreach (content, i, part) {
		const json_t *text = json_is_string(part) ? part : json_object_get(part, "text");

		if (json_is_object(text)) /* {"text":{"value":...}} */
			text = json_object_get(text, "value");
		if (!text)
			text = json_object_get(part, "refusal");
		if (json_is_string(text) && add_text(d, text, mended, e) < 0)
			return -1;
	}
	return 0;
}

static void add_reasoning(struct draft *d, const json_t *message, bool mended)
{
	const json_t *r = json_object_get(message, "reasoning_content");

	if (!json_is_string(r))
		r = json_object_get(message, "reasoning");
	if (!json_is_string(r) || json_string_length(r) == 0)
		return;
	d->began = true;
	read_string(d, r, mended);
	buf_add(&d->reasoning, buf_cstr(&d->piece), d->piece.len); /* what is over the cap is not needed */
}

static int add_message(struct draft *d, const json_t *message, bool mended, struct err *e)
{
	const json_t *call, *one = json_object_get(message, "function_call"), *refusal;
	size_t i;

	add_reasoning(d, message, mended);
	if (add_content(d, json_object_get(message, "content"), mended, e) < 0)
		return -1;
	refusal = json_object_get(message, "refusal");
	if (json_is_string(refusal) && add_text(d, refusal, mended, e) < 0)
		return -1;
	json_array_foreach (json_object_get(message, "tool_calls"), i, call) {
		if (draft_call(d, call, mended, e) < 0)
			return -1;
	}
	/* The form before "tools": one call, never an id. */
	return json_is_object(one) ? draft_function(d, NULL, 0, one, mended, e) : 0;
}

int draft_choice(struct draft *d, const json_t *choice, bool mended, struct err *e)
{
	const json_t *message = json_object_get(choice, "delta"), *text = json_object_get(choice, "text");
	const char *finish = json_key_str(choice, "finish_reason");

	if (json_int_at(choice, "index", 0) != 0)
		return 0; /* another answer to the same question: nobody asked for it */
	if (!json_is_object(message))
		message = json_object_get(choice, "message");
	if (json_is_object(message) && add_message(d, message, mended, e) < 0)
		return -1;
	if (!message && json_is_string(text) && add_text(d, text, mended, e) < 0)
		return -1;
	if (!str_empty(finish)) {
		free(d->finish);
		d->finish = mem_strn(finish, strnlen(finish, 64));
	}
	return 0;
}

void draft_usage(struct draft *d, const json_t *usage)
{
	int64_t prompt = json_int_at(usage, "prompt_tokens", json_int_at(usage, "input_tokens", 0));
	int64_t completion = json_int_at(usage, "completion_tokens", json_int_at(usage, "output_tokens", 0));
	int64_t cached =
		json_int_at(usage, "prompt_tokens_details.cached_tokens",
			    json_int_at(usage, "prompt_cache_hit_tokens", json_int_at(usage, "cached_tokens", 0)));

	if (prompt <= 0 && completion <= 0)
		return;
	d->has_usage = prompt > 0;
	d->usage.prompt_tokens = prompt > 0 ? prompt : 0;
	d->usage.completion_tokens = completion > 0 ? completion : 0;
	d->usage.cached_tokens = cached < 0 ? 0 : cached > prompt ? d->usage.prompt_tokens : cached;
}

static char *whole_text(const struct buf *raw)
{
	struct buf out = BUF_INIT(raw->len * 3 + 8);
	struct mend_join join = {.n = 0};

	mend_join(&join, &out, buf_cstr(raw), raw->len);
	mend_flush(&join, &out);
	return buf_steal(&out);
}

void draft_take(struct draft *d, struct model_reply *reply, bool cut, unsigned *next_id)
{
	size_t before = d->text.len;

	if (!d->text.over)
		mend_flush(&d->join, &d->text);
	cut_to_whole(&d->text, before);
	if (d->on_text && d->text.len > before)
		d->on_text(d->ctx, d->text.data + before, d->text.len - before);
	reply->text = buf_steal(&d->text);
	reply->reasoning = d->reasoning.len ? whole_text(&d->reasoning) : NULL;
	draft_take_calls(d, reply, cut, next_id);
	reply->usage = d->usage;
	if (cut)
		reply->finish = mem_str("cut");
	else if (reply->call_count && (!d->finish || str_eq(d->finish, "stop") || str_eq(d->finish, "function_call")))
		reply->finish = mem_str("tool_calls");
	else
		reply->finish = d->finish ? mem_str(d->finish) : mem_str("stop");
}
