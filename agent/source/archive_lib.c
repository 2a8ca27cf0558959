/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/archive_lib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static struct archive_lib lib;
static char why[256];

static const struct {
	const char *name;
	size_t offset;
} wanted[] = {
	{"archive_read_new", offsetof(struct archive_lib, read_new)},
	{"archive_read_support_filter_gzip", offsetof(struct archive_lib, read_support_filter_gzip)},
	{"archive_read_support_format_tar", offsetof(struct archive_lib, read_support_format_tar)},
	{"archive_read_open_fd", offsetof(struct archive_lib, read_open_fd)},
	{"archive_read_next_header", offsetof(struct archive_lib, read_next_header)},
	{"archive_read_data", offsetof(struct archive_lib, read_data)},
	{"archive_read_free", offsetof(struct archive_lib, read_free)},
	{"archive_error_string", offsetof(struct archive_lib, error_string)},
	{"archive_entry_pathname", offsetof(struct archive_lib, entry_pathname)},
	{"archive_entry_pathname_utf8", offsetof(struct archive_lib, entry_pathname_utf8)},
	{"archive_entry_hardlink", offsetof(struct archive_lib, entry_hardlink)},
	{"archive_entry_filetype", offsetof(struct archive_lib, entry_filetype)},
	{"archive_entry_size", offsetof(struct archive_lib, entry_size)},
};

static void load(void)
{
	void *handle = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);

	if (!handle) {
		snprintf(why, sizeof(why), "%s", dlerror());
		return;
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		void *symbol = dlsym(handle, wanted[i].name);

		if (!symbol) {
			snprintf(why, sizeof(why), "libarchive has no %s", wanted[i].name);
			return;
		}
		/* ISO C has no cast from void * to a function pointer; POSIX guarantees the same representation. */
		memcpy((char *)&lib + wanted[i].offset, &symbol, sizeof(symbol));
	}
}

const struct archive_lib *archive_lib(struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	if (!why[0])
		return &lib;
	err_set(e, ERR_STATE,
		"reading an archive needs libarchive (%s): install the package libarchive13, or unpack the "
		"archive and give the folder",
		why);
	return NULL;
}
