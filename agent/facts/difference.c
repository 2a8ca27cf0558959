/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/difference.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/text/mask.h"

enum { DEPTH_MAX = 24, VALUE_MAX = 80 };

/* Where the walk stands. */
struct at {
	const char *label;   /* "limits.memory" so far, "" at the top */
	const char *pointer; /* RFC 6901 */
	const char *name;    /* of the variable or key whose value this is: tells the masker what it is */
	int depth;
};

static void find(struct differences *d, const struct at *at, const json_t *before, const json_t *after);

/* As a person reads it: masked by the name it has, on one line, short. The caller's. */
static char *value_text(const char *name, const json_t *value)
{
	auto_free char *plain = json_is_string(value) ? mem_str(json_string_value(value)) : json_dump(value, false);
	auto_free char *named = mem_printf("%s=%s", str_or(name, ""), plain);
	struct buf b = BUF_INIT(strlen(named) * 4 + 64);
	size_t skip = strlen(str_or(name, "")) + 1;
	char *out;

	mask_text(&b, named, strlen(named));
	out = mem_str(b.len >= skip ? buf_cstr(&b) + skip : "");
	buf_fini(&b);
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	if (strlen(out) > VALUE_MAX) {
		char *cut = mem_printf("%.*s...", (int)utf8_cut(out, strlen(out), VALUE_MAX), out);

		free(out);
		out = cut;
	}
	return out;
}

/* How much of two image names is the same up to the tag: "shop/cart:v1", "shop/cart:v2" give "v2". */
static const char *other_tag(const char *before, const char *after)
{
	const char *colon = strrchr(after, ':'), *slash = strrchr(after, '/');
	size_t n = colon ? (size_t)(colon - after) : 0;

	if (!colon || (slash && slash > colon) || strchr(after, '@') || strncmp(before, after, n + 1) != 0)
		return after;
	return colon + 1;
}

/* Nobody reads digests of configuration: that they differ is all they say. */
static bool is_digest(const json_t *value)
{
	const char *s = json_string_value(value);

	return s && strlen(s) >= 32 && strspn(s, "0123456789abcdefABCDEF") == strlen(s);
}

static char *phrase(const struct at *at, const json_t *before, const json_t *after)
{
	const json_t *one = after ? after : before;
	auto_free char *old = NULL;
	auto_free char *new = NULL;

	/* a variable that came or went is told by its value */
	if ((!before || !after) && json_object_size(one) == 2 && json_is_string(json_object_get(one, "value")))
		return phrase(at, json_object_get(before, "value"), json_object_get(after, "value"));
	old = before ? value_text(at->name, before) : NULL;
	new = after ? value_text(at->name, after) : NULL;

	if (is_digest(before) && is_digest(after))
		return mem_printf("%s changed", at->label);
	if (json_is_string(before) && json_is_string(after) && str_ends(at->pointer, "/image"))
		return mem_printf("%s %s -> %s", at->label, old, other_tag(old, new));
	if (old && new)
		return mem_printf("%s %s -> %s", at->label, *old ? old : "\"\"", *new ? new : "\"\"");
	if (json_is_object(one) || json_is_array(one))
		return mem_printf("%s %s", at->label, old ? "removed" : "added");
	return mem_printf("%s %s (%s)", at->label, old ? "removed" : "added", old ? old : new);
}

static void found(struct differences *d, const struct at *at, const json_t *before, const json_t *after)
{
	struct difference *item = &d->items[d->count];

	d->total++;
	if (d->count == DIFFERENCES_MAX)
		return;
	d->count++;
	item->pointer = mem_str(at->pointer);
	item->before = before != NULL;
	item->after = after != NULL;
	item->restart = str_ends(at->pointer, "/kubectl.kubernetes.io~1restartedAt");
	item->what = item->restart ? mem_str("restarted (restartedAt)") : phrase(at, before, after);
}

/* What tells entries of a list apart. NULL: they have no such key. */
static const char *identity(const json_t *list)
{
	static const char *const keys[] = {"name", "mountPath", "containerPort", "key", "topologyKey"};
	const json_t *first = json_array_get(list, 0);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (json_object_get(first, keys[i]))
			return keys[i];
	return NULL;
}

static const json_t *entry_of(const json_t *list, const char *key, const json_t *value)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (json_equal(json_object_get(item, key), value))
			return item;
	return NULL;
}

/* "env LOG_LEVEL", "cart: " for one of several containers, "init migrate: ". The caller's. */
static char *entry_label(const struct at *at, const char *name, size_t of)
{
	if (str_eq(at->label, "containers"))
		return of > 1 ? mem_printf("container %s:", name) : mem_str("");
	if (str_eq(at->label, "initContainers"))
		return mem_printf("init container %s:", name);
	return mem_printf("%s %s", at->label, name);
}

static void entry(struct differences *d, const struct at *at, const json_t *lists[2], const json_t *pair[2], size_t index,
		  const char *key)
{
	const json_t *value = json_object_get(pair[1] ? pair[1] : pair[0], key);
	auto_free char *name = json_is_string(value) ? mem_str(json_string_value(value)) : json_dump(value, false);
	size_t n = json_array_size(lists[0]), of = json_array_size(lists[1]);
	auto_free char *label = entry_label(at, name, n > of ? n : of);
	auto_free char *whole = *label ? NULL : mem_printf("container %s", name);
	auto_free char *pointer = mem_printf("%s/%zu", at->pointer, index);
	struct at to = {label, pointer, name, at->depth + 1};

	if (!pair[0] || !pair[1]) {
		size_t len = strlen(label);

		if (len && label[len - 1] == ':')
			label[len - 1] = '\0';
		to.label = str_or(label, whole);
	}
	find(d, &to, pair[0], pair[1]);
}

/* Entries without a name: by their place, when there are as many as before. */
static void in_place(struct differences *d, const struct at *at, const json_t *before, const json_t *after)
{
	const json_t *item;
	size_t i;

	if (json_array_size(before) != json_array_size(after) || !json_is_object(json_array_get(after, 0))) {
		found(d, at, before, after);
		return;
	}
	json_array_foreach (after, i, item) {
		auto_free char *pointer = mem_printf("%s/%zu", at->pointer, i);

		find(d, &(struct at){at->label, pointer, at->name, at->depth + 1}, json_array_get(before, i), item);
	}
}

static void lists(struct differences *d, const struct at *at, const json_t *before, const json_t *after)
{
	const char *key = identity(json_array_size(after) ? after : before);
	const json_t *both[2] = {before, after}, *item;
	size_t i;

	if (!key) {
		in_place(d, at, before, after);
		return;
	}
	json_array_foreach (after, i, item) {
		const json_t *pair[2] = {entry_of(before, key, json_object_get(item, key)), item};

		entry(d, at, both, pair, i, key);
	}
	json_array_foreach (before, i, item) {
		const json_t *pair[2] = {item, NULL};

		if (!entry_of(after, key, json_object_get(item, key)))
			entry(d, at, both, pair, i, key);
	}
}

/* Of these levels nobody says the name. */
static bool is_silent(const char *key)
{
	static const char *const keys[] = {"spec", "metadata", "resources", "value"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_eq(keys[i], key))
			return true;
	return false;
}

static char *member_label(const struct at *at, const char *key)
{
	size_t n = strlen(at->label);

	if (is_silent(key))
		return mem_str(at->label);
	if (str_eq(at->label, "labels") || str_eq(at->label, "annotations"))
		return mem_printf("%.*s %s", (int)n - 1, at->label, key);
	if (n == 0)
		return mem_str(key);
	return mem_printf("%s%c%s", at->label, at->label[n - 1] == ':' ? ' ' : '.', key);
}

static void member(struct differences *d, const struct at *at, const char *key, const json_t *before,
		   const json_t *after)
{
	auto_free char *label = member_label(at, key);
	struct buf pointer = BUF_INIT(4096);
	struct at to = {.label = label, .name = str_eq(key, "value") ? at->name : key, .depth = at->depth + 1};

	/* what Kubernetes itself writes into a template */
	if (str_eq(key, "pod-template-hash") || str_eq(key, "creationTimestamp") || str_eq(key, "$patch"))
		return;
	buf_str(&pointer, at->pointer);
	json_pointer_add(&pointer, key);
	to.pointer = buf_cstr(&pointer);
	find(d, &to, before, after);
	buf_fini(&pointer);
}

static void objects(struct differences *d, const struct at *at, const json_t *before, const json_t *after)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)before, key, value)
		member(d, at, key, value, json_object_get(after, key));
	json_object_foreach ((json_t *)(uintptr_t)after, key, value)
		if (!json_object_get(before, key))
			member(d, at, key, NULL, value);
}

/* A list of one sort is told by what is in it; a whole container or volume only by its name. */
static bool is_opened(const struct at *at)
{
	static const char *const maps[] = {"metadata", "labels",       "annotations", "env", "limits",
					   "requests", "nodeSelector", "resources", "initContainers"};

	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		if (str_ends(at->label, maps[i]) || str_eq(at->name, maps[i]))
			return true;
	return false;
}

static void find(struct differences *d, const struct at *at, const json_t *before, const json_t *after)
{
	const json_t *one = after ? after : before;

	if ((!before && !after) || json_equal(before, after))
		return;
	if (at->depth < DEPTH_MAX && ((before && after) || is_opened(at))) {
		if (json_is_object(one) && (!before || json_is_object(before))) {
			objects(d, at, before, after);
			return;
		}
		if (json_is_array(one) && (!before || json_is_array(before))) {
			lists(d, at, before, after);
			return;
		}
	}
	found(d, at, before, after);
}

void differences_find(struct differences *d, const json_t *before, const json_t *after)
{
	memset(d, 0, sizeof(*d));
	find(d, &(struct at){.label = "", .pointer = ""}, before, after);
}

void differences_fini(struct differences *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->items[i].what);
		free(d->items[i].pointer);
	}
}

char *differences_text(const struct differences *d, size_t max)
{
	struct buf b = BUF_INIT(8192);
	size_t shown = 0;

	for (size_t i = 0; i < d->count && shown < max; i++, shown++)
		buf_printf(&b, "%s%s", shown ? "; " : "", d->items[i].what);
	if (d->total > shown)
		buf_printf(&b, "; and %zu more", d->total - shown);
	return buf_steal(&b);
}
