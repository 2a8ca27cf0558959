/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler's sentence taken apart: "0/4 nodes are available: 1 node(s) had untolerated taint {a: b}, 3
 * Insufficient cpu. preemption: ...".
 */
#ifndef TOOLSETS_KUBERNETES_SCHEDULE_MESSAGE_H
#define TOOLSETS_KUBERNETES_SCHEDULE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

enum schedule_reason {
	SCHED_OTHER,
	SCHED_TAINT,
	SCHED_AFFINITY, /* node selector or node affinity */
	SCHED_CORDONED,
	SCHED_RESOURCE, /* Insufficient x */
	SCHED_PODS,	/* Too many pods */
	SCHED_PORTS,
	SCHED_POD_AFFINITY,
	SCHED_ANTI_AFFINITY,
	SCHED_SPREAD,
	SCHED_VOLUME,	     /* volumes: unbound, limits */
	SCHED_VOLUME_NODE,   /* a volume that other nodes reach, not these */
	SCHED_CLAIM_MISSING, /* persistentvolumeclaim "x" not found */
	SCHED_DEVICES,	     /* ResourceClaims */
	SCHED_NODE_NAME,
};

#define SCHED_REASONS_MAX 24

struct schedule_count {
	enum schedule_reason reason;
	int nodes;
	char text[240];
};

struct schedule_message {
	int available, total; /* "0/4"; total -1: not in that form */
	struct schedule_count counts[SCHED_REASONS_MAX];
	size_t count;
	char single[400]; /* what is said without node counts, "" */
	enum schedule_reason single_reason;
};

/* False: not the scheduler's form; then single is the text. */
bool schedule_message_parse(const char *text, struct schedule_message *out);
enum schedule_reason schedule_message_classify(const char *reason);
/* How many nodes are named with this reason. */
int schedule_message_nodes(const struct schedule_message *m, enum schedule_reason reason);
bool schedule_message_has(const struct schedule_message *m, enum schedule_reason reason);
/* The resource of "Insufficient nvidia.com/gpu"; NULL for others. */
const char *schedule_message_resource(const struct schedule_count *c);

#endif
