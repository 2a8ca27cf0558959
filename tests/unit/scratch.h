/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of its own for a test program; scratch_remove() takes it away with all that is in it. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_folder[256];

__attribute__((unused)) static const char *scratch_dir(void)
{
	if (!scratch_folder[0]) {
		const char *base = getenv("TMPDIR");

		snprintf(scratch_folder, sizeof(scratch_folder), "%s/dupin-test-XXXXXX", base && *base ? base : "/tmp");
		if (!mkdtemp(scratch_folder))
			abort();
	}
	return scratch_folder;
}

/* The path of rel in the folder; one of eight buffers in turn. */
__attribute__((unused)) static const char *scratch_path(const char *rel)
{
	static char path[8][600];
	static int turn;
	char *p = path[turn++ % 8];

	snprintf(p, sizeof(path[0]), "%s/%s", scratch_dir(), rel);
	return p;
}

/* Writes the file, and the folders on the way to it. */
__attribute__((unused)) static const char *scratch_write(const char *rel, const char *text, mode_t mode)
{
	const char *path = scratch_path(rel);
	char part[600];
	FILE *f;

	snprintf(part, sizeof(part), "%s", path);
	for (char *slash = strchr(part + strlen(scratch_dir()) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(part, 0700);
		*slash = '/';
	}
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, mode) != 0)
		abort();
	return path;
}

static int scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

__attribute__((unused)) static void scratch_remove(void)
{
	if (scratch_folder[0])
		nftw(scratch_folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	scratch_folder[0] = '\0';
}

#endif
