/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster that was asked for and cannot be opened: it answers every question with the reason. */
#include <stdio.h>
#include <stdlib.h>

#include "agent/base/mem.h"
#include "agent/source/origin.h"

struct unreadable {
	struct origin origin;
	char *why;
};

static int get(struct origin *o, const struct origin_request *q, origin_sink *sink, void *ctx, struct origin_reply *r,
	       struct err *e)
{
	(void)q;
	(void)sink;
	(void)ctx;
	(void)e;
	*r = (struct origin_reply){.state = READ_FAILED, .retry_after_ms = -1};
	snprintf(r->why, sizeof(r->why), "%s", CONTAINER_OF(o, struct unreadable, origin)->why);
	return 0;
}

static void free_unreadable(struct origin *o)
{
	struct unreadable *u = CONTAINER_OF(o, struct unreadable, origin);

	free(u->why);
	free(u);
}

static const struct origin_ops ops = {.kind = "unreadable", .get = get, .free = free_unreadable};

struct origin *origin_unreadable(const char *name, const char *place, const char *why)
{
	struct unreadable *u = MEM_NEW(struct unreadable);

	u->origin = (struct origin){.ops = &ops, .name = mem_str(name), .place = mem_str(place)};
	u->why = mem_str(why);
	return &u->origin;
}
