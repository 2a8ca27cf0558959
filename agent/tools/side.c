/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/side.h"

#include <pthread.h>

#include "agent/base/mem.h"

#define HELPERS 7 /* beside the caller */

struct side {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct cancel *cancel;
	void (*fn)(void *ctx, size_t i);
	void *ctx;
	size_t count, next, running;
	int refs;
};

static void drop(struct side *s)
{
	bool last;

	pthread_mutex_lock(&s->lock);
	last = --s->refs == 0;
	pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->idle);
	free(s);
}

static bool take(struct side *s, size_t *i)
{
	bool more;

	pthread_mutex_lock(&s->lock);
	more = s->next < s->count && !cancel_fired(s->cancel);
	if (more) {
		*i = s->next++;
		s->running++;
	}
	pthread_mutex_unlock(&s->lock);
	return more;
}

static void do_some(struct side *s)
{
	size_t i;

	while (take(s, &i)) {
		s->fn(s->ctx, i);
		pthread_mutex_lock(&s->lock);
		if (--s->running == 0)
			pthread_cond_broadcast(&s->idle);
		pthread_mutex_unlock(&s->lock);
	}
}

static void help(void *arg)
{
	do_some(arg);
	drop(arg);
}

void side_run(struct pool *pool, struct cancel *cancel, size_t n, void (*fn)(void *ctx, size_t i), void *ctx)
{
	struct side *s = MEM_NEW(struct side);

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->idle, NULL);
	s->cancel = cancel;
	s->fn = fn;
	s->ctx = ctx;
	s->count = n;
	s->refs = 1;
	for (size_t i = 0; pool && i < HELPERS && i + 1 < n; i++) {
		pthread_mutex_lock(&s->lock);
		s->refs++;
		pthread_mutex_unlock(&s->lock);
		if (pool_run(pool, help, s, NULL) < 0)
			drop(s);
	}
	do_some(s);
	pthread_mutex_lock(&s->lock);
	s->next = s->count; /* a helper that comes late finds nothing to do */
	while (s->running)
		pthread_cond_wait(&s->idle, &s->lock);
	pthread_mutex_unlock(&s->lock);
	drop(s);
}
