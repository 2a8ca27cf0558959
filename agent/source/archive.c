/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/archive.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/archive_lib.h"

#define BLOCK 65536
#define MAX_NAME 4096

int archive_looks_like(const char *head, size_t n)
{
	return (n >= 2 && memcmp(head, "\x1f\x8b", 2) == 0) || (n >= 262 && memcmp(head + 257, "ustar", 5) == 0);
}

/* Cleans a member's name into out; says why it must not be used, or NULL. An empty result is the top itself. */
static const char *clean_name(const char *name, struct buf *out)
{
	if (strlen(name) > MAX_NAME)
		return "its name is over 4096 bytes";
	if (name[0] == '/')
		return "its name is absolute";
	while (*name) {
		size_t n = strcspn(name, "/");

		if (n == 2 && memcmp(name, "..", 2) == 0)
			return "its name leads outside of the archive (..)";
		if (n > 0 && !(n == 1 && name[0] == '.')) {
			if (out->len)
				buf_char(out, '/');
			buf_add(out, name, n);
		}
		name += n + (name[n] == '/');
	}
	return NULL;
}

static const char *refused_type(const struct archive_lib *lib, struct archive_entry *entry)
{
	if (lib->entry_hardlink(entry))
		return "it is a hard link; links are not followed";
	switch (lib->entry_filetype(entry)) {
	case S_IFREG:
	case S_IFDIR:
		return NULL;
	case S_IFLNK:
		return "it is a symbolic link; links are not followed";
	default:
		return "it is a device, pipe or socket";
	}
}

struct walk {
	const struct archive_lib *lib;
	struct archive *a;
	const struct archive_taker *t;
	const char *name;
	struct cancel *cancel;
	uint64_t bytes;
	size_t members;
};

static int broken(struct walk *w, struct err *e)
{
	const char *text = w->lib->error_string(w->a);

	return err_set(e, ERR_PARSE, "%s is broken or cut off (%s): what follows member %zu is missing", w->name,
		       text ? text : "no reason given", w->members);
}

static int over(struct walk *w, struct err *e)
{
	return err_set(e, ERR_LIMIT,
		       "%s unpacks to more than %llu GiB: what follows member %zu was not read; unpack it and "
		       "give the folder",
		       w->name, ARCHIVE_MAX_BYTES >> 30, w->members);
}

static int take_data(struct walk *w, struct err *e)
{
	char block[BLOCK];

	for (;;) {
		ssize_t n = w->lib->read_data(w->a, block, sizeof(block));

		if (n == LA_RETRY)
			continue;
		if (n < 0)
			return broken(w, e);
		if (n == 0)
			break;
		if (cancel_fired(w->cancel))
			return err_set(e, ERR_CANCELED, "reading %s was interrupted", w->name);
		w->bytes += (uint64_t)n;
		if (w->bytes > ARCHIVE_MAX_BYTES)
			return over(w, e);
		if (w->t->data(w->t->ctx, block, (size_t)n, e))
			return -1;
	}
	w->t->end(w->t->ctx);
	return 0;
}

static int take_entry(struct walk *w, struct archive_entry *entry, struct err *e)
{
	const char *raw = w->lib->entry_pathname_utf8(entry), *why;
	struct buf name auto_buf = BUF_INIT(MAX_NAME + 1);
	int64_t size = w->lib->entry_size(entry);
	int wanted;

	if (!raw)
		raw = w->lib->entry_pathname(entry);
	if (!raw) {
		w->t->refused(w->t->ctx, "a member", "its name cannot be read");
		return 0;
	}
	why = clean_name(raw, &name);
	if (!why)
		why = refused_type(w->lib, entry);
	if (why) {
		w->t->refused(w->t->ctx, raw, why);
		return 0;
	}
	if (w->lib->entry_filetype(entry) == S_IFDIR || name.len == 0)
		return 0;
	wanted = w->t->member(w->t->ctx, buf_cstr(&name), size > 0 ? (uint64_t)size : 0, e);
	if (wanted > 0)
		return take_data(w, e);
	if (size > 0)
		w->bytes += (uint64_t)size;
	return w->bytes > ARCHIVE_MAX_BYTES ? over(w, e) : wanted;
}

static int each(struct walk *w, struct err *e)
{
	for (;;) {
		struct archive_entry *entry = NULL;
		int rc = w->lib->read_next_header(w->a, &entry);

		if (rc == LA_EOF)
			return 0;
		if (rc == LA_RETRY)
			continue;
		if (rc < LA_WARN)
			return broken(w, e);
		if (++w->members > ARCHIVE_MAX_MEMBERS)
			return err_set(e, ERR_LIMIT, "%s holds more than %u members: the rest was not read", w->name,
				       ARCHIVE_MAX_MEMBERS);
		if (cancel_fired(w->cancel))
			return err_set(e, ERR_CANCELED, "reading %s was interrupted", w->name);
		if (take_entry(w, entry, e))
			return -1;
	}
}

int archive_each(int fd, const char *name, const struct archive_taker *t, struct cancel *cancel, struct err *e)
{
	struct walk w = {.lib = archive_lib(e), .t = t, .name = name, .cancel = cancel};
	int rc;

	if (!w.lib)
		return -1;
	w.a = w.lib->read_new();
	if (!w.a)
		return err_set(e, ERR_STATE, "libarchive could not start reading %s", name);
	w.lib->read_support_filter_gzip(w.a);
	w.lib->read_support_format_tar(w.a);
	if (w.lib->read_open_fd(w.a, fd, BLOCK) != LA_OK)
		rc = broken(&w, e);
	else
		rc = each(&w, e);
	w.lib->read_free(w.a);
	return rc;
}
