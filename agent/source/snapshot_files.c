/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/archive.h"
#include "agent/source/snapshot_path.h"

#define MAX_PROBLEMS 500
#define MAX_FILES 500000

void snap_problem(struct snap_problems *p, const char *what, const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	for (char *c = why; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->all[i].what, what) && str_eq(p->all[i].why, why))
			return;
	if (p->count >= MAX_PROBLEMS) {
		p->more++;
		return;
	}
	MEM_GROW(p->all, p->count, p->cap);
	p->all[p->count++] = (struct snap_problem){mem_str(what), mem_str(why)};
}

void snap_problems_fini(struct snap_problems *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->all[i].what);
		free(p->all[i].why);
	}
	free(p->all);
	memset(p, 0, sizeof(*p));
}

void snap_files_init(struct snap_files *f)
{
	memset(f, 0, sizeof(*f));
	f->spill = -1;
}

void snap_files_fini(struct snap_files *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->all[i].rel);
		free(f->all[i].path);
		free(f->all[i].mem);
	}
	free(f->all);
	free(f->top);
	free(f->cut);
	if (f->spill >= 0)
		close(f->spill);
	snap_files_init(f);
}

bool snap_file_is_doc(const char *rel)
{
	return str_ends(rel, ".yaml") || str_ends(rel, ".yml") || str_ends(rel, ".json");
}

bool snap_file_wanted(const char *rel)
{
	struct snap_log_name log;
	char ns[SNAP_NAME_MAX], pod[SNAP_NAME_MAX];
	const char *slash = strrchr(rel, '/');

	/* What macOS puts beside each file of an archive. */
	if (str_starts(slash ? slash + 1 : rel, "._"))
		return false;
	return snap_file_is_doc(rel) || snap_log_of(rel, &log) || snap_metrics_of(rel, ns, pod) ||
	       str_starts(rel, "files/") || strstr(rel, "/files/");
}

struct folder_walk {
	struct snap_files *f;
	struct snap_problems *p;
	struct cancel *cancel;
};

static int take_file(void *ctx, const struct file_seen *seen)
{
	struct folder_walk *w = ctx;
	bool wanted = snap_file_wanted(seen->rel);

	if (cancel_fired(w->cancel))
		return 1;
	/* What cannot be looked at counts whatever its name: it may be a folder full of documents. */
	if (seen->why)
		snap_problem(w->p, seen->rel[0] ? seen->rel : seen->path, "%s", seen->why);
	if (!wanted) {
		w->f->ignored += !seen->why;
		return 0;
	}
	MEM_GROW(w->f->all, w->f->count, w->f->cap);
	w->f->all[w->f->count++] = (struct snap_file){.rel = mem_str(seen->rel),
						      .path = mem_str(seen->path),
						      .size = seen->size,
						      .why = seen->why ? "unreadable" : NULL};
	return 0;
}

static int by_rel(const void *a, const void *b)
{
	const struct snap_file *x = a, *y = b;
	int order = strcmp(x->rel, y->rel);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static void drop_replaced(struct snap_files *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (i + 1 < f->count && str_eq(f->all[i].rel, f->all[i + 1].rel)) {
			free(f->all[i].rel);
			free(f->all[i].path);
			free(f->all[i].mem);
			continue;
		}
		f->all[kept++] = f->all[i];
	}
	f->count = kept;
}

/* The length of the path of the folder that all files are below, with its "/"; 0: there is none. */
static size_t shared_folder(const struct snap_files *f)
{
	const char *first = f->count ? f->all[0].rel : "", *end = strrchr(first, '/');
	size_t n = end ? (size_t)(end - first) + 1 : 0;

	for (size_t i = 1; i < f->count && n; i++)
		while (n && strncmp(f->all[i].rel, first, n) != 0)
			for (n--; n && first[n - 1] != '/';)
				n--;
	return n;
}

static bool has_settings(const struct snap_files *f, const char *folder)
{
	char *yaml auto_free = mem_printf("%ssnapshot.yaml", folder), *yml auto_free = mem_printf("%ssnapshot.yml", folder);

	return snap_files_find(f, yaml) || snap_files_find(f, yml);
}

/*
 * Where snapshot.yaml stands is the top, when all is below it ("tar c path/to/cluster"). Without one, the one folder that
 * all is below.
 */
static char *find_top(const struct snap_files *f)
{
	size_t n = shared_folder(f), first = n ? strcspn(f->all[0].rel, "/") + 1 : 0;

	if (has_settings(f, ""))
		return mem_str("");
	for (size_t k = first; k && k <= n; k += strcspn(f->all[0].rel + k, "/") + 1) {
		char *top auto_free = mem_strn(f->all[0].rel, k);

		if (has_settings(f, top))
			return mem_str(top);
		if (k == n)
			break;
	}
	return mem_strn(n ? f->all[0].rel : "", first);
}

static int read_folder(struct snap_files *f, const char *path, struct snap_problems *p, struct cancel *cancel,
		       struct err *e)
{
	struct folder_walk w = {f, p, cancel};

	if (file_walk(path, MAX_FILES, take_file, &w, e) < 0)
		return -1;
	return cancel_fired(cancel) ? err_set(e, ERR_CANCELED, "reading %s was interrupted", path) : 0;
}

static int read_archive(struct snap_files *f, const char *path, struct snap_problems *p, struct cancel *cancel,
			struct err *e)
{
	int fd auto_close = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char head[512];
	ssize_t n;
	struct stat st;

	if (fd < 0)
		return err_sys(e, "the snapshot %s cannot be opened", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return err_set(e, ERR_PARSE,
			       "%s is neither a folder nor a file: give a folder, or a .tar or .tar.gz of it", path);
	n = pread(fd, head, sizeof(head), 0);
	if (n < 0)
		return err_sys(e, "the snapshot %s cannot be read", path);
	if (!archive_looks_like(head, (size_t)n))
		return err_set(
			e, ERR_PARSE,
			"%s is neither a folder nor a tar archive (it has no tar or gzip header): give a "
			"folder, or a .tar, .tar.gz or .tgz of it%s",
			path, snap_file_is_doc(path) ? "; a single file of objects goes into a folder of its own" : "");
	return snap_files_unpack(f, fd, path, p, cancel, e);
}

int snap_files_read(struct snap_files *f, const char *path, struct snap_problems *p, struct cancel *cancel,
		    struct err *e)
{
	struct stat st;

	if (stat(path, &st))
		return err_sys(e, "the snapshot %s cannot be read", path);
	if (S_ISDIR(st.st_mode) ? read_folder(f, path, p, cancel, e) : read_archive(f, path, p, cancel, e))
		return -1;
	if (f->count)
		qsort(f->all, f->count, sizeof(f->all[0]), by_rel);
	drop_replaced(f);
	f->top = find_top(f);
	return 0;
}

const struct snap_file *snap_files_find(const struct snap_files *f, const char *rel)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(f->all[mid].rel, rel);

		if (order == 0)
			return &f->all[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

int snap_reader_open(struct snap_reader *r, const struct snap_files *f, const struct snap_file *file, struct err *e)
{
	struct stat st;

	*r = (struct snap_reader){.fd = -1, .mem = file->mem, .off = file->off, .size = file->size};
	if (file->mem)
		return 0;
	if (!file->path) {
		r->fd = f->spill;
		return 0;
	}
	r->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (r->fd < 0)
		return err_sys(e, "%s cannot be opened", file->rel);
	r->own = true;
	if (fstat(r->fd, &st) || !S_ISREG(st.st_mode)) {
		snap_reader_close(r);
		return err_set(e, ERR_IO, "%s is not a regular file", file->rel);
	}
	r->size = (uint64_t)st.st_size;
	return 0;
}

void snap_reader_close(struct snap_reader *r)
{
	if (r->own)
		close(r->fd);
	r->fd = -1;
	r->own = false;
}

ssize_t snap_reader_at(const struct snap_reader *r, uint64_t at, char *out, size_t n)
{
	ssize_t got;

	if (at >= r->size)
		return 0;
	if (n > r->size - at)
		n = (size_t)(r->size - at);
	if (r->mem) {
		memcpy(out, r->mem + at, n);
		return (ssize_t)n;
	}
	do
		got = pread(r->fd, out, n, (off_t)(r->off + at));
	while (got < 0 && errno == EINTR);
	return got;
}

char *snap_file_text(const struct snap_files *f, const struct snap_file *file, uint64_t max, size_t *len, struct err *e)
{
	struct snap_reader r;
	char *text;
	size_t got = 0;

	if (snap_reader_open(&r, f, file, e))
		return NULL;
	if (r.size > max) {
		snap_reader_close(&r);
		err_set(e, ERR_LIMIT, "%s has %llu MiB, more than the %llu MiB that are read of one file: split it",
			file->rel, (unsigned long long)r.size >> 20, (unsigned long long)max >> 20);
		return NULL;
	}
	text = mem_alloc((size_t)r.size + 1);
	while (got < r.size) {
		ssize_t n = snap_reader_at(&r, got, text + got, (size_t)r.size - got);

		if (n < 0) {
			err_sys(e, "%s cannot be read", file->rel);
			snap_reader_close(&r);
			free(text);
			return NULL;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	text[got] = '\0';
	*len = got;
	snap_reader_close(&r);
	return text;
}
