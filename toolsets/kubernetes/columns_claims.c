/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic resource allocation: claims, slices, classes. */
#include "toolsets/kubernetes/columns.h"

#include <inttypes.h>

#include "toolsets/lib/field.h"

#define AGE_COLUMN                                                                                                     \
	{                                                                                                              \
		"AGE", "age:metadata.creationTimestamp", NULL                                                          \
	}
#define END_COLUMN                                                                                                     \
	{                                                                                                              \
		NULL, NULL, NULL                                                                                       \
	}
#define DEVICES_SHOWN 4u

static void claim_state(const struct view *v, json_t *o, struct reply *out)
{
	const char *comma = "";

	(void)v;
	if (*fld_str(o, "metadata.deletionTimestamp")) {
		rep_put(out, "deleted");
		comma = ",";
	}
	if (fld_at(o, "status.allocation")) {
		rep_add(out, "%sallocated", comma);
		comma = ",";
	}
	if (fld_count(o, "status.reservedFor"))
		rep_add(out, "%sreserved", comma);
	if (!out->len)
		rep_put(out, "pending");
}

/* Class and count of one request, in the form of any API version. */
static void request_words(const json_t *request, struct reply *out)
{
	const json_t *at = json_object_get(request, "exactly") ? json_object_get(request, "exactly") : request;
	int64_t n = fld_int(at, "count", 1);

	rep_put(out, fld_str(at, "deviceClassName"));
	if (fld_str(at, "allocationMode")[0] == 'A')
		rep_put(out, " all");
	else if (n != 1)
		rep_add(out, " x%" PRId64, n);
}

static void requests(json_t *list, struct reply *out)
{
	json_t *request, *choice;
	size_t i, k;

	json_array_foreach (list, i, request) {
		rep_put(out, i ? ", " : "");
		if (!json_object_get(request, "firstAvailable")) {
			request_words(request, out);
			continue;
		}
		json_array_foreach (json_object_get(request, "firstAvailable"), k, choice) {
			rep_put(out, k ? " or " : "");
			request_words(choice, out);
		}
	}
}

static void claim_classes(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	requests(fld_at(o, "spec.devices.requests"), out);
}

static void template_classes(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	requests(fld_at(o, "spec.spec.devices.requests"), out);
}

static void claim_devices(const struct view *v, json_t *o, struct reply *out)
{
	json_t *list = fld_at(o, "status.allocation.devices.results"), *d;
	size_t i;

	(void)v;
	json_array_foreach (list, i, d) {
		if (i == DEVICES_SHOWN) {
			rep_add(out, " +%zu", json_array_size(list) - i);
			break;
		}
		rep_add(out, "%s%s/%s", i ? "," : "", fld_str(d, "pool"), fld_str(d, "device"));
	}
}

static void reserved_for(const struct view *v, json_t *o, struct reply *out)
{
	json_t *user;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "status.reservedFor"), i, user)
		rep_add(out, "%s%s/%s", i ? "," : "", fld_str(user, "resource"), fld_str(user, "name"));
}

static void slice_node(const struct view *v, json_t *o, struct reply *out)
{
	(void)v;
	if (*fld_str(o, "spec.nodeName"))
		rep_put(out, fld_str(o, "spec.nodeName"));
	else
		rep_put(out, fld_true(o, "spec.allNodes")     ? "all nodes"
			     : fld_at(o, "spec.nodeSelector") ? "by selector"
							      : "");
}

static void slice_devices(const struct view *v, json_t *o, struct reply *out)
{
	json_t *d;
	size_t i, tainted = 0;

	(void)v;
	json_array_foreach (fld_at(o, "spec.devices"), i, d)
		tainted += fld_count(d, "taints") + fld_count(d, "basic.taints") > 0;
	rep_add(out, "%zu", fld_count(o, "spec.devices"));
	if (tainted)
		rep_add(out, " (%zu tainted)", tainted);
}

static void class_selectors(const struct view *v, json_t *o, struct reply *out)
{
	json_t *s;
	size_t i;

	(void)v;
	json_array_foreach (fld_at(o, "spec.selectors"), i, s)
		rep_add(out, "%s%s", i ? " && " : "", fld_str(s, "cel.expression"));
}

static const struct column claims[] = {
	{"STATE", NULL, claim_state},
	{"REQUESTS", NULL, claim_classes},
	{"DEVICES", NULL, claim_devices},
	{"RESERVED-FOR", NULL, reserved_for},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column templates[] = {{"REQUESTS", NULL, template_classes}, AGE_COLUMN, END_COLUMN};
static const struct column slices[] = {
	{"NODE", NULL, slice_node},
	{"DRIVER", "spec.driver", NULL},
	{"POOL", "spec.pool.name", NULL},
	{"GENERATION", "spec.pool.generation", NULL},
	{"DEVICES", NULL, slice_devices},
	AGE_COLUMN,
	END_COLUMN,
};
static const struct column classes[] = {
	{"EXTENDED-RESOURCE", "spec.extendedResourceName", NULL},
	{"SELECTORS", NULL, class_selectors},
	AGE_COLUMN,
	END_COLUMN,
};

const struct column_set kubernetes_columns_claims[] = {
	{"resourceclaims.resource.k8s.io", claims},
	{"resourceclaimtemplates.resource.k8s.io", templates},
	{"resourceslices.resource.k8s.io", slices},
	{"deviceclasses.resource.k8s.io", classes},
	{NULL, NULL},
};
