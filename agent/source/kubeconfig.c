/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/kubeconfig.h"
#include <errno.h>
#include <string.h>
#include "agent/base/buf.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/kubenode.h"

#define MAX_NAMED 12 /* contexts named in a message */

struct kube_files {
	struct kube_file item[KUBECONFIG_MAX_FILES];
	size_t count;
};

static void files_fini(struct kube_files *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		free(all->item[i].name);
		json_decref(all->item[i].doc);
		yaml_lines_free(all->item[i].lines);
	}
}

/* An empty file is an empty kubeconfig, as kubectl has it. */
static int files_add(struct kube_files *all, const char *name, const char *text, size_t len, struct err *e)
{
	struct kube_file *f = &all->item[all->count];
	const char *kind;

	f->name = mem_str(name);
	f->doc = yaml_parse(text, len, name, &f->lines, e);
	if (!f->doc) {
		free(f->name);
		return err_wrap(e, "kubeconfig");
	}
	all->count++;
	if (json_is_null(f->doc))
		return 0;
	kind = json_key_str(f->doc, "kind");
	if (!json_is_object(f->doc) || (kind && !str_eq(kind, "Config")))
		return err_set(e, ERR_PARSE,
			       "%s is no kubeconfig%s%s%s (a kubeconfig has clusters, contexts and users)", name,
			       kind ? " but a " : "", kind ? kind : "", kind ? " object" : "");
	return 0;
}

static int files_read(struct kube_files *all, const char *path, struct err *e)
{
	size_t len = 0;
	auto_free char *text = file_read(path, KUBECONFIG_MAX_BYTES, &len, e);

	return text ? files_add(all, path, text, len, e) : -1;
}

/* First file that has the entry. 1 found, 0 not, -1. */
static int files_find(const struct kube_files *all, const char *list, const char *inner, const char *name,
		      struct kube_node *out, struct err *e)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		int rc = kube_node_named(&all->item[i], list, inner, name, out, e);

		if (rc != 0)
			return rc;
	}
	return 0;
}

/* Names in all files, each once, NULL-terminated and borrowed; the array is the caller's. */
static const char **files_names(const struct kube_files *all, const char *list)
{
	size_t count = 0, cap = MAX_NAMED, i, k, seen;
	const char **names = mem_zero(cap * sizeof(*names));
	const json_t *entry;

	for (i = 0; i < all->count; i++)
		json_array_foreach(json_object_get(all->item[i].doc, list), k, entry) {
			const char *name = json_key_str(entry, "name");

			for (seen = 0; seen < count && !str_eq(names[seen], name); seen++)
				;
			if (!name || seen < count || count >= 10000)
				continue;
			MEM_GROW(names, count, cap);
			names[count++] = name;
		}
	MEM_GROW(names, count, cap);
	names[count] = NULL;
	return names;
}

static void files_where(const struct kube_files *all, struct buf *out)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		buf_printf(out, "%s%s", i ? ", " : "", all->item[i].name);
}

/* "a, b, c and 40 more" */
static void list_names(struct buf *out, const char **names)
{
	size_t i, n = 0;

	while (names[n])
		n++;
	for (i = 0; i < n && i < MAX_NAMED; i++)
		buf_printf(out, "%s%s", i ? ", " : "", names[i]);
	if (n > MAX_NAMED)
		buf_printf(out, " and %zu more", n - MAX_NAMED);
	if (n == 0)
		buf_str(out, "none");
}

/* wanted NULL: no context was asked for and none is current. */
static int unknown_context(const struct kube_files *all, const char *wanted, bool asked, struct err *e)
{
	auto_free const char **names = files_names(all, "contexts");
	auto_buf struct buf where = BUF_INIT(200);
	auto_buf struct buf known = BUF_INIT(240);
	const char *near = wanted ? str_nearest(wanted, names) : NULL;

	files_where(all, &where);
	list_names(&known, names);
	if (!wanted)
		return err_set(e, ERR_ARG, "%s names no current-context: choose one with --context (there are: %s)",
			       buf_cstr(&where), buf_cstr(&known));
	return err_set(e, asked ? ERR_ARG : ERR_PARSE, "%s \"%.80s\" is not in %s%s%s%s; contexts there: %s",
		       asked ? "context" : "the current-context", wanted, buf_cstr(&where),
		       near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "", buf_cstr(&known));
}

static int missing_part(const struct kube_files *all, const struct kube_node *context, const char *key,
			const char *list, const char *name, struct err *e)
{
	auto_free const char **names = files_names(all, list);
	auto_buf struct buf known = BUF_INIT(200);

	list_names(&known, names);
	return kube_node_err(context, key, e, "\"%s\" does not exist; %s there: %s", name, list, buf_cstr(&known));
}

/* 1: out is the context's mapping. A user may be left out (then nobody logs in), a cluster may not. */
static int read_cluster(const struct kube_files *all, const struct kube_node *context, struct kube_context *out,
			struct err *e)
{
	struct kube_node n;
	int rc;

	if (kube_node_str(context, "cluster", &out->cluster.name, e) < 0)
		return -1;
	if (!out->cluster.name)
		return kube_node_err(context, NULL, e, "context \"%s\" names no cluster", out->name);
	rc = files_find(all, "clusters", "cluster", out->cluster.name, &n, e);
	if (rc == 0)
		return missing_part(all, context, "cluster", "clusters", out->cluster.name, e);
	return rc < 0 ? -1 : kube_cluster_read(&n, &out->cluster, e);
}

static int read_user(const struct kube_files *all, const struct kube_node *context, struct kube_context *out,
		     struct err *e)
{
	struct kube_node n;
	int rc;

	if (kube_node_str(context, "user", &out->user.name, e) < 0)
		return -1;
	if (!out->user.name)
		return 0;
	rc = files_find(all, "users", "user", out->user.name, &n, e);
	if (rc == 0)
		return missing_part(all, context, "user", "users", out->user.name, e);
	return rc < 0 ? -1 : kube_user_read(&n, &out->user, e);
}

static const char *current_context(const struct kube_files *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (!str_empty(json_key_str(all->item[i].doc, "current-context")))
			return json_key_str(all->item[i].doc, "current-context");
	return NULL;
}

static int files_resolve(const struct kube_files *all, const char *wanted, struct kube_context *out, struct err *e)
{
	const char *name = wanted ? wanted : current_context(all);
	struct kube_node context;
	int rc = name ? files_find(all, "contexts", "context", name, &context, e) : 0;

	if (rc < 0)
		return -1;
	if (rc == 0)
		return unknown_context(all, name, wanted != NULL, e);
	out->name = mem_str(name);
	out->from = mem_str(context.file->name);
	if (kube_node_str(&context, "namespace", &out->namespace, e) < 0 || read_cluster(all, &context, out, e) < 0)
		return -1;
	return read_user(all, &context, out, e);
}

/* Files of the list that exist, each once. */
static int read_listed(struct kube_files *all, const char *list, struct err *e)
{
	char **names = str_split_words(list, ':');
	size_t i, k;
	int rc = 0;

	for (i = 0; rc == 0 && names[i]; i++) {
		auto_free char *path = file_expand(names[i]);
		struct err why = {0};

		for (k = 0; k < all->count && !str_eq(all->item[k].name, path); k++)
			;
		if (k < all->count)
			continue;
		if (all->count >= KUBECONFIG_MAX_FILES)
			rc = err_set(e, ERR_LIMIT, "$KUBECONFIG lists more than %u files", KUBECONFIG_MAX_FILES);
		else if (files_read(all, path, &why) < 0 && why.code != ERR_NOT_FOUND)
			rc = err_set(e, why.code, "%s", why.msg);
	}
	if (rc == 0 && all->count == 0)
		rc = err_set(e, ERR_NOT_FOUND,
			     "no kubeconfig: $KUBECONFIG is \"%.200s\", and none of it exists; correct it, unset it "
			     "(then ~/.kube/config is used), or give --kubeconfig FILE or --snapshot PATH",
			     list);
	str_list_free(names);
	return rc;
}

static int nothing_found(const char *home_file, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND,
		       "no cluster to look at: --kubeconfig is not given, $KUBECONFIG is not set, %s does not exist, "
		       "and this is no pod with a service account (KUBERNETES_SERVICE_HOST is not set or %s/token is "
		       "missing); give --kubeconfig FILE or --snapshot PATH",
		       home_file, KUBE_ACCOUNT_FOLDER);
}

/* 0 read, 1 there is none. */
static int read_home(struct kube_files *all, const char *path, struct err *e)
{
	struct err why = {0};

	if (files_read(all, path, &why) == 0)
		return 0;
	if (why.code == ERR_NOT_FOUND)
		return 1;
	return err_set(e, why.code, "%s", why.msg);
}

static int load(struct kube_files *all, const char *file, const char *context, struct kube_context *out, struct err *e)
{
	auto_free char *home_file = file_expand("~/.kube/config");
	const char *list = getenv("KUBECONFIG");
	int rc;

	if (file) {
		auto_free char *path = file_expand(file);

		if (files_read(all, path, e) < 0)
			return -1;
	} else if (!str_empty(list)) {
		if (read_listed(all, list, e) < 0)
			return -1;
	} else {
		rc = read_home(all, home_file, e);
		if (rc < 0)
			return -1;
		if (rc == 1 || json_is_null(all->item[0].doc)) {
			if (!context && kubeconfig_in_pod(KUBE_ACCOUNT_FOLDER))
				return kubeconfig_from_pod(KUBE_ACCOUNT_FOLDER, out, e);
			if (rc == 1)
				return nothing_found(home_file, e);
		}
	}
	return files_resolve(all, context, out, e);
}

int kubeconfig_load(const char *file, const char *context, struct kube_context *out, struct err *e)
{
	struct kube_files *all = MEM_NEW(struct kube_files);
	int rc;

	memset(out, 0, sizeof(*out));
	rc = load(all, file, context, out, e);
	if (rc < 0)
		kube_context_fini(out);
	files_fini(all);
	free(all);
	return rc;
}

int kubeconfig_parse(const char *text, size_t len, const char *name, const char *context, struct kube_context *out,
		     struct err *e)
{
	struct kube_files *all = MEM_NEW(struct kube_files);
	int rc;

	memset(out, 0, sizeof(*out));
	rc = files_add(all, name, text, len, e);
	if (rc == 0)
		rc = files_resolve(all, context, out, e);
	if (rc < 0)
		kube_context_fini(out);
	files_fini(all);
	free(all);
	return rc;
}
