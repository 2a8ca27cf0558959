/* SPDX-License-Identifier: Apache-2.0 */
/* Which logs a name means: the containers of a pod, or of the pods of a workload or service, the ailing ones first. */
#ifndef TOOLSETS_LOGS_STREAMS_H
#define TOOLSETS_LOGS_STREAMS_H

#include "toolsets/toolset.h"

struct log_stream {
	json_t *pod, *status; /* status of the container, NULL before it was ever made */
	const char *container;
	int64_t restarts;
	bool init, started; /* started: there is or was a run that can have written something */
	bool ended_before;  /* a run before the current one ended: previous has its log */
};

struct log_streams {
	struct log_stream *list;
	size_t count;
	size_t pods, pods_left_out;
};

/* All pods of a pod, workload or service: a new array. NULL: there are none, and the answer was sent. */
json_t *logs_pods(const struct host *h, struct work *w, const char *name, const char *kind, const char *ns);
/* Their containers; container: only that one, else all (init containers that are done well left out). */
void logs_streams(json_t *pods, size_t pods_max, const char *container, struct log_streams *out);
void logs_streams_free(struct log_streams *s);
bool logs_pod_ails(const json_t *pod);

#endif
