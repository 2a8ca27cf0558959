/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary folders for tests. */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

__attribute__((unused)) static int tree_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* Removes path and all below it; links are removed, not followed. */
__attribute__((unused)) static void tree_remove(const char *path)
{
	if (nftw(path, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		perror(path);
}

#endif
