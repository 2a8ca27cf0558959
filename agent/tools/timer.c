/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/timer.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"

struct timer {
	struct timer *next;
	struct cancel *latch;
	int64_t at; /* monotonic */
	bool fired;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct timer *armed; /* unordered: there are as many as calls under way, tens */

static int64_t fire_due(void)
{
	int64_t now = clock_mono_ms(), next = INT64_MAX;

	for (struct timer *t = armed; t; t = t->next) {
		if (t->fired)
			continue;
		if (t->at <= now) {
			t->fired = true;
			cancel_fire(t->latch);
		} else if (t->at < next) {
			next = t->at;
		}
	}
	return next;
}

static void *serve(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	for (;;) {
		int64_t next = fire_due();
		struct timespec until = {.tv_sec = next / 1000, .tv_nsec = (next % 1000) * 1000000};

		if (next == INT64_MAX)
			pthread_cond_wait(&changed, &lock);
		else
			pthread_cond_timedwait(&changed, &lock, &until);
	}
	return NULL;
}

static void begin(void)
{
	pthread_condattr_t attr;
	sigset_t all, old;
	pthread_t thread;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attr);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&thread, NULL, serve, NULL) == 0)
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct timer *timer_start(int64_t ms, struct cancel *latch)
{
	struct timer *t = MEM_NEW(struct timer);

	pthread_once(&once, begin);
	t->latch = latch;
	t->at = clock_mono_ms() + ms;
	pthread_mutex_lock(&lock);
	t->next = armed;
	armed = t;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	return t;
}

bool timer_stop(struct timer *t)
{
	bool fired;

	pthread_mutex_lock(&lock);
	for (struct timer **p = &armed; *p; p = &(*p)->next) {
		if (*p == t) {
			*p = t->next;
			break;
		}
	}
	fired = t->fired;
	pthread_mutex_unlock(&lock);
	free(t);
	return fired;
}
