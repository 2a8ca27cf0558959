/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that are not ready because the certificate of their kubelet was not renewed: its request was denied or waits.
 */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define WAIT_MS (5 * 60 * 1000LL)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The last word on a request: its condition, or NULL while it waits. */
static const json_t *decision(const json_t *request, size_t *index)
{
	json_t *list = fld_at(request, "status.conditions"), *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (is(fld_str(c, "type"), "Denied") || is(fld_str(c, "type"), "Failed") ||
		    is(fld_str(c, "type"), "Approved")) {
			*index = i;
			if (!is(fld_str(c, "type"), "Approved"))
				return c;
		}
	return json_array_size(list) ? json_array_get(list, *index) : NULL;
}

/* The newest request of this node's kubelet for its client certificate. */
static json_t *request_of(const struct view *v, const char *node)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "certificatesigningrequests.certificates.k8s.io", NULL, &seen), *o,
	       *found = NULL;
	char user[300];
	size_t i;

	snprintf(user, sizeof(user), "system:node:%.253s", node);
	json_array_foreach (list, i, o)
		if (is(fld_str(o, "spec.username"), user) &&
		    is(fld_str(o, "spec.signerName"), "kubernetes.io/kube-apiserver-client-kubelet") &&
		    (!found || strcmp(fld_str(o, "metadata.creationTimestamp"),
				      fld_str(found, "metadata.creationTimestamp")) > 0))
			found = o;
	return found;
}

static void judge(const struct view *v, struct diagnoses *set, json_t *node)
{
	json_t *request = request_of(v, fld_name(node));
	size_t index = 0;
	const json_t *word = request ? decision(request, &index) : NULL;
	struct diagnosis *d;
	char age[AGE_SIZE];

	if (!request || is(fld_str(word, "type"), "Approved") || patient_age_ms(v, request) < WAIT_MS)
		return;
	d = diag_new(set);
	diag_about(d, request);
	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d, "The kubelet of node %s asked for a new client certificate %s ago (%s), and the request ",
		   fld_name(node), age_of(request, v->now_ms, age), fld_name(request));
	if (word)
		diag_cause_more(d, "was %s (%s%s%.200s), so the kubelet may not speak to the API server any more",
				is(fld_str(word, "type"), "Denied") ? "denied" : "not fulfilled",
				fld_str(word, "reason"), *fld_str(word, "message") ? ": " : "",
				fld_str(word, "message"));
	else
		diag_cause_more(d, "still waits for approval, so the kubelet may not speak to the API server any more");
	diag_cite(d, request, NULL, "/spec/username");
	diag_cite(d, request, NULL, "/spec/signerName");
	if (word) {
		diag_cite(d, request, NULL, "/status/conditions/%zu/type", index);
		diag_cite(d, request, NULL, "/status/conditions/%zu/message", index);
	}
	diag_shows(d, node);
	if (!word)
		diag_fix(d, "Approve it: kubectl certificate approve %s", fld_name(request));
	diag_fix(d, "%s: delete the request and restart the kubelet, which asks again: kubectl delete csr %s",
		 word ? "Correct what denies it" : "If it was refused since", fld_name(request));
	diag_docs(d, "https://kubernetes.io/docs/tasks/tls/certificate-rotation/");
}

static void run(const struct host *h, struct work *w)
{
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	enum seen seen;
	json_t *nodes = h->list(w, "nodes", NULL, &seen), *node;
	size_t i;

	json_array_foreach (nodes, i, node)
		if (is(fld_str(fld_condition(node, "Ready"), "status"), "Unknown"))
			judge(&v, &set, node);
	diag_send(&set);
}

const struct check kubernetes_csr_check = {
	.size = sizeof(struct check),
	.name = "node-certificate",
	.help = "Nodes that went away after the request for their kubelet's certificate was denied or left waiting",
	.run = run,
	.reads = "nodes certificatesigningrequests.certificates.k8s.io",
};
