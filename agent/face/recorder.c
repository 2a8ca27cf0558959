/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/recorder.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct recorder {
	pthread_mutex_t lock;
	struct store *store;
	char id[STORE_ID];
};

struct recorder *recorder_get(void)
{
	static struct recorder one = {.lock = PTHREAD_MUTEX_INITIALIZER};

	return &one;
}

void recorder_begin(struct recorder *r, struct store *s, const char *id)
{
	pthread_mutex_lock(&r->lock);
	r->store = s;
	snprintf(r->id, sizeof(r->id), "%s", id);
	pthread_mutex_unlock(&r->lock);
}

void recorder_hook(void *ctx, const struct source_read *read)
{
	struct recorder *r = ctx;
	struct store_read row = {.cluster = read->cluster,
				 .path = read->path,
				 .accept = read->accept,
				 .state = read_state_name(read->reply->state),
				 .why = read->reply->why,
				 .type = read->reply->type,
				 .sha256 = read->sha256,
				 .status = read->reply->status,
				 .body = read->body,
				 .body_len = read->body_len,
				 .bytes = read->reply->bytes,
				 .duration_ms = read->duration_ms,
				 .cached = read->cached};
	struct store *store;
	char id[STORE_ID];

	pthread_mutex_lock(&r->lock);
	store = r->store;
	memcpy(id, r->id, sizeof(id));
	pthread_mutex_unlock(&r->lock);
	if (store) /* a store that cannot be written says so once by itself: store_broken */
		store_read(store, id, &row, NULL);
}
