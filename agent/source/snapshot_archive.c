/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/archive.h"

#define SMALL (1u << 20)	/* members up to this stay in memory */
#define HELD_MAX (256ull << 20) /* all of them together; beyond, everything goes to the temporary file */

struct unpack {
	struct snap_files *f;
	struct snap_problems *p;
	struct buf bytes;
	bool spilling;
	bool open;   /* within a wanted member */
	uint64_t at; /* where it began in the temporary file */
	size_t members;
};

/* A file without a name: gone when we are, however we end. */
static int open_spill(struct err *e)
{
	const char *dir = str_or(getenv("TMPDIR"), "/tmp");
	char *name auto_free = mem_printf("%s/dupin-XXXXXX", dir);
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "no temporary file for large members in %s (set TMPDIR to a folder with room)", dir);
	unlink(name);
	return fd;
}

static int spill(struct unpack *u, const char *bytes, size_t n, struct err *e)
{
	if (u->f->spill < 0 && (u->f->spill = open_spill(e)) < 0)
		return -1;
	while (n) {
		ssize_t put = pwrite(u->f->spill, bytes, n, (off_t)u->f->spilled);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_sys(e, "unpacking into a temporary file failed (set TMPDIR to a folder with room)");
		bytes += put;
		n -= (size_t)put;
		u->f->spilled += (uint64_t)put;
	}
	return 0;
}

static int on_member(void *ctx, const char *name, uint64_t size, struct err *e)
{
	struct unpack *u = ctx;

	(void)e;
	u->members++;
	if (!snap_file_wanted(name)) {
		u->f->ignored++;
		return 0;
	}
	buf_clear(&u->bytes);
	u->spilling = size > SMALL || u->f->held + size > HELD_MAX;
	u->at = u->f->spilled;
	MEM_GROW(u->f->all, u->f->count, u->f->cap);
	u->f->all[u->f->count++] = (struct snap_file){.rel = mem_str(name), .order = u->members};
	u->open = true;
	return 1;
}

static int on_data(void *ctx, const char *bytes, size_t n, struct err *e)
{
	struct unpack *u = ctx;

	/* The header's size is only a claim. */
	if (!u->spilling && u->bytes.len + n > SMALL) {
		u->spilling = true;
		if (spill(u, u->bytes.data, u->bytes.len, e))
			return -1;
		buf_clear(&u->bytes);
	}
	if (u->spilling)
		return spill(u, bytes, n, e);
	buf_add(&u->bytes, bytes, n);
	return 0;
}

static void on_end(void *ctx)
{
	struct unpack *u = ctx;
	struct snap_file *file = &u->f->all[u->f->count - 1];

	u->open = false;
	if (u->spilling) {
		file->off = u->at;
		file->size = u->f->spilled - u->at;
		return;
	}
	file->size = u->bytes.len;
	file->mem = mem_strn(buf_cstr(&u->bytes), u->bytes.len);
	u->f->held += u->bytes.len;
}

static void on_refused(void *ctx, const char *name, const char *why)
{
	struct unpack *u = ctx;

	u->members++;
	snap_problem(u->p, name, "not read: %s", why);
}

/* What the last member holds when the archive ended in it: the beginning of a log is a log, that of a document is not.
 */
static void on_cut(struct unpack *u)
{
	struct snap_file *file = &u->f->all[u->f->count - 1];

	if (!snap_file_is_doc(file->rel)) {
		on_end(u);
		return;
	}
	free(file->rel);
	u->f->count--;
}

int snap_files_unpack(struct snap_files *f, int fd, const char *name, struct snap_problems *p, struct cancel *cancel,
		      struct err *e)
{
	struct unpack u = {.f = f, .p = p, .bytes = BUF_INIT(SMALL + 1)};
	const struct archive_taker taker = {on_member, on_data, on_end, on_refused, &u};
	struct err broken = {0};
	int rc = archive_each(fd, name, &taker, cancel, &broken);

	if (rc && u.open)
		on_cut(&u);
	buf_fini(&u.bytes);
	if (rc && (u.members == 0 || broken.code == ERR_CANCELED || broken.code == ERR_STATE)) {
		if (e)
			*e = broken;
		return -1;
	}
	if (rc) {
		snap_problem(p, "the archive", "%s", broken.msg);
		f->cut = mem_str(broken.msg);
	}
	return 0;
}
