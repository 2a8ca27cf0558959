/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/keys.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/data/keys_value.h"

#define DEPTH_MAX 16

static void *field_of(const struct key *k, void *self)
{
	return (char *)self + k->offset;
}

void keys_type_text(const struct key *k, char *out, size_t n)
{
	static const char *const names[] = {[KEY_STRING] = "text",
					    [KEY_BOOL] = "true or false",
					    [KEY_INT] = "a whole number",
					    [KEY_DOUBLE] = "a number",
					    [KEY_SIZE] = "a size like 64MiB",
					    [KEY_DURATION] = "a duration like 30s",
					    [KEY_STRINGS] = "a list of texts",
					    [KEY_ENUM] = "one of",
					    [KEY_TREE] = "a tree",
					    [KEY_GROUP] = "a mapping"};
	auto_buf struct buf text = BUF_INIT(4096);

	buf_str(&text, names[k->type]);
	for (size_t i = 0; k->type == KEY_ENUM && k->choices && k->choices[i]; i++)
		buf_printf(&text, "%s%s", i ? ", " : " ", k->choices[i]);
	snprintf(out, n, "%s", buf_cstr(&text));
}

static int each(const struct key *table, struct buf *path, int (*fn)(void *, const char *, const struct key *),
		void *ctx, int depth)
{
	size_t keep = path->len;
	int rc = 0;

	for (const struct key *k = table; k && k->name && rc == 0 && depth < DEPTH_MAX; k++) {
		buf_printf(path, "%s%s", keep ? "." : "", k->name);
		rc = fn(ctx, buf_cstr(path), k);
		if (rc == 0 && k->type == KEY_GROUP)
			rc = each(k->children, path, fn, ctx, depth + 1);
		buf_cut(path, keep);
	}
	return rc;
}

int keys_each(const struct key *table, int (*fn)(void *ctx, const char *path, const struct key *k), void *ctx)
{
	struct buf path = BUF_INIT(4096);
	int rc = each(table, &path, fn, ctx, 0);

	buf_fini(&path);
	return rc;
}

struct defaults {
	void *self;
	struct err *e;
};

static int set_default(void *ctx, const char *path, const struct key *k)
{
	struct defaults *d = ctx;

	if (k->type == KEY_GROUP || !k->fallback)
		return 0;
	if (keys_value_from_text(k, field_of(k, d->self), k->fallback, d->e) != 0)
		return err_wrap(d->e, "the default of \"%s\" is wrong: it", path);
	return 0;
}

static int zero_field(void *ctx, const char *path, const struct key *k)
{
	/* What is there before is not ours and may be anything, so it is overwritten, not freed. */
	static const struct key number = {.type = KEY_INT}, flag = {.type = KEY_BOOL};

	(void)path;
	_Static_assert(sizeof(char *) == sizeof(int64_t) && sizeof(double) == sizeof(int64_t),
		       "fields are of one size");
	if (k->type != KEY_GROUP)
		keys_value_clear(k->type == KEY_BOOL ? &flag : &number, field_of(k, ctx));
	return 0;
}

int keys_defaults(const struct key *table, void *self, struct err *e)
{
	struct defaults d = {.self = self, .e = e};

	keys_each(table, zero_field, self);
	return keys_each(table, set_default, &d);
}

static int free_field(void *ctx, const char *path, const struct key *k)
{
	(void)path;
	if (k->type != KEY_GROUP)
		keys_value_clear(k, field_of(k, ctx));
	return 0;
}

void keys_fini(const struct key *table, void *self)
{
	keys_each(table, free_field, self);
}

/* What was meant by an unknown key: the nearest beside it, the path of one of that name elsewhere, or all there are. */
struct search {
	const char *name, *found_at;
	char *path;
};

static int same_name(void *ctx, const char *path, const struct key *k)
{
	struct search *s = ctx;

	if (!str_eq_nocase(k->name, s->name))
		return 0;
	s->path = mem_str(path);
	return 1;
}

static const char *nearest(const struct key *table, const char *name)
{
	const char **names;
	const char *found;
	size_t n = 0;

	while (table[n].name)
		n++;
	names = mem_resize_array(NULL, n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = table[i].name;
	names[n] = NULL;
	found = str_nearest(name, names);
	free(names);
	return found;
}

static void add_hint(struct buf *b, const struct key *root, const struct key *table, const char *name)
{
	struct search s = {.name = name};
	const char *near = nearest(table, name);

	if (near) {
		buf_printf(b, ": did you mean \"%s\"?", near);
	} else if (keys_each(root, same_name, &s) != 0) {
		buf_printf(b, ": did you mean \"%s\"?", s.path);
		free(s.path);
	} else {
		buf_str(b, "; known here:");
		for (const struct key *k = table; k->name; k++)
			buf_printf(b, "%s %s", k == table ? "" : ",", k->name);
	}
}

struct load {
	const struct key *root;
	void *self;
	const char *name;
	const struct yaml_lines *lines;
	struct buf path, pointer;
	struct err *e;
};

/* "FILE:LINE", or the file alone when the line is not known. */
static void add_place(const struct load *l, struct buf *b)
{
	int line = yaml_line_of(l->lines, buf_cstr(&l->pointer));

	buf_str(b, l->name);
	if (line)
		buf_printf(b, ":%d", line);
}

static int load_table(struct load *l, const struct key *table, const json_t *doc, int depth);

static int load_one(struct load *l, const struct key *k, const json_t *v, int depth)
{
	auto_buf struct buf place = BUF_INIT(1024);

	if (json_is_null(v)) /* "serve:" with all below it commented out */
		return 0;
	if (k->type == KEY_GROUP && json_is_object(v))
		return load_table(l, k->children, v, depth + 1);
	if (k->type != KEY_GROUP && keys_value_from_json(k, field_of(k, l->self), v, l->e) == 0)
		return 0;
	add_place(l, &place);
	if (k->type == KEY_GROUP)
		return err_set(l->e, ERR_CONFIG, "%s: \"%s\" must be a mapping of its keys", buf_cstr(&place),
			       buf_cstr(&l->path));
	return l->e ? err_set(l->e, ERR_CONFIG, "%s: \"%s\" %s", buf_cstr(&place), buf_cstr(&l->path), l->e->msg) : -1;
}

static int unknown(struct load *l, const struct key *table, const char *name)
{
	auto_buf struct buf text = BUF_INIT(2048);

	add_place(l, &text);
	buf_printf(&text, ": unknown key \"%s\"", buf_cstr(&l->path));
	add_hint(&text, l->root, table, name);
	return err_set(l->e, ERR_CONFIG, "%s", buf_cstr(&text));
}

static const struct key *find(const struct key *table, const char *name)
{
	for (const struct key *k = table; k && k->name; k++)
		if (str_eq(k->name, name))
			return k;
	return NULL;
}

static int load_table(struct load *l, const struct key *table, const json_t *doc, int depth)
{
	size_t path = l->path.len, pointer = l->pointer.len;
	const char *name;
	json_t *v;
	int rc = 0;

	json_object_foreach ((json_t *)(uintptr_t)doc, name, v) {
		const struct key *k = find(table, name);

		buf_printf(&l->path, "%s%s", path ? "." : "", name);
		json_pointer_add(&l->pointer, name);
		rc = k ? load_one(l, k, v, depth) : unknown(l, table, name);
		buf_cut(&l->path, path);
		buf_cut(&l->pointer, pointer);
		if (rc != 0)
			break;
	}
	return rc;
}

int keys_load(const struct key *table, void *self, const json_t *doc, const char *name, const struct yaml_lines *lines,
	      struct err *e)
{
	struct load l = {.root = table, .self = self, .name = name, .lines = lines, .e = e};
	int rc;

	if (!doc || json_is_null(doc))
		return 0;
	if (!json_is_object(doc))
		return err_set(e, ERR_CONFIG, "%s: a mapping of keys is expected at the top", name);
	l.path = BUF_INIT(65536);
	l.pointer = BUF_INIT(65536);
	rc = load_table(&l, table, doc, 0);
	buf_fini(&l.path);
	buf_fini(&l.pointer);
	return rc;
}

int keys_set(const struct key *table, void *self, const char *path, const char *text, const char *where, struct err *e)
{
	const struct key *in = table, *k = NULL;
	const char *at = path;

	for (;;) {
		size_t n = strcspn(at, ".");
		auto_free char *name = mem_strn(at, n);

		k = find(in, name);
		if (!k || (at[n] && k->type != KEY_GROUP)) {
			auto_buf struct buf hint = BUF_INIT(2048);

			add_hint(&hint, table, k ? table : in, name);
			return err_set(e, ERR_ARG, "%s: unknown key \"%s\"%s", where, path, buf_cstr(&hint));
		}
		if (!at[n])
			break;
		in = k->children;
		at += n + 1;
	}
	if (keys_value_from_text(k, field_of(k, self), text, e) == 0)
		return 0;
	return e ? err_set(e, ERR_ARG, "%s %s", where, e->msg) : -1;
}
