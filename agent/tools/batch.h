/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tool calls of one turn, run in parallel, answered in request order. An identical call of the same
 * investigation is answered
 * from the record. Nobody waits for a worker that hears neither cancel nor the end of its time: it frees its call itself.
 */
#ifndef AGENT_TOOLS_BATCH_H
#define AGENT_TOOLS_BATCH_H

#include "agent/base/cancel.h"
#include "agent/base/pool.h"
#include "agent/tools/registry.h"
#include "agent/tools/world.h"

struct call_request {          /* borrowed for the run */
	const char *id, *name, *arguments;
};

struct call_result {
	char *id, *tool, *cluster;
	json_t *arguments;     /* as understood, or {"raw": text} */
	enum tool_status status;
	char *text;            /* what the model gets: masked, clipped, framed */
	size_t text_len;
	int evidence;          /* id of the evidence that holds text; 0: none */
	bool repeated;         /* answered from the record */
	bool truncated;
	bool suspect;          /* it holds what reads like orders to the model, and is framed as such */
	uint64_t bytes;        /* read for it */
	int64_t started_ms, duration_ms; /* wall */
	struct work_touch *touches; /* see work.h; what was read */
	size_t touch_count;
};

struct batch_options {
	struct world *world;
	struct registry *registry;
	struct pool *pool;
	struct cancel *cancel;
	int64_t call_ms;       /* each call; 0: 60,000 */
	int64_t deadline;      /* of all, monotonic; 0: none */
	size_t parallel;       /* 0: 8 */
	size_t text_max;       /* bytes of a result for the model; 0: 24 KiB */
	/* Progress, on the calling thread: index into requests; result NULL at the start. */
	void (*progress)(void *ctx, size_t index, const struct call_request *q, const struct call_result *r);
	void *ctx;
};

/* Remembers results of an investigation by tool and arguments. */
struct batch;
struct batch *batch_new(const struct batch_options *o); /* o is copied */
void batch_free(struct batch *b);
/*
 * Runs all; results has room for n and is filled for each, also on cancel (status TOOL_ERROR "cancelled"). 0, or
 * -1 ERR_CANCELED.
 */
int batch_run(struct batch *b, const struct call_request *q, size_t n, struct call_result *results, struct err *e);
/* More of a result that was cut, by evidence id: bytes from offset. The caller's; NULL: no such result. */
char *batch_more(struct batch *b, int evidence, size_t offset, size_t max, size_t *total);
/* A worker did not come back: nothing that the batch was lent may be freed. */
bool batch_left(const struct batch *b);
const char *tool_status_name(enum tool_status s); /* "ok", "no_data", "error", "denied", "timeout" */
void call_result_fini(struct call_result *r);

#endif
