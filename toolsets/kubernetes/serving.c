/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/serving.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/address.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

#define YOUNG_MS (60 * 1000LL)
#define LOOKED_INTO 200 /* Services whose pods are asked for one by one, where pods are not at hand */
#define ALIKE 20 /* distance of names that differ by a slip */

static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps",
				     "replicationcontrollers"};
#define MAKERS (sizeof(makers) / sizeof(makers[0]))

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

const char *serving_key(const char *key, char out[static 300])
{
	return settings_key(key, out);
}

static bool finished(const json_t *pod)
{
	const char *phase = fld_str(pod, "status.phase");

	return is(phase, "Succeeded") || is(phase, "Failed");
}

static void find_maker(const struct view *v, json_t *service, struct serving *out)
{
	enum seen seen;
	json_t *o;
	size_t i;

	/* the last kind is rare and costs a read */
	for (size_t k = 0; k + 1 < MAKERS; k++) {
		json_t *list = v->h->list(v->w, makers[k], fld_ns(service), &seen);

		json_array_foreach (list, i, o) {
			if (!v->h->labels_match(fld_at(service, "spec.selector"), workload_labels(o), true))
				continue;
			if (fld_at(o, "spec.replicas") && fld_int(o, "spec.replicas", 1) == 0)
				out->scaled_down = true;
			else
				out->makes = o;
		}
	}
}

void serving_of(const struct view *v, json_t *service, struct serving *out)
{
	json_t *pods = v->h->select_pods(v->w, fld_ns(service), fld_at(service, "spec.selector")), *pod;
	size_t i;

	*out = (struct serving){.young = true};
	json_array_foreach (pods, i, pod) {
		bool ready = pod_ready(pod) && !*fld_str(pod, "metadata.deletionTimestamp");
		int64_t age = patient_age_ms(v, pod);

		if (finished(pod))
			continue;
		out->selected++;
		out->ready += ready;
		if (!out->sample || (ready && out->ready == 1))
			out->sample = pod;
		if (age < 0 || age > YOUNG_MS)
			out->young = false;
	}
	if (!out->selected)
		out->young = false;
	if (!out->ready)
		find_maker(v, service, out);
}

static bool has_ready(const struct view *v, json_t *service)
{
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k + 1 < MAKERS; k++)
		json_array_foreach (v->h->list(v->w, makers[k], fld_ns(service), &seen), i, o)
			if ((fld_int(o, "status.readyReplicas", 0) > 0 || fld_int(o, "status.numberReady", 0) > 0) &&
			    v->h->labels_match(fld_at(service, "spec.selector"), workload_labels(o), true))
				return true;
	return false;
}

void serving_each(const struct view *v, void (*fn)(void *ctx, json_t *service), void *ctx)
{
	enum seen seen;
	json_t *services = v->h->list(v->w, "services", NULL, &seen), *s;
	size_t i, looked = 0, left = 0, count;
	bool part = v->h->size > offsetof(struct host, selected) && v->h->selected(v->w, "pods", NULL, &count) &&
		    json_array_size(services) > LOOKED_INTO;
	char what[80];

	v->h->list(v->w, "pods", NULL, &seen);
	if (seen != SEEN_OK)
		return;
	json_array_foreach (services, i, s) {
		if (!fld_count(s, "spec.selector") || is(fld_str(s, "spec.type"), "ExternalName") ||
		    *fld_str(s, "metadata.deletionTimestamp"))
			continue;
		if (part && (looked == LOOKED_INTO || has_ready(v, s))) {
			left++;
			continue;
		}
		looked++;
		fn(ctx, s);
	}
	if (!left)
		return;
	snprintf(what, sizeof(what), "the pods behind %zu Services", left);
	v->h->blind(v->w, SEEN_CUT, what,
		    "the cluster is large: of Services whose workload has ready pods, ports and selectors were not compared");
}

/* How much a selector and labels have in common: equal and all but equal pairs count most, equal names less. */
static int likeness(const json_t *service, const json_t *o)
{
	json_t *selector = fld_at(service, "spec.selector"), *labels = workload_labels(o), *value;
	const char *key, *k;
	json_t *have;
	int points = 0;

	if (is(fld_name(service), fld_name(o)))
		points += 3;
	else if (nearest_distance(fld_name(service), fld_name(o)) <= ALIKE)
		points++;
	json_object_foreach (selector, key, value) {
		const char *want = json_string_value(value);

		have = json_object_get(labels, key);
		if (have && want && is(json_string_value(have) ? json_string_value(have) : "", want))
			points += 3;
		else if (json_is_string(have) && want && nearest_distance(want, json_string_value(have)) <= ALIKE)
			points += 2;
		/* the same value under another key: "name: web" for "app: web" */
		json_object_foreach (labels, k, have)
			if (want && json_string_value(have) && is(json_string_value(have), want) && !is(k, key) &&
			    strlen(want) > 2)
				points += 2;
	}
	return points;
}

/* What another Service selects already is hardly what this one means. */
static bool served(const struct view *v, const json_t *service, const json_t *o)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "services", fld_ns(service), &seen), *s;
	size_t i;

	json_array_foreach (list, i, s)
		if (s != service && fld_count(s, "spec.selector") &&
		    v->h->labels_match(fld_at(s, "spec.selector"), workload_labels(o), true))
			return true;
	return false;
}

/* Is a pod's maker among what was read? cluster-info dump leaves StatefulSets out. */
static bool owner_known(const struct view *v, const json_t *pod)
{
	const char *kind = fld_str(pod, "metadata.ownerReferences.0.kind");
	enum seen seen = SEEN_OK;

	if (is(kind, "StatefulSet"))
		v->h->list(v->w, "statefulsets.apps", fld_ns(pod), &seen);
	return *kind && seen != SEEN_NOT_CAPTURED;
}

static void consider(const struct view *v, const json_t *service, const json_t *list, bool bare, const json_t **best,
		     int *points)
{
	json_t *o;
	size_t i;

	json_array_foreach (list, i, o) {
		int n = likeness(service, o);

		if (bare && (owner_known(v, o) || finished(o)))
			continue;
		if (n > *points && served(v, service, o))
			n -= 3;
		if (n > *points) {
			*best = o;
			*points = n;
		}
	}
}

const json_t *serving_nearest(const struct view *v, const json_t *service)
{
	const json_t *best = NULL;
	enum seen seen;
	int points = 2; /* less in common is chance */

	for (size_t k = 0; k + 1 < MAKERS; k++)
		consider(v, service, v->h->list(v->w, makers[k], fld_ns(service), &seen), false, &best, &points);
	consider(v, service, v->h->list(v->w, "pods", fld_ns(service), &seen), true, &best, &points);
	return best;
}

/* Does a running pod's configuration name the Service as a host? */
struct wanted {
	const struct view *v;
	const json_t *service;
	struct diagnosis *d;
	const char *from_ns;
	bool found;
};

static bool names_it(void *ctx, const struct setting *s)
{
	struct wanted *q = ctx;
	struct address a;
	size_t at = 0, len = strlen(s->value);
	char name[64], ns[64];

	if (len > 4096)
		return false;
	for (int n = 0; n < 100 && address_next(s->value, len, &at, &a); n++) {
		if (!a.port && !strchr(a.host, '.') && a.len != len &&
		    !(a.start >= 3 && memcmp(s->value + a.start - 3, "://", 3) == 0))
			continue;
		if (!address_in_cluster(q->v, a.host, q->from_ns, name, ns) || !is(name, fld_name(q->service)) ||
		    !is(ns, fld_ns(q->service)))
			continue;
		q->found = true;
		if (q->d)
			diag_cite(q->d, s->object, len > 200 ? a.host : NULL, "%s", s->pointer);
		return true;
	}
	return false;
}

static bool wanted_by_pods(const struct view *v, const json_t *service, struct diagnosis *d)
{
	struct wanted q = {.v = v, .service = service, .d = d};
	enum seen seen;
	json_t *o, *c;
	size_t i, n;

	for (size_t k = 0; k + 1 < MAKERS; k++) {
		json_t *list = v->h->list(v->w, makers[k], NULL, &seen);

		json_array_foreach (list, i, o) {
			struct workload wl;

			if (fld_at(o, "spec.replicas") && fld_int(o, "spec.replicas", 1) == 0)
				continue;
			workload_is(o, &wl);
			q.from_ns = wl.ns;
			json_array_foreach (fld_at(wl.spec, "containers"), n, c)
				if (settings_each(v, &wl, fld_str(c, "name"), names_it, &q))
					return true;
		}
	}
	return false;
}

static bool wanted_by_ingress(const struct view *v, const json_t *service, struct diagnosis *d)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "ingresses.networking.k8s.io", fld_ns(service), &seen), *o, *rule, *path;
	size_t i, k, n;

	json_array_foreach (list, i, o)
		json_array_foreach (fld_at(o, "spec.rules"), k, rule)
			json_array_foreach (fld_at(rule, "http.paths"), n, path) {
				if (!is(fld_str(path, "backend.service.name"), fld_name(service)))
					continue;
				if (d) {
					diag_cite(d, o, NULL, "/spec/rules/%zu/http/paths/%zu/backend/service/name", k,
						  n);
					diag_shows(d, o);
				}
				return true;
			}
	return false;
}

bool serving_wanted(const struct view *v, const json_t *service, struct diagnosis *d)
{
	return wanted_by_ingress(v, service, d) || wanted_by_pods(v, service, d);
}

void serving_cite_empty(const struct view *v, struct diagnosis *d, const json_t *service)
{
	enum seen seen;
	json_t *events;

	/* what a load balancer or proxy said about it, else the object that is empty */
	events = v->h->events_of(v->w, "Service", fld_ns(service), fld_name(service), &seen);
	if (json_array_size(events)) {
		json_t *e = json_array_get(events, json_array_size(events) - 1);

		if (is(fld_str(e, "type"), "Warning"))
			diag_cite(d, e, NULL, "%s", event_pointer(e));
	}
}

static bool protocol_is(const json_t *a, const json_t *b)
{
	const char *x = fld_str(a, "protocol"), *y = fld_str(b, "protocol");

	return is(*x ? x : "TCP", *y ? y : "TCP");
}

static enum port_fit fit_in(const json_t *port, const json_t *c, size_t *declared)
{
	const json_t *target = fld_at(port, "targetPort");
	int64_t number = json_is_integer(target) ? json_integer_value(target) : target ? 0 : fld_int(port, "port", 0);
	const char *name = json_string_value(target);
	enum port_fit fit = PORT_UNKNOWN;
	json_t *have;
	size_t i;

	json_array_foreach (fld_at(c, "ports"), i, have) {
		bool same = name ? is(fld_str(have, "name"), name) : fld_int(have, "containerPort", 0) == number;

		(*declared)++;
		if (same && protocol_is(port, have))
			return PORT_FITS;
		if (same)
			fit = PORT_PROTOCOL;
	}
	return fit;
}

enum port_fit serving_port(const json_t *port, const json_t *pod)
{
	static const char *const lists[] = {"spec.containers", "spec.initContainers"};
	size_t declared = 0, i;
	bool named = json_is_string(fld_at(port, "targetPort"));
	enum port_fit fit = PORT_UNKNOWN;
	json_t *c;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (fld_at(pod, lists[k]), i, c) {
			enum port_fit one = fit_in(port, c, &declared);

			if (one == PORT_FITS)
				return PORT_FITS;
			if (one == PORT_PROTOCOL)
				fit = PORT_PROTOCOL;
		}
	if (fit == PORT_PROTOCOL)
		return fit;
	if (named)
		return PORT_NAME;
	return declared ? PORT_NUMBER : PORT_UNKNOWN;
}

const char *serving_ports_text(const json_t *pod, char out[static 200])
{
	json_t *c, *port;
	size_t i, k, n = 0;

	snprintf(out, 200, "no declared port");
	json_array_foreach (fld_at(pod, "spec.containers"), i, c)
		json_array_foreach (fld_at(c, "ports"), k, port) {
			const char *name = fld_str(port, "name"), *protocol = fld_str(port, "protocol");

			if (n > 140)
				return out;
			n += (size_t)snprintf(out + n, 200 - n, "%s%d/%s%s%.15s%s", n ? ", " : "",
					      (int)fld_int(port, "containerPort", 0), *protocol ? protocol : "TCP",
					      *name ? " (" : "", name, *name ? ")" : "");
		}
	return out;
}

const char *serving_target_text(const json_t *port)
{
	static _Thread_local char text[80];
	const json_t *target = fld_at(port, "targetPort");

	if (json_is_string(target))
		snprintf(text, sizeof(text), "\"%.60s\"", json_string_value(target));
	else
		snprintf(text, sizeof(text), "%d",
			 (int)(target ? json_integer_value(target) : fld_int(port, "port", 0)));
	return text;
}
