/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/evidence.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/text/mask.h"

struct item {
	int id;
	char *cluster, *source, *pointer, *quote;
	bool derived;
	int *inputs; /* 0 ends; NULL: none */
};

struct evidence {
	pthread_mutex_t lock;
	struct item **items; /* items[i] has id i + 1; pointers stay put while the array grows */
	size_t count, cap;
	struct map *known;     /* cluster, source, pointer and quote to item */
	struct item **dropped; /* after renumbering: texts stay readable until the end */
	size_t dropped_count;
};

static void item_free(struct item *it)
{
	free(it->cluster);
	free(it->source);
	free(it->pointer);
	free(it->quote);
	free(it->inputs);
	free(it);
}

struct evidence *evidence_new(void)
{
	struct evidence *e = MEM_NEW(struct evidence);

	pthread_mutex_init(&e->lock, NULL);
	e->known = map_new(NULL);
	return e;
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->count; i++)
		item_free(e->items[i]);
	for (size_t i = 0; i < e->dropped_count; i++)
		item_free(e->dropped[i]);
	free(e->items);
	free(e->dropped);
	map_free(e->known);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static int *copy_inputs(const int *inputs)
{
	size_t n = 0;

	if (!inputs || !inputs[0])
		return NULL;
	while (inputs[n])
		n++;
	return mem_copy(inputs, (n + 1) * sizeof(*inputs));
}

static char *safe_quote(const struct evidence_item *item)
{
	const char *quote = str_or(item->quote, "");
	size_t n = strlen(quote);
	struct buf b = BUF_INIT(n * 4 + 64); /* a mark is longer than a short secret */

	if (item->masked)
		return mem_str(quote);
	mask_text(&b, quote, n);
	return buf_steal(&b);
}

int evidence_add(struct evidence *e, const struct evidence_item *item)
{
	auto_free char *quote = safe_quote(item);
	auto_free char *key = mem_printf("%s\x1f%s\x1f%s\x1f%s", str_or(item->cluster, ""), str_or(item->source, ""),
					 str_or(item->pointer, ""), quote);
	struct item *it;
	int id;

	pthread_mutex_lock(&e->lock);
	it = map_get(e->known, key);
	if (!it) {
		it = MEM_NEW(struct item);
		it->cluster = mem_str(str_or(item->cluster, ""));
		it->source = mem_str(str_or(item->source, ""));
		it->pointer = mem_str(str_or(item->pointer, ""));
		it->quote = mem_str(quote);
		it->derived = item->derived;
		it->inputs = copy_inputs(item->inputs);
		MEM_GROW(e->items, e->count, e->cap);
		e->items[e->count++] = it;
		it->id = (int)e->count;
		map_set(e->known, key, it);
	}
	id = it->id;
	pthread_mutex_unlock(&e->lock);
	return id;
}

int evidence_count(struct evidence *e)
{
	int n;

	pthread_mutex_lock(&e->lock);
	n = (int)e->count;
	pthread_mutex_unlock(&e->lock);
	return n;
}

static struct item *item_of(struct evidence *e, int id)
{
	struct item *it = NULL;

	pthread_mutex_lock(&e->lock);
	if (id >= 1 && (size_t)id <= e->count)
		it = e->items[id - 1];
	pthread_mutex_unlock(&e->lock);
	return it;
}

const char *evidence_quote(struct evidence *e, int id)
{
	struct item *it = item_of(e, id);

	return it ? it->quote : NULL;
}

const char *evidence_source(struct evidence *e, int id)
{
	struct item *it = item_of(e, id);

	return it ? it->source : NULL;
}

const int *evidence_inputs(struct evidence *e, int id)
{
	struct item *it = item_of(e, id);

	return it ? it->inputs : NULL;
}

json_t *evidence_json(struct evidence *e, int id)
{
	struct item *it = item_of(e, id);
	json_t *o;
	char name[16];

	if (!it)
		return NULL;
	snprintf(name, sizeof(name), "E%d", id);
	o = json_object();
	json_object_set_new(o, "id", json_string(name));
	json_object_set_new(o, "cluster", json_text0(it->cluster));
	json_object_set_new(o, "source", json_text0(it->source));
	json_object_set_new(o, "pointer", json_text0(it->pointer));
	json_object_set_new(o, "quote", json_text0(it->quote));
	if (it->derived)
		json_object_set_new(o, "derived", json_true());
	if (it->inputs) {
		json_t *list = json_array();

		for (int *in = it->inputs; *in; in++) {
			snprintf(name, sizeof(name), "E%d", *in);
			json_array_append_new(list, json_string(name));
		}
		json_object_set_new(o, "inputs", list);
	}
	return o;
}

static void map_inputs(struct item *it, const int *map, size_t old_count)
{
	size_t out = 0;

	if (!it->inputs)
		return;
	for (int *in = it->inputs; *in; in++)
		if ((size_t)*in <= old_count && map[*in])
			it->inputs[out++] = map[*in];
	it->inputs[out] = 0;
}

void evidence_renumber(struct evidence *e, const int *order, int count, int *map)
{
	struct item **fresh;
	size_t old;

	pthread_mutex_lock(&e->lock);
	old = e->count;
	for (size_t i = 0; i <= old; i++)
		map[i] = 0;
	fresh = mem_zero(((size_t)count + 1) * sizeof(struct item *));
	for (int i = 0; i < count; i++) {
		map[order[i]] = i + 1;
		fresh[i] = e->items[order[i] - 1];
	}
	e->dropped = mem_resize_array(e->dropped, e->dropped_count + old + 1, sizeof(struct item *));
	for (size_t i = 0; i < old; i++)
		if (!map[i + 1])
			e->dropped[e->dropped_count++] = e->items[i];
	free(e->items);
	map_free(e->known);
	e->items = fresh;
	e->count = (size_t)count;
	e->cap = (size_t)count + 1;
	e->known = map_new(NULL);
	for (size_t i = 0; i < e->count; i++) {
		struct item *it = e->items[i];
		auto_free char *key =
			mem_printf("%s\x1f%s\x1f%s\x1f%s", it->cluster, it->source, it->pointer, it->quote);

		it->id = (int)i + 1;
		map_inputs(it, map, old);
		map_set(e->known, key, it);
	}
	pthread_mutex_unlock(&e->lock);
}

int evidence_id(const char *name)
{
	int64_t id;

	if (!name || (name[0] != 'E' && name[0] != 'e') || name[1] < '1' || name[1] > '9')
		return 0;
	if (str_to_i64(name + 1, &id, NULL) < 0 || id > 1000000)
		return 0;
	return (int)id;
}
