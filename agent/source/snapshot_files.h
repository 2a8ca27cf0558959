/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a snapshot, wherever they are: on disk below a folder, or unpacked from an archive into memory and, what
 * is large, into one temporary file that has no name. Sorted by name. Also what went wrong with them.
 */
#ifndef AGENT_SOURCE_SNAPSHOT_FILES_H
#define AGENT_SOURCE_SNAPSHOT_FILES_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SNAP_MAX_DOC (256ull << 20) /* a file of objects; logs may be larger */

/* What went wrong with the snapshot as such, each (what, why) once, bounded. */
struct snap_problems {
	struct snap_problem {
		char *what, *why;
	} * all;
	size_t count, cap, more; /* more: left out beyond the bound */
};

void snap_problem(struct snap_problems *p, const char *what, const char *fmt, ...) PRINTF(3, 4);
void snap_problems_fini(struct snap_problems *p);

struct snap_file {
	char *rel;    /* below the top of the snapshot, '/' between */
	char *path;   /* on disk, or NULL */
	char *mem;    /* in memory, or NULL */
	uint64_t off; /* in the temporary file when both are NULL */
	uint64_t size;
	size_t order;	 /* of two with one name the later one counts, as unpacking would have it */
	const char *why; /* it could not be looked at: a problem is noted */
};

struct snap_files {
	struct snap_file *all;
	size_t count, cap;
	size_t ignored; /* seen, of no kind that we read */
	int spill;	/* temporary file, -1: none */
	uint64_t spilled, held;
	char *top; /* "" or "folder/": where snapshot.yaml, metrics/, files/ stand */
	char *cut; /* an archive that ends early or was not read to its end: why anything may be missing */
};

void snap_files_init(struct snap_files *f);
void snap_files_fini(struct snap_files *f);
/* path: a folder or an archive. -1 only when nothing could be read at all, or cancelled. */
int snap_files_read(struct snap_files *f, const char *path, struct snap_problems *p, struct cancel *cancel,
		    struct err *e) MUST_CHECK;
const struct snap_file *snap_files_find(const struct snap_files *f, const char *rel); /* NULL when absent */
bool snap_file_is_doc(const char *rel);						      /* .yaml .yml .json */

/* Reading one file at any offset, from any thread. */
struct snap_reader {
	int fd;
	bool own;
	const char *mem;
	uint64_t off, size;
};

int snap_reader_open(struct snap_reader *r, const struct snap_files *f, const struct snap_file *file,
		     struct err *e) MUST_CHECK;
void snap_reader_close(struct snap_reader *r);
/* Up to n bytes from `at`; 0 at the end; -1 with errno. */
ssize_t snap_reader_at(const struct snap_reader *r, uint64_t at, char *out, size_t n);
/* Whole file, NUL-terminated, the caller's. */
char *snap_file_text(const struct snap_files *f, const struct snap_file *file, uint64_t max, size_t *len,
		     struct err *e);

/* snapshot_archive.c: fills f from the archive open on fd. */
int snap_files_unpack(struct snap_files *f, int fd, const char *name, struct snap_problems *p, struct cancel *cancel,
		      struct err *e) MUST_CHECK;
/* True for what a snapshot may need: documents, logs, metrics, files/. */
bool snap_file_wanted(const char *rel);

#endif
