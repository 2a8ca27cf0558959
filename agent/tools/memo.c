/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/memo.h"

#include <pthread.h>
#include <stdlib.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"

#define KEYS_MAX 20000

struct memo {
	pthread_mutex_t lock;
	struct map *texts;
};

struct memo *memo_new(void)
{
	struct memo *m = MEM_NEW(struct memo);

	pthread_mutex_init(&m->lock, NULL);
	m->texts = map_new(free);
	return m;
}

void memo_free(struct memo *m)
{
	if (!m)
		return;
	map_free(m->texts);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

void memo_set(struct memo *m, const char *key, const char *text)
{
	pthread_mutex_lock(&m->lock);
	if (map_len(m->texts) < KEYS_MAX && !map_has(m->texts, key))
		map_set(m->texts, key, mem_str(text));
	pthread_mutex_unlock(&m->lock);
}

const char *memo_get(struct memo *m, const char *key)
{
	const char *text;

	pthread_mutex_lock(&m->lock);
	text = map_get(m->texts, key);
	pthread_mutex_unlock(&m->lock);
	return text;
}
