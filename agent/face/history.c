/* SPDX-License-Identifier: Apache-2.0 */
/* dupin history: what was asked and answered before. */
#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer.h"
#include "agent/face/commands.h"
#include "agent/face/session.h"
#include "agent/text/clip.h"

#define LIST_MAX 50

static void row(struct buf *b, const struct term *t, const json_t *item, const char *last_key)
{
	const char *text = json_str_or(item, last_key, json_str_or(item, "question", ""));
	auto_buf struct buf line = BUF_INIT(65536);
	auto_free char *safe = NULL;
	enum style style = str_eq(json_str_at(item, "status"), "answered") ? STYLE_GREEN : STYLE_YELLOW;
	char when[17];

	snprintf(when, sizeof(when), "%s", json_str_or(item, "created", ""));
	when[10] = ' ';
	buf_printf(b, "%s  ", json_str_or(item, "id", ""));
	term_style(b, t, STYLE_DIM, when);
	buf_str(b, "  ");
	term_on(b, t, style);
	buf_printf(b, "%-9s", json_str_or(item, "status", ""));
	term_off(b, t);
	buf_str(b, "  ");
	clip_line(&line, text, strlen(text), t->tty && t->width > 66 ? t->width - 58 : 160);
	safe = term_safe(buf_cstr(&line));
	buf_printf(b, "%s\n", safe);
}

static int print_rows(struct session *s, json_t *list, const char *last_key, const char *none)
{
	auto_buf struct buf b = BUF_INIT(8u << 20);
	auto_json json_t *owned = list;
	const json_t *item;
	size_t i;

	if (str_eq(session_format(s), "json"))
		return session_print_json(s, list);
	json_array_foreach (list, i, item) {
		row(&b, &s->out, item, last_key);
	}
	if (!i)
		buf_printf(&b, "%s\n", none);
	(void)owned;
	return session_print(s, buf_cstr(&b));
}

static int list(struct session *s)
{
	struct store_filter f = {.limit = LIST_MAX};
	struct err e = {0};
	json_t *found = store_list(s->store, &f, &e);

	if (!found)
		return session_fail(s, EXIT_USAGE, e.msg);
	return print_rows(s, found, "question", "No investigations yet: dupin ask \"...\" makes one.");
}

static int search(struct session *s, const char *words)
{
	struct err e = {0};
	json_t *found = store_search(s->store, words, LIST_MAX, &e);

	if (!found)
		return session_fail(s, EXIT_USAGE, e.msg);
	return print_rows(s, found, "snippet", "Nothing found.");
}

static int show(struct session *s, const char *id)
{
	auto_json json_t *document = NULL;
	auto_free char *text = NULL;
	auto_free char *question = NULL;
	struct err e = {0};

	document = store_document(s->store, id, &e);
	if (!document)
		return session_fail(s, EXIT_USAGE, e.msg);
	if (str_eq(session_format(s), "json"))
		return session_print_json(s, document);
	if (str_eq(session_format(s), "markdown")) {
		auto_free char *markdown = inquiry_markdown(document);

		text = term_safe(markdown);
		return session_print(s, text);
	}
	question = term_safe(json_str_or(document, "question", ""));
	text = answer_text(document, &s->out);
	printf("Question: %s\nStatus:   %s\n\n", question, json_str_or(document, "status", ""));
	return session_print(s, text);
}

static int delete (struct session *s, const char *id)
{
	struct err e = {0};

	if (store_delete(s->store, id, &e) < 0)
		return session_fail(s, EXIT_USAGE, e.msg);
	printf("Deleted %s.\n", id);
	return 0;
}

static int with_id(struct session *s, const char *action, const char *part)
{
	char id[STORE_ID];
	struct err e = {0};

	if (store_resolve(s->store, part, id, &e) < 0)
		return session_fail(s, EXIT_USAGE, e.msg);
	return str_eq(action, "show") ? show(s, id) : delete (s, id);
}

static int dispatch(struct session *s)
{
	const struct texts *w = &s->options->words;
	const char *action = w->count ? w->items[0] : "list";

	if (str_eq(action, "list") && w->count < 2)
		return list(s);
	if (str_eq(action, "search") && w->count > 1) {
		auto_free char *words = str_join(w->items + 1, " ");

		return search(s, words);
	}
	if ((str_eq(action, "show") || str_eq(action, "delete")) && w->count == 2)
		return with_id(s, action, w->items[1]);
	return session_fail(s, EXIT_USAGE, "use it as: dupin history [list|show ID|search WORDS|delete ID]");
}

int command_history(struct options *o)
{
	struct session s;
	int status = session_open(&s, o);

	if (!status)
		status = session_store(&s, true);
	if (!status)
		status = dispatch(&s);
	return session_close(&s, status);
}
