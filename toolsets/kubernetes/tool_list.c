/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_list: objects of a kind as a table. */
#include "toolsets/kubernetes/tools.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/rows.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/target.h"

#define LIMIT_DEFAULT 50
#define CELL_MAX 90u

static const char *arg(const json_t *args, const char *name)
{
	return fld_str(args, name);
}

static struct table *fill(const struct view *v, const struct columns *c, const struct rows *rows, bool with_ns)
{
	size_t n = kubernetes_columns_count(c), cols = n + (with_ns ? 2u : 1u), at = 0;
	const char **heads = alloc_zero(cols, sizeof(*heads));
	struct reply cell = {.max = 4096};
	struct table *t;
	json_t *o;
	size_t i;

	if (with_ns)
		heads[at++] = "NAMESPACE";
	heads[at++] = "NAME";
	for (i = 0; i < n; i++)
		heads[at++] = kubernetes_columns_head(c, i);
	t = tbl_new(heads, cols, CELL_MAX);
	free(heads);
	for (size_t k = 0; k < rows->count; k++) {
		o = rows->items[k];
		tbl_row(t);
		if (with_ns)
			tbl_cell(t, fld_ns(o));
		tbl_cell(t, fld_name(o));
		for (i = 0; i < n; i++) {
			rep_clear(&cell);
			kubernetes_columns_cell(c, i, v, o, &cell);
			tbl_cell(t, rep_text(&cell));
		}
	}
	rep_free(&cell);
	return t;
}

static bool sort_table(struct table *t, const char *sort, struct reply *r)
{
	bool down = *sort == '-';
	int col = tbl_col(t, sort + down);

	if (col >= 0)
		tbl_sort(t, (size_t)col, down);
	else
		rep_add(r,
			"(no column \"%s\" to sort by: give a column head or a path such as "
			".metadata.creationTimestamp)\n",
			sort + down);
	return col >= 0;
}

static void head(const struct kind_info *k, const struct rows *rows, const char *ns, size_t shown, struct reply *r)
{
	rep_add(r, "%zu %s", rows->count, rows->count == 1 && *k->singular ? k->singular : k->plural);
	if (rows->read != rows->count)
		rep_add(r, " of %zu", rows->read);
	if (k->namespaced)
		rep_add(r, " in %s%s", ns ? "namespace " : "all namespaces", ns ? ns : "");
	if (rows->seen == SEEN_CUT)
		rep_put(r, " (the read was cut: there are more)");
	if (shown < rows->count)
		rep_add(r, ", %zu shown", shown);
	rep_put(r, ":\n");
}

static void answer(const struct view *v, const struct kind_info *k, const json_t *args, const struct rows *rows,
		   const struct columns *c)
{
	size_t limit = (size_t)fld_int(args, "limit", LIMIT_DEFAULT), left;
	bool with_ns = k->namespaced && !rows->ns;
	struct table *t;
	struct reply r = REP_INIT, note = {.max = 400};
	const char *sort = arg(args, "sort");

	/* Filling 10,000 rows to show 50 is only worth it when they are to be sorted by a column. */
	struct rows part = *rows;
	bool by_column = *sort && !kubernetes_rows_path_sorted(sort);
	if (!by_column && part.count > limit)
		part.count = limit;
	t = fill(v, c, &part, with_ns);
	if (by_column)
		sort_table(t, sort, &note);
	head(k, rows, rows->ns, rows->count < limit ? rows->count : limit, &r);
	rep_put(&r, rep_text(&note));
	left = tbl_print(t, limit, &r) + (rows->count - part.count);
	if (left)
		rep_add(&r,
			"… %zu more: raise limit, or narrow with selector, field_selector, namespace; kubernetes_count "
			"groups them.\n",
			left);
	rep_free(&note);
	tbl_free(t);
	rep_send(v->h, v->w, TOOL_OK, &r);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	const struct kind_info *k = target_kind(h, w, arg(args, "kind"));
	struct columns *c = NULL;
	struct rows rows;
	char why[300];

	if (!k || !kubernetes_rows_read(&v, k, args, &rows))
		return 0;
	if (*arg(args, "columns"))
		c = kubernetes_columns_custom(arg(args, "columns"), why, sizeof(why));
	else
		c = kubernetes_columns_default(&v, k);
	if (!c) {
		h->text(w, TOOL_ERROR, why, strlen(why));
	} else if (rows.count == 0) {
		kubernetes_rows_none(&v, k, args, &rows);
	} else {
		if (kubernetes_rows_path_sorted(arg(args, "sort")))
			kubernetes_rows_sort(&rows, arg(args, "sort"));
		answer(&v, k, args, &rows, c);
	}
	kubernetes_columns_free(c);
	kubernetes_rows_free(&rows);
	return 0;
}

static const struct param params[] = {
	{.name = "kind", .required = true, .help = "pods, deploy, nodes, any kind or CRD"},
	{.name = "namespace", .help = "default: the question's, else all"},
	{.name = "all_namespaces", .type = PARAM_BOOL},
	{.name = "selector", .help = "labels: app=web,tier!=db,env in (a,b)"},
	{.name = "field_selector", .help = "any path: status.phase!=Running,spec.nodeName=n1"},
	{.name = "columns", .help = "custom: NAME:.json.path,..."},
	{.name = "sort", .help = "column head or .json.path; - in front: descending"},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 500, .help = "rows, default 50"},
	{.name = NULL},
};

const struct tool kubernetes_list_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_list",
	.help = "Objects of a kind as a table with kubectl's columns.",
	.params = params,
	.run = run,
};
