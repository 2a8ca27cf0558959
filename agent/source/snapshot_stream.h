/* SPDX-License-Identifier: Apache-2.0 */
/* Sending a part of a file to a sink with constant memory: the last lines, lines since a time, at most so many bytes.
 */
#ifndef AGENT_SOURCE_SNAPSHOT_STREAM_H
#define AGENT_SOURCE_SNAPSHOT_STREAM_H

#include "agent/source/snapshot.h"

struct snap_range {
	uint64_t from, to;
	int64_t tail;	  /* last lines; -1: all */
	int64_t since_ms; /* wall time; INT64_MIN: none. Lines without a time go with the line before */
	uint64_t limit;	  /* bytes that were asked for; UINT64_MAX: all. Reaching it is no cut */
};

/* Fills r: OK, EMPTY (from == to), CUT, TIMEOUT, FAILED. */
void snap_stream(const struct snap_reader *file, const struct snap_range *range, const struct snap_request *q,
		 origin_sink *sink, void *ctx, struct origin_reply *r);

#endif
