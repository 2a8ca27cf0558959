/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/meter.h"

#include <pthread.h>
#include <time.h>

#include "agent/base/mem.h"

/* Nanoseconds, because answers of a local server take less than a millisecond and there are many of them. */
struct meter {
	pthread_mutex_t lock;
	uint64_t requests, cached, bytes;
	size_t under_way;
	int64_t since_ns, waited_ns;
};

struct meter *meter_new(void)
{
	struct meter *m = MEM_NEW(struct meter);

	pthread_mutex_init(&m->lock, NULL);
	return m;
}

void meter_free(struct meter *m)
{
	if (!m)
		return;
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void meter_enter(struct meter *m)
{
	pthread_mutex_lock(&m->lock);
	m->requests++;
	if (m->under_way++ == 0)
		m->since_ns = now_ns();
	pthread_mutex_unlock(&m->lock);
}

void meter_leave(struct meter *m, uint64_t bytes)
{
	pthread_mutex_lock(&m->lock);
	m->bytes += bytes;
	if (--m->under_way == 0)
		m->waited_ns += now_ns() - m->since_ns;
	pthread_mutex_unlock(&m->lock);
}

void meter_cached(struct meter *m)
{
	pthread_mutex_lock(&m->lock);
	m->cached++;
	pthread_mutex_unlock(&m->lock);
}

void meter_read(struct meter *m, struct source_stats *out)
{
	int64_t waited;

	pthread_mutex_lock(&m->lock);
	waited = m->waited_ns + (m->under_way ? now_ns() - m->since_ns : 0);
	*out = (struct source_stats){.requests = m->requests,
				     .cached = m->cached,
				     .bytes = m->bytes,
				     .wait_ms = (waited + 500000) / 1000000};
	pthread_mutex_unlock(&m->lock);
}
