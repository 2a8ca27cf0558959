/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that a failing container is given twice with different values: the last one counts, whoever wrote the
 * first. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

/* The first pair of entries of one name that differ. */
static bool find_pair(const json_t *env, size_t *first, size_t *second)
{
	json_t *a, *b;
	size_t i, k;

	json_array_foreach (env, i, a)
		json_array_foreach (env, k, b) {
			if (k <= i || strcmp(fld_str(a, "name"), fld_str(b, "name")) != 0 || json_equal(a, b))
				continue;
			*first = i;
			*second = k;
			return true;
		}
	return false;
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	const json_t *env = fld_at(t->container, "env");
	struct diagnosis *d;
	char place[128], arg[400];
	size_t first, second;

	if (!find_pair(env, &first, &second))
		return;
	d = diag_new(&r->set);
	workload_about(d, &t->workload);
	diag_rate(d, t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.82);
	diag_cause(d,
		   "Container %s of %s %s is given the variable %s twice with different values; the second one counts",
		   t->name, t->workload.kind, t->workload.name, fld_str(json_array_get(env, second), "name"));
	workload_container(&t->workload, t->name, place);
	if (*place) {
		diag_cite(d, t->workload.spec_object, NULL, "%s/env/%zu/value", place, first);
		diag_cite(d, t->workload.spec_object, NULL, "%s/env/%zu/value", place, second);
		diag_cite(d, t->workload.spec_object, NULL, "%s/env/%zu/name", place, second);
	}
	trouble_cite(d, t);
	diag_shows(d, t->pod);
	diag_fix(d, "Remove the one that is wrong: kubectl edit %s", workload_arg(&t->workload, arg));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_ANY, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_env_check = {
	.size = sizeof(struct check),
	.name = "env-shadowed",
	.help = "Variables that a failing container is given twice with different values",
	.run = run,
	.reads = "pods pods/log events services nodes",
};
