/* SPDX-License-Identifier: Apache-2.0 */
/* Programs in trouble because the API server forbids them what they ask for. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/refusal.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

/* 'User "system:serviceaccount:ns:name" cannot list resource "pods" in API group "" in the namespace "x"' */
struct refused {
	char ns[64], account[254], verb[40], resource[120], group[120], where[64];
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Quotes in JSON logs are escaped. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (*s != '\\' || s[1] != '"')
			*to++ = *s;
	*to = '\0';
}

static bool parse(const char *text, struct refused *out)
{
	*out = (struct refused){0};
	if (!refusal_word(text, "system:serviceaccount:", ":", out->ns, sizeof(out->ns)))
		return false;
	text = strstr(text, "system:serviceaccount:") + strlen("system:serviceaccount:");
	return refusal_word(text, ":", "\"'", out->account, sizeof(out->account)) &&
	       refusal_word(text, " cannot ", " ", out->verb, sizeof(out->verb)) &&
	       refusal_word(text, "resource \"", "\"", out->resource, sizeof(out->resource)) &&
	       (refusal_word(text, "API group \"", "\"", out->group, sizeof(out->group)) || true) &&
	       (refusal_word(text, "namespace \"", "\"", out->where, sizeof(out->where)) || true);
}

static bool names_account(const json_t *binding, const struct refused *f)
{
	json_t *s;
	size_t i;

	json_array_foreach (fld_at(binding, "subjects"), i, s)
		if (is(fld_str(s, "kind"), "ServiceAccount") && is(fld_str(s, "name"), f->account) &&
		    is(fld_str(s, "namespace"), f->ns))
			return true;
	return false;
}

/* Bindings of this account: what they refer to may be missing or too narrow. */
static void bindings(struct run *r, struct diagnosis *d, const struct refused *f)
{
	static const char *const kinds[] = {"rolebindings.rbac.authorization.k8s.io",
					    "clusterrolebindings.rbac.authorization.k8s.io"};
	enum seen seen, role_seen;
	json_t *b, *role;
	size_t i, n = 0, read = 0;

	for (size_t k = 0; k < 2; k++) {
		json_t *list = r->v.h->list(r->v.w, kinds[k], NULL, &seen);

		read += seen == SEEN_OK;
		json_array_foreach (list, i, b) {
			const char *kind = fld_str(b, "roleRef.kind"), *name = fld_str(b, "roleRef.name");

			if (!names_account(b, f))
				continue;
			n++;
			role = r->v.h->find_kind(r->v.w, "rbac.authorization.k8s.io/v1", kind,
						 is(kind, "Role") ? fld_ns(b) : NULL, name, &role_seen);
			diag_cite(d, b, NULL, "/roleRef/name");
			if (!role && role_seen == SEEN_NOT_FOUND) {
				diag_about(d, b);
				diag_cause_more(d, "; %s %s gives it the %s %s, which does not exist", fld_kind(b),
						fld_name(b), kind, name);
				continue;
			}
			diag_cause_more(d, "; %s %s of %s does not allow it", kind, name, fld_name(b));
			if (role && !is(name, "cluster-admin"))
				diag_about(d, role);
			diag_cite(d, role, NULL, "/rules/0/verbs/0");
		}
	}
	if (!n && read == 2)
		diag_cause_more(d, "; no binding names this account");
	if (!n && seen == SEEN_OK)
		diag_cite_absence(d, kinds[0], f->where[0] ? f->where : f->ns, f->account);
}

static void fill(struct run *r, struct diagnosis *d, const struct trouble *t, const struct refused *f, const char *line,
		 size_t len, size_t number)
{
	diag_about_words(d, "v1", "ServiceAccount", f->ns, f->account);
	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cause(d, "%s %s may not %s %s%s%s%s%s: its ServiceAccount %s lacks the right (RBAC)", t->workload.kind,
		   t->workload.name, f->verb, f->resource, *f->group ? "." : "", f->group,
		   *f->where ? " in namespace " : "", f->where, f->account);
	diag_cite_line(d, &t->log, number, line, len);
	diag_cite(d, t->pod, NULL, "/spec/serviceAccountName");
	bindings(r, d, f);
	if (*f->where)
		diag_fix(d,
			 "Grant it: kubectl create role %s-%s --verb=%s --resource=%s -n %s && kubectl create "
			 "rolebinding %s-%s --role=%s-%s "
			 "--serviceaccount=%s:%s -n %s",
			 f->account, f->resource, f->verb, f->resource, f->where, f->account, f->resource, f->account,
			 f->resource, f->ns, f->account, f->where);
	else
		diag_fix(d,
			 "Grant it: kubectl create clusterrole %s-%s --verb=%s --resource=%s && kubectl create "
			 "clusterrolebinding %s-%s "
			 "--clusterrole=%s-%s --serviceaccount=%s:%s",
			 f->account, f->resource, f->verb, f->resource, f->account, f->resource, f->account,
			 f->resource, f->ns, f->account);
	diag_fix(d, "Check: kubectl auth can-i %s %s --as=system:serviceaccount:%s:%s%s%s", f->verb, f->resource, f->ns,
		 f->account, *f->where ? " -n " : "", f->where);
	diag_docs(d, "https://kubernetes.io/docs/reference/access-authn-authz/rbac/");
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	const char *line;
	size_t len, number = trouble_last_line(t, "is forbidden", &line, &len);
	struct refused f;
	struct diagnosis *d;
	bool fresh;

	if (!number)
		return;
	drop_text char *copy = alloc_strn(line, len);
	unescape(copy);
	if (!parse(copy, &f))
		return;
	d = diag_get(&r->set, &fresh, "%s/%s/%s/%s", f.ns, f.account, f.verb, f.resource);
	diag_shows(d, t->pod);
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	if (fresh)
		fill(r, d, t, &f, line, len, number);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_ANY, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_forbidden_check = {
	.size = sizeof(struct check),
	.name = "access-forbidden",
	.help = "Programs in trouble because their ServiceAccount may not do what they ask of the API server",
	.run = run,
	.reads = "pods pods/log events nodes roles.rbac.authorization.k8s.io "
		 "clusterroles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io "
		 "clusterrolebindings.rbac.authorization.k8s.io",
};
