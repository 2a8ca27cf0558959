/* SPDX-License-Identifier: Apache-2.0 */
/* The list of changes: adding, ordering, telling. */
#include "agent/facts/changes.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/facts/changes_private.h"
#include "agent/facts/facts_private.h"
#include "agent/text/mask.h"

/* ITEMS_MAX: more tell nobody anything. WHAT_MAX: bytes of a phrase. */
enum { ITEMS_MAX = 20000, WHAT_MAX = 300 };

struct changes *changes_new(struct facts *f, bool read)
{
	struct changes *c = MEM_NEW(struct changes);

	c->facts = f;
	c->read = read;
	c->done = map_new(NULL);
	return c;
}

static void change_fini(struct change *change)
{
	free(change->who);
	free(change->what);
	for (size_t i = 0; i < CHANGE_PLACES; i++)
		free(change->places[i].pointer);
}

void changes_free(struct changes *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		change_fini(&c->items[i]);
	free(c->items);
	map_free(c->done);
	free(c);
}

/* Masked, on one line, short. The caller's. */
static char *shown(const char *text)
{
	struct buf b = BUF_INIT(strlen(text) * 4 + 64);
	char *out;

	mask_text(&b, text, strlen(text));
	out = buf_steal(&b);
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	if (strlen(out) > WHAT_MAX)
		out[utf8_cut(out, strlen(out), WHAT_MAX)] = '\0';
	return out;
}

struct change *changes_add(struct changes *c, json_t *object, int64_t at, enum change_sort sort, double sure,
			   const char *who, const char *fmt, ...)
{
	struct buf b = BUF_INIT(8192);
	struct change *change;
	va_list ap;

	if (c->count >= ITEMS_MAX) {
		c->count--;
		change_fini(&c->items[c->count]);
	}
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	MEM_GROW(c->items, c->count, c->cap);
	change = &c->items[c->count++];
	*change = (struct change){.at = at, .sort = sort, .sure = sure, .object = object};
	change->who = mem_str(str_or(who, ""));
	change->what = shown(buf_cstr(&b));
	buf_fini(&b);
	return change;
}

void change_place(struct change *change, json_t *object, const char *pointer)
{
	for (size_t i = 0; i < CHANGE_PLACES; i++) {
		if (change->places[i].object)
			continue;
		change->places[i].object = object;
		change->places[i].pointer = mem_str(pointer);
		return;
	}
}

bool change_time(const json_t *object, const char *path, int64_t *at)
{
	const char *text = json_str_at(object, path);

	return text && clock_parse(text, at);
}

bool change_writer(const json_t *object, int64_t at, struct writer *out)
{
	int64_t best = SAME_ACTION_MS + 1;
	struct writer w;

	for (size_t n = 0; writers_at(object, n, &w); n++) {
		int64_t d = w.at > at ? w.at - at : at - w.at;

		if (d < best) {
			best = d;
			*out = w;
		}
	}
	return best <= SAME_ACTION_MS;
}

static json_t *list_at_hand(struct facts *f, const struct kind *k, const char *ns, bool read)
{
	struct list *l;

	if (!k)
		return NULL;
	ns = list_namespace(f, k, ns);
	if (read || facts_held(f)) {
		l = list_of(f, k, ns);
	} else {
		pthread_mutex_lock(&f->lock);
		l = list_present(f, k, ns);
		pthread_mutex_unlock(&f->lock);
	}
	return l && (l->state == READ_OK || l->state == READ_CUT) ? l->items : NULL;
}

bool facts_at_hand(struct facts *f, const char *resource, const char *ns)
{
	return list_at_hand(f, kinds_find(f->kinds, resource), ns, false) != NULL;
}

json_t *changes_list(struct changes *c, const char *resource, const char *ns)
{
	return list_at_hand(c->facts, kinds_find(c->facts->kinds, resource), ns, c->read);
}

json_t *changes_object(struct changes *c, const char *kind, const char *ns, const char *name)
{
	struct facts *f = c->facts;
	const struct kind *k = facts_kind(f, NULL, kind);
	json_t *list = list_at_hand(f, k, ns, false), *o = NULL;

	if (k && !str_empty(name))
		o = list_search(list, k->namespaced ? ns : NULL, name);
	return o ? o : facts_peek(f, kind, ns, name);
}

static int compare(const struct change *a, const struct change *b)
{
	static const char *const paths[] = {"metadata.namespace", "kind", "metadata.name"};
	int d = (a->at > b->at) - (a->at < b->at);

	for (size_t i = 0; !d && i < ARRAY_LEN(paths); i++)
		d = strcmp(json_str_or(a->object, paths[i], ""), json_str_or(b->object, paths[i], ""));
	if (!d)
		d = (int)a->sort - (int)b->sort;
	return d ? d : strcmp(a->what, b->what);
}

static int by_time(const void *a, const void *b)
{
	return compare(a, b);
}

/* An edit that stands beside the rollout, the creation or the scaling that it made tells nothing more. */
static bool is_told(const struct changes *c, size_t i)
{
	const struct change *e = &c->items[i];

	if (e->sort != CHANGE_EDITED && e->sort != CHANGE_EVENT)
		return false;
	for (size_t n = i; n-- > 0 && e->at - c->items[n].at <= SAME_ACTION_MS;)
		if (c->items[n].object == e->object && c->items[n].sort > CHANGE_EVENT && c->items[n].sort != CHANGE_EDITED)
			return true;
	for (size_t n = i + 1; n < c->count && c->items[n].at - e->at <= SAME_ACTION_MS; n++)
		if (c->items[n].object == e->object && c->items[n].sort > CHANGE_EVENT && c->items[n].sort != CHANGE_EDITED)
			return true;
	return false;
}

void changes_order(struct changes *c)
{
	size_t n = 0;
	bool *told;

	if (!c->count)
		return;
	qsort(c->items, c->count, sizeof(*c->items), by_time);
	told = mem_zero(c->count);
	for (size_t i = 0; i < c->count; i++)
		told[i] = is_told(c, i) || (i && compare(&c->items[i - 1], &c->items[i]) == 0);
	for (size_t i = 0; i < c->count; i++) {
		if (told[i])
			change_fini(&c->items[i]);
		else
			c->items[n++] = c->items[i];
	}
	c->count = n;
	free(told);
}

char *change_title(const struct change *change)
{
	const char *ns = json_str_at(change->object, "metadata.namespace");

	return mem_printf("%s %s%s%s %s", json_str_or(change->object, "kind", "object"), str_or(ns, ""),
			  str_empty(ns) ? "" : "/", json_str_or(change->object, "metadata.name", ""), change->what);
}

json_t *change_json(struct changes *c, const struct change *change)
{
	auto_free char *path = change->places[0].object ? facts_path(c->facts, change->places[0].object) : NULL;
	static const char *const types[] = {[CHANGE_EVENT] = "event",	  [CHANGE_CREATED] = "created",
					    [CHANGE_NODE] = "node",	  [CHANGE_SCALED] = "scaled",
					    [CHANGE_RESTARTED] = "restart", [CHANGE_RELEASE] = "release",
					    [CHANGE_EDITED] = "edit",	  [CHANGE_CERTIFICATE] = "certificate",
					    [CHANGE_TAG] = "tag",	  [CHANGE_DELETED] = "deleted",
					    [CHANGE_ROLLOUT] = "rollout"};
	json_t *o = json_object(), *ref = json_object();
	char time[CLOCK_TEXT];

	clock_format(change->at, time);
	json_object_set_new(ref, "apiVersion", json_text0(json_str_or(change->object, "apiVersion", "")));
	json_object_set_new(ref, "kind", json_text0(json_str_or(change->object, "kind", "")));
	json_object_set_new(ref, "namespace", json_text0(json_str_or(change->object, "metadata.namespace", "")));
	json_object_set_new(ref, "name", json_text0(json_str_or(change->object, "metadata.name", "")));
	json_object_set_new(o, "time", json_string(time));
	json_object_set_new(o, "object", ref);
	json_object_set_new(o, "type", json_string(types[change->sort]));
	json_object_set_new(o, "who", json_text0(change->who));
	json_object_set_new(o, "what", json_text0(change->what));
	json_object_set_new(o, "sure", json_string(change->sure >= 0.9 ? "certain" : change->sure >= 0.6 ? "likely" : "possible"));
	json_object_set_new(o, "source", path ? json_sprintf("GET %s", path) : json_string(""));
	json_object_set_new(o, "pointer", json_text0(str_or(change->places[0].pointer, "")));
	return o;
}
