/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/pool.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/list_decode.h"
#include "agent/facts/prune.h"
#include "agent/facts/wide.h"

/* PODS_MAX: more broken pods than anybody can look at; memory is made for so many. */
enum { THREADS = 8, PODS_MAX = 2000 };

struct job {
	struct facts *f;
	struct list *list;
	const struct wide_pick *pick;
	json_t *object;
	enum read_state state;
	char why[200];
};

static json_t *read_at(struct job *j, const char *path, bool list)
{
	struct list_decoder d = {.kind = j->list->kind, .drop = prune_of(j->list->kind->resource), .share = j->f->share};
	struct source_request q = {.path = path,
				   .optional = true,
				   .once = true,
				   .decode = list ? list_decode_page : list_decode_object,
				   .decode_ctx = &d};
	struct origin_reply r;
	json_t *read = source_json(j->f->source, &q, &r), *first;

	j->state = r.state;
	memcpy(j->why, r.why, sizeof(j->why));
	j->why[sizeof(j->why) - 1] = '\0';
	if (!list || !read)
		return read;
	first = json_incref(json_array_get(json_object_get(read, "items"), 0));
	json_decref(read);
	return first;
}

static void fetch(void *arg)
{
	struct job *j = arg;
	auto_free char *path = kind_path(j->list->kind, j->pick->ns, j->pick->name), *list = NULL;

	j->object = read_at(j, path, false);
	if (j->object || j->state != READ_DENIED)
		return;
	/* Who may list pods need not have the right to get one. */
	path[strlen(path) - strlen(j->pick->name) - 1] = '\0';
	list = mem_printf("%s?fieldSelector=metadata.name%%3D%s&limit=1", path, j->pick->name);
	j->object = read_at(j, list, true);
}

static int worst_first(const void *a, const void *b)
{
	const struct wide_pick *x = a, *y = b;
	int d = (int)x->rank - (int)y->rank;

	if (d == 0)
		d = strcmp(x->ns, y->ns);
	return d ? d : strcmp(x->name, y->name);
}

static void run(struct job *jobs, size_t count)
{
	struct pool *pool = pool_new(count < THREADS ? count : THREADS, count);

	for (size_t i = 0; i < count; i++)
		if (pool_run(pool, fetch, &jobs[i], NULL) < 0)
			fetch(&jobs[i]);
	pool_stop(pool);
	pool_join(pool);
	pool_free(pool);
}

static void note(struct facts *f, size_t left, size_t failed, const struct job *example)
{
	auto_free char *what = NULL;

	if (left) {
		auto_free char *more = mem_printf("%zu suspicious pods", left);

		source_blind(f->source, READ_CUT, more, "only so many pods are read whole; the worst were read");
	}
	if (!failed)
		return;
	what = mem_printf("%zu of the suspicious pods", failed);
	source_blind(f->source, example->state, what, example->why);
}

void wide_fetch(struct facts *f, struct list *l, struct wide_picks *picks)
{
	size_t count = picks->count < PODS_MAX ? picks->count : PODS_MAX, failed = 0, left = 0;
	const struct job *example = NULL;
	struct job *jobs;

	if (!count)
		return;
	qsort(picks->items, picks->count, sizeof(*picks->items), worst_first);
	for (size_t i = count; i < picks->count; i++)
		left += picks->items[i].rank < WIDE_FINE && !picks->items[i].sibling;
	jobs = mem_zero(count * sizeof(*jobs));
	for (size_t i = 0; i < count; i++)
		jobs[i] = (struct job){.f = f, .list = l, .pick = &picks->items[i]};
	run(jobs, count);
	for (size_t i = 0; i < count; i++) {
		if (jobs[i].object) {
			json_array_append_new(l->items, jobs[i].object);
		} else if (jobs[i].state != READ_NOT_FOUND) { /* gone since its row was printed */
			failed++;
			example = &jobs[i];
		}
	}
	note(f, left, failed, example);
	free(jobs);
}
