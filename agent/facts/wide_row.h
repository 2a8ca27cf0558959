/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod's printed row says: is it suspicious, and whose is it, by its name. */
#ifndef AGENT_FACTS_WIDE_ROW_H
#define AGENT_FACTS_WIDE_ROW_H

#include "agent/facts/table_rows.h"
#include <jansson.h>
#include <stdint.h>

/* The worse, the sooner it is fetched. */
enum wide_rank {
	WIDE_BAD,       /* its status says so: CrashLoopBackOff, Pending, Error, Terminating, ... */
	WIDE_NOT_READY, /* running, but not all of its containers are ready */
	WIDE_NODE,      /* on a node that is not ready */
	WIDE_EVENT,     /* a warning names it */
	WIDE_RESTARTED, /* not long ago, or nobody knows when */
	WIDE_FINE,
	WIDE_FINISHED, /* its work is done */
};

enum wide_rank wide_judge(const struct table_row *row);
/*
 * How much of the name is its owner's: "web-6d4cf56db6" of a ReplicaSet's pod, "db" of a StatefulSet's "db-0". The
 * whole name when it is nobody's.
 */
size_t wide_owner(const char *name);
/* The row that a server would print, as far as it is judged by. now: wall ms. */
void wide_row_of(const json_t *pod, int64_t now, struct table_row *out);

#endif
