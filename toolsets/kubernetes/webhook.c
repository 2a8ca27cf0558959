/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/webhook.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/refusal.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

static const char *const kinds[] = {"validatingwebhookconfigurations.admissionregistration.k8s.io",
				    "mutatingwebhookconfigurations.admissionregistration.k8s.io"};

const char *webhook_key(const char *key, char out[static 300])
{
	return settings_key(key, out);
}

/* The configuration that holds a webhook of this name, and which of its webhooks it is. */
static json_t *configuration(const struct view *v, const char *name, size_t *index)
{
	enum seen seen;
	json_t *o, *hook;
	size_t i, n;

	for (size_t k = 0; k < 2; k++) {
		json_t *list = v->h->list(v->w, kinds[k], NULL, &seen);

		json_array_foreach (list, i, o)
			json_array_foreach (fld_at(o, "webhooks"), n, hook) {
				if (strcmp(fld_str(hook, "name"), name) != 0)
					continue;
				*index = n;
				return o;
			}
	}
	return NULL;
}

static void why(const struct view *v, struct diagnosis *d, const char *text, const char *service, const char *ns)
{
	enum seen seen;
	json_t *s = *service ? v->h->find(v->w, "services", ns, service, &seen) : NULL;

	if (strstr(text, "expired") && strstr(text, "current time"))
		diag_cause_more(d, ": its certificate has expired or is not valid yet (%.120s)",
				strstr(text, "current time"));
	else if (strstr(text, "x509:") || strstr(text, "certificate"))
		diag_cause_more(d, ": its certificate is not trusted (caBundle or serving certificate are wrong)");
	else if (*service && !s && seen == SEEN_NOT_FOUND)
		diag_cause_more(d, ": its Service %s/%s does not exist", ns, service);
	else if (strstr(text, "no endpoints available"))
		diag_cause_more(d, ": nothing is ready behind its Service %s/%s", ns, service);
	else if (strstr(text, "deadline exceeded") || strstr(text, "timeout"))
		diag_cause_more(d, ": it does not answer in time");
	else if (strstr(text, "connection refused"))
		diag_cause_more(d, ": nothing listens behind its Service %s/%s", ns, service);
	else
		diag_cause_more(d, ": %.200s", text);
	if (*service && !s && seen == SEEN_NOT_FOUND)
		diag_cite_absence(d, "services", ns, service);
}

static void fill_failed(const struct view *v, struct diagnosis *d, const struct workload *wl, const char *text,
			const char *name)
{
	char service[254] = "", ns[64] = "";
	size_t i = 0;
	json_t *o = configuration(v, name, &i), *hook = json_array_get(fld_at(o, "webhooks"), i);

	if (hook) {
		snprintf(service, sizeof(service), "%.253s", fld_str(hook, "clientConfig.service.name"));
		snprintf(ns, sizeof(ns), "%.63s", fld_str(hook, "clientConfig.service.namespace"));
	} else if (refusal_word(text, "https://", ".", service, sizeof(service))) {
		refusal_word(strstr(text, "https://"), ".", ".", ns, sizeof(ns));
	}
	diag_rate(d, SEVERITY_CRITICAL, 0.88);
	if (o)
		diag_about(d, o);
	else
		workload_about(d, wl);
	diag_cause(d, "The admission webhook %s%s%s fails, so no pod of %s %s can be created", name, o ? " of " : "",
		   o ? fld_name(o) : "", wl->kind, wl->name);
	why(v, d, text, service, ns);
	diag_cite(d, hook ? o : NULL, NULL, "/webhooks/%zu/failurePolicy", i);
	diag_cite(d, hook ? o : NULL, NULL, "/webhooks/%zu/clientConfig/service/name", i);
	diag_blames(d, "v1", "Service", ns, service);
	diag_fix(d, "Repair what stands behind it: kubectl get service,endpoints,pods -n %s", *ns ? ns : wl->ns);
	if (o)
		diag_fix(d, "Until then let requests pass: set failurePolicy: Ignore with kubectl edit %s %s",
			 fld_kind(o), fld_name(o));
	diag_docs(d, "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/");
}

static void fill_denied(const struct view *v, struct diagnosis *d, const struct workload *wl, const char *text,
			const char *name)
{
	char arg[400], said[400] = "";
	size_t i = 0;
	json_t *o = configuration(v, name, &i);

	refusal_word(text, "denied the request: ", "\n", said, sizeof(said));
	workload_about(d, wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cause(d, "The admission webhook %s refuses the pods of %s %s: %s", name, wl->kind, wl->name, said);
	diag_cite(d, o, NULL, "/webhooks/%zu/name", i);
	diag_fix(d, "Change what it objects to: kubectl edit %s", workload_arg(wl, arg));
}

void webhook_fill(const struct view *v, struct diagnosis *d, const struct workload *wl, const char *text)
{
	char name[254] = "?";

	refusal_word(text, "webhook \"", "\"", name, sizeof(name));
	if (strstr(text, "denied the request"))
		fill_denied(v, d, wl, text, name);
	else
		fill_failed(v, d, wl, text, name);
}
