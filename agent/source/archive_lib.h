/* SPDX-License-Identifier: Apache-2.0 */
/* The few functions of libarchive's public reading interface that we use, resolved at run time. */
#ifndef AGENT_SOURCE_ARCHIVE_LIB_H
#define AGENT_SOURCE_ARCHIVE_LIB_H

#include "agent/base/err.h"
#include <stdint.h>
#include <sys/types.h>

/* Result codes and the regular-file type as libarchive documents them. */
enum { LA_EOF = 1, LA_OK = 0, LA_RETRY = -10, LA_WARN = -20, LA_FAILED = -25, LA_FATAL = -30 };

struct archive;
struct archive_entry;

struct archive_lib {
	struct archive *(*read_new)(void);
	int (*read_support_filter_gzip)(struct archive *);
	int (*read_support_format_tar)(struct archive *);
	int (*read_open_fd)(struct archive *, int fd, size_t block_size);
	int (*read_next_header)(struct archive *, struct archive_entry **);
	ssize_t (*read_data)(struct archive *, void *, size_t);
	int (*read_free)(struct archive *);
	const char *(*error_string)(struct archive *);
	const char *(*entry_pathname)(struct archive_entry *);
	const char *(*entry_pathname_utf8)(struct archive_entry *);
	const char *(*entry_hardlink)(struct archive_entry *);
	mode_t (*entry_filetype)(struct archive_entry *);
	int64_t (*entry_size)(struct archive_entry *);
};

/* Loaded once for the process; NULL with a sentence that names the package. Thread-safe. */
const struct archive_lib *archive_lib(struct err *e);

#endif
