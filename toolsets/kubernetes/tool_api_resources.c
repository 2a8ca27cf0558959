/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_api_resources: what the API serves. */
#include "toolsets/kubernetes/tools.h"

#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/table.h"

#define ROWS_MAX 120u

static bool wanted(const struct kind_info *k, const char *word)
{
	if (!*word || strcasestr(k->resource, word) || strcasestr(k->kind, word) || strcasestr(k->api_version, word))
		return true;
	for (size_t i = 0; k->short_names && k->short_names[i]; i++)
		if (strcasecmp(k->short_names[i], word) == 0)
			return true;
	return false;
}

static void add_row(struct table *t, const struct kind_info *k)
{
	struct reply names = {.max = 100};

	for (size_t i = 0; k->short_names && k->short_names[i]; i++)
		rep_add(&names, "%s%s", i ? "," : "", k->short_names[i]);
	tbl_row(t);
	tbl_cell(t, k->plural);
	tbl_cell(t, rep_text(&names));
	tbl_cell(t, k->api_version);
	tbl_cell(t, k->kind);
	tbl_cell(t, k->namespaced ? "namespaced" : "cluster");
	tbl_cell(t, k->listable ? "" : "no list");
	rep_free(&names);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	static const char *const heads[] = {"RESOURCE", "SHORT", "APIVERSION", "KIND", "SCOPE", "NOTE"};
	const char *word = fld_str(args, "word");
	struct table *t = tbl_new(heads, 6, 80);
	struct reply r = REP_INIT;
	size_t all = h->kind_count(w), left, n;

	for (size_t i = 0; i < all; i++) {
		const struct kind_info *k = h->kind_at(w, i);

		if (k && wanted(k, word))
			add_row(t, k);
	}
	n = tbl_rows(t);
	if (n == 0)
		rep_add(&r, "none of the %zu resources that the API serves has \"%s\" in its name, kind or group.\n",
			all, word);
	else
		rep_add(&r, "%zu of %zu resources%s%s:\n", n, all, *word ? " with " : "", word);
	left = tbl_print(t, ROWS_MAX, &r);
	if (left)
		rep_add(&r, "… %zu more: give a word.\n", left);
	tbl_free(t);
	rep_send(h, w, n ? TOOL_OK : TOOL_NO_DATA, &r);
	return 0;
}

static const struct param params[] = {
	{.name = "word", .help = "part of a name, kind or group"},
	{.name = NULL},
};

const struct tool kubernetes_api_resources_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_api_resources",
	.help = "Kinds the API serves, CRDs too.",
	.params = params,
	.run = run,
};
