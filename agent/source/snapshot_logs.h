/* SPDX-License-Identifier: Apache-2.0 */
/* The logs in a snapshot: which file is whose, and parts of files that hold several. */
#ifndef AGENT_SOURCE_SNAPSHOT_LOGS_H
#define AGENT_SOURCE_SNAPSHOT_LOGS_H

#include "agent/source/snapshot_files.h"
#include "agent/source/snapshot_path.h"
#include "agent/source/snapshot_store.h"

/* A part of a dump's logs.txt. */
struct snap_section {
	char container[SNAP_NAME_MAX];
	uint64_t from, to;
};

struct snap_sections {
	struct snap_section *all; /* none: the file has no marks, it is one container's log */
	size_t count, cap;
};

struct snap_log {
	struct snap_log_name name;
	const struct snap_file *file;
	bool failed;			/* holds why the log could not be read, instead of a log */
	struct snap_sections *sections; /* of a dump, once looked for */
};

struct snap_logs;

struct snap_logs *snap_logs_new(const struct snap_files *f, const struct snap_store *s);
void snap_logs_free(struct snap_logs *l); /* NULL allowed */
size_t snap_logs_count(const struct snap_logs *l);
/* The logs of a pod, best layout first; returns how many. Borrowed. */
size_t snap_logs_of(const struct snap_logs *l, const char *ns, const char *pod, struct snap_log **first);
/* Sections of a dump's file, looked for once. NULL with e when it cannot be read. Thread-safe. */
const struct snap_sections *snap_log_sections(struct snap_logs *l, struct snap_log *log, struct err *e);

/* snapshot_sections.c */
struct snap_sections *snap_sections_find(const struct snap_reader *r, const char *ns, const char *pod);
void snap_sections_free(struct snap_sections *s); /* NULL allowed */

#endif
