/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/cache.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"

/* What an answer without a body costs (an error), and how much larger than its text a decoded document is. */
enum { ENTRY_COST = 512, JSON_FACTOR = 4 };

enum entry_state { UNDER_WAY, THERE, GONE };

struct entry {
	char *key;
	enum entry_state state;
	struct answer answer;
	size_t refs; /* users, and one for the cache while linked */
	int done_fd; /* readable once no longer under way; made by the first who waits, else -1 */
	bool linked; /* in the map */
	uint64_t cost;
	struct entry *newer, *older;
};

struct cache {
	pthread_mutex_t lock;
	uint64_t max_bytes, bytes;
	struct map *entries;	       /* borrowed values */
	struct entry *newest, *oldest; /* of those that are THERE */
};

void answer_fini(struct answer *a)
{
	free(a->body);
	json_decref(a->json);
	memset(a, 0, sizeof(*a));
}

struct cache *cache_new(uint64_t max_bytes)
{
	struct cache *c = MEM_NEW(struct cache);

	pthread_mutex_init(&c->lock, NULL);
	c->max_bytes = max_bytes;
	c->entries = map_new(NULL);
	return c;
}

uint64_t cache_share(const struct cache *c)
{
	return c->max_bytes / 2;
}

static void unref(struct entry *e)
{
	if (--e->refs > 0)
		return;
	if (e->done_fd >= 0)
		close(e->done_fd);
	answer_fini(&e->answer);
	free(e->key);
	free(e);
}

/* The functions below hold the lock. */

static void list_remove(struct cache *c, struct entry *e)
{
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
	e->newer = e->older = NULL;
	c->bytes -= e->cost;
}

static void list_add(struct cache *c, struct entry *e)
{
	e->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
	c->bytes += e->cost;
}

static void unlink_entry(struct cache *c, struct entry *e)
{
	if (!e->linked)
		return;
	if (e->state == THERE)
		list_remove(c, e);
	map_remove(c->entries, e->key);
	e->linked = false;
	unref(e);
}

static void make_room(struct cache *c)
{
	while (c->bytes > c->max_bytes && c->oldest)
		unlink_entry(c, c->oldest);
}

static struct entry *new_entry(const char *key)
{
	struct entry *e = MEM_NEW(struct entry);

	e->key = mem_str(key);
	e->refs = 1;
	e->done_fd = -1;
	return e;
}

static void link_entry(struct cache *c, struct entry *e)
{
	map_set(c->entries, e->key, e);
	e->linked = true;
	e->refs++;
}

static void finish(struct entry *e, enum entry_state state)
{
	uint64_t one = 1;
	ssize_t done;

	e->state = state;
	if (e->done_fd < 0)
		return;
	done = write(e->done_fd, &one, sizeof(one));
	(void)done;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	while (c->oldest)
		unlink_entry(c, c->oldest);
	map_free(c->entries);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

struct entry *cache_take(struct cache *c, const char *key, bool fresh, bool *lead)
{
	struct entry *e;

	pthread_mutex_lock(&c->lock);
	e = fresh ? NULL : map_get(c->entries, key);
	*lead = !e;
	if (e) {
		e->refs++;
		if (e->state == THERE) {
			list_remove(c, e);
			list_add(c, e);
		}
	} else {
		e = new_entry(key);
		if (!fresh)
			link_entry(c, e);
	}
	pthread_mutex_unlock(&c->lock);
	return e;
}

void cache_give(struct cache *c, struct entry *e)
{
	pthread_mutex_lock(&c->lock);
	unref(e);
	pthread_mutex_unlock(&c->lock);
}

static int poll_ms(int64_t deadline)
{
	int64_t left = clock_left(deadline);

	return left > INT_MAX ? -1 : (int)left;
}

enum cache_wait cache_wait(struct cache *c, struct entry *e, int64_t deadline, struct cancel *a, struct cancel *b)
{
	struct pollfd fds[3] = {{.fd = -1, .events = POLLIN},
				{.fd = cancel_fd(a), .events = POLLIN},
				{.fd = cancel_fd(b), .events = POLLIN}};
	enum entry_state state;

	for (;;) {
		pthread_mutex_lock(&c->lock);
		state = e->state;
		if (state == UNDER_WAY && e->done_fd < 0)
			e->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		fds[0].fd = e->done_fd;
		pthread_mutex_unlock(&c->lock);
		if (state != UNDER_WAY)
			return state == THERE ? CACHE_THERE : CACHE_GONE;
		if (cancel_fired(a) || cancel_fired(b))
			return CACHE_CANCELED;
		if (clock_left(deadline) == 0)
			return CACHE_LATE;
		/* Out of descriptors: look again now and then. */
		poll(fds, 3, fds[0].fd >= 0 ? poll_ms(deadline) : 20);
	}
}

static uint64_t cost_of(const struct answer *a)
{
	uint64_t text = a->body ? a->len : a->reply.bytes;

	return ENTRY_COST + (a->body ? a->len : 0) + (a->json ? JSON_FACTOR * text : 0);
}

void cache_settle(struct cache *c, struct entry *e, struct answer *a)
{
	struct entry *before;

	pthread_mutex_lock(&c->lock);
	e->answer = *a;
	memset(a, 0, sizeof(*a));
	e->cost = cost_of(&e->answer);
	if (e->cost > cache_share(c)) {
		unlink_entry(c, e);
		finish(e, GONE);
		pthread_mutex_unlock(&c->lock);
		return;
	}
	before = e->linked ? NULL : map_get(c->entries, e->key);
	if (before && before->state == THERE)
		unlink_entry(c, before);
	finish(e, THERE);
	/* A fresh answer does not take the place of a request that others wait for. */
	if (!e->linked && !map_get(c->entries, e->key))
		link_entry(c, e);
	if (e->linked) {
		list_add(c, e);
		make_room(c);
	}
	pthread_mutex_unlock(&c->lock);
}

void cache_drop(struct cache *c, struct entry *e)
{
	pthread_mutex_lock(&c->lock);
	unlink_entry(c, e);
	finish(e, GONE);
	pthread_mutex_unlock(&c->lock);
}

struct entry *cache_lone(struct answer *a)
{
	struct entry *e = new_entry("");

	e->answer = *a;
	e->state = THERE;
	memset(a, 0, sizeof(*a));
	return e;
}

const struct answer *entry_answer(const struct entry *e)
{
	return &e->answer;
}

json_t *entry_json(struct cache *c, struct entry *e)
{
	json_t *j;

	pthread_mutex_lock(&c->lock);
	j = json_incref(e->answer.json);
	pthread_mutex_unlock(&c->lock);
	return j;
}

json_t *entry_keep_json(struct cache *c, struct entry *e, json_t *j)
{
	json_t *kept;

	pthread_mutex_lock(&c->lock);
	if (!e->answer.json) {
		if (e->state == THERE && e->linked)
			list_remove(c, e);
		e->answer.json = json_incref(j);
		e->cost = cost_of(&e->answer);
		if (e->state == THERE && e->linked) {
			list_add(c, e);
			make_room(c);
		}
	}
	kept = json_incref(e->answer.json);
	pthread_mutex_unlock(&c->lock);
	return kept;
}
