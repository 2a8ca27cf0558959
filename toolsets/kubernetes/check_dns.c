/* SPDX-License-Identifier: Apache-2.0 */
/* CoreDNS that answers wrongly because it is told so: names of Services that a template or a table of hosts takes over, name
 * servers that do not answer. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/address.h"
#include "toolsets/kubernetes/corefile.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

#define SERVICES_MAX 2000 /* whose names are compared with a template */
#define LOST_MAX 50

/* A program that cannot resolve a name. */
struct lost {
	struct trouble t;
	char host[254], full[400]; /* full: of a Service that exists, with the cluster's domain */
};

struct run {
	struct view v;
	struct diagnoses set;
	struct lost *lost;
	size_t count, cap;
	struct trouble *own; /* of the name servers themselves */
	json_t *map;
	const char *text;
};

static bool is_dns_pod(const json_t *pod)
{
	const json_t *labels = fld_at(pod, "metadata.labels"), *app = json_object_get(labels, "k8s-app");

	return strcmp(fld_ns(pod), "kube-system") == 0 && app && json_is_string(app) &&
	       strcmp(json_string_value(app), "kube-dns") == 0;
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct lost *l;
	struct address a;
	enum seen seen;
	json_t *service;

	if (is_dns_pod(t->pod) && !r->own) {
		r->own = alloc_zero(1, sizeof(*r->own));
		*r->own = *t;
		r->own->patient = NULL;
	}
	if (r->count >= LOST_MAX || !address_unresolved(t->line, t->len, &a))
		return;
	ALLOC_GROW(r->lost, r->count, r->cap);
	l = &r->lost[r->count++];
	*l = (struct lost){.t = *t};
	l->t.patient = NULL;
	snprintf(l->host, sizeof(l->host), "%s", a.host);
	service = address_service(&r->v, a.host, fld_ns(t->pod), &seen);
	if (service)
		snprintf(l->full, sizeof(l->full), "%s.%s.svc.cluster.local", fld_name(service), fld_ns(service));
}

static void begin(struct run *r, struct diagnosis *d, double score)
{
	diag_about(d, r->map);
	diag_rate(d, SEVERITY_CRITICAL, score);
	diag_docs(d, "https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/");
}

static void shows(struct diagnosis *d, const struct lost *l)
{
	diag_shows(d, l->t.pod);
	diag_shows_words(d, l->t.workload.api_version, l->t.workload.kind, l->t.workload.ns, l->t.workload.name);
	trouble_cite(d, &l->t);
}

static void edit(struct run *r, struct diagnosis *d, const char *what)
{
	diag_fix(d, "%s: kubectl edit configmap %s -n %s", what, fld_name(r->map), fld_ns(r->map));
	diag_fix(d, "CoreDNS reads the file again by itself if it has the plugin reload, else: kubectl rollout restart "
		    "deployment/coredns -n %s",
		 fld_ns(r->map));
}

static void cite_line(struct run *r, struct diagnosis *d, const struct directive *dir)
{
	char line[300];

	snprintf(line, sizeof(line), "%.*s", (int)(dir->len < 299 ? dir->len : 299), dir->line);
	diag_cite(d, r->map, line, "/data/Corefile");
}

/* Does a template take over this name? */
static bool takes(struct run *r, const struct directive *dir, const char *full)
{
	char word[254], dotted[410], why[120];
	size_t zones = 0, n = strlen(full), m;
	bool zone = false;

	for (size_t i = 3; corefile_word(dir->line, dir->len, i, word, sizeof(word)); i++) {
		zones++;
		m = strlen(word);
		while (m && word[m - 1] == '.')
			word[--m] = '\0';
		if (!m || (n >= m && strcmp(full + n - m, word) == 0 && (n == m || full[n - m - 1] == '.')))
			zone = true;
	}
	if (zones && !zone)
		return false;
	if (!corefile_body(dir, "match", word, sizeof(word)))
		return true;
	snprintf(dotted, sizeof(dotted), "%s.", full);
	return r->v.h->match(r->v.w, word, true, dotted, strlen(dotted), why, sizeof(why)) == 1;
}

static bool asks_for_addresses(const struct directive *dir)
{
	char type[20];

	return corefile_word(dir->line, dir->len, 2, type, sizeof(type)) &&
	       (strcmp(type, "ANY") == 0 || strcmp(type, "A") == 0);
}

/* The name of a Service that the template takes over; those that programs miss come first. */
static bool victim(struct run *r, const struct directive *dir, char out[static 400])
{
	enum seen seen;
	json_t *list, *s;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (*r->lost[i].full && takes(r, dir, r->lost[i].full)) {
			snprintf(out, 400, "%s", r->lost[i].full);
			return true;
		}
	list = r->v.h->list(r->v.w, "services", NULL, &seen);
	json_array_foreach (list, i, s) {
		if (i >= SERVICES_MAX)
			break;
		snprintf(out, 400, "%s.%s.svc.cluster.local", fld_name(s), fld_ns(s));
		if (takes(r, dir, out))
			return true;
	}
	return false;
}

static void on_template(struct run *r, const struct directive *dir)
{
	struct diagnosis *d;
	char rcode[40], name[400];

	if (!corefile_body(dir, "rcode", rcode, sizeof(rcode)) || strcmp(rcode, "NOERROR") == 0 ||
	    !asks_for_addresses(dir) || !victim(r, dir, name))
		return;
	d = diag_new(&r->set);
	begin(r, d, r->count ? 0.96 : 0.9);
	diag_cause(d, "ConfigMap %s/%s makes CoreDNS answer %s for %s, a Service that exists: its block \"%.*s\" takes over the "
		      "name",
		   fld_ns(r->map), fld_name(r->map), rcode, name, (int)(dir->len < 160 ? dir->len : 160), dir->line);
	cite_line(r, d, dir);
	for (size_t i = 0; i < r->count; i++)
		if (*r->lost[i].full && takes(r, dir, r->lost[i].full))
			shows(d, &r->lost[i]);
	edit(r, d, "Remove the template block");
}

/* "10.0.0.9 user.social.svc.cluster.local" in a table of hosts, "rewrite name user.social... other": with a program that
 * misses the name. */
static void on_names(struct run *r, const struct directive *dir)
{
	for (size_t i = 0; i < r->count; i++) {
		struct lost *l = &r->lost[i];
		const char *name = *l->full ? l->full : l->host;
		struct diagnosis *d;

		if (!memmem(dir->line, dir->len, name, strlen(name)) && !memmem(dir->body, dir->body_len, name, strlen(name)))
			continue;
		d = diag_new(&r->set);
		begin(r, d, 0.92);
		diag_cause(d, "ConfigMap %s/%s makes CoreDNS send %s elsewhere (\"%.*s\"), so that it is not found", fld_ns(r->map),
			   fld_name(r->map), name, (int)(dir->len < 160 ? dir->len : 160), dir->line);
		cite_line(r, d, dir);
		shows(d, l);
		edit(r, d, "Remove the entry");
		return;
	}
}

/* Names outside of the cluster that programs miss. */
static const struct lost *outside(const struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (!*r->lost[i].full && strchr(r->lost[i].host, '.') && !strstr(r->lost[i].host, ".svc"))
			return &r->lost[i];
	return NULL;
}

static bool inside_fails(const struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (*r->lost[i].full)
			return true;
	return false;
}

/* The line in which the name servers themselves say that this one does not answer. */
static bool says_silent(const struct run *r, const char *server, const char **line, size_t *len, size_t *number)
{
	char mark[80];

	if (!r->own)
		return false;
	snprintf(mark, sizeof(mark), ">%.70s:53: ", server);
	*number = trouble_last_line(r->own, mark, line, len);
	return *number > 0;
}

static void on_forward(struct run *r, const struct directive *dir)
{
	const struct lost *l = outside(r);
	struct diagnosis *d;
	char server[80];
	const char *line;
	size_t len, number, i = 2;

	for (; corefile_word(dir->line, dir->len, i, server, sizeof(server)); i++) {
		bool silent = server[0] != '/' && says_silent(r, server, &line, &len, &number);

		if (!silent && (server[0] == '/' || !l || inside_fails(r)))
			continue;
		d = diag_new(&r->set);
		begin(r, d, silent ? 0.93 : 0.8);
		diag_cause(d, "ConfigMap %s/%s makes CoreDNS ask %s for all names outside of the cluster (forward), which does not "
			      "answer",
			   fld_ns(r->map), fld_name(r->map), server);
		if (l)
			diag_cause_more(d, "; %s %s cannot resolve %s", l->t.workload.kind, l->t.workload.name, l->host);
		cite_line(r, d, dir);
		if (silent) {
			diag_cite_line(d, &r->own->log, number, line, len);
			diag_shows(d, r->own->pod);
			diag_shows_words(d, r->own->workload.api_version, r->own->workload.kind, r->own->workload.ns,
					 r->own->workload.name);
		}
		for (size_t k = 0; k < r->count; k++)
			if (!*r->lost[k].full)
				shows(d, &r->lost[k]);
		edit(r, d, "Forward to name servers that answer, or to those of the node (/etc/resolv.conf)");
		return;
	}
}

static void read_map(struct run *r)
{
	struct directive dir;
	bool kubernetes = false;
	struct diagnosis *d;
	size_t at = 0;

	while (corefile_next(r->text, &at, &dir)) {
		if (corefile_is(&dir, "template"))
			on_template(r, &dir);
		else if (corefile_is(&dir, "hosts") || corefile_is(&dir, "rewrite"))
			on_names(r, &dir);
		else if (corefile_is(&dir, "forward") || corefile_is(&dir, "proxy"))
			on_forward(r, &dir);
		kubernetes = kubernetes || corefile_is(&dir, "kubernetes");
	}
	if (kubernetes || !inside_fails(r))
		return;
	d = diag_new(&r->set);
	begin(r, d, 0.95);
	diag_cause(d, "ConfigMap %s/%s lacks the plugin kubernetes, so that CoreDNS knows no Service", fld_ns(r->map),
		   fld_name(r->map));
	diag_cite(d, r->map, NULL, "/metadata/name");
	for (size_t i = 0; i < r->count; i++)
		if (*r->lost[i].full)
			shows(d, &r->lost[i]);
	edit(r, d, "Put the plugin kubernetes back (kubernetes cluster.local in-addr.arpa ip6.arpa)");
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;

	r.map = h->find(w, "configmaps", "kube-system", "coredns", &seen);
	r.text = fld_str(fld_at(r.map, "data"), "Corefile");
	if (*r.text) {
		troubles_each(&r.v, TROUBLE_ANY | TROUBLE_SPARSE, on_trouble, &r);
		read_map(&r);
	}
	free(r.lost);
	free(r.own);
	diag_send(&r.set);
}

const struct check kubernetes_dns_check = {
	.size = sizeof(struct check),
	.name = "dns-config",
	.help = "CoreDNS that is told to answer wrongly: templates and hosts over names of Services, name servers that are silent",
	.run = run,
	.reads = "configmaps pods pods/log events services namespaces",
};
