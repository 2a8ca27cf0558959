/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a quote out of a shaped tool result back to the string, number or log line of the cluster that it was
 * taken from.
 */
#include "agent/investigate/citations.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/text/mask.h"
#include "agent/text/quote.h"
#include "agent/tools/work.h"

#define LOG_MAX (16u << 20)

struct search {
	struct cluster *cluster;
	const char *quote;
	bool masked;	      /* the quote holds a mark of the masker */
	char *pointer, *text; /* found */
};

static char *masked_copy(const char *text)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);

	mask_text(&b, text, strlen(text));
	return buf_steal(&b);
}

static int try_leaf(void *ctx, const char *pointer, const char *text)
{
	struct search *s = ctx;
	auto_free char *masked = s->masked ? masked_copy(text) : NULL;
	const char *shown = masked ? masked : text;

	if (!quote_find(shown, strlen(shown), s->quote, NULL, NULL))
		return 0;
	s->pointer = mem_str(pointer);
	s->text = mem_str(shown);
	return 1;
}

static int found_leaf(struct inquiry *q, struct search *s, const json_t *object)
{
	auto_free char *path = facts_path(s->cluster->facts, object);
	auto_free char *source = path ? mem_printf("GET %s", path) : NULL;
	int id = 0;

	if (source)
		id = evidence_add(q->setup->world->evidence, &(struct evidence_item){.cluster = s->cluster->name,
										     .source = source,
										     .pointer = s->pointer,
										     .quote = s->text});
	free(s->pointer);
	free(s->text);
	s->pointer = s->text = NULL;
	return id;
}

/* Objects that the line of the quote or the claim names come first: the same words may stand in several. */
static bool named(const json_t *object, const char *line, const char *cause)
{
	const char *name = json_str_at(object, "metadata.name");

	return name && ((line && strstr(line, name)) || (cause && strstr(cause, name)));
}

static int in_objects(struct inquiry *q, struct search *s, json_t *list, const char *line, const char *cause)
{
	json_t *object;
	size_t i;

	for (int pass = 0; pass < 2; pass++) {
		json_array_foreach (list, i, object) {
			if (named(object, line, cause) != (pass == 0))
				continue;
			if (json_each_leaf(object, try_leaf, s))
				return found_leaf(q, s, object);
		}
	}
	return 0;
}

/* A number before the text, as the log tools print it: "  42: text". */
static size_t printed_number(const char *line)
{
	size_t n = 0;

	while (*line && !isdigit((unsigned char)*line) && strchr(" >*|", *line))
		line++;
	for (; isdigit((unsigned char)*line); line++)
		n = n * 10 + (size_t)(*line - '0');
	return *line == ':' || *line == '|' ? n : 0;
}

static int in_log(struct inquiry *q, struct search *s, const char *path, const char *line)
{
	struct source_request r = {.path = path, .accept = "text/plain, */*", .max_bytes = LOG_MAX, .optional = true};
	struct origin_reply reply = {0};
	auto_free char *text = NULL;
	auto_free char *source = mem_printf("GET %s", path);
	auto_free char *pointer = NULL;
	auto_free char *whole = NULL;
	size_t len = 0, start, end, number;
	const char *first, *last;

	if (strstr(path, "/log")) {
		text = source_text(s->cluster->source, &r, &len, &reply);
	}
	if (!text || !quote_find(text, len, s->quote, &start, &end))
		return 0;
	number = line ? printed_number(line) : 0;
	first = memrchr(text, '\n', start);
	first = first ? first + 1 : text;
	last = memchr(text + end, '\n', len - end);
	if (!number || quote_line(text, start) != number)
		number = quote_line(text, start);
	pointer = mem_printf("line %zu", number);
	whole = mem_strn(first, last ? (size_t)(last - first) : len - (size_t)(first - text));
	if (s->masked) {
		char *m = masked_copy(whole);

		free(whole);
		whole = m;
	}
	return evidence_add(q->setup->world->evidence,
			    &(struct evidence_item){
				    .cluster = s->cluster->name, .source = source, .pointer = pointer, .quote = whole});
}

static int in_touch(struct inquiry *q, struct search *s, const struct work_touch *t, const char *line,
		    const char *cause)
{
	enum read_state state;
	json_t *object;

	if (t->path)
		return in_log(q, s, t->path, line);
	if (!t->name)
		return in_objects(q, s, facts_list(s->cluster->facts, t->resource, t->ns, &state), line, cause);
	object = facts_find(s->cluster->facts, t->resource, t->ns, t->name, &state);
	if (object && json_each_leaf(object, try_leaf, s))
		return found_leaf(q, s, object);
	return 0;
}

/* The line of a text around an offset, the caller's. */
static char *line_around(const char *text, size_t offset)
{
	const char *start = memrchr(text, '\n', offset), *end = strchr(text + offset, '\n');

	start = start ? start + 1 : text;
	return mem_strn(start, end ? (size_t)(end - start) : strlen(start));
}

int locate_quote(struct inquiry *q, int evidence, const char *quote, const char *cause)
{
	const char *whole = evidence_quote(q->setup->world->evidence, evidence);
	struct search s = {.quote = quote, .masked = strstr(quote, "[masked:") != NULL};
	auto_free char *line = NULL;
	size_t start = 0;

	if (whole && quote_find(whole, strlen(whole), quote, &start, NULL))
		line = line_around(whole, start);
	for (size_t i = 0; i < q->result_count; i++) {
		const struct call_result *r = &q->results[i];

		if (r->evidence != evidence || !(s.cluster = world_cluster(q->setup->world, r->cluster)))
			continue;
		for (size_t t = 0; t < r->touch_count; t++) {
			int id = in_touch(q, &s, &r->touches[t], line, cause);

			if (id)
				return id;
		}
	}
	return 0;
}
