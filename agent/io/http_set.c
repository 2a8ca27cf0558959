/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that threads borrow. The lock is held for a few instructions only, never around a request. */
#include "agent/io/http.h"

#include <pthread.h>

#include "agent/base/mem.h"

/* As many as requests usually run at once; more than that are freed when they come back. */
#define MAX_IDLE 16

struct http_set {
	pthread_mutex_t lock;
	struct http *idle[MAX_IDLE];
	size_t idle_count;
	size_t lent;
	bool closed;
};

struct http_set *http_set_new(void)
{
	struct http_set *s = MEM_NEW(struct http_set);

	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void destroy(struct http_set *s)
{
	for (size_t i = 0; i < s->idle_count; i++)
		http_free(s->idle[i]);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void http_set_free(struct http_set *s)
{
	bool last;

	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->closed = true;
	last = s->lent == 0;
	pthread_mutex_unlock(&s->lock);
	if (last)
		destroy(s);
}

struct http *http_set_take(struct http_set *s)
{
	struct http *h = NULL;

	pthread_mutex_lock(&s->lock);
	/* The newest first: its connections are the likeliest to be still open. */
	if (s->idle_count)
		h = s->idle[--s->idle_count];
	s->lent++;
	pthread_mutex_unlock(&s->lock);
	return h ? h : http_new();
}

void http_set_give(struct http_set *s, struct http *h)
{
	bool kept, last;

	pthread_mutex_lock(&s->lock);
	s->lent--;
	kept = !s->closed && s->idle_count < MAX_IDLE;
	if (kept)
		s->idle[s->idle_count++] = h;
	last = s->closed && s->lent == 0;
	pthread_mutex_unlock(&s->lock);
	if (!kept)
		http_free(h);
	if (last)
		destroy(s);
}
