/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/queue.h"

#include <pthread.h>
#include <stdatomic.h>

#include "agent/base/clock.h"
#include "tests/tap.h"

static void alone(void)
{
	struct queue *q = queue_new(3);
	int a[4];
	void *item = NULL;
	int rc, bad = 0;
	bool put = queue_put(q, &a[0], 0) && queue_put(q, &a[1], 0) && queue_put(q, &a[2], 0);

	ok(put && queue_len(q) == 3, "three fit");
	put = queue_put(q, &a[3], clock_deadline(1));
	ok(!put, "the fourth times out");
	rc = queue_take(q, &item, 0);
	ok(rc == 1 && item == &a[0], "first in, first out");
	put = queue_put(q, &a[3], 0);
	ok(put, "room again");
	queue_close(q);
	put = queue_put(q, &a[0], 0);
	ok(!put, "closed: nothing goes in");
	for (int i = 1; i < 4; i++)
		bad += queue_take(q, &item, 0) != 1 || item != &a[i];
	is_int(bad, 0, "what is inside comes out");
	rc = queue_take(q, &item, 0);
	is_int(rc, 0, "drained");
	queue_free(q);
	q = queue_new(1);
	rc = queue_take(q, &item, clock_deadline(1));
	is_int(rc, -1, "an empty queue times out");
	rc = queue_take(q, &item, 1);
	is_int(rc, -1, "a deadline that passed long ago");
	queue_free(q);
	queue_free(NULL);
}

enum { MAKERS = 3, TAKERS = 3, EACH = 5000 };
static atomic_long sum, taken;

static void *make(void *q)
{
	for (long i = 1; i <= EACH; i++)
		if (!queue_put(q, (void *)i, 0))
			return (void *)1L;
	return NULL;
}

static void *take(void *q)
{
	void *item;

	while (queue_take(q, &item, 0) == 1) {
		atomic_fetch_add(&sum, (long)item);
		atomic_fetch_add(&taken, 1);
	}
	return NULL;
}

static void many(void)
{
	struct queue *q = queue_new(7);
	pthread_t makers[MAKERS], takers[TAKERS];

	for (int i = 0; i < TAKERS; i++)
		pthread_create(&takers[i], NULL, take, q);
	for (int i = 0; i < MAKERS; i++)
		pthread_create(&makers[i], NULL, make, q);
	for (int i = 0; i < MAKERS; i++)
		pthread_join(makers[i], NULL);
	queue_close(q);
	for (int i = 0; i < TAKERS; i++)
		pthread_join(takers[i], NULL);
	is_int(taken, MAKERS * EACH, "everything arrives");
	is_int(sum, (long)MAKERS * EACH * (EACH + 1) / 2, "once");
	queue_free(q);
}

static void *blocked_put(void *q)
{
	return (void *)(long)queue_put(q, q, 0);
}

/* Whether the other threads wait already or not, closing must end them. */
static void closing(void)
{
	struct queue *full = queue_new(1), *empty = queue_new(1);
	pthread_t putter, taker;
	void *put = (void *)1L;
	bool first = queue_put(full, full, 0);

	pthread_create(&putter, NULL, blocked_put, full);
	pthread_create(&taker, NULL, take, empty);
	queue_close(full);
	queue_close(empty);
	pthread_join(putter, &put);
	pthread_join(taker, NULL);
	ok(first && !put, "closing wakes who waits to put and to take");
	queue_free(full);
	queue_free(empty);
}

int main(void)
{
	alone();
	many();
	closing();
	return done();
}
