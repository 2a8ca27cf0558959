/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/blind.h"

#include <pthread.h>
#include <stdint.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"

/* More than a person would read; what comes after is counted in one last entry. */
enum { BLINDS_MAX = 5000 };

struct spot {
	struct blind_spot spot;
	char *path;
	bool gone;
};

struct blinds {
	pthread_mutex_t lock;
	struct spot *spots;
	size_t count, cap;
	struct map *known; /* (what, why) to its index + 1 */
	size_t passing;	   /* how many of those that can go again are there: the common case is none */
};

struct blinds *blinds_new(void)
{
	struct blinds *b = MEM_NEW(struct blinds);

	pthread_mutex_init(&b->lock, NULL);
	b->known = map_new(NULL);
	return b;
}

void blinds_free(struct blinds *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->count; i++) {
		free(b->spots[i].spot.what);
		free(b->spots[i].spot.why);
		free(b->spots[i].path);
	}
	free(b->spots);
	map_free(b->known);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

static bool passing(const struct spot *s)
{
	return s->path && (s->spot.state == READ_TIMEOUT || s->spot.state == READ_FAILED);
}

static void append(struct blinds *b, enum read_state state, const char *what, const char *why, const char *path)
{
	MEM_GROW(b->spots, b->count, b->cap);
	b->spots[b->count] = (struct spot){.spot = {.what = mem_str(what), .why = mem_str(why), .state = state},
					   .path = mem_str(path)};
	b->passing += passing(&b->spots[b->count++]);
}

void blinds_add(struct blinds *b, enum read_state state, const char *what, const char *why, const char *path)
{
	auto_free char *key = NULL;
	size_t i;

	what = str_or(what, "a read");
	why = str_or(why, read_state_name(state));
	key = mem_printf("%s\x1f%s", what, why);
	pthread_mutex_lock(&b->lock);
	i = (size_t)(uintptr_t)map_get(b->known, key);
	if (i > 0) {
		i--;
		if (b->spots[i].gone) {
			b->spots[i].gone = false;
			b->passing += passing(&b->spots[i]);
		}
	} else if (b->count < BLINDS_MAX) {
		append(b, state, what, why, path);
		map_set(b->known, key, (void *)(uintptr_t)b->count);
	} else if (b->count == BLINDS_MAX) {
		append(b, READ_CUT, "further reads", "more reads failed than are listed here", NULL);
	}
	pthread_mutex_unlock(&b->lock);
}

void blinds_seen(struct blinds *b, const char *path)
{
	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; b->passing && i < b->count; i++) {
		struct spot *s = &b->spots[i];

		if (s->gone || !passing(s) || !str_eq(s->path, path))
			continue;
		s->gone = true;
		b->passing--;
	}
	pthread_mutex_unlock(&b->lock);
}

size_t blinds_count(struct blinds *b)
{
	size_t n = 0;

	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->count; i++)
		n += !b->spots[i].gone;
	pthread_mutex_unlock(&b->lock);
	return n;
}

bool blinds_at(struct blinds *b, size_t i, struct blind_spot *out)
{
	bool found = false;

	pthread_mutex_lock(&b->lock);
	for (size_t k = 0; !found && k < b->count; k++) {
		if (b->spots[k].gone || i-- > 0)
			continue;
		*out = b->spots[k].spot;
		found = true;
	}
	pthread_mutex_unlock(&b->lock);
	return found;
}
