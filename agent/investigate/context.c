/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/context.h"

#include <inttypes.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/investigate/guard.h"
#include "agent/text/mask.h"

#define DEFAULT_WINDOW 32000
#define KEEP_TURNS 2	 /* the newest assistant turns with their results stay whole as long as possible */
#define HANDLE_ABOVE 600 /* bytes: a shorter result is not worth shrinking */
#define FIRST_MESSAGES 2 /* system and question */
#define SUMMARY "What was looked at so far:\n" /* how a message begins that stands for older turns */

int64_t context_room(const struct inquiry *q)
{
	const struct config *c = q->setup->config;
	int64_t window = str_eq(q->model, c->model.name) ? c->model.context_tokens : c->fallback.context_tokens;
	struct price p;

	price_find(c->models, q->model, &p); /* the window may be known where the price is not */
	if (!window)
		window = p.context_tokens ? p.context_tokens : DEFAULT_WINDOW;
	/* an answer takes up to 4,096 tokens, in small windows a quarter */
	return window - (window / 4 < 4096 ? window / 4 : 4096);
}

int64_t context_size(const struct inquiry *q, const json_t *tools)
{
	return tokens_of_json(q->messages) + (tools ? tokens_of_json(tools) : 0);
}

/* Index of the first message of the n-th newest assistant turn. */
static size_t turns_start(const json_t *messages, int n)
{
	size_t i = json_array_size(messages);

	while (i > FIRST_MESSAGES) {
		i--;
		if (str_eq(json_str_at(json_array_get(messages, i), "role"), "assistant") && --n == 0)
			return i;
	}
	return FIRST_MESSAGES;
}

static char *handle_of(const char *text)
{
	size_t n = strlen(text), lines = 0, id_len = strcspn(text, ",]\n");
	const char *body = strchr(text, '\n');
	size_t head;

	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	body = body ? body + 1 : text;
	head = strcspn(body, "\n");
	if (head > 160)
		head = utf8_cut(body, strlen(body), 160);
	return mem_printf(
		"%.*s, shortened] %zu lines, %zu bytes; begins: %.*s\nmore(evidence=\"%.*s\") shows it again.",
		(int)id_len, text, lines, n, (int)head, body, (int)(id_len > 1 ? id_len - 1 : 0), text + 1);
}

static bool is_handle(const char *text)
{
	const char *end = strchr(text, ']');

	return end && memmem(text, (size_t)(end - text), ", shortened", 11) != NULL;
}

/* Oldest first, until it fits. */
static void shrink_results(struct inquiry *q, const json_t *tools, int64_t room, size_t until)
{
	for (size_t i = FIRST_MESSAGES; i < until && context_size(q, tools) > room; i++) {
		json_t *m = json_array_get(q->messages, i);
		const char *text = json_str_at(m, "content");
		auto_free char *handle = NULL;

		if (!str_eq(json_str_at(m, "role"), "tool") || str_empty(text) || text[0] != '[' ||
		    strlen(text) < HANDLE_ABOVE || is_handle(text))
			continue;
		handle = handle_of(text);
		json_object_set_new(m, "content", json_text0(handle));
	}
}

/* What was done, without a model: one line for each call. */
static char *plain_summary(const struct inquiry *q, size_t until)
{
	auto_buf struct buf b = BUF_INIT(16384);

	buf_str(&b, SUMMARY);
	for (size_t i = FIRST_MESSAGES; i < until; i++) {
		json_t *m = json_array_get(q->messages, i);
		const char *text = json_str_or(m, "content", "");
		size_t n = strlen(text), cut = utf8_cut(text, n, n < 240 ? n : 240);

		if (str_starts(text, SUMMARY)) /* of an earlier round: it is all that is left of it */
			buf_printf(&b, "%s\n", text);
		else if (n && !str_eq(json_str_at(m, "role"), "user"))
			buf_printf(&b, "- %.*s%s\n", (int)cut, text, cut < n ? " ..." : "");
	}
	return buf_steal(&b);
}

static char *model_summary(struct inquiry *q, struct model *m, size_t until)
{
	auto_json json_t *messages = json_array();
	auto_json json_t *data = json_object();
	auto_buf struct buf question = BUF_INIT(4u << 20);
	auto_buf struct buf steps = BUF_INIT(64u << 10);
	auto_free char *talk = NULL;
	auto_free char *prompt = NULL;
	struct model_turn turn = {.messages = messages, .deadline = q->spent.deadline, .cancel = q->setup->cancel};
	struct model_reply reply = {0};
	struct err e = {0};
	char why[256], *text = NULL;

	talk = plain_summary(q, until);
	prompt_defuse(&steps, talk, "</steps");
	mask_text(&question, q->setup->question, strlen(q->setup->question));
	json_object_set_new(data, "question", json_text(buf_cstr(&question), question.len));
	json_object_set_new(data, "conversation", json_text(buf_cstr(&steps), steps.len));
	prompt = prompt_render(q->setup->prompts, "summarize", data, &e);
	if (!prompt || guard_over(q, tokens_of(prompt, strlen(prompt)), why, sizeof(why)))
		return NULL;
	json_array_append_new(messages, json_pack("{s:s,s:o}", "role", "user", "content", json_text0(prompt)));
	if (model_turn(m, &turn, &reply, &e) == 0 && !str_empty(reply.text))
		text = mem_printf(SUMMARY "%s", reply.text);
	guard_spend(q, model_name(m), &reply);
	model_reply_fini(&reply);
	return text;
}

/* Old turns become one message; a tool result never stays without the call that asked for it. */
static void summarise(struct inquiry *q, struct model *m, size_t until)
{
	auto_free char *text = NULL;

	if (until <= FIRST_MESSAGES)
		return;
	text = model_summary(q, m, until);
	if (!text)
		text = plain_summary(q, until);
	for (size_t i = FIRST_MESSAGES; i < until; i++)
		json_array_remove(q->messages, FIRST_MESSAGES);
	json_array_insert_new(q->messages, FIRST_MESSAGES,
			      json_pack("{s:s,s:o}", "role", "user", "content", json_text0(text)));
	inquiry_event(q, "note",
		      json_pack("{s:s}", "text", "Older steps were summarised to stay inside of the model's window."));
}

bool context_fit(struct inquiry *q, struct model *m, const json_t *tools, int64_t room)
{
	if (!room)
		room = context_room(q);
	if (context_size(q, tools) <= room)
		return true;
	shrink_results(q, tools, room * 7 / 10, turns_start(q->messages, KEEP_TURNS));
	if (context_size(q, tools) <= room)
		return true;
	summarise(q, m, turns_start(q->messages, KEEP_TURNS));
	if (context_size(q, tools) <= room)
		return true;
	shrink_results(q, tools, room, json_array_size(q->messages));
	if (context_size(q, tools) > room)
		summarise(q, m, turns_start(q->messages, 1));
	if (context_size(q, tools) > room) /* one turn with very many results */
		summarise(q, m, json_array_size(q->messages));
	return context_size(q, tools) <= room;
}
