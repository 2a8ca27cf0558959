/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/reach.h"

#include <string.h>

#include "toolsets/kubernetes/address.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

#define SERVICES_MAX 40 /* on the way */
#define WORDS_MAX 60	/* of a text that are looked up */

static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};

struct reach {
	const struct view *v;
	json_t *services[SERVICES_MAX];
	size_t count;
	const char *from_ns;
	const json_t *labels; /* of the program that is looked at: it does not depend on itself */
};

static void add(struct reach *r, json_t *service)
{
	const json_t *selector = fld_at(service, "spec.selector");

	if (r->count >= SERVICES_MAX || r->v->h->labels_match(selector, r->labels, true))
		return;
	for (size_t i = 0; i < r->count; i++)
		if (r->services[i] == service)
			return;
	r->services[r->count++] = service;
}

static bool in_setting(void *ctx, const struct setting *s)
{
	struct reach *r = ctx;
	struct address a;
	size_t at = 0, len = strlen(s->value);
	enum seen seen;

	for (int n = 0; n < WORDS_MAX && address_next(s->value, len, &at, &a); n++) {
		json_t *service = a.port || strchr(a.host, '.') || a.len == len ||
						  (a.start >= 3 && memcmp(s->value + a.start - 3, "://", 3) == 0)
					  ? address_service(r->v, a.host, r->from_ns, &seen)
					  : NULL;

		if (service)
			add(r, service);
	}
	return r->count >= SERVICES_MAX;
}

static void from_settings(struct reach *r, const struct workload *wl, const json_t *labels)
{
	json_t *c;
	size_t i;

	r->from_ns = wl->ns;
	r->labels = labels;
	json_array_foreach (fld_at(wl->spec, "containers"), i, c)
		settings_each(r->v, wl, fld_str(c, "name"), in_setting, r);
}

/* The programs behind a Service, whether they have pods or not. */
static void from_service(struct reach *r, json_t *service)
{
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < sizeof(makers) / sizeof(makers[0]); k++) {
		json_t *list = r->v->h->list(r->v->w, makers[k], fld_ns(service), &seen);

		json_array_foreach (list, i, o) {
			const json_t *labels = fld_at(o, "spec.template.metadata.labels");
			struct workload wl;

			if (!r->v->h->labels_match(fld_at(service, "spec.selector"), labels, true))
				continue;
			workload_is(o, &wl);
			from_settings(r, &wl, labels);
		}
	}
}

bool reach_blame(const struct view *v, struct diagnosis *d, const struct trouble *t)
{
	struct reach r = {.v = v, .from_ns = fld_ns(t->pod), .labels = fld_at(t->pod, "metadata.labels")};
	struct address a;
	size_t at = 0;
	enum seen seen;
	bool named;

	for (int n = 0; n < WORDS_MAX && address_next(t->line, t->len, &at, &a); n++) {
		json_t *service = a.port || strchr(a.host, '.') ? address_service(v, a.host, r.from_ns, &seen) : NULL;

		if (service)
			add(&r, service);
	}
	named = r.count > 0;
	if (!named)
		from_settings(&r, &t->workload, r.labels);
	for (size_t i = 0; i < r.count; i++) {
		diag_blames(d, "v1", "Service", fld_ns(r.services[i]), fld_name(r.services[i]));
		if (fld_count(r.services[i], "spec.selector"))
			from_service(&r, r.services[i]);
	}
	return named;
}
