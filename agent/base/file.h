/* SPDX-License-Identifier: Apache-2.0 */
/* Files: read with a cap, atomic private write, sorted walk. */
#ifndef AGENT_BASE_FILE_H
#define AGENT_BASE_FILE_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole file, NUL-terminated, the caller's. ERR_LIMIT beyond max_bytes; refuses what is not a regular file. */
char *file_read(const char *path, size_t max_bytes, size_t *len, struct err *e);
/* As file_read on an open descriptor (a pipe is fine); does not close it. */
char *file_read_fd(int fd, const char *name, size_t max_bytes, size_t *len, struct err *e);
/* Writes to a temporary file beside path, fsyncs, renames over. mode as for open. */
int file_write(const char *path, const void *data, size_t len, unsigned mode, struct err *e) MUST_CHECK;
bool file_exists(const char *path);
bool file_is_dir(const char *path);
/* mkdir -p, new folders with mode 0700. */
int file_mkdirs(const char *path, struct err *e) MUST_CHECK;
/* "a/b" from parts; the caller's. An absolute b wins. */
char *file_join(const char *a, const char *b);
/* Leading "~/" becomes $HOME; the caller's. */
char *file_expand(const char *path);

/* One regular file (or one that could not be looked at: why is then set, size 0). rel is relative to the walk's root. */
struct file_seen {
	const char *rel, *path;
	uint64_t size;
	const char *why;
};
/*
 * Depth-first, names sorted bytewise. Symbolic links are followed only inside root; loops, more than max_files, and
 * depth over 32 are reported through `why`. fn returns non-zero to stop (returned by the walk; else 0).
 */
int file_walk(const char *root, size_t max_files, int (*fn)(void *ctx, const struct file_seen *f), void *ctx,
	      struct err *e) MUST_CHECK;

#endif
