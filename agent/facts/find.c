/* SPDX-License-Identifier: Apache-2.0 */
/* One object: out of a list that was read, else by a GET of its own. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"

/* So many objects of a kind are asked for one by one; whoever wants more of them is better served by the list. */
enum { GETS_OF_NAMESPACE = 8, GETS_OF_KIND = 40 };

const struct kind *facts_kind(struct facts *f, const char *api_version, const char *kind)
{
	const char *slash = api_version ? strchr(api_version, '/') : NULL;
	auto_free char *word = NULL;
	const struct kind *k;

	if (str_empty(kind))
		return NULL;
	if (str_empty(api_version))
		return kinds_find(f->kinds, kind);
	if (!slash) {
		k = kinds_find(f->kinds, kind);
		return k && !*k->group ? k : NULL;
	}
	word = mem_printf("%s.%.*s", kind, (int)(slash - api_version), api_version);
	k = kinds_find(f->kinds, word);
	return k && strncmp(k->group, api_version, (size_t)(slash - api_version)) == 0 ? k : NULL;
}

static char *single_key(const struct kind *k, const char *ns, const char *name)
{
	return mem_printf("%s\n%s\n%s", k->resource, str_or(ns, ""), name);
}

/* With the lock held: 1 *object is the answer (maybe NULL, for sure), 0 nothing was read that tells. */
static int look(struct facts *f, const struct kind *k, const char *ns, const char *name, json_t **object,
		enum read_state *state)
{
	struct list *l = list_present(f, k, ns);
	auto_free char *key = NULL;
	struct single *s;

	*object = l ? list_search(l->items, ns, name) : NULL;
	if (*object || (l && l->state == READ_OK && !l->pieced && !l->selected)) {
		*state = *object ? READ_OK : READ_NOT_FOUND;
		return 1;
	}
	key = single_key(k, ns, name);
	s = map_get(f->singles, key);
	if (!s)
		return 0;
	*object = s->object;
	*state = s->state;
	return 1;
}

static size_t count_get(struct facts *f, const char *key)
{
	size_t n = (size_t)(uintptr_t)map_get(f->gets, key) + 1;

	map_set(f->gets, key, (void *)(uintptr_t)n);
	return n;
}

/* Has the time for the list come? Secrets are large, and lists of them are often denied. */
static bool wants_list(struct facts *f, const struct kind *k, const char *ns, const char **list_ns)
{
	auto_free char *key = mem_printf("%s\n%s", k->resource, str_or(ns, ""));
	size_t here = count_get(f, key), all = count_get(f, k->resource);
	bool present = list_present(f, k, ns) != NULL;

	if (!k->listable || str_eq(k->plural, "secrets") || present)
		return false;
	*list_ns = ns;
	if (ns && !f->ns && all > GETS_OF_KIND) {
		*list_ns = NULL;
		return !list_present(f, k, NULL);
	}
	return here > GETS_OF_NAMESPACE;
}

static json_t *get(struct facts *f, const struct kind *k, const char *ns, const char *name, enum read_state *state)
{
	auto_free char *path = kind_path(k, ns, name), *key = single_key(k, ns, name);
	struct source_request q = {.path = path};
	struct origin_reply r;
	json_t *read = source_json(f->source, &q, &r), *object;
	struct single *s;

	object = json_is_object(read) ? facts_complete(read, k->api_version, k->kind) : NULL;
	json_decref(read);
	pthread_mutex_lock(&f->lock);
	s = map_get(f->singles, key);
	if (!s && !object && (r.state == READ_TIMEOUT || r.state == READ_CUT || r.state == READ_FAILED)) {
		pthread_mutex_unlock(&f->lock);
		*state = r.state;
		return NULL;
	}
	if (!s) {
		s = MEM_NEW(struct single);
		*s = (struct single){.object = json_incref(object), .state = r.state};
		map_set(f->singles, key, s);
		facts_remember(f, s->object);
		f->objects += object != NULL;
	}
	*state = s->state;
	json_decref(object);
	object = s->object;
	pthread_mutex_unlock(&f->lock);
	return object;
}

/* A snapshot answers by its lists, so that what it lacks is told once and not for each object. */
static json_t *find_held(struct facts *f, const struct kind *k, const char *ns, const char *name,
			 enum read_state *state)
{
	struct list *l = list_of(f, k, ns);
	json_t *object = list_search(l->items, ns, name);

	if (object) {
		*state = READ_OK;
		return object;
	}
	list_note(f, l);
	*state = l->state == READ_OK ? READ_NOT_FOUND : l->state == READ_CUT ? READ_NOT_CAPTURED : l->state;
	return NULL;
}

static json_t *find(struct facts *f, const struct kind *k, const char *ns, const char *name, enum read_state *state)
{
	const char *list_ns;
	json_t *object;
	bool list;
	int known;

	*state = READ_NOT_SERVED;
	if (!k)
		return NULL;
	*state = READ_NOT_FOUND;
	if (str_empty(name))
		return NULL;
	ns = list_namespace(f, k, ns);
	if (k->namespaced && !ns)
		ns = source_default_namespace(f->source);
	if (facts_held(f))
		return find_held(f, k, ns, name, state);
	pthread_mutex_lock(&f->lock);
	known = look(f, k, ns, name, &object, state);
	list = !known && wants_list(f, k, ns, &list_ns);
	pthread_mutex_unlock(&f->lock);
	if (list) {
		list_of(f, k, list_ns);
		pthread_mutex_lock(&f->lock);
		known = look(f, k, ns, name, &object, state);
		pthread_mutex_unlock(&f->lock);
	}
	return known ? object : get(f, k, ns, name, state);
}

json_t *facts_find(struct facts *f, const char *resource, const char *ns, const char *name, enum read_state *state)
{
	return find(f, kinds_find(f->kinds, resource), ns, name, state);
}

json_t *facts_find_kind(struct facts *f, const char *api_version, const char *kind, const char *ns, const char *name,
			enum read_state *state)
{
	return find(f, facts_kind(f, api_version, kind), ns, name, state);
}

json_t *facts_peek(struct facts *f, const char *kind, const char *ns, const char *name)
{
	const struct kind *k = facts_kind(f, NULL, kind);
	enum read_state state;
	json_t *object = NULL;

	if (!k || str_empty(name))
		return NULL;
	pthread_mutex_lock(&f->lock);
	if (!look(f, k, k->namespaced ? ns : NULL, name, &object, &state))
		object = NULL;
	pthread_mutex_unlock(&f->lock);
	return object;
}

/* The plural that the API most likely has for a kind that is not served (any more). */
static void guess_plural(struct buf *b, const char *kind)
{
	size_t from = b->len, n = strlen(kind);

	buf_str(b, kind);
	if (b->len - from != n || n == 0)
		return;
	str_lower(b->data + from);
	if (n > 1 && kind[n - 1] == 'y' && !strchr("aeiou", kind[n - 2])) {
		buf_cut(b, b->len - 1);
		buf_str(b, "ies");
	} else if (str_ends(kind, "s") || str_ends(kind, "x") || str_ends(kind, "ch") || str_ends(kind, "sh")) {
		buf_str(b, "es");
	} else {
		buf_char(b, 's');
	}
}

char *facts_path(struct facts *f, const json_t *object)
{
	const char *version = json_str_or(object, "apiVersion", "v1"), *kind = json_str_or(object, "kind", "");
	const struct kind *k = facts_kind(f, version, kind);
	struct kind as;
	struct buf plural = BUF_INIT(512);
	const char *slash = strchr(version, '/');
	char *path;

	if (!k)
		guess_plural(&plural, kind);
	/* The version in which it was read, not the one that is preferred. */
	as = (struct kind){.group = slash ? version : "",
			   .api_version = version,
			   .namespaced = k ? k->namespaced : true,
			   .plural = k ? k->plural : buf_cstr(&plural)};
	path = kind_path(&as, json_str_at(object, "metadata.namespace"), json_str_at(object, "metadata.name"));
	buf_fini(&plural);
	return path;
}
