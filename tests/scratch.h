/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of its own for a test, gone at its end. Names within it by scratch(), valid until the eighth next call. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_root[256];

__attribute__((unused)) static int scratch_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

__attribute__((unused)) static void scratch_end(void)
{
	if (scratch_root[0])
		nftw(scratch_root, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

__attribute__((unused)) static const char *scratch(const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *path = paths[next++ % 8];

	if (!scratch_root[0]) {
		const char *tmp = getenv("TMPDIR");

		snprintf(scratch_root, sizeof(scratch_root), "%s/dupin-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
		if (!mkdtemp(scratch_root)) {
			perror("mkdtemp");
			exit(1);
		}
		atexit(scratch_end);
	}
	snprintf(path, 512, "%s/%s", scratch_root, name);
	return path;
}

/* Writes the file, and the folders on the way to it. Its path. */
__attribute__((unused)) static const char *scratch_write(const char *name, const char *text, mode_t mode)
{
	const char *path = scratch(name);
	char part[512];
	FILE *f;

	snprintf(part, sizeof(part), "%s", path);
	for (char *slash = strchr(part + strlen(scratch_root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(part, 0700);
		*slash = '/';
	}
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, mode) != 0) {
		perror(path);
		exit(1);
	}
	return path;
}

#endif
