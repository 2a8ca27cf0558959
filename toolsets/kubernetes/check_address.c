/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in the configuration of failing programs that lead nowhere: no such Service, or a port that it does not
 * have. */
#include "toolsets/kubernetes/checks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/remedy.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

struct run {
	struct view v;
	struct diagnoses set;
};

/* "postgres, redis": the names most like the wanted one among the Services of a namespace. */
static const char *near_services(const struct view *v, const char *ns, const char *name, char out[static 300])
{
	struct nearest near = {.wanted = name};
	enum seen seen;
	json_t *list = v->h->list(v->w, "services", ns, &seen), *s;
	size_t i, n = 0;

	out[0] = '\0';
	json_array_foreach (list, i, s)
		nearest_add(&near, fld_name(s));
	for (i = 0; i < near.count && i < 3; i++)
		n += (size_t)snprintf(out + n, 300 - n, "%s%.80s", i ? ", " : "", near.name[i]);
	return out;
}

static void ports_of(const json_t *service, char out[static 120])
{
	json_t *p;
	size_t i, n = 0;

	out[0] = '\0';
	json_array_foreach (fld_at(service, "spec.ports"), i, p)
		if (n < 100)
			n += (size_t)snprintf(out + n, 120 - n, "%s%d", i ? ", " : "", (int)fld_int(p, "port", 0));
}

static void say_where(struct diagnosis *d, const struct trouble *t, const struct dangling_address *a)
{
	char who[400];

	workload_text(&t->workload, who);
	if (a->object && strcmp(fld_kind(a->object), "ConfigMap") == 0)
		diag_cause(d, "ConfigMap %s/%s (%s) tells %s to use ", fld_ns(a->object), fld_name(a->object),
			   a->variable, who);
	else if (a->object && *a->variable)
		diag_cause(d, "%s is configured (%s) to use ", who, a->variable);
	else
		diag_cause(d, "%s tries to use ", who);
	if (a->address.port)
		diag_cause_more(d, "%s:%d, but ", a->address.host, a->address.port);
	else
		diag_cause_more(d, "%s, but ", a->address.host);
}

static void no_service(const struct view *v, struct diagnosis *d, const struct dangling_address *a)
{
	char near[300];

	diag_cause_more(d, "namespace %s has no Service named %s", a->ns, a->name);
	if (*near_services(v, a->ns, a->name, near))
		diag_cause_more(d, " (there is %s)", near);
	diag_cite_absence(d, "services", a->ns, a->name);
	if (*near)
		diag_fix(d, "Name the Service that exists (%s), or create %s: kubectl get services -n %s", near,
			 a->name, a->ns);
	else
		diag_fix(d, "Create the Service %s in namespace %s, or correct the address: kubectl get services -n %s",
			 a->name, a->ns, a->ns);
}

static void no_port(struct diagnosis *d, const struct dangling_address *a)
{
	char ports[120];

	ports_of(a->service, ports);
	diag_cause_more(d, "Service %s/%s has no port %d; it has %s", a->ns, a->name, a->address.port,
			*ports ? ports : "none");
	diag_cite(d, a->service, NULL, "/spec/ports/0/port");
	diag_fix(d, "Use port %s of Service %s, or add port %d to it: kubectl edit service %s -n %s", ports, a->name,
		 a->address.port, a->name, a->ns);
}

/* The Service was never let in. */
static bool refused_by_quota(struct run *r, struct diagnosis *d, const struct dangling_address *a)
{
	const char *key, *hard;
	json_t *quota = a->what == DANGLING_SERVICE && remedy_has_workload(&r->v, a->ns, a->name)
				? remedy_quota(&r->v, a->ns, &key)
				: NULL;
	char escaped[300];

	if (!quota)
		return false;
	hard = json_string_value(json_object_get(fld_at(quota, "status.hard"), key));
	diag_about(d, quota);
	diag_cause_more(d, "; ResourceQuota %s lets no further one in (%s: %s of %s used)", fld_name(quota), key, hard,
			hard);
	diag_cite(d, quota, NULL, "/status/hard/%s", settings_key(key, escaped));
	diag_cite(d, quota, NULL, "/status/used/%s", escaped);
	diag_fix(d, "Raise the quota, then create the Service: kubectl edit resourcequota %s -n %s", fld_name(quota),
		 a->ns);
	return true;
}

/* The address is right, and the Service has another port than everybody thinks. */
static void blame_service(struct diagnosis *d, const struct dangling_address *a)
{
	diag_about(d, a->service);
	diag_cause(d, "Service %s/%s has port %d, but what uses it asks for port %d, which its pods have", a->ns,
		   a->name, (int)fld_int(a->service, "spec.ports.0.port", 0), a->address.port);
	diag_fix(d, "Give the Service the port %d: kubectl edit service %s -n %s", a->address.port, a->name, a->ns);
}

static void fill(struct run *r, struct diagnosis *d, const struct trouble *t, const struct dangling_address *a,
		 bool in_log)
{
	char arg[400];

	if (a->object)
		diag_about(d, a->object);
	else
		workload_about(d, &t->workload);
	diag_rate(d, t->why & (TROUBLE_ERRORS | TROUBLE_MUTE) ? SEVERITY_WARNING : SEVERITY_CRITICAL, in_log ? 0.93 : 0.82);
	say_where(d, t, a);
	if (in_log)
		trouble_cite(d, t);
	if (a->object)
		diag_cite(d, a->object, strlen(a->value) > 200 || strchr(a->value, '\n') ? a->address.host : NULL, "%s",
			  a->pointer);
	if (a->what == DANGLING_SERVICE)
		no_service(&r->v, d, a);
	else
		no_port(d, a);
	if (a->what == DANGLING_PORT && remedy_is_service(&r->v, a))
		blame_service(d, a);
	refused_by_quota(r, d, a);
	diag_fix(d, "Correct the address where it is written: kubectl edit %s",
		 a->object ? workload_arg_of(a->object, arg) : workload_arg(&t->workload, arg));
	diag_docs(d, "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/");
}

/* Does the trouble look like waiting for somebody at all? A panic with a trace has other reasons than an address. */
static bool may_be_address(const struct trouble *t)
{
	return !t->number || t->why == TROUBLE_INIT || !*t->word || lines_complains(t->line, t->len);
}

static bool asks_others(const struct view *v, const json_t *spec)
{
	const char *policy = fld_str(spec, "dnsPolicy");
	json_t *list = fld_at(spec, "dnsConfig.nameservers"), *server;
	enum seen seen;
	size_t i;

	json_array_foreach (list, i, server)
		if (json_is_string(server) && address_service(v, json_string_value(server), "", &seen))
			return false; /* the cluster's own, under its address */
	return strcmp(policy, "None") == 0 && json_array_size(list) > 0;
}

static void fill_resolver(struct diagnosis *d, const struct workload *wl, json_t *service, double score)
{
	const char *policy = fld_str(wl->spec, "dnsPolicy"),
		   *server = fld_str(wl->spec, "dnsConfig.nameservers.0");
	bool none = strcmp(policy, "None") == 0;
	char arg[400];

	workload_about(d, wl);
	diag_rate(d, SEVERITY_CRITICAL, score);
	diag_cause(d,
		   "%s %s does not ask the cluster's name servers (dnsPolicy %s%s%s), so it cannot resolve Service %s, "
		   "which exists",
		   wl->kind, wl->name, policy, *server ? ", nameserver " : "", server, fld_name(service));
	diag_cite(d, wl->spec_object, NULL, "%s/dnsPolicy", wl->pointer);
	diag_cite(d, wl->spec_object, NULL, "%s/dnsConfig/nameservers/0", wl->pointer);
	diag_fix(d, "Set dnsPolicy: ClusterFirst%s: kubectl edit %s", none ? " and remove dnsConfig.nameservers" : "",
		 workload_arg(wl, arg));
}

/* Of a program that is ready: does the line tell of somebody who does not answer, and not who that is? */
static bool names_nobody(const struct trouble *t)
{
	static const char *const words[] = {"ink failure", "navailable", "eadline", "imed out", "imeout",
					    "efused",	   "nreachable", "esolve",  NULL};
	struct address a;
	size_t at = 0, i = 0;

	if (t->why != TROUBLE_ERRORS)
		return true;
	while (words[i] && !memmem(t->line, t->len, words[i], strlen(words[i])))
		i++;
	if (!words[i] || address_unresolved(t->line, t->len, &a))
		return false;
	for (int n = 0; n < 60 && address_next(t->line, t->len, &at, &a); n++)
		if (a.port > 0)
			return false;
	return true;
}

/* A name that has a Service, asked of name servers that know nothing of the cluster. */
static bool own_resolver(struct run *r, const struct trouble *t)
{
	const char *policy = fld_str(t->pod, "spec.dnsPolicy");
	struct diagnosis *d;
	struct address a;
	enum seen seen;
	json_t *service;
	bool fresh;

	if (!(strcmp(policy, "None") == 0 || strcmp(policy, "Default") == 0) || !address_unresolved(t->line, t->len, &a))
		return false;
	service = address_service(&r->v, a.host, fld_ns(t->pod), &seen);
	if (!service)
		return false;
	d = diag_get(&r->set, &fresh, "resolver/%s/%s/%s", t->workload.kind, t->workload.ns, t->workload.name);
	diag_shows(d, t->pod);
	if (!fresh)
		return true;
	fill_resolver(d, &t->workload, service, 0.94);
	trouble_cite(d, t);
	return true;
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct dangling_address a;
	struct diagnosis *d;
	bool fresh, in_log;

	if (own_resolver(r, t))
		return;
	in_log = dangling_in_line(&r->v, t, &a);
	if (!in_log && (!may_be_address(t) || !names_nobody(t) || !dangling_in_config(&r->v, t, &a)))
		return;
	d = diag_get(&r->set, &fresh, "%d/%s/%s/%d", (int)a.what, a.ns, a.name,
		     a.what == DANGLING_PORT ? a.address.port : 0);
	diag_shows(d, t->pod);
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	if (fresh)
		fill(r, d, t, &a, in_log);
}

/* The Service that a program without the cluster's name servers is told to use by its name. */
struct by_name {
	struct run *r;
	const char *ns;
	json_t *service;
	struct setting where;
	char pointer[200];
};

static bool names_service(void *ctx, const struct setting *s)
{
	struct by_name *q = ctx;
	struct address a;
	size_t at = 0, len = strlen(s->value);
	enum seen seen;

	for (int n = 0; n < 40 && address_next(s->value, len, &at, &a); n++) {
		if (!a.port && !strstr(a.host, ".svc"))
			continue;
		q->service = isalpha((unsigned char)a.host[0]) ? address_service(&q->r->v, a.host, q->ns, &seen) : NULL;
		if (!q->service)
			continue;
		q->where = *s;
		snprintf(q->pointer, sizeof(q->pointer), "%s", s->pointer);
		return true;
	}
	return false;
}

/* The same without a log: it is told to use a Service by a name that it cannot resolve. */
static void by_configuration(struct run *r, json_t *object)
{
	struct by_name q = {.r = r};
	struct workload wl;
	struct diagnosis *d;
	json_t *c;
	bool fresh;
	size_t i;

	workload_is(object, &wl);
	if (!asks_others(&r->v, wl.spec) || (fld_at(object, "spec.replicas") && !fld_int(object, "spec.replicas", 1)))
		return;
	q.ns = wl.ns;
	json_array_foreach (fld_at(wl.spec, "containers"), i, c)
		if (!q.service)
			settings_each(&r->v, &wl, fld_str(c, "name"), names_service, &q);
	if (!q.service)
		return;
	d = diag_get(&r->set, &fresh, "resolver/%s/%s/%s", wl.kind, wl.ns, wl.name);
	if (!fresh)
		return;
	fill_resolver(d, &wl, q.service, 0.86);
	diag_cite(d, q.where.object, strlen(q.where.value) > 200 ? fld_name(q.service) : NULL, "%s", q.pointer);
	diag_shows_words(d, wl.api_version, wl.kind, wl.ns, wl.name);
}

static void run(const struct host *h, struct work *w)
{
	static const char *const kinds[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list, *o;
	size_t i;

	troubles_each(&r.v, TROUBLE_ANY | TROUBLE_SPARSE | TROUBLE_MUTE, on_trouble, &r);
	for (size_t k = 0; k < 3; k++) {
		list = h->list(w, kinds[k], NULL, &seen);
		json_array_foreach (list, i, o)
			by_configuration(&r, o);
	}
	diag_send(&r.set);
}

const struct check kubernetes_address_check = {
	.size = sizeof(struct check),
	.name = "service-address",
	.help = "Addresses in the configuration of failing programs: Services that do not exist, ports that they do "
		"not have",
	.run = run,
	.reads = "pods pods/log events services namespaces nodes configmaps resourcequotas deployments.apps "
		 "statefulsets.apps daemonsets.apps",
};
