/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

#define DEPTH_MAX 32

/* A folder on the way down, to see a link that leads back up. */
struct place {
	dev_t dev;
	ino_t ino;
};

struct walk {
	char *root; /* resolved */
	int (*fn)(void *, const struct file_seen *);
	void *ctx;
	size_t max_files, files, folders;
	bool full;
	struct place way[DEPTH_MAX + 1];
};

static int walk_folder(struct walk *w, const char *path, const char *rel, int depth);

static int report(struct walk *w, const char *path, const char *rel, const char *why)
{
	struct file_seen seen = {.rel = rel, .path = path, .why = why};

	return w->fn(w->ctx, &seen);
}

/* Says once that the rest is left out. */
static int report_full(struct walk *w, const char *path, const char *rel, const char *what)
{
	char why[128];

	w->full = true;
	snprintf(why, sizeof(why), "more than %zu %s: this and what follows was not read", w->max_files, what);
	return report(w, path, rel, why);
}

static int report_errno(struct walk *w, const char *path, const char *rel)
{
	char why[128];

	return report(w, path, rel, strerror_r(errno, why, sizeof(why)));
}

static bool inside_root(const struct walk *w, const char *real)
{
	size_t n = strlen(w->root);

	return strncmp(real, w->root, n) == 0 && (real[n] == '/' || real[n] == '\0' || str_eq(w->root, "/"));
}

static int visit(struct walk *w, const char *path, const char *rel, int depth)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return report_errno(w, path, rel);
	if (S_ISLNK(st.st_mode)) {
		auto_free char *real = realpath(path, NULL);

		if (!real)
			return report(w, path, rel,
				      errno == ELOOP ? "symbolic links in a loop" : "symbolic link to nothing");
		if (!inside_root(w, real))
			return report(w, path, rel, "symbolic link that leads outside of the folder");
		if (stat(path, &st) != 0)
			return report_errno(w, path, rel);
	}
	if (S_ISDIR(st.st_mode)) {
		if (depth > DEPTH_MAX)
			return report(w, path, rel, "nested deeper than 32 folders");
		for (int i = 0; i < depth; i++)
			if (w->way[i].dev == st.st_dev && w->way[i].ino == st.st_ino)
				return report(w, path, rel, "symbolic link to a folder that holds it");
		w->way[depth] = (struct place){.dev = st.st_dev, .ino = st.st_ino};
		return walk_folder(w, path, rel, depth);
	}
	if (!S_ISREG(st.st_mode))
		return report(w, path, rel, "not a regular file");
	if (w->files >= w->max_files)
		return report_full(w, path, rel, "files");
	w->files++;
	return w->fn(w->ctx, &(struct file_seen){.rel = rel, .path = path, .size = (uint64_t)st.st_size});
}

static int by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Sorted names of a folder; NULL with errno when it cannot be read. cap bounds them: links could make folders endless.
 */
static char **names_of(const char *path, size_t max, bool *cut)
{
	DIR *dir = opendir(path);
	char **names = NULL;
	size_t count = 0, cap = 0;
	struct dirent *d;

	*cut = false;
	if (!dir)
		return NULL;
	while ((d = readdir(dir))) {
		if (str_eq(d->d_name, ".") || str_eq(d->d_name, ".."))
			continue;
		if (count >= max) {
			*cut = true;
			break;
		}
		MEM_GROW(names, count, cap);
		names[count++] = mem_str(d->d_name);
	}
	closedir(dir);
	MEM_GROW(names, count, cap);
	names[count] = NULL;
	qsort(names, count, sizeof(*names), by_bytes);
	return names;
}

static int walk_folder(struct walk *w, const char *path, const char *rel, int depth)
{
	char **names;
	bool cut;
	int rc = 0;

	/* Links may show one folder many times over; empty ones must not make the walk endless. */
	if (w->folders++ >= w->max_files + 1024)
		return report_full(w, path, rel, "folders");
	names = names_of(path, w->max_files + 1024, &cut);
	if (!names)
		return report_errno(w, path, rel);
	for (size_t i = 0; names[i] && rc == 0 && !w->full; i++) {
		auto_free char *child = file_join(path, names[i]);
		auto_free char *child_rel = file_join(rel, names[i]);

		rc = visit(w, child, child_rel, depth + 1);
	}
	if (rc == 0 && cut && !w->full)
		rc = report_full(w, path, rel, "entries in one folder");
	str_list_free(names);
	return rc;
}

int file_walk(const char *root, size_t max_files, int (*fn)(void *ctx, const struct file_seen *f), void *ctx,
	      struct err *e)
{
	struct walk w = {.fn = fn, .ctx = ctx, .max_files = max_files};
	struct stat st;
	DIR *dir;
	int rc;

	w.root = realpath(root, NULL);
	if (!w.root || stat(w.root, &st) != 0) {
		rc = err_sys(e, "cannot read %s", root);
	} else if (!S_ISDIR(st.st_mode)) {
		rc = err_set(e, ERR_IO, "cannot read %s as a folder: it is a file", root);
	} else if (!(dir = opendir(w.root))) {
		rc = err_sys(e, "cannot read the folder %s", root);
	} else {
		closedir(dir);
		w.way[0] = (struct place){.dev = st.st_dev, .ino = st.st_ino};
		rc = walk_folder(&w, root, "", 0);
	}
	free(w.root);
	return rc;
}
