/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many logs side by side. The caller takes part, and helpers of the pool take what is left: nobody waits for a worker
 * that is itself waiting, so it cannot come to a stop when every worker does this.
 */
#include <pthread.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/tools/work.h"

#define HELPERS 7	       /* beside the caller */
#define AHEAD_MAX 256	       /* logs of one call */
#define AHEAD_BYTES (2u << 20) /* a longer answer is not kept by the source's cache */

struct ahead_logs {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct source *source;
	struct cancel *cancel;
	char **paths;
	size_t count, next, running;
	int refs;
};

static void drop(struct ahead_logs *a)
{
	bool last;

	pthread_mutex_lock(&a->lock);
	last = --a->refs == 0;
	pthread_mutex_unlock(&a->lock);
	if (!last)
		return;
	str_list_free(a->paths);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->idle);
	free(a);
}

static char *take(struct ahead_logs *a)
{
	char *path = NULL;

	pthread_mutex_lock(&a->lock);
	if (a->next < a->count && !cancel_fired(a->cancel)) {
		path = a->paths[a->next++];
		a->running++;
	}
	pthread_mutex_unlock(&a->lock);
	return path;
}

static void read_some(struct ahead_logs *a)
{
	char *path;

	while ((path = take(a))) {
		/* only the cache wants it: what went wrong is told to who reads it for real */
		struct source_request q = {.path = path,
					   .accept = WORK_LOG_ACCEPT,
					   .max_bytes = AHEAD_BYTES,
					   .optional = true,
					   .cancel = a->cancel};
		struct origin_reply r = {0};
		size_t len;

		free(source_text(a->source, &q, &len, &r));
		pthread_mutex_lock(&a->lock);
		if (--a->running == 0)
			pthread_cond_broadcast(&a->idle);
		pthread_mutex_unlock(&a->lock);
	}
}

static void help(void *arg)
{
	read_some(arg);
	drop(arg);
}

void work_logs_ahead(struct work *w, const struct log_request *q, size_t n)
{
	struct ahead_logs *a;

	if (!w->world->pool || n < 2 || !str_eq(source_kind(w->cluster->source), "live"))
		return;
	a = MEM_NEW(struct ahead_logs);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->idle, NULL);
	a->source = w->cluster->source;
	a->cancel = w->cancel;
	a->refs = 1;
	a->count = n < AHEAD_MAX ? n : AHEAD_MAX;
	a->paths = mem_zero((a->count + 1) * sizeof(char *));
	for (size_t i = 0; i < a->count; i++)
		a->paths[i] = work_log_path(&q[i]);
	for (size_t i = 0; i < HELPERS && i + 1 < a->count; i++) {
		pthread_mutex_lock(&a->lock);
		a->refs++;
		pthread_mutex_unlock(&a->lock);
		if (pool_run(w->world->pool, help, a, NULL) < 0)
			drop(a);
	}
	read_some(a);
	pthread_mutex_lock(&a->lock);
	a->next = a->count; /* a helper that comes late finds nothing to do */
	while (a->running)
		pthread_cond_wait(&a->idle, &a->lock);
	pthread_mutex_unlock(&a->lock);
	drop(a);
}
