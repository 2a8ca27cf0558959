/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/ahead.h"

#include <pthread.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

/* In the order in which checks ask for them. */
static const char *const wanted[] = {
	"pods",
	"events",
	"nodes",
	"deployments.apps",
	"replicasets.apps",
	"statefulsets.apps",
	"daemonsets.apps",
	"jobs.batch",
	"cronjobs.batch",
	"services",
	"persistentvolumeclaims",
	"persistentvolumes",
	"storageclasses.storage.k8s.io",
	"configmaps",
	"secrets",
	"serviceaccounts",
	"resourcequotas",
	"resourceclaims.resource.k8s.io",
	"deviceclasses.resource.k8s.io",
	"resourceslices.resource.k8s.io",
	"resourceclaimtemplates.resource.k8s.io",
	"namespaces",
};

struct ahead {
	struct cluster *cluster;
	pthread_mutex_t lock;
	pthread_cond_t done;
	size_t running;
};

struct read {
	struct ahead *ahead;
	const char *resource;
};

static void read_run(void *arg)
{
	struct read *r = arg;
	struct ahead *a = r->ahead;
	enum read_state state;

	if (kinds_find(facts_kinds(a->cluster->facts), r->resource))
		facts_list(a->cluster->facts, r->resource, NULL, &state);
	free(r);
	pthread_mutex_lock(&a->lock);
	a->running--;
	pthread_cond_signal(&a->done);
	pthread_mutex_unlock(&a->lock);
}

struct ahead *ahead_start(struct cluster *c, struct pool *pool)
{
	struct ahead *a;

	if (!pool || !str_eq(source_kind(c->source), "live"))
		return NULL;
	a = MEM_NEW(struct ahead);
	a->cluster = c;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->done, NULL);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		struct read *r = MEM_NEW(struct read);

		*r = (struct read){a, wanted[i]};
		pthread_mutex_lock(&a->lock);
		a->running++;
		pthread_mutex_unlock(&a->lock);
		if (pool_run(pool, read_run, r, NULL) < 0)
			read_run(r); /* no room: read here, one after the other */
	}
	return a;
}

void ahead_finish(struct ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	while (a->running)
		pthread_cond_wait(&a->done, &a->lock);
	pthread_mutex_unlock(&a->lock);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->done);
	free(a);
}
