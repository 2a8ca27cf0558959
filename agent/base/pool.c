/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "agent/base/mem.h"

struct job {
	void (*fn)(void *);
	void *arg;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job *jobs; /* a ring of job_cap */
	size_t first, waiting, job_cap;
	pthread_t *threads;
	size_t thread_count, max_threads;
	size_t free_threads; /* started and not running a job */
	size_t max_waiting;
	bool stopped, joined;
};

struct pool *pool_new(size_t max_threads, size_t max_waiting_jobs)
{
	struct pool *p = MEM_NEW(struct pool);

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	p->max_threads = max_threads ? max_threads : 1;
	p->max_waiting = max_waiting_jobs;
	p->job_cap = p->max_threads + max_waiting_jobs;
	p->jobs = mem_resize_array(NULL, p->job_cap, sizeof(*p->jobs));
	p->threads = mem_resize_array(NULL, p->max_threads, sizeof(*p->threads));
	return p;
}

static void *work(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct job job;

		while (p->waiting == 0 && !p->stopped)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->waiting == 0)
			break;
		job = p->jobs[p->first];
		p->first = (p->first + 1) % p->job_cap;
		p->waiting--;
		p->free_threads--;
		pthread_mutex_unlock(&p->lock);
		job.fn(job.arg);
		pthread_mutex_lock(&p->lock);
		p->free_threads++;
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* With the lock held. Signals belong to the main thread, so a worker starts with all of them blocked. */
static int start_thread(struct pool *p)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(&p->threads[p->thread_count], NULL, work, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		errno = rc;
		return -1;
	}
	p->thread_count++;
	p->free_threads++;
	return 0;
}

/* With the lock held: 0 when the job may be queued. */
static int admit(struct pool *p, struct err *e)
{
	if (p->stopped)
		return err_set(e, ERR_STATE, "no new work is taken: the program is stopping");
	if (p->waiting >= p->free_threads && p->thread_count < p->max_threads && start_thread(p) != 0 &&
	    p->thread_count == 0)
		return err_sys(e, "no worker thread can be started");
	if (p->waiting >= p->free_threads + p->max_waiting)
		return err_set(e, ERR_LIMIT, "all %zu workers are busy and %zu jobs wait already; try again later",
			       p->thread_count, p->waiting);
	return 0;
}

int pool_run(struct pool *p, void (*fn)(void *), void *arg, struct err *e)
{
	int rc;

	pthread_mutex_lock(&p->lock);
	rc = admit(p, e);
	if (rc == 0) {
		p->jobs[(p->first + p->waiting++) % p->job_cap] = (struct job){.fn = fn, .arg = arg};
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return rc;
}

void pool_stop(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->stopped = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

void pool_join(struct pool *p)
{
	/* No thread starts once stopped is set, so the list can be read without the lock. */
	for (size_t i = 0; !p->joined && i < p->thread_count; i++)
		pthread_join(p->threads[i], NULL);
	p->joined = true;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pool_stop(p);
	pool_join(p);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p->jobs);
	free(p->threads);
	free(p);
}
