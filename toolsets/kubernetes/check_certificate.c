/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates in TLS Secrets that have run out, or do not yet hold, and that something uses. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/refusal.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define SOON_MS (7 * 24 * 3600 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* What the host tells of a certificate in place of its bytes: the first one's subject and times. */
struct certificate {
	char subject[200], after[40], before[40];
	int64_t after_ms, before_ms;
};

static bool read_certificate(const json_t *secret, struct certificate *c)
{
	const char *text = json_string_value(json_object_get(fld_at(secret, "data"), "tls.crt"));

	*c = (struct certificate){0};
	if (!text || !refusal_word(text, "notAfter: ", "\n", c->after, sizeof(c->after)))
		return false;
	refusal_word(text, "notBefore: ", "\n", c->before, sizeof(c->before));
	refusal_word(text, "subject: ", "\n", c->subject, sizeof(c->subject));
	if (!when_parse(c->before, &c->before_ms))
		c->before_ms = 0;
	return when_parse(c->after, &c->after_ms);
}

/* Ingresses that serve with it. */
static size_t ingresses(struct run *r, struct diagnosis *d, const json_t *secret)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "ingresses.networking.k8s.io", fld_ns(secret), &seen), *o, *tls;
	size_t i, k, n = 0;

	json_array_foreach (list, i, o)
		json_array_foreach (fld_at(o, "spec.tls"), k, tls) {
			if (!is(fld_str(tls, "secretName"), fld_name(secret)))
				continue;
			if (!n++)
				diag_cause_more(d, "; Ingress %s serves it", fld_name(o));
			diag_cite(d, o, NULL, "/spec/tls/%zu/secretName", k);
			diag_shows(d, o);
		}
	return n;
}

/* Pods that mount it. */
static size_t pods(struct run *r, struct diagnosis *d, const json_t *secret)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "pods", fld_ns(secret), &seen), *o, *volume;
	struct workload wl;
	size_t i, k, n = 0;

	json_array_foreach (list, i, o)
		json_array_foreach (fld_at(o, "spec.volumes"), k, volume) {
			if (!is(fld_str(volume, "secret.secretName"), fld_name(secret)) ||
			    !is(fld_str(o, "status.phase"), "Running"))
				continue;
			workload_of(r->v.h, r->v.w, o, &wl);
			if (!n++)
				diag_cause_more(d, "; %s %s uses it", wl.kind, wl.name);
			diag_cite(d, o, NULL, "/spec/volumes/%zu/secret/secretName", k);
			diag_shows(d, o);
		}
	return n;
}

static void judge(struct run *r, json_t *secret)
{
	struct certificate c;
	struct diagnosis *d;
	bool early, late, soon;

	if (!read_certificate(secret, &c))
		return;
	late = c.after_ms < r->v.now_ms;
	early = c.before_ms > r->v.now_ms;
	soon = !late && c.after_ms - r->v.now_ms < SOON_MS;
	if (!late && !early && !soon)
		return;
	d = diag_new(&r->set);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "The certificate in Secret %s (%s) %s %s", fld_name(secret), c.subject,
		   late	   ? "ran out on"
		   : early ? "does not hold before"
			   : "runs out on",
		   early ? c.before : c.after);
	if (!ingresses(r, d, secret) && !pods(r, d, secret))
		return; /* nobody uses it; without an object nothing is reported */
	diag_about(d, secret);
	if (!late && !early)
		diag_past(d);
	diag_cite_derived(d, secret, "/data/tls.crt", NULL, "subject: %s, notBefore: %s, notAfter: %s", c.subject,
			  c.before, c.after);
	diag_cite(d, secret, NULL, "/type");
	diag_fix(d,
		 "Renew it and put it in: kubectl create secret tls %s -n %s --cert=tls.crt --key=tls.key "
		 "--dry-run=client -o yaml | kubectl apply -f -",
		 fld_name(secret), fld_ns(secret));
	diag_fix(d, "With cert-manager see why it was not renewed: kubectl describe certificate -n %s", fld_ns(secret));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "secrets", NULL, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		if (is(fld_str(o, "type"), "kubernetes.io/tls"))
			judge(&r, o);
	diag_send(&r.set);
}

const struct check kubernetes_certificate_check = {
	.size = sizeof(struct check),
	.name = "certificate-expired",
	.help = "Certificates in Secrets that have run out and that an Ingress or a running pod uses",
	.run = run,
	.reads = "ingresses.networking.k8s.io secrets pods",
};
