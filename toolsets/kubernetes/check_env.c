/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that a failing container is given twice with different values (the last one counts, whoever wrote the first),
 * and references to variables that are not defined before them, which stay as they are written. */
#include "toolsets/kubernetes/checks.h"

#include <ctype.h>
#include <stdio.h>
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

/* "$(NAME)" in a value, not "$$(NAME)"; names in small letters are for a shell. */
static bool next_reference(const char *value, size_t *at, char name[static 80])
{
	for (const char *p = value + *at; (p = strstr(p, "$(")); p += 2) {
		size_t n = 0;

		while (isupper((unsigned char)p[2 + n]) || isdigit((unsigned char)p[2 + n]) || p[2 + n] == '_')
			n++;
		if (!n || n >= 80 || p[2 + n] != ')' || (p > value && p[-1] == '$'))
			continue;
		snprintf(name, 80, "%.*s", (int)n, p + 2);
		*at = (size_t)(p - value) + n + 3;
		return true;
	}
	return false;
}

/* Where a variable is defined, from 1; 0: nowhere. */
static size_t defined_at(const json_t *env, const char *name)
{
	json_t *e;
	size_t i;

	json_array_foreach (env, i, e)
		if (strcmp(fld_str(e, "name"), name) == 0)
			return i + 1;
	return 0;
}

/* Variables of Services (WEB_SERVICE_HOST, WEB_PORT) are there before all others. */
static bool of_service(const char *name)
{
	return strstr(name, "_SERVICE_") || strstr(name, "_PORT") || strncmp(name, "KUBERNETES_", 11) == 0;
}

static void unresolved(struct run *r, const struct trouble *t, const json_t *env)
{
	struct diagnosis *d;
	json_t *e;
	char name[80], place[128], arg[400], reference[84];
	size_t i, at, where;

	if (fld_count(t->container, "envFrom"))
		return; /* what comes from there is defined before */
	workload_container(&t->workload, t->name, place);
	json_array_foreach (env, i, e) {
		const char *value = fld_str(e, "value");

		for (at = 0; next_reference(value, &at, name);) {
			where = defined_at(env, name);
			if ((where && where <= i) || (!where && of_service(name)))
				continue;
			d = diag_new(&r->set);
			workload_about(d, &t->workload);
			snprintf(reference, sizeof(reference), "$(%s)", name);
			diag_rate(d, t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL,
				  memmem(t->line, t->len, reference, strlen(reference)) ? 0.93 : 0.82);
			diag_cause(d, "Variable %s of container %s of %s %s holds %s, which is not replaced: %s %s",
				   fld_str(e, "name"), t->name, t->workload.kind, t->workload.name, reference, name,
				   where ? "is defined only after it" : "is not defined");
			if (*place)
				diag_cite(d, t->workload.spec_object, NULL, "%s/env/%zu/value", place, i);
			trouble_cite(d, t);
			diag_shows(d, t->pod);
			diag_fix(d, "Define %s before %s: kubectl edit %s", name, fld_str(e, "name"),
				 workload_arg(&t->workload, arg));
			return;
		}
	}
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	const json_t *env = fld_at(t->container, "env");
	struct diagnosis *d;
	char place[128], arg[400];
	size_t first, second;

	unresolved(r, t, env);
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
	.help = "Variables that a failing container is given twice with different values, and references that stay unresolved",
	.run = run,
	.reads = "pods pods/log events services nodes",
};
