/* SPDX-License-Identifier: Apache-2.0 */
/* The text of an investigation. */
#include "agent/face/answer.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer_part.h"
#include "agent/face/answer_tree.h"
#include "agent/investigate/document.h"

/* What the checks folded under it, when the cause is one of theirs. */
static void symptoms(struct buf *b, const struct term *t, const json_t *document, const json_t *cause)
{
	const char *id = json_str_at(cause, "finding");
	const json_t *f = id ? part_by_id(json_object_get(document, "findings"), id) : NULL;

	if (f)
		tree_symptoms(b, t, document, f, 4);
}

static void cause_text(struct buf *b, const struct term *t, const json_t *document, size_t n, const json_t *cause)
{
	auto_buf struct buf said = BUF_INIT(8192);
	auto_free char *mark = mem_printf("%zu.", n);
	size_t i, columns;
	const json_t *c;

	part_bullet(b, t, STYLE_RED, mark, json_str_or(cause, "cause", ""), 1);
	buf_printf(&said, "confidence %s", json_str_or(cause, "confidence", "low"));
	columns = said.len;
	json_array_foreach (json_object_get(cause, "citations"), i, c) {
		bool good = json_bool_at(c, "verified", false);
		const char *word = good ? json_str_or(c, "evidence", "?") : "unverified";

		buf_str(&said, i ? " " : "  ");
		term_style(&said, t, good ? STYLE_CYAN : STYLE_YELLOW, word);
		columns += (i ? 1 : 2) + strlen(word);
	}
	part_where(b, t, json_object_get(cause, "object"), part_several(document), buf_cstr(&said), columns);
	symptoms(b, t, document, cause);
}

static void causes(struct buf *b, const struct term *t, const json_t *document)
{
	const json_t *list = json_object_get(document, "root_causes"), *cause, *claim;
	size_t i;

	part_heading(b, t, "Root causes");
	json_array_foreach (list, i, cause) {
		cause_text(b, t, document, i + 1, cause);
	}
	if (!json_array_size(list))
		part_bullet(b, t, STYLE_GREEN, "-", document_no_causes(document), 2);
	json_array_foreach (json_object_get(document, "unverified"), i, claim) {
		auto_free char *line = mem_printf("UNVERIFIED: %s", json_string_value(claim));

		part_bullet(b, t, STYLE_YELLOW, "!", line, 1);
	}
}

static void evidence(struct buf *b, const struct term *t, const json_t *document)
{
	auto_buf struct buf seen = BUF_INIT(1u << 20);
	const json_t *cause, *c;
	size_t i, k, shown = 0;

	part_heading(b, t, "Evidence");
	json_array_foreach (json_object_get(document, "root_causes"), i, cause) {
		json_array_foreach (json_object_get(cause, "citations"), k, c) {
			const char *id = json_str_or(c, "evidence", "?"), *quote = json_str_or(c, "quote", "");
			auto_free char *key = mem_printf("\x1f%s\x1e%s\x1f", id, quote);

			if (!json_bool_at(c, "verified", false) || strstr(buf_cstr(&seen), key))
				continue;
			buf_str(&seen, key);
			part_quote(b, t, id, quote, part_by_id(json_object_get(document, "evidence"), id),
				   part_several(document), NULL);
			shown++;
		}
	}
	if (!shown)
		part_bullet(b, t, STYLE_DIM, "-", "none was cited", 2);
}

static void footer(struct buf *b, const struct term *t, const json_t *document)
{
	auto_buf struct buf line = BUF_INIT(1024);
	const json_t *cost = json_at(document, "usage.cost_usd");
	int64_t ms = json_int_at(document, "duration_ms", 0);

	buf_printf(&line, "%s", json_str_or(document, "id", ""));
	if (json_int_at(document, "usage.requests", 0)) {
		buf_printf(&line, "  %s  %lld tokens in (%lld cached), %lld out",
			   json_str_or(document, "model", "model"),
			   (long long)json_int_at(document, "usage.prompt_tokens", 0),
			   (long long)json_int_at(document, "usage.cached_tokens", 0),
			   (long long)json_int_at(document, "usage.completion_tokens", 0));
		if (json_is_real(cost))
			buf_printf(&line, "  $%.4f", json_real_value(cost));
	} else {
		buf_str(&line, "  checks only, no model");
	}
	if (ms < 1000)
		buf_printf(&line, "  %lld ms", (long long)ms);
	else
		buf_printf(&line, "  %.1f s", (double)ms / 1000);
	buf_char(b, '\n');
	term_style(b, t, STYLE_DIM, buf_cstr(&line));
	buf_char(b, '\n');
}

char *answer_text(const json_t *document, const struct term *t)
{
	auto_buf struct buf b = BUF_INIT(8u << 20);
	auto_free char *summary = term_safe(json_str_or(document, "summary", ""));

	if (*summary) {
		term_wrap(&b, t, summary, 0, 0);
		buf_char(&b, '\n');
	}
	causes(&b, t, document);
	evidence(&b, t, document);
	part_blind_spots(&b, t, json_object_get(document, "blind_spots"), part_several(document));
	part_fix(&b, t, json_object_get(document, "fix"), document_no_fix(document));
	footer(&b, t, document);
	return buf_steal(&b);
}
