/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/remedy.h"

#include <stdlib.h>
#include <string.h>

#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

json_t *remedy_quota(const struct view *v, const char *ns, const char **key)
{
	static const char *const keys[] = {"services", "count/services"};
	enum seen seen;
	json_t *list = v->h->list(v->w, "resourcequotas", ns, &seen), *quota;
	size_t i;

	json_array_foreach (list, i, quota)
		for (size_t k = 0; k < 2; k++) {
			const char *hard = json_string_value(json_object_get(fld_at(quota, "status.hard"), keys[k]));
			const char *used = json_string_value(json_object_get(fld_at(quota, "status.used"), keys[k]));

			if (!hard || !used || strtol(used, NULL, 10) < strtol(hard, NULL, 10))
				continue;
			*key = keys[k];
			return quota;
		}
	return NULL;
}

bool remedy_has_workload(const struct view *v, const char *ns, const char *name)
{
	static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};
	static const char *const labels[] = {"app", "app.kubernetes.io/name", "k8s-app", "name"};
	enum seen seen;
	json_t *list, *o;
	size_t i;

	for (size_t k = 0; k < sizeof(makers) / sizeof(makers[0]); k++) {
		list = v->h->list(v->w, makers[k], ns, &seen);
		json_array_foreach (list, i, o) {
			if (strcmp(fld_name(o), name) == 0)
				return true;
			for (size_t n = 0; n < sizeof(labels) / sizeof(labels[0]); n++) {
				const char *have = json_string_value(json_object_get(workload_labels(o), labels[n]));

				if (have && strcmp(have, name) == 0)
					return true;
			}
		}
	}
	return false;
}

static bool pods_have(const struct view *v, const json_t *service, int port)
{
	json_t *pods = v->h->select_pods(v->w, fld_ns(service), fld_at(service, "spec.selector")), *c, *p;
	size_t i, k;

	json_array_foreach (fld_at(json_array_get(pods, 0), "spec.containers"), i, c)
		json_array_foreach (fld_at(c, "ports"), k, p)
			if (fld_int(p, "containerPort", 0) == port)
				return true;
	return false;
}

struct search {
	const struct view *v;
	const json_t *service;
	const char *from_ns;
};

static bool uses_it(void *ctx, const struct setting *s)
{
	struct search *q = ctx;
	struct address a;
	size_t at = 0, len = strlen(s->value);
	enum seen seen;

	for (int n = 0; n < 60 && address_next(s->value, len, &at, &a); n++)
		if (a.port && address_port_open(q->service, a.port) &&
		    address_service(q->v, a.host, q->from_ns, &seen) == q->service)
			return true;
	return false;
}

bool remedy_is_service(const struct view *v, const struct dangling_address *a)
{
	static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};
	struct search q = {.v = v, .service = a->service};
	enum seen seen;
	json_t *list, *o, *c;
	size_t i, n;

	if (!a->service || !pods_have(v, a->service, a->address.port))
		return false;
	for (size_t k = 0; k < sizeof(makers) / sizeof(makers[0]); k++) {
		list = v->h->list(v->w, makers[k], fld_ns(a->service), &seen);
		json_array_foreach (list, i, o) {
			struct workload wl;

			workload_is(o, &wl);
			q.from_ns = wl.ns;
			json_array_foreach (fld_at(wl.spec, "containers"), n, c)
				if (settings_each(v, &wl, fld_str(c, "name"), uses_it, &q))
					return false;
		}
	}
	return true;
}
