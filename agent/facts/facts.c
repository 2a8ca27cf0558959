/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/facts.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"
#include "agent/facts/writers.h"

static void single_free(void *p)
{
	struct single *s = p;

	json_decref(s->object);
	free(s);
}

static void free_array(void *array)
{
	json_decref(array);
}

struct facts *facts_new(struct source *s, const struct facts_scope *scope)
{
	struct facts *f = MEM_NEW(struct facts);

	f->source = s;
	f->kinds = kinds_new(s);
	f->ns = scope && !str_empty(scope->ns) ? mem_str(scope->ns) : NULL;
	f->whole_pods = !scope || scope->whole_pods == 0 ? FACTS_WHOLE_PODS
			: scope->whole_pods < 0		 ? 0
							 : (size_t)scope->whole_pods;
	f->none = json_array();
	f->share = share_new();
	f->more = map_new(free_array);
	f->lists = map_new(list_free);
	f->singles = map_new(single_free);
	f->by_uid = map_new(NULL);
	f->gets = map_new(NULL);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->read, NULL);
	return f;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	map_free(f->gets);
	map_free(f->more);
	share_free(f->share);
	map_free(f->by_uid);
	map_free(f->singles);
	map_free(f->lists);
	json_decref(f->none);
	kinds_free(f->kinds);
	pthread_cond_destroy(&f->read);
	pthread_mutex_destroy(&f->lock);
	free(f->ns);
	free(f);
}

struct source *facts_source(struct facts *f)
{
	return f->source;
}

struct kinds *facts_kinds(struct facts *f)
{
	return f->kinds;
}

const char *facts_scope_ns(struct facts *f)
{
	return f->ns;
}

int64_t facts_now_ms(struct facts *f)
{
	return source_now_ms(f->source);
}

json_t *facts_list(struct facts *f, const char *resource, const char *ns, enum read_state *state)
{
	const struct kind *k = kinds_find(f->kinds, resource);
	struct list *l;

	if (!k) {
		*state = READ_NOT_SERVED;
		return f->none;
	}
	l = list_of(f, k, list_namespace(f, k, ns));
	list_note(f, l);
	*state = l->state;
	return l->items;
}

enum read_state facts_ahead(struct facts *f, const char *resource)
{
	const struct kind *k = kinds_find(f->kinds, resource);

	return k ? list_of(f, k, list_namespace(f, k, NULL))->state : READ_NOT_SERVED;
}

json_t *facts_by_uid(struct facts *f, const char *uid)
{
	json_t *o;

	pthread_mutex_lock(&f->lock);
	o = map_get(f->by_uid, uid);
	pthread_mutex_unlock(&f->lock);
	return o;
}

bool facts_held(const struct facts *f)
{
	return str_eq(source_kind(f->source), "snapshot");
}

size_t facts_objects(struct facts *f)
{
	size_t n;

	pthread_mutex_lock(&f->lock);
	n = f->objects;
	pthread_mutex_unlock(&f->lock);
	return n;
}

void facts_remember(struct facts *f, json_t *object)
{
	const char *uid = json_str_at(object, "metadata.uid");

	if (!str_empty(uid) && !map_has(f->by_uid, uid))
		map_set(f->by_uid, uid, object);
}

json_t *facts_complete(json_t *item, const char *api_version, const char *kind)
{
	json_t *metadata = json_object_get(item, "metadata"), *out;
	bool named = json_key_str(item, "kind") && json_key_str(item, "apiVersion");
	bool managed = json_object_get(metadata, "managedFields") != NULL;

	if (named && !managed)
		return json_incref(item);
	out = json_copy(item);
	if (!json_key_str(item, "apiVersion"))
		json_object_set_new(out, "apiVersion", json_text0(api_version));
	if (!json_key_str(item, "kind"))
		json_object_set_new(out, "kind", json_text0(kind));
	if (managed) {
		/* Who set which field: half of an object's bytes. Who wrote it and when is kept where that tells something. */
		const char *own = str_or(json_key_str(item, "kind"), kind);
		json_t *writers =
			writers_wanted(own) ? writers_short(json_object_get(metadata, "managedFields")) : NULL;

		metadata = json_copy(metadata);
		json_object_del(metadata, "managedFields");
		if (writers)
			json_object_set_new(metadata, "managedFields", writers);
		json_object_set_new(out, "metadata", metadata);
	}
	return out;
}
