/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an archive: either it is refused with a message, or its members have clean names, and the snapshot made
 * of them answers.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/base/str.h"
#include "agent/source/snapshot_files.h"
#include "agent/source/origin.h"

static void check(int good)
{
	if (!good)
		abort();
}

static int count(void *ctx, const char *data, size_t len)
{
	(void)data;
	*(size_t *)ctx += len;
	return 0;
}

static void problem(void *ctx, const char *what, const char *why)
{
	(void)ctx;
	check(what && why && what[0] && why[0]);
}

static void check_name(const char *rel)
{
	check(rel[0] && rel[0] != '/' && !strstr(rel, "//") && !strstr(rel, "/../") && !str_starts(rel, "../") &&
	      !str_ends(rel, "/..") && !str_eq(rel, ".."));
}

static void read_files(const char *path)
{
	struct snap_problems problems = {0};
	struct snap_files files;
	struct err e = {0};

	snap_files_init(&files);
	if (snap_files_read(&files, path, &problems, NULL, &e))
		check(e.code != ERR_NONE && e.msg[0]);
	for (size_t i = 0; i < files.count; i++) {
		size_t len = 0;
		char *text = snap_file_text(&files, &files.all[i], 16 << 20, &len, &e);

		check_name(files.all[i].rel);
		check(i == 0 || strcmp(files.all[i - 1].rel, files.all[i].rel) < 0);
		check(!text || len == files.all[i].size);
		free(text);
	}
	snap_files_fini(&files);
	snap_problems_fini(&problems);
}

static void ask(const char *path)
{
	static const char *const paths[] = {"/api/v1/pods?limit=3", "/apis",
					    "/api/v1/namespaces/a/pods/p/log?tailLines=2", "/version",
					    "/dupin/files/x"};
	struct err e = {0};
	struct origin *o = origin_snapshot(path, NULL, &e);

	if (!o) {
		check(e.code != ERR_NONE && e.msg[0]);
		return;
	}
	origin_each_problem(o, problem, NULL);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct origin_request q = {.path = paths[i], .max_bytes = 1 << 20};
		struct origin_reply r = {0};
		size_t bytes = 0;

		check(o->ops->get(o, &q, count, &bytes, &r, &e) == 0);
		check(r.state == READ_OK ? r.bytes == bytes : r.why[0] != '\0');
	}
	origin_free(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_files(path);
	ask(path);
	close(fd);
	return 0;
}
