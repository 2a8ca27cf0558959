/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/share.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "agent/base/mem.h"

/* ROOM: so many values are remembered, beyond that nothing new is. Long texts are hardly ever the same. */
enum { ROOM_MIN = 1024, ROOM_MAX = 1 << 18, TEXT_MAX = 512, DEPTH_MAX = 100 };

struct slot {
	uint64_t hash;
	json_t *value; /* owned; NULL: free */
};

struct share {
	pthread_mutex_t lock;
	struct slot *slots;
	size_t count, room;
};

struct share *share_new(void)
{
	struct share *s = MEM_NEW(struct share);

	s->room = ROOM_MIN;
	s->slots = mem_zero(s->room * sizeof(*s->slots));
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void share_free(struct share *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->room; i++)
		json_decref(s->slots[i].value);
	pthread_mutex_destroy(&s->lock);
	free(s->slots);
	free(s);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h ^= v + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
	h *= 0xff51afd7ed558ccdu;
	return h ^ (h >> 33);
}

static uint64_t hash_bytes(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return mix(h, n);
}

/* Parts are shared already, so that their addresses tell them apart. */
static uint64_t hash_of(json_t *v)
{
	uint64_t h = (uint64_t)json_typeof(v) + 1;
	const char *key;
	json_t *part;
	size_t i;

	switch (json_typeof(v)) {
	case JSON_STRING:
		return mix(h, hash_bytes(json_string_value(v), json_string_length(v)));
	case JSON_INTEGER:
		return mix(h, (uint64_t)json_integer_value(v));
	case JSON_OBJECT:
		json_object_foreach (v, key, part)
			h = mix(mix(h, hash_bytes(key, strlen(key))), (uint64_t)(uintptr_t)part);
		return h;
	case JSON_ARRAY:
		json_array_foreach (v, i, part)
			h = mix(h, (uint64_t)(uintptr_t)part);
		return h;
	default:
		return h;
	}
}

static bool same_objects(json_t *a, json_t *b)
{
	void *x = json_object_iter(a), *y = json_object_iter(b);

	if (json_object_size(a) != json_object_size(b))
		return false;
	for (; x && y; x = json_object_iter_next(a, x), y = json_object_iter_next(b, y))
		if (json_object_iter_value(x) != json_object_iter_value(y) ||
		    strcmp(json_object_iter_key(x), json_object_iter_key(y)) != 0)
			return false;
	return true;
}

static bool same(json_t *a, json_t *b)
{
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_object(a))
		return same_objects(a, b);
	if (json_is_array(a)) {
		for (size_t i = 0; i < json_array_size(a); i++)
			if (json_array_get(a, i) != json_array_get(b, i))
				return false;
		return json_array_size(a) == json_array_size(b);
	}
	return json_equal(a, b);
}

static void grow(struct share *s)
{
	struct slot *old = s->slots;
	size_t room = s->room;

	s->room *= 2;
	s->slots = mem_zero(s->room * sizeof(*s->slots));
	for (size_t i = 0; i < room; i++) {
		size_t at = old[i].hash & (s->room - 1);

		if (!old[i].value)
			continue;
		while (s->slots[at].value)
			at = (at + 1) & (s->room - 1);
		s->slots[at] = old[i];
	}
	free(old);
}

/* The one that is kept: v itself when it is the first of its kind. Steals and gives a reference. */
static json_t *keep(struct share *s, json_t *v)
{
	uint64_t hash = hash_of(v);
	size_t at;

	if (s->count * 2 > s->room && s->room < ROOM_MAX)
		grow(s);
	for (at = hash & (s->room - 1); s->slots[at].value; at = (at + 1) & (s->room - 1)) {
		if (s->slots[at].hash != hash || !same(s->slots[at].value, v))
			continue;
		json_decref(v);
		return json_incref(s->slots[at].value);
	}
	if (s->count * 2 <= s->room) {
		s->slots[at] = (struct slot){hash, json_incref(v)};
		s->count++;
	}
	return v;
}

static json_t *share_value(struct share *s, json_t *v, int depth);

/* Names that no two objects have: remembering them would only cost. */
static bool unique(const char *key)
{
	static const char *const keys[] = {"uid", "resourceVersion", "containerID", "podIP", "ip"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static void share_parts(struct share *s, json_t *v, int depth)
{
	const char *key;
	json_t *part;
	size_t i;

	if (json_is_object(v)) {
		json_object_foreach (v, key, part) {
			json_t *kept = unique(key) ? NULL : share_value(s, json_incref(part), depth + 1);

			if (kept && kept != part)
				json_object_iter_set_new(v, json_object_key_to_iter(key), kept);
			else
				json_decref(kept);
		}
	}
	json_array_foreach (v, i, part) {
		json_t *kept = share_value(s, json_incref(part), depth + 1);

		if (kept != part)
			json_array_set_new(v, i, kept);
		else
			json_decref(kept);
	}
}

static json_t *share_value(struct share *s, json_t *v, int depth)
{
	if (depth > DEPTH_MAX || (json_is_string(v) && json_string_length(v) > TEXT_MAX))
		return v;
	share_parts(s, v, depth);
	return json_is_real(v) || json_is_boolean(v) || json_is_null(v) ? v : keep(s, v);
}

json_t *share_steal(struct share *s, json_t *object)
{
	pthread_mutex_lock(&s->lock);
	share_parts(s, object, 0);
	pthread_mutex_unlock(&s->lock);
	return object;
}
