/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of its own for a test, with files in it, removed at the end; and what the tests of the snapshot origin
 * share. */
#ifndef TESTS_UNIT_SNAPSHOT_FOLDER_H
#define TESTS_UNIT_SNAPSHOT_FOLDER_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/buf.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/origin.h"

static char scratch_dir[256];

__attribute__((unused)) static int scratch_rm(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

__attribute__((unused)) static void scratch_end(void)
{
	if (scratch_dir[0])
		nftw(scratch_dir, scratch_rm, 16, FTW_DEPTH | FTW_PHYS);
	scratch_dir[0] = '\0';
}

/* A fresh empty folder; the one before is removed. */
__attribute__((unused)) static const char *scratch_new(void)
{
	scratch_end();
	snprintf(scratch_dir, sizeof(scratch_dir), "%s/dupin-test-XXXXXX", str_or(getenv("TMPDIR"), "/tmp"));
	if (!mkdtemp(scratch_dir)) {
		perror(scratch_dir);
		exit(1);
	}
	return scratch_dir;
}

__attribute__((unused)) static char *scratch_path(const char *rel)
{
	return file_join(scratch_dir, rel);
}

__attribute__((unused)) static void scratch_bytes(const char *rel, const void *data, size_t len)
{
	char *path = scratch_path(rel), *slash = strrchr(path, '/');
	struct err e = {0};

	*slash = '\0';
	if (file_mkdirs(path, &e)) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
	*slash = '/';
	if (file_write(path, data, len, 0644, &e)) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
	free(path);
}

__attribute__((unused)) static void scratch_put(const char *rel, const char *text)
{
	scratch_bytes(rel, text, strlen(text));
}

__attribute__((unused)) static struct origin *scratch_open(void)
{
	struct err e = {0};
	struct origin *o = origin_snapshot(scratch_dir, NULL, &e);

	if (!o)
		printf("# %s\n", e.msg);
	return o;
}

__attribute__((unused)) static int scratch_sink(void *ctx, const char *data, size_t len)
{
	buf_add(ctx, data, len);
	return 0;
}

/* The body as text, and the reply; the caller's. */
__attribute__((unused)) static char *scratch_get(struct origin *o, const char *path, const char *accept,
						 struct origin_reply *r)
{
	struct origin_request q = {.path = path, .accept = accept};
	struct buf b = BUF_INIT(64 << 20);
	struct err e = {0};

	memset(r, 0, sizeof(*r));
	if (o->ops->get(o, &q, scratch_sink, &b, r, &e))
		snprintf(r->why, sizeof(r->why), "%.200s", e.msg);
	return buf_steal(&b);
}

__attribute__((unused)) static json_t *scratch_json(struct origin *o, const char *path, struct origin_reply *r)
{
	struct origin_request q = {.path = path};

	memset(r, 0, sizeof(*r));
	return o->ops->get_json(o, &q, r);
}

/* "ns/name ns/name" of a list, or the state's name with the reason. */
__attribute__((unused)) static const char *scratch_names(struct origin *o, const char *path)
{
	static char out[2000];
	struct origin_reply r;
	json_t *list = scratch_json(o, path, &r), *item;
	size_t i, at = 0;

	out[0] = '\0';
	if (!list || r.state != READ_OK)
		at += (size_t)snprintf(out, sizeof(out), "%s%s", read_state_name(r.state), list ? ": " : "");
	json_array_foreach (json_object_get(list, "items"), i, item)
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%s%s%s", i ? " " : "",
				       str_or(json_str_at(item, "metadata.namespace"), ""),
				       json_str_at(item, "metadata.namespace") ? "/" : "",
				       json_str_at(item, "metadata.name"));
	json_decref(list);
	return out;
}

__attribute__((unused)) static void scratch_problem(void *ctx, const char *what, const char *why)
{
	buf_printf(ctx, "%s: %s | ", what, why);
}

/* All problems as text, the caller's. */
__attribute__((unused)) static char *scratch_problems(struct origin *o)
{
	struct buf b = BUF_INIT(1 << 20);

	buf_str(&b, "");
	origin_each_problem(o, scratch_problem, &b);
	return buf_steal(&b);
}

#endif
