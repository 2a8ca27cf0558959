/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/columns.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/age.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"

#define COLUMNS_MAX 16u

struct one {
	char *head;
	const struct column *fixed; /* built in */
	struct jsonpath *path;	    /* of a CRD or asked for */
	bool date;
};

struct columns {
	struct one list[COLUMNS_MAX];
	size_t count;
};

static void condition_cell(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	if (*fld_str(o, "status.phase"))
		rep_put(out, fld_str(o, "status.phase"));
	else
		kubernetes_condition_words(o, out);
}

static const struct column unknown_columns[] = {
	{"STATUS", NULL, condition_cell},
	{"AGE", "age:metadata.creationTimestamp", NULL},
	{NULL, NULL, NULL},
};

static const struct column *built_in(const char *resource)
{
	const struct column_set *const areas[] = {kubernetes_columns_workload, kubernetes_columns_network,
						  kubernetes_columns_storage, kubernetes_columns_cluster,
						  kubernetes_columns_claims};

	for (size_t a = 0; a < sizeof(areas) / sizeof(areas[0]); a++)
		for (const struct column_set *s = areas[a]; s->resource; s++)
			if (strcmp(s->resource, resource) == 0)
				return s->columns;
	return NULL;
}

static struct one *add(struct columns *c, const char *head, size_t n)
{
	if (c->count >= COLUMNS_MAX)
		return NULL;
	c->list[c->count].head = alloc_strn(head, n);
	return &c->list[c->count++];
}

static void add_fixed(struct columns *c, const struct column *set)
{
	struct one *one;

	for (; set->head; set++) {
		one = add(c, set->head, strlen(set->head));
		if (one)
			one->fixed = set;
	}
}

/* additionalPrinterColumns of the CRD's version; only those that kubectl shows without -o wide. */
static void add_printed(const struct view *v, const struct kind_info *k, struct columns *c)
{
	enum seen seen;
	char why[200];
	json_t *crd, *version, *column;
	size_t i;

	/* Built-in groups have no CRD; most of the others do. */
	if (!strchr(k->group, '.') || !v->h->kind(v->w, "customresourcedefinitions.apiextensions.k8s.io", NULL, 0))
		return;
	drop_text char *name = alloc_printf("%s.%s", k->plural, k->group);
	crd = v->h->find(v->w, "customresourcedefinitions.apiextensions.k8s.io", NULL, name, &seen);
	version = fld_item(fld_at(crd, "spec.versions"), "name", k->version);
	json_array_foreach (fld_at(version, "additionalPrinterColumns"), i, column) {
		const char *head = fld_str(column, "name");
		struct jsonpath *path;
		struct one *one;

		if (fld_int(column, "priority", 0) != 0 || strcasecmp(head, "age") == 0)
			continue;
		path = jsonpath_parse(fld_str(column, "jsonPath"), why, sizeof(why));
		one = path ? add(c, head, strlen(head)) : NULL;
		if (!one) {
			jsonpath_free(path);
			continue;
		}
		for (char *p = one->head; *p; p++)
			*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
		one->path = path;
		one->date = strcmp(fld_str(column, "type"), "date") == 0;
	}
}

struct columns *kubernetes_columns_default(const struct view *v, const struct kind_info *k)
{
	struct columns *c = alloc_zero(1, sizeof(*c));
	const struct column *set = built_in(k->resource);

	if (set) {
		add_fixed(c, set);
		return c;
	}
	add_printed(v, k, c);
	add_fixed(c, c->count ? unknown_columns + 1 : unknown_columns);
	return c;
}

struct columns *kubernetes_columns_custom(const char *spec, char *why, size_t why_size)
{
	struct columns *c = alloc_zero(1, sizeof(*c));

	while (*spec) {
		size_t n, depth = 0, head;
		struct one *one;

		for (n = 0; spec[n] && (depth || spec[n] != ','); n++)
			depth += (spec[n] == '[') - (spec[n] == ']' && depth);
		head = strcspn(spec, ":[{.");
		if (head >= n || spec[head] != ':')
			head = 0;
		one = n ? add(c, head ? spec : spec + (*spec == '.'), head ? head : n - (*spec == '.')) : NULL;
		if (one) {
			drop_text char *path = alloc_strn(head ? spec + head + 1 : spec, head ? n - head - 1 : n);

			one->path = jsonpath_parse(path, why, why_size);
			if (!one->path) {
				kubernetes_columns_free(c);
				return NULL;
			}
		}
		spec += n + (spec[n] == ',');
		spec += strspn(spec, " ");
	}
	return c;
}

void kubernetes_columns_free(struct columns *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].head);
		jsonpath_free(c->list[i].path);
	}
	free(c);
}

size_t kubernetes_columns_count(const struct columns *c)
{
	return c->count;
}

const char *kubernetes_columns_head(const struct columns *c, size_t i)
{
	return c->list[i].head;
}

int kubernetes_columns_index(const struct columns *c, const char *head)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcasecmp(c->list[i].head, head) == 0)
			return (int)i;
	return -1;
}

static void path_cell(const char *path, const struct view *v, json_t *o, struct reply *out)
{
	char age[AGE_SIZE];

	if (strncmp(path, "age:", 4) == 0) {
		rep_put(out, age_since(fld_str(o, path + 4), v->now_ms, age));
	} else if (strncmp(path, "count:", 6) == 0) {
		rep_add(out, "%zu", fld_count(o, path + 6));
	} else {
		drop_text char *text = jsonpath_value_text(fld_at(o, path));

		rep_put(out, text);
	}
}

void kubernetes_columns_cell(const struct columns *c, size_t i, const struct view *v, json_t *o, struct reply *out)
{
	const struct one *one = &c->list[i];
	char age[AGE_SIZE];

	if (one->fixed && one->fixed->cell) {
		one->fixed->cell(v, o, out);
	} else if (one->fixed) {
		path_cell(one->fixed->path, v, o, out);
	} else {
		drop_text char *text = jsonpath_text(one->path, o);

		rep_put(out, one->date ? age_since(text, v->now_ms, age) : text);
	}
}

void kubernetes_condition_words(json_t *o, struct reply *out)
{
	static const char *const order[] = {"Ready",	 "Available", "Healthy",   "Established",
					    "Succeeded", "Accepted",  "Programmed"};
	json_t *list = fld_at(o, "status.conditions"), *c = NULL;

	for (size_t i = 0; !c && i < sizeof(order) / sizeof(order[0]); i++)
		c = fld_item(list, "type", order[i]);
	if (!c)
		c = json_array_get(list, json_array_size(list) - 1);
	if (!c)
		return;
	rep_add(out, "%s=%s", fld_str(c, "type"), fld_str(c, "status"));
	if (*fld_str(c, "reason") && strcmp(fld_str(c, "reason"), fld_str(c, "type")) != 0)
		rep_add(out, " (%s)", fld_str(c, "reason"));
}

void kubernetes_status_words(const struct view *v, json_t *o, struct reply *out)
{
	static const char *const telling[] = {"STATUS", "READY", "STATE", "ENDPOINTS", NULL};
	const struct kind_info *k;
	const struct column *set;
	const char *slash = strchr(fld_str(o, "apiVersion"), '/');
	size_t from = out->len;

	drop_text char *word = slash ? alloc_printf("%s.%.*s", fld_kind(o), (int)(slash - fld_str(o, "apiVersion")),
						    fld_str(o, "apiVersion"))
				     : alloc_str(fld_kind(o));
	k = v->h->kind(v->w, word, NULL, 0);
	set = k ? built_in(k->resource) : NULL;
	for (size_t t = 0; set && telling[t]; t++)
		for (const struct column *c = set; c->head; c++) {
			if (strcmp(c->head, telling[t]) != 0)
				continue;
			rep_put(out, out->len > from ? " " : "");
			if (c->cell)
				c->cell(v, o, out);
			else
				path_cell(c->path, v, o, out);
			rep_put(out, strcmp(c->head, "READY") == 0 ? " ready" : "");
		}
	if (!set)
		condition_cell(v, o, out);
}
