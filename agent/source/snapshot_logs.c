/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_logs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define PREVIOUS "-previous"
#define FAILED "-logs-errors"

struct snap_logs {
	struct snap_log *all;
	size_t count, cap;
	const struct snap_files *files;
	pthread_mutex_t lock; /* of sections */
};

static bool has_container(const struct snap_store *s, const struct snap_log_name *n)
{
	static const char *const lists[] = {"spec.containers", "spec.initContainers", "spec.ephemeralContainers"};
	const struct snap_kind *pods = snap_store_plural(s, "", "pods");
	const struct snap_object *pod = pods ? snap_kind_find(pods, n->ns, n->pod) : NULL;
	json_t *c;
	size_t k;

	for (size_t i = 0; pod && i < ARRAY_LEN(lists); i++)
		json_array_foreach (json_at(pod->doc, lists[i]), k, c)
			if (str_eq(json_key_str(c, "name"), n->container))
				return true;
	return false;
}

/* In a support bundle "app-previous.log" may be a container's name as well: the pod's spec decides. */
static bool strip(struct snap_log_name *n, const char *suffix, const struct snap_store *s)
{
	size_t len = strlen(n->container), cut = strlen(suffix);

	if (n->layout != SNAP_LOG_BUNDLE || len <= cut || !str_ends(n->container, suffix) || has_container(s, n))
		return false;
	n->container[len - cut] = '\0';
	return true;
}

static int by_owner(const void *a, const void *b)
{
	const struct snap_log *x = a, *y = b;
	int order = strcmp(x->name.ns, y->name.ns);

	if (!order)
		order = strcmp(x->name.pod, y->name.pod);
	if (!order)
		order = (int)x->name.layout - (int)y->name.layout;
	return order ? order : strcmp(x->file->rel, y->file->rel);
}

struct snap_logs *snap_logs_new(const struct snap_files *f, const struct snap_store *s)
{
	struct snap_logs *l = MEM_NEW(struct snap_logs);

	l->files = f;
	pthread_mutex_init(&l->lock, NULL);
	for (size_t i = 0; i < f->count; i++) {
		struct snap_log log = {.file = &f->all[i]};

		if (!snap_log_of(f->all[i].rel, &log.name))
			continue;
		log.failed = strip(&log.name, FAILED, s);
		if (strip(&log.name, PREVIOUS, s))
			log.name.previous = true;
		MEM_GROW(l->all, l->count, l->cap);
		l->all[l->count++] = log;
	}
	if (l->count)
		qsort(l->all, l->count, sizeof(l->all[0]), by_owner);
	return l;
}

void snap_logs_free(struct snap_logs *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++)
		snap_sections_free(l->all[i].sections);
	free(l->all);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

size_t snap_logs_count(const struct snap_logs *l)
{
	return l->count;
}

size_t snap_logs_of(const struct snap_logs *l, const char *ns, const char *pod, struct snap_log **first)
{
	size_t low = 0, high = l->count, count = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(l->all[mid].name.ns, ns);

		if (!order)
			order = strcmp(l->all[mid].name.pod, pod);
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + count < l->count && str_eq(l->all[low + count].name.ns, ns) &&
	       str_eq(l->all[low + count].name.pod, pod))
		count++;
	*first = count ? &l->all[low] : NULL;
	return count;
}

const struct snap_sections *snap_log_sections(struct snap_logs *l, struct snap_log *log, struct err *e)
{
	const struct snap_sections *found;
	struct snap_reader r;

	pthread_mutex_lock(&l->lock);
	if (!log->sections && snap_reader_open(&r, l->files, log->file, e) == 0) {
		log->sections = snap_sections_find(&r, log->name.ns, log->name.pod);
		snap_reader_close(&r);
	}
	found = log->sections;
	pthread_mutex_unlock(&l->lock);
	return found;
}
