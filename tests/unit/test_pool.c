/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "agent/base/queue.h"
#include "tests/tap.h"

static atomic_int ran;

static void count(void *arg)
{
	(void)arg;
	atomic_fetch_add(&ran, 1);
}

static void everything_runs(void)
{
	struct pool *p = pool_new(4, 100000);
	int refused = 0;
	struct err e = {0};
	int rc;

	for (int i = 0; i < 20000; i++)
		refused += pool_run(p, count, NULL, &e) != 0;
	pool_stop(p);
	pool_join(p);
	is_int(refused, 0, "none is refused");
	is_int(ran, 20000, "all run, also those that waited when it stopped");
	rc = pool_run(p, count, NULL, &e);
	ok(rc == -1 && e.code == ERR_STATE, "nothing new after the stop");
	pool_free(p);
	pool_free(NULL);
}

/* Jobs that say "started" and then wait for a word. */
struct gate {
	struct queue *started, *go;
};

static void wait_at(void *arg)
{
	struct gate *g = arg;
	void *item;

	if (queue_put(g->started, g, 0) && queue_take(g->go, &item, 0) == 1)
		atomic_fetch_add(&ran, 1);
}

static void limits(void)
{
	struct gate g = {.started = queue_new(10), .go = queue_new(10)};
	struct pool *p = pool_new(2, 3);
	struct err e = {0};
	void *item;
	int rc = 0, started = 0;

	ran = 0;
	for (int i = 0; i < 2; i++)
		rc |= pool_run(p, wait_at, &g, &e);
	for (int i = 0; i < 2; i++)
		started += queue_take(g.started, &item, 0);
	ok(rc == 0 && started == 2, "two run at once");
	for (int i = 0; i < 3; i++)
		rc |= pool_run(p, wait_at, &g, &e);
	is_int(rc, 0, "three wait");
	rc = pool_run(p, wait_at, &g, &e);
	ok(rc == -1 && e.code == ERR_LIMIT, "the sixth is refused");
	like(e.msg, "try again later", "with a reason");
	for (int i = 0; i < 5; i++)
		if (!queue_put(g.go, &g, 0))
			rc = -9;
	pool_stop(p);
	pool_join(p);
	ok(ran == 5 && rc == -1, "the five run to their end");
	pool_free(p);
	queue_free(g.started);
	queue_free(g.go);
}

/* A worker that is free takes a job even where none may wait. */
static void no_waiting(void)
{
	struct gate g = {.started = queue_new(10), .go = queue_new(10)};
	struct pool *p = pool_new(1, 0);
	struct err e = {0};
	void *item;
	int rc = pool_run(p, wait_at, &g, &e), got = queue_take(g.started, &item, 0);

	ok(rc == 0 && got == 1, "the first runs");
	rc = pool_run(p, count, NULL, &e);
	ok(rc == -1 && e.code == ERR_LIMIT, "the second has no place");
	queue_close(g.go);
	pool_free(p);
	queue_free(g.started);
	queue_free(g.go);
}

static void check_mask(void *arg)
{
	sigset_t now;

	pthread_sigmask(SIG_SETMASK, NULL, &now);
	*(int *)arg = sigismember(&now, SIGINT) && sigismember(&now, SIGTERM);
}

static void signals(void)
{
	struct pool *p = pool_new(1, 1);
	int blocked = 0, rc = pool_run(p, check_mask, &blocked, NULL);
	sigset_t now;

	pool_free(p);
	ok(rc == 0 && blocked, "workers take no signals");
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	ok(!sigismember(&now, SIGINT), "the caller still does");
}

int main(void)
{
	everything_runs();
	limits();
	no_waiting();
	signals();
	return done();
}
