/* SPDX-License-Identifier: Apache-2.0 */
/* When a snapshot was taken, as far as what it holds can tell: the newest time that an event or a status holds. */
#ifndef AGENT_SOURCE_SNAPSHOT_NOW_H
#define AGENT_SOURCE_SNAPSHOT_NOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct snap_now {
	int64_t seen;	 /* of events and statuses; 0: none */
	int64_t created; /* of metadata: only when there is nothing better */
};

void snap_now_see(struct snap_now *n, const json_t *object, bool event);
int64_t snap_now_ms(const struct snap_now *n); /* 0: nothing tells */

#endif
