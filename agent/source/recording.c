/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/recording.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define PIECE (256u << 10) /* bytes given to the sink at once */

struct record {
	struct origin base;
	struct store *store;
	char *id, *cluster;
};

static enum read_state state_of(const char *name)
{
	for (int s = READ_OK; s <= READ_FAILED; s++)
		if (str_eq(read_state_name((enum read_state)s), name))
			return (enum read_state)s;
	return READ_FAILED;
}

static void not_recorded(struct origin_reply *r, const char *why)
{
	r->state = READ_NOT_CAPTURED;
	r->status = 404;
	snprintf(r->why, sizeof(r->why), "%s", why);
}

static void deliver(const char *body, size_t len, uint64_t max_bytes, origin_sink *sink, void *ctx,
		    struct origin_reply *r)
{
	while (r->bytes < len) {
		size_t n = len - r->bytes < PIECE ? len - (size_t)r->bytes : PIECE;

		if (max_bytes && r->bytes + n > max_bytes) {
			r->state = READ_CUT;
			snprintf(r->why, sizeof(r->why), "cut at %llu bytes", (unsigned long long)max_bytes);
			return;
		}
		r->bytes += n;
		if (sink(ctx, body + r->bytes - n, n) && r->bytes < len) {
			r->state = READ_CUT;
			return;
		}
	}
}

static int get(struct origin *o, const struct origin_request *q, origin_sink *sink, void *ctx, struct origin_reply *r,
	       struct err *e)
{
	struct record *rec = CONTAINER_OF(o, struct record, base);
	auto_json json_t *read = NULL;
	auto_free char *body = NULL;
	size_t len = 0;

	(void)e;
	*r = (struct origin_reply){.retry_after_ms = -1};
	read = store_find_read(rec->store, rec->id, rec->cluster, q->path, q->accept, &body, &len);
	if (!read) {
		not_recorded(r, "not in the record: the investigation did not read this");
		return 0;
	}
	r->state = state_of(json_str_or(read, "state", ""));
	r->status = (int)json_int_at(read, "status", 0);
	snprintf(r->type, sizeof(r->type), "%s", json_str_or(read, "type", ""));
	snprintf(r->why, sizeof(r->why), "%s", json_str_or(read, "why", ""));
	if ((r->state == READ_OK || r->state == READ_CUT) && !body && json_int_at(read, "bytes", 0) > 0)
		not_recorded(r, "the record holds only size and sum of this answer: it was over 1 MiB");
	else if (body)
		deliver(body, len, q->max_bytes, sink, ctx, r);
	return 0;
}

static void record_free(struct origin *o)
{
	struct record *rec = CONTAINER_OF(o, struct record, base);

	free(rec->id);
	free(rec->cluster);
	free(rec);
}

/* What was read of a snapshot was read as one reads a snapshot: by lists. The kind decides which paths are asked for.
 */
static const struct origin_ops live_ops = {.kind = "recording", .get = get, .free = record_free};
static const struct origin_ops snapshot_ops = {.kind = "snapshot", .get = get, .free = record_free};

struct origin *origin_recording(const struct recording *r)
{
	struct record *rec = MEM_NEW(struct record);

	rec->base = (struct origin){.ops = r->of_snapshot ? &snapshot_ops : &live_ops,
				    .name = mem_str(r->cluster),
				    .place = mem_printf("investigation %s", r->id),
				    .now_ms = r->now_ms};
	rec->store = r->store;
	rec->id = mem_str(r->id);
	rec->cluster = mem_str(r->cluster);
	return &rec->base;
}
