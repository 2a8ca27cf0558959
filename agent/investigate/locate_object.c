/* SPDX-License-Identifier: Apache-2.0 */
/* The place of a quote in an object. The same words stand in many: the result and the claim tell which one is meant. */
#include "agent/investigate/locate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/text/quote.h"

#define PLACES_MAX 40 /* of the quote in the result that are looked at */

/* How well a candidate is meant; within BLOCK the nearest name before the quote counts. */
enum meant { UNNAMED, TOUCHED, BLOCK, LINE, CLAIM, LINE_AND_CLAIM };

struct candidate {
	json_t *object;
	enum meant meant;
	size_t at;    /* of its name in the result, for BLOCK */
	size_t order; /* as it was read */
};

struct candidates {
	struct candidate *items;
	size_t count, cap;
};

/* The lines of the result that hold the quote. */
struct lines {
	const char *start[PLACES_MAX];
	size_t len[PLACES_MAX], count;
};

static void find_lines(const struct search *s, struct lines *l)
{
	size_t n = strlen(s->shown), from = 0, start, end;

	l->count = 0;
	while (l->count < PLACES_MAX && quote_find(s->shown + from, n - from, s->quote, &start, &end)) {
		const char *first = memrchr(s->shown, '\n', from + start);
		const char *last = memchr(s->shown + from + end, '\n', n - from - end);

		first = first ? first + 1 : s->shown;
		l->start[l->count] = first;
		l->len[l->count++] = (size_t)((last ? last : s->shown + n) - first);
		from += end;
	}
}

/* What an object is called in results: an event by what it is about. */
static const char *called(const json_t *object)
{
	const char *about = json_str_at(object, "involvedObject.name");

	if (!about)
		about = json_str_at(object, "regarding.name");
	return str_eq(json_str_at(object, "kind"), "Event") && about ? about : json_str_at(object, "metadata.name");
}

static void judge(const struct search *s, const struct lines *l, struct candidate *c)
{
	const char *name = called(c->object);
	bool line = false, claim = locate_names(s->cause, strlen(s->cause), name, NULL);

	for (size_t i = 0; i < l->count && !line; i++)
		line = locate_names(l->start[i], l->len[i], name, NULL);
	if (line || claim)
		c->meant = !line ? CLAIM : claim ? LINE_AND_CLAIM : LINE;
	else if (locate_names(s->shown, s->at, name, &c->at))
		c->meant = BLOCK;
}

static void add(const struct search *s, const struct lines *l, struct candidates *all, json_t *object, bool by_name)
{
	struct candidate c = {.object = object, .meant = by_name ? TOUCHED : UNNAMED, .order = all->count};

	for (size_t i = 0; by_name && i < all->count; i++)
		if (all->items[i].object == object)
			return;
	judge(s, l, &c);
	MEM_GROW(all->items, all->count, all->cap);
	all->items[all->count++] = c;
}

static void collect(const struct search *s, struct candidates *all)
{
	struct lines l;

	find_lines(s, &l);
	for (size_t i = 0; i < s->call->touch_count; i++) {
		const struct work_touch *t = &s->call->touches[i];
		struct facts *f = s->cluster->facts;
		enum read_state state;
		json_t *object;
		size_t k;

		if (t->path)
			continue;
		if (t->name) {
			object = facts_find(f, t->resource, t->ns, t->name, &state);
			if (object)
				add(s, &l, all, object, true);
			continue;
		}
		json_array_foreach (facts_list(f, t->resource, t->ns, &state), k, object) {
			add(s, &l, all, object, false);
		}
	}
}

static int by_meaning(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->meant != y->meant)
		return x->meant > y->meant ? -1 : 1;
	if (x->at != y->at)
		return x->at > y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* The best leaf of an object: the shortest, because it says this and little else. */
struct leaf {
	const struct search *s;
	const char *word; /* of the quote: what does not hold it need not be looked through; NULL: no such word */
	char *pointer, *text;
	bool copy; /* stands in a copy of the object that the object carries */
};

static bool is_copy(const char *pointer)
{
	return str_starts(pointer, "/metadata/managedFields/") ||
	       str_starts(pointer, "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration");
}

/* Is the field called as the result calls it, whatever the case and the spaces? */
static bool is_field(const char *pointer, const char *key)
{
	const char *last = strrchr(pointer, '/');

	for (last = last ? last + 1 : pointer; *last && *key; last++) {
		if (!isalnum((unsigned char)*last))
			continue;
		if (tolower((unsigned char)*last) != tolower((unsigned char)*key++))
			return false;
	}
	return !*last && !*key;
}

static int try_leaf(void *ctx, const char *pointer, const char *text)
{
	struct leaf *leaf = ctx;
	const struct search *s = leaf->s;
	char *shown;

	if ((leaf->word && !strstr(text, leaf->word)) || (s->key && !is_field(pointer, s->key)))
		return 0;
	if (!s->masked && !quote_find(text, strlen(text), s->quote, NULL, NULL))
		return 0;
	shown = locate_masked(text);
	if (!quote_find(shown, strlen(shown), s->quote, NULL, NULL) ||
	    (leaf->text && (leaf->copy <= is_copy(pointer)) &&
	     (leaf->copy < is_copy(pointer) || strlen(leaf->text) <= strlen(shown)))) {
		free(shown);
		return 0;
	}
	free(leaf->pointer);
	free(leaf->text);
	leaf->pointer = mem_str(pointer);
	leaf->text = shown;
	leaf->copy = is_copy(pointer);
	return 0;
}

/* The longest run without white space: it stands unchanged in whatever holds the quote. */
static char *longest_word(const char *quote)
{
	const char *best = "";
	size_t len = 0;

	for (const char *p = quote; *p;) {
		size_t n = strcspn(p, " \t\r\n\v\f");

		if (n > len) {
			best = p;
			len = n;
		}
		p += n ? n : 1;
	}
	return mem_strn(best, len);
}

static bool holds(const struct search *s, const json_t *object, struct leaf *leaf)
{
	auto_free char *word = s->masked ? NULL : longest_word(s->quote);

	*leaf = (struct leaf){.s = s, .word = word};
	json_each_leaf(object, try_leaf, leaf);
	leaf->word = NULL;
	return leaf->text != NULL;
}

static void leaf_fini(struct leaf *leaf)
{
	free(leaf->pointer);
	free(leaf->text);
	*leaf = (struct leaf){0};
}

static int evidence_of(const struct search *s, const json_t *object, const struct leaf *leaf)
{
	auto_free char *path = facts_path(s->cluster->facts, object);
	auto_free char *source = path ? mem_printf("GET %s", path) : NULL;

	if (!source)
		return 0;
	locate_narrow(leaf->text, s->quote);
	return evidence_add(s->q->setup->world->evidence, &(struct evidence_item){.cluster = s->cluster->name,
										  .source = source,
										  .pointer = leaf->pointer,
										  .quote = leaf->text,
										  .masked = true});
}

/* Candidates that something names: the first that holds the quote. Of the others there may be one only. */
static int choose(const struct search *s, const struct candidates *all)
{
	const json_t *only = NULL;
	struct leaf leaf = {0}, kept = {0};
	int id = 0;

	for (size_t i = 0; i < all->count && !id; i++) {
		const struct candidate *c = &all->items[i];

		if (!holds(s, c->object, &leaf))
			continue;
		if (c->meant > UNNAMED) {
			id = evidence_of(s, c->object, &leaf);
			leaf_fini(&leaf);
			break;
		}
		if (only) {
			leaf_fini(&leaf);
			leaf_fini(&kept);
			return 0;
		}
		only = c->object;
		kept = leaf;
	}
	if (!id && only)
		id = evidence_of(s, only, &kept);
	leaf_fini(&kept);
	return id;
}

int locate_in_objects(const struct search *s)
{
	struct candidates all = {0};
	int id;

	collect(s, &all);
	if (all.count)
		qsort(all.items, all.count, sizeof(*all.items), by_meaning);
	id = choose(s, &all);
	free(all.items);
	return id;
}
