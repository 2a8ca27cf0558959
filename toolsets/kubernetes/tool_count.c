/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_count: objects of a kind, grouped. */
#include "toolsets/kubernetes/tools.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/rows.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/target.h"

#define TOP_DEFAULT 30
#define FIELDS_MAX 4u
#define TEXT_MAX 160u

/* One field to group by: a path, or a column of the kind's table (STATUS, NODE). */
struct field {
	char *word;
	struct jsonpath *path;
	int column; /* -1: path */
};

struct group {
	char *text;
	size_t count;
	json_t *example;
};

static const char *known_path(const char *word)
{
	static const char *const known[][2] = {
		{"namespace", ".metadata.namespace"},		{"phase", ".status.phase"},
		{"owner", ".metadata.ownerReferences[0].kind"}, {"image", ".spec.containers[*].image"},
		{"images", ".spec.containers[*].image"},	{"kind", ".involvedObject.kind"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(known[i][0], word) == 0)
			return known[i][1];
	return word;
}

static bool parse_field(const struct columns *c, const char *text, size_t n, struct field *f, char *why,
			size_t why_size)
{
	f->word = alloc_strn(text, n);
	f->column = kubernetes_columns_index(c, f->word);
	if (f->column < 0)
		f->path = jsonpath_parse(known_path(f->word), why, why_size);
	return f->column >= 0 || f->path;
}

static size_t parse_fields(const struct columns *c, const char *by, struct field *fields, char *why, size_t why_size)
{
	size_t count = 0;

	while (*by && count < FIELDS_MAX) {
		size_t n = 0, depth = 0;

		for (by += strspn(by, " "); by[n] && (depth || by[n] != ','); n++)
			depth += (by[n] == '[') - (by[n] == ']' && depth);
		if (n && !parse_field(c, by, n, &fields[count++], why, why_size))
			return 0;
		by += n + (by[n] == ',');
	}
	if (!count)
		snprintf(why, why_size, "by is empty: give a column (STATUS, NODE) or a .json.path");
	return count;
}

static void field_text(const struct view *v, const struct columns *c, const struct field *f, json_t *o,
		       struct reply *out)
{
	struct reply cell = {.max = 1000};

	if (f->column >= 0) {
		kubernetes_columns_cell(c, (size_t)f->column, v, o, &cell);
	} else {
		drop_text char *s = jsonpath_text(f->path, o);

		rep_put(&cell, s);
	}
	if (cell.len)
		rep_clip(out, cell.text, cell.len, TEXT_MAX);
	else
		rep_put(out, "(none)");
	rep_free(&cell);
}

struct keyed {
	char *text;
	json_t *object;
	size_t at;
};

static int by_text(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int c = strcmp(x->text, y->text);

	return c ? c : x->at < y->at ? -1 : 1;
}

static int by_count(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return x->count != y->count ? (x->count > y->count ? -1 : 1) : tbl_compare(x->text, y->text);
}

static void answer(const struct view *v, const struct kind_info *k, const struct rows *rows, const struct columns *c,
		   const struct field *fields, size_t field_count, size_t top)
{
	static const char *const heads[] = {"COUNT", "VALUE", "EXAMPLE"};
	struct keyed *keys = alloc_zero(rows->count, sizeof(*keys));
	struct group *groups = alloc_zero(rows->count, sizeof(*groups));
	struct table *t = tbl_new(heads, 3, TEXT_MAX * 2);
	struct reply r = REP_INIT;
	size_t n = 0, left;

	for (size_t i = 0; i < rows->count; i++) {
		struct reply text = {.max = 1000};

		for (size_t f = 0; f < field_count; f++) {
			rep_put(&text, f ? " | " : "");
			field_text(v, c, &fields[f], rows->items[i], &text);
		}
		keys[i] = (struct keyed){text.text, rows->items[i], i};
	}
	qsort(keys, rows->count, sizeof(*keys), by_text);
	for (size_t i = 0; i < rows->count; i++) {
		if (n == 0 || strcmp(groups[n - 1].text, keys[i].text) != 0)
			groups[n++] = (struct group){keys[i].text, 0, keys[i].object};
		groups[n - 1].count++;
	}
	qsort(groups, n, sizeof(*groups), by_count);
	for (size_t i = 0; i < n; i++) {
		tbl_row(t);
		tbl_cellf(t, "%zu", groups[i].count);
		tbl_cell(t, groups[i].text);
		tbl_cellf(t, "%s%s%s", fld_ns(groups[i].example), *fld_ns(groups[i].example) ? "/" : "",
			  fld_name(groups[i].example));
	}
	rep_add(&r, "%zu %s", rows->count, k->plural);
	if (k->namespaced)
		rep_add(&r, " in %s%s", rows->ns ? "namespace " : "all namespaces", rows->ns ? rows->ns : "");
	rep_put(&r, " by ");
	for (size_t f = 0; f < field_count; f++)
		rep_add(&r, "%s%s", f ? " | " : "", fields[f].word);
	rep_add(&r, ", %zu different%s:\n", n, rows->seen == SEEN_CUT ? " (the read was cut)" : "");
	left = tbl_print(t, top, &r);
	if (left)
		rep_add(&r, "… %zu more values: raise top.\n", left);
	for (size_t i = 0; i < rows->count; i++)
		free(keys[i].text);
	free(keys);
	free(groups);
	tbl_free(t);
	rep_send(v->h, v->w, TOOL_OK, &r);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	const struct kind_info *k = target_kind(h, w, fld_str(args, "kind"));
	struct field fields[FIELDS_MAX] = {0};
	struct columns *c;
	struct rows rows;
	char why[300] = "";
	size_t n;

	if (!k || !kubernetes_rows_read(&v, k, args, &rows))
		return 0;
	c = kubernetes_columns_default(&v, k);
	n = parse_fields(c, fld_str(args, "by"), fields, why, sizeof(why));
	if (!n)
		h->text(w, TOOL_ERROR, why, strlen(why));
	else if (rows.count == 0)
		kubernetes_rows_none(&v, k, args, &rows);
	else
		answer(&v, k, &rows, c, fields, n, (size_t)fld_int(args, "top", TOP_DEFAULT));
	for (size_t i = 0; i < FIELDS_MAX; i++) {
		free(fields[i].word);
		jsonpath_free(fields[i].path);
	}
	kubernetes_columns_free(c);
	kubernetes_rows_free(&rows);
	return 0;
}

static const struct param params[] = {
	{.name = "kind", .required = true},
	{.name = "by",
	 .required = true,
	 .help = "column (STATUS, NODE, namespace, image) or .json.path; several with commas"},
	{.name = "namespace"},
	{.name = "all_namespaces", .type = PARAM_BOOL},
	{.name = "selector"},
	{.name = "field_selector"},
	{.name = "top", .type = PARAM_INT, .min = 1, .max = 200},
	{.name = NULL},
};

const struct tool kubernetes_count_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_count",
	.help = "How many objects of a kind per value of a field.",
	.params = params,
	.run = run,
};
