/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/kinds.h"

#include <stdatomic.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/io/url.h"
#include "agent/source/kinds_private.h"

struct kinds {
	struct source *source;
	pthread_mutex_t lock; /* held while discovery is read: whoever comes needs it; the source's cancel ends it */
	atomic_bool ready;
	enum read_state state;
	struct kind_table table;
};

struct kinds *kinds_new(struct source *s)
{
	struct kinds *k = MEM_NEW(struct kinds);

	k->source = s;
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void kinds_free(struct kinds *k)
{
	if (!k)
		return;
	if (k->ready)
		kind_table_fini(&k->table);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static const struct kind_table *table(struct kinds *k)
{
	if (atomic_load_explicit(&k->ready, memory_order_acquire))
		return &k->table;
	pthread_mutex_lock(&k->lock);
	if (!k->ready) {
		kind_table_init(&k->table);
		k->state = kinds_discover(&k->table, k->source);
		for (size_t i = 0; k->state != READ_OK && i < kinds_standard_count; i++)
			kind_table_add(&k->table, &kinds_standard[i], false);
		kind_table_finish(&k->table);
		atomic_store_explicit(&k->ready, true, memory_order_release);
	}
	pthread_mutex_unlock(&k->lock);
	return &k->table;
}

enum read_state kinds_state(struct kinds *k)
{
	table(k);
	return k->state;
}

size_t kinds_count(struct kinds *k)
{
	return table(k)->count;
}

const struct kind *kinds_at(struct kinds *k, size_t i)
{
	const struct kind_table *t = table(k);

	return i < t->count ? t->sorted[i] : NULL;
}

const struct kind *kinds_find(struct kinds *k, const char *word)
{
	return kind_table_find(table(k), word);
}

size_t kinds_nearest(struct kinds *k, const char *word, const char **out, size_t max)
{
	return kind_table_nearest(table(k), word, out, max);
}

bool kinds_group_served(struct kinds *k, const char *group)
{
	return map_has(table(k)->groups, group);
}

char *kind_path(const struct kind *k, const char *ns, const char *name)
{
	struct buf b = BUF_INIT(8192);

	buf_printf(&b, "/%s/%s", *k->group ? "apis" : "api", k->api_version);
	if (k->namespaced && !str_empty(ns)) {
		buf_str(&b, "/namespaces/");
		url_encode_to(&b, ns);
	}
	buf_printf(&b, "/%s", k->plural);
	if (!str_empty(name)) {
		buf_char(&b, '/');
		url_encode_to(&b, name);
	}
	return buf_steal(&b);
}
