/* SPDX-License-Identifier: Apache-2.0 */
/* Many logs, or many lists, side by side: only the caches want them. */
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/tools/side.h"
#include "agent/tools/work.h"

#define AHEAD_MAX 256	       /* logs or lists of one call */
#define AHEAD_BYTES (2u << 20) /* a longer answer is not kept by the source's cache */

static bool alive(const struct work *w)
{
	return w->world->pool && str_eq(source_kind(w->cluster->source), "live");
}

struct ahead_logs {
	struct work *w;
	const struct log_request *q;
};

static void read_log(void *ctx, size_t i)
{
	struct ahead_logs *a = ctx;
	auto_free char *path = work_log_path(&a->q[i]);
	/* what went wrong is told to who reads it for real */
	struct source_request q = {.path = path,
				   .accept = WORK_LOG_ACCEPT,
				   .max_bytes = AHEAD_BYTES,
				   .optional = true,
				   .cancel = a->w->cancel};
	struct origin_reply r = {0};
	size_t len;

	free(source_text(a->w->cluster->source, &q, &len, &r));
}

void work_logs_ahead(struct work *w, const struct log_request *q, size_t n)
{
	struct ahead_logs a = {w, q};

	if (alive(w) && n > 1)
		side_run(w->world->pool, w->cancel, n < AHEAD_MAX ? n : AHEAD_MAX, read_log, &a);
}

struct ahead_lists {
	struct work *w;
	const char *const *resources;
	enum seen *seen;
};

static void read_list(void *ctx, size_t i)
{
	struct ahead_lists *a = ctx;

	a->seen[i] = (enum seen)facts_ahead(a->w->cluster->facts, a->resources[i]);
}

void work_lists_ahead(struct work *w, const char *const *resources, size_t n, enum seen *seen)
{
	struct ahead_lists a = {w, resources, seen};

	for (size_t i = 0; i < n; i++)
		seen[i] = SEEN_TIMEOUT;
	side_run(alive(w) ? w->world->pool : NULL, w->cancel, n < AHEAD_MAX ? n : AHEAD_MAX, read_list, &a);
}
