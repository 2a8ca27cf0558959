/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that have expired, told by the logs of those who ask: what has to be renewed is with the one who serves
 * it. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/serving.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

#define ADDRESSES_MAX 60 /* of a text that are looked up */

struct run {
	struct view v;
	struct diagnoses set;
};

static bool has(const char *text, size_t len, const char *word)
{
	return memmem(text, len, word, strlen(word)) != NULL;
}

/* Does a line say that the other side's certificate is too old? "remote error" is what the other side says of ours. */
static bool says_expired(const char *line, size_t len)
{
	if (has(line, len, "remote error") || has(line, len, " is before "))
		return false;
	return has(line, len, "certificate has expired") || has(line, len, "CERT_HAS_EXPIRED") ||
	       has(line, len, "certificate is expired") || has(line, len, "CertificateExpiredException");
}

/* A Service named in a text that is not the asking pod's own. */
struct search {
	struct run *r;
	json_t *pod, *service;
};

static bool find_service(struct search *q, const char *text, size_t len)
{
	struct address a;
	enum seen seen;
	size_t at = 0;

	for (int n = 0; n < ADDRESSES_MAX && !q->service && address_next(text, len, &at, &a); n++) {
		bool url = a.start >= 8 && memcmp(text + a.start - 8, "https://", 8) == 0;
		json_t *service = a.port || url ? address_service(&q->r->v, a.host, fld_ns(q->pod), &seen) : NULL;

		if (service &&
		    !q->r->v.h->labels_match(fld_at(service, "spec.selector"), fld_at(q->pod, "metadata.labels"), true))
			q->service = service;
	}
	return q->service != NULL;
}

static bool in_setting(void *ctx, const struct setting *s)
{
	struct search *q = ctx;

	return strstr(s->value, "https://") && find_service(q, s->value, strlen(s->value));
}

/* The Secrets that a pod mounts: one of them may be known to have run out. */
static void blame_secrets(struct diagnosis *d, const json_t *pod)
{
	json_t *volume;
	size_t i;

	json_array_foreach (fld_at(pod, "spec.volumes"), i, volume)
		if (*fld_str(volume, "secret.secretName"))
			diag_blames(d, "v1", "Secret", fld_ns(pod), fld_str(volume, "secret.secretName"));
}

static bool about(struct run *r, struct diagnosis *d, json_t *service, struct workload *wl)
{
	struct serving behind;

	serving_of(&r->v, service, &behind);
	diag_shows(d, service);
	if (!behind.sample) {
		diag_about(d, service);
		return false;
	}
	workload_of(r->v.h, r->v.w, behind.sample, wl);
	workload_about(d, wl);
	blame_secrets(d, behind.sample);
	return true;
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct search q = {.r = r, .pod = t->pod};
	struct diagnosis *d;
	struct workload wl;
	char words[260], arg[400];
	bool fresh;

	if (!t->number || !says_expired(t->line, t->len))
		return;
	if (!find_service(&q, t->line, t->len) && !settings_each(&r->v, &t->workload, t->name, in_setting, &q))
		return;
	d = diag_get(&r->set, &fresh, "%s/%s", fld_ns(q.service), fld_name(q.service));
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	if (!fresh)
		return;
	diag_rate(d, t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.88);
	if (about(r, d, q.service, &wl)) {
		diag_cause(d, "The TLS certificate that %s %s serves (Service %s) has expired", wl.kind, wl.name,
			   fld_name(q.service));
		diag_fix(d, "Renew the certificate, then restart what serves it: kubectl rollout restart %s",
			 workload_arg(&wl, arg));
	} else {
		diag_cause(d, "The TLS certificate behind Service %s has expired", fld_name(q.service));
		diag_fix(d, "Renew the certificate: kubectl get secrets -n %s --field-selector type=kubernetes.io/tls",
			 fld_ns(q.service));
	}
	diag_cause_more(d, "; %s %s says \"%s\"", t->workload.kind, t->workload.name, trouble_words(t, words));
	trouble_cite(d, t);
	diag_cite(d, q.service, NULL, "/spec/ports/0/port");
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_ANY, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_peer_check = {
	.size = sizeof(struct check),
	.name = "peer-certificate",
	.help = "Services whose TLS certificate has expired, as the logs of those who ask them say",
	.run = run,
	.reads = "pods pods/log events services namespaces nodes secrets",
};
