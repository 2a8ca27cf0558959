/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/early.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"

#define STOP_MS 1000 /* a read that hears its latch ends much sooner */

struct early {
	const struct inquiry_setup *setup;
	pthread_t thread;
	pthread_mutex_t lock;  /* holds done, taken, late; also while evidence is renumbered */
	struct cancel *cancel; /* of the triage alone */
	int fd;		       /* readable once done */
	bool started, done, late;
	struct triage *triage;
	struct err err;
};

/* Asked by triage with its result at hand: may it give evidence new numbers? Nobody else has numbers before we are
 * late. */
static bool alone(void *ctx, bool enter)
{
	struct early *e = ctx;

	if (!enter) {
		pthread_mutex_unlock(&e->lock);
		return true;
	}
	pthread_mutex_lock(&e->lock);
	if (!e->late)
		return true;
	pthread_mutex_unlock(&e->lock);
	return false;
}

static void *run(void *arg)
{
	struct early *e = arg;
	struct triage_options o = {.pool = e->setup->pool,
				   .cancel = e->cancel,
				   .alone = alone,
				   .alone_ctx = e,
				   .suppress = &e->setup->config->triage.suppressions};
	struct err err = {0};
	struct triage *t = triage_run(e->setup->world, e->setup->registry, &o, &err);
	uint64_t one = 1;

	pthread_mutex_lock(&e->lock);
	e->triage = t;
	e->err = err;
	e->done = true;
	pthread_mutex_unlock(&e->lock);
	if (write(e->fd, &one, sizeof(one)) < 0) {
		/* it is readable already */
	}
	return NULL;
}

struct early *early_start(const struct inquiry_setup *s)
{
	struct early *e = MEM_NEW(struct early);
	sigset_t all, old;

	e->setup = s;
	e->cancel = cancel_new(s->cancel);
	e->fd = eventfd(0, EFD_CLOEXEC);
	pthread_mutex_init(&e->lock, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	e->started = e->fd >= 0 && pthread_create(&e->thread, NULL, run, e) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!e->started)
		run(e); /* no thread or descriptor to be had: then it is done first */
	return e;
}

struct triage *early_take(struct early *e, int64_t deadline, struct err *err)
{
	struct pollfd p[2] = {{.fd = e->fd, .events = POLLIN}, {.fd = cancel_fd(e->setup->cancel), .events = POLLIN}};
	int64_t left = clock_left(deadline);
	struct triage *t;

	while (e->started && poll(p, 2, left > 3600000 ? -1 : (int)left) < 0)
		left = clock_left(deadline);
	pthread_mutex_lock(&e->lock);
	t = e->triage;
	e->triage = NULL;
	if (e->done && !t && err)
		*err = e->err;
	if (!e->done)
		e->late = true;
	pthread_mutex_unlock(&e->lock);
	return t;
}

bool early_end(struct early *e)
{
	struct pollfd p = {.events = POLLIN};

	if (!e)
		return true;
	cancel_fire(e->cancel);
	p.fd = e->fd;
	if (e->started && poll(&p, 1, STOP_MS) != 1)
		return false;
	if (e->started)
		pthread_join(e->thread, NULL);
	triage_free(e->triage);
	cancel_free(e->cancel);
	if (e->fd >= 0)
		close(e->fd);
	pthread_mutex_destroy(&e->lock);
	free(e);
	return true;
}
