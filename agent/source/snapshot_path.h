/* SPDX-License-Identifier: Apache-2.0 */
/* What the place of a file says: which namespace and resource a list is of, whose log it is. Names only, nothing is
 * read. */
#ifndef AGENT_SOURCE_SNAPSHOT_PATH_H
#define AGENT_SOURCE_SNAPSHOT_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define SNAP_NAME_MAX 254

struct snap_place {
	char word[SNAP_NAME_MAX];  /* names the resource: "pods", "replication-controllers", "widgets.example.com", any
				      file's stem */
	char ns[SNAP_NAME_MAX];	   /* namespace by layout; "": none */
	char guess[SNAP_NAME_MAX]; /* last folder: a namespace if one of that name is known; "": none */
	bool layout;		   /* a known layout: word is the resource for sure */
};

void snap_place_of(const char *rel, struct snap_place *p);

enum snap_log_layout { SNAP_LOG_OURS, SNAP_LOG_MUST_GATHER, SNAP_LOG_BUNDLE, SNAP_LOG_DUMP };

struct snap_log_name {
	enum snap_log_layout layout;
	char ns[SNAP_NAME_MAX], pod[SNAP_NAME_MAX];
	char container[SNAP_NAME_MAX]; /* "" for a dump: all containers are in one file */
	bool previous;
};

/* False: not a log by any of the layouts. */
bool snap_log_of(const char *rel, struct snap_log_name *out);
/* "metrics/NS/POD.prom" at any depth. */
bool snap_metrics_of(const char *rel, char ns[static SNAP_NAME_MAX], char pod[static SNAP_NAME_MAX]);
/* Splits rel at '/': up to max segments from the end are kept, last first. Returns how many. */
struct snap_seg {
	const char *at;
	size_t len;
};
size_t snap_segments(const char *rel, struct snap_seg *last_first, size_t max);

#endif
