/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "agent/base/mem.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t changed_in, changed_out; /* something came in; something went out */
	void **items;				/* a ring, grown on demand up to max */
	size_t first, len, cap, max;
	bool closed;
};

struct queue *queue_new(size_t max)
{
	struct queue *q = MEM_NEW(struct queue);
	pthread_condattr_t attr;

	q->max = max ? max : 1;
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->changed_in, &attr);
	pthread_cond_init(&q->changed_out, &attr);
	pthread_condattr_destroy(&attr);
	return q;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	pthread_cond_destroy(&q->changed_in);
	pthread_cond_destroy(&q->changed_out);
	pthread_mutex_destroy(&q->lock);
	free(q->items);
	free(q);
}

/* false: the deadline passed. */
static bool wait_until(struct queue *q, pthread_cond_t *cond, int64_t deadline)
{
	struct timespec at = {.tv_sec = (time_t)(deadline / 1000), .tv_nsec = (long)(deadline % 1000) * 1000000};

	if (deadline == 0)
		return pthread_cond_wait(cond, &q->lock) == 0;
	return pthread_cond_timedwait(cond, &q->lock, &at) != ETIMEDOUT;
}

static void grow(struct queue *q)
{
	size_t cap = q->cap ? q->cap * 2 : 16;
	void **items;

	if (cap > q->max)
		cap = q->max;
	items = mem_resize_array(NULL, cap, sizeof(*items));
	for (size_t i = 0; i < q->len; i++)
		items[i] = q->items[(q->first + i) % q->cap];
	free(q->items);
	q->items = items;
	q->first = 0;
	q->cap = cap;
}

bool queue_put(struct queue *q, void *item, int64_t deadline)
{
	bool put = false;

	pthread_mutex_lock(&q->lock);
	while (!q->closed && q->len == q->max)
		if (!wait_until(q, &q->changed_out, deadline) && q->len == q->max)
			break;
	if (!q->closed && q->len < q->max) {
		if (q->len == q->cap)
			grow(q);
		q->items[(q->first + q->len++) % q->cap] = item;
		put = true;
		pthread_cond_signal(&q->changed_in);
	}
	pthread_mutex_unlock(&q->lock);
	return put;
}

int queue_take(struct queue *q, void **item, int64_t deadline)
{
	int got = 0;

	pthread_mutex_lock(&q->lock);
	while (!q->closed && q->len == 0)
		if (!wait_until(q, &q->changed_in, deadline) && q->len == 0)
			break;
	if (q->len > 0) {
		*item = q->items[q->first];
		q->first = (q->first + 1) % q->cap;
		q->len--;
		got = 1;
		pthread_cond_signal(&q->changed_out);
	} else if (!q->closed) {
		got = -1;
	}
	pthread_mutex_unlock(&q->lock);
	return got;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->changed_in);
	pthread_cond_broadcast(&q->changed_out);
	pthread_mutex_unlock(&q->lock);
}

size_t queue_len(struct queue *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = q->len;
	pthread_mutex_unlock(&q->lock);
	return n;
}
