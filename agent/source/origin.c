/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/origin.h"

#include <stdlib.h>

static const char *const names[] = {
	[READ_OK] = "ok",
	[READ_NOT_FOUND] = "not_found",
	[READ_DENIED] = "denied",
	[READ_NOT_SERVED] = "not_served",
	[READ_NOT_CAPTURED] = "not_captured",
	[READ_CUT] = "cut",
	[READ_EMPTY] = "empty",
	[READ_TIMEOUT] = "timeout",
	[READ_FAILED] = "failed",
};

const char *read_state_name(enum read_state s)
{
	return (size_t)s < ARRAY_LEN(names) ? names[s] : "failed";
}

void origin_free(struct origin *o)
{
	if (!o)
		return;
	free(o->name);
	free(o->place);
	free(o->default_namespace);
	o->name = o->place = o->default_namespace = NULL;
	o->ops->free(o);
}

void origin_each_problem(struct origin *o, void (*fn)(void *ctx, const char *what, const char *why), void *ctx)
{
	if (o->ops->each_problem)
		o->ops->each_problem(o, fn, ctx);
}
