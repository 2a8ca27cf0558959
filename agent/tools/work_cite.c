/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: what a toolset points at, looked up in what was read before it counts. */
#include "agent/tools/work.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/text/mask.h"
#include "agent/text/quote.h"

#define CITE_MAX 2000 /* bytes of a quote: a longer text is cut, still verbatim */

static char *leaf_text(const json_t *leaf, bool *derived)
{
	*derived = false;
	if (json_is_string(leaf))
		return mem_str(json_string_value(leaf));
	if (json_is_integer(leaf))
		return mem_printf("%lld", (long long)json_integer_value(leaf));
	if (json_is_true(leaf) || json_is_false(leaf))
		return mem_str(json_is_true(leaf) ? "true" : "false");
	if (json_is_real(leaf))
		return json_dumps(leaf, JSON_ENCODE_ANY);
	if (!json_is_object(leaf) && !json_is_array(leaf))
		return NULL;
	*derived = true; /* a printed form of ours, not a text that stood there */
	return json_dump(leaf, false);
}

/* Masked while it is whole: what stands around a secret tells that it is one. */
static char *masked(const char *s)
{
	size_t n = strlen(s);
	struct buf b = BUF_INIT(n * 4 + 64);

	mask_text(&b, s, n);
	return buf_steal(&b);
}

/* The part of text that quote names, in text's own spelling; all of it when it is not found there. */
static void narrow(char *text, const char *quote)
{
	auto_free char *safe = quote ? masked(quote) : NULL;
	size_t start, end, n = strlen(text);

	if (quote && (quote_find(text, n, quote, &start, &end) || quote_find(text, n, safe, &start, &end))) {
		memmove(text, text + start, end - start);
		text[end - start] = '\0';
		n = end - start;
	}
	if (n > CITE_MAX)
		text[utf8_cut(text, n, CITE_MAX)] = '\0';
}

int work_cite(struct work *w, const json_t *object, const char *pointer, const char *quote)
{
	auto_free char *path = facts_path(w->cluster->facts, object);
	auto_free char *source = NULL;
	auto_free char *leaf = NULL;
	auto_free char *text = NULL;
	bool derived;

	leaf = leaf_text(json_pointer(object, pointer), &derived);
	if (!leaf || !path)
		return 0;
	text = masked(leaf);
	narrow(text, quote);
	source = mem_printf("GET %s", path);
	return evidence_add(w->world->evidence, &(struct evidence_item){.cluster = w->cluster->name,
									.source = source,
									.pointer = pointer,
									.quote = text,
									.derived = derived});
}

int work_cite_line(struct work *w, const char *source, size_t line, const char *quote)
{
	auto_free char *pointer = mem_printf("line %zu", line);
	auto_free char *text = masked(str_or(quote, ""));
	size_t n = strlen(text);

	if (!n || !line)
		return 0;
	if (n > CITE_MAX)
		text[utf8_cut(text, n, CITE_MAX)] = '\0';
	return evidence_add(w->world->evidence,
			    &(struct evidence_item){
				    .cluster = w->cluster->name, .source = source, .pointer = pointer, .quote = text});
}

/* "3 DeviceClasses, none named gpu-h100": of a kind that was read, what is missing in it. */
int work_cite_absence(struct work *w, const char *resource, const char *ns, const char *name)
{
	const struct kind *k = kinds_find(facts_kinds(w->cluster->facts), resource);
	auto_free char *path = k ? kind_path(k, ns, NULL) : NULL;
	auto_free char *source = NULL;
	auto_free char *text = NULL;
	enum read_state state;
	size_t n;

	if (!k)
		return 0;
	facts_list(w->cluster->facts, resource, ns, &state);
	if (state != READ_OK)
		return 0;
	facts_selected(w->cluster->facts, resource, ns, &n);
	if (n == 1)
		text = mem_printf("1 %s, not named %s", k->kind, name);
	else
		text = mem_printf("%zu %s%s, none named %s", n, k->kind, str_ends(k->kind, "s") ? "es" : "s", name);
	source = mem_printf("GET %s", path);
	return evidence_add(w->world->evidence, &(struct evidence_item){.cluster = w->cluster->name,
									.source = source,
									.pointer = "/items",
									.quote = text,
									.derived = true});
}

int work_cite_derived(struct work *w, const char *source, const char *pointer, const char *text, const int *inputs)
{
	if (str_empty(text))
		return 0;
	return evidence_add(w->world->evidence, &(struct evidence_item){.cluster = w->cluster->name,
									.source = source,
									.pointer = pointer,
									.quote = text,
									.derived = true,
									.inputs = inputs});
}
