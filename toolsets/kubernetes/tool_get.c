/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_get: one object, described or as pruned YAML. */
#include "toolsets/kubernetes/tools.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/describe.h"
#include "toolsets/kubernetes/prune.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"

#define TEXT_MAX 1000u	   /* of one value in a whole object */
#define SECTION_MAX 12000u /* of one value that was asked for by its path */
#define ITEMS_MAX 60u

static void put_yaml(const struct view *v, json_t *value, struct reply *out)
{
	if (json_is_object(value) || json_is_array(value)) {
		char *yaml = v->h->yaml(value, REP_MAX_BYTES);

		rep_put(out, yaml ? yaml : "(cannot be written as YAML)");
		free(yaml);
	} else {
		drop_text char *s = jsonpath_value_text(value);

		rep_put(out, s);
	}
	if (out->len && out->text[out->len - 1] != '\n')
		rep_put(out, "\n");
}

/* The part at a path; says which keys there are when it leads nowhere. */
static enum tool_status section(const struct view *v, const struct target *t, const char *path, struct reply *out)
{
	char why[300];
	struct jsonpath *p = jsonpath_parse(path, why, sizeof(why));
	json_t *hits, *hit, *any;
	const char *key;
	size_t i, n = 0;

	if (!p) {
		rep_add(out, "%s\n", why);
		return TOOL_ERROR;
	}
	hits = jsonpath_find(p, t->object);
	jsonpath_free(p);
	json_array_foreach (hits, i, hit) {
		json_t *pruned = kubernetes_prune(hit, SECTION_MAX, ITEMS_MAX * 4);

		if (json_array_size(hits) > 1)
			rep_add(out, "[%zu]\n", i);
		put_yaml(v, pruned, out);
		json_decref(pruned);
	}
	if (i == 0) {
		rep_add(out, "nothing at %s of %s %s; top-level keys: ", path, t->kind->kind, t->name);
		json_object_foreach (t->object, key, any)
			rep_add(out, "%s%s", n++ ? ", " : "", key);
		rep_put(out, "\n");
	}
	json_decref(hits);
	return i ? TOOL_OK : TOOL_NO_DATA;
}

static enum tool_status yaml_view(const struct view *v, const struct target *t, const char *path, struct reply *out)
{
	json_t *pruned;

	rep_add(out, "# %s %s%s%s%s%s\n", t->kind->kind, t->ns, *t->ns ? "/" : "", t->name, *path ? ", section " : "",
		path);
	if (*path)
		return section(v, t, path, out);
	pruned = kubernetes_prune(t->object, TEXT_MAX, ITEMS_MAX);
	put_yaml(v, pruned, out);
	json_decref(pruned);
	return TOOL_OK;
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	enum tool_status status = TOOL_OK;
	struct reply r = REP_INIT;
	struct target t;

	if (!target_find(h, w, fld_str(args, "name"), fld_str(args, "kind"), fld_str(args, "namespace"), &t))
		return 0;
	if (strcmp(fld_str(args, "view"), "yaml") == 0 || *fld_str(args, "section"))
		status = yaml_view(&v, &t, fld_str(args, "section"), &r);
	else
		kubernetes_describe(&v, &t, &r);
	rep_send(h, w, status, &r);
	return 0;
}

static const char *const views[] = {"describe", "yaml", NULL};

static const struct param params[] = {
	{.name = "name", .required = true, .help = "NAME or KIND/NAME"},
	{.name = "kind"},
	{.name = "namespace"},
	{.name = "view", .choices = views, .help = "default describe: state, conditions, containers, owners, events"},
	{.name = "section", .help = "yaml of this .json.path only"},
	{.name = NULL},
};

const struct tool kubernetes_get_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_get",
	.help = "One object, described with what is wrong, its owners and events; or as pruned YAML.",
	.params = params,
	.run = run,
};
