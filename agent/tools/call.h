/* SPDX-License-Identifier: Apache-2.0 */
/* One tool call: from the model's words to a masked text with its deadline and its record. */
#ifndef AGENT_TOOLS_CALL_H
#define AGENT_TOOLS_CALL_H

#include "agent/tools/batch.h"

struct call;

struct call_setup {
	struct world *world;
	struct registry *registry;
	struct cancel *cancel;
	int64_t limit_ms;
};

struct call *call_new(const struct call_setup *s, const struct call_request *q);
void call_free(struct call *c);
/* Same tool, cluster and arguments, whatever their order and spelling. */
const char *call_key(const struct call *c);
/* false: unknown tool or bad arguments: call_refuse says so to the model. */
bool call_ready(const struct call *c);
void call_refuse(struct call *c, struct call_result *r);
/* Runs the tool on this thread; ends at the deadline or cancel as soon as the tool looks. */
void call_run(struct call *c);
/* id, tool, cluster, arguments of the result. */
void call_describe(const struct call *c, struct call_result *r);
/* After call_run: status, times, bytes, what was touched. */
void call_finish(struct call *c, struct call_result *r);
/* The masked text, the caller's; once. */
char *call_take_text(struct call *c, size_t *len);
/* "GET /api/v1/..." when one thing was read, else "tool NAME {arguments}". Borrowed. */
const char *call_source(struct call *c);
/* At most max bytes of s, at a line's end where one is near, else at a character's. */
size_t call_cut(const char *s, size_t n, size_t max);

#endif
