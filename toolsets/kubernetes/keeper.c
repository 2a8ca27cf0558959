/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/keeper.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/rbac.h"
#include "toolsets/lib/field.h"

static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};
#define MAKERS (sizeof(makers) / sizeof(makers[0]))
#define LABEL_MIN 4 /* shorter parts of a domain name say nothing */

struct search {
	const struct view *v;
	struct rbac_action action;
	struct keeper *out;
	size_t granted; /* accounts that may */
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static enum keeper_state state_of(const json_t *o)
{
	bool daemon = is(fld_kind(o), "DaemonSet");
	int64_t want = daemon ? fld_int(o, "status.desiredNumberScheduled", 1) : fld_int(o, "spec.replicas", 1);
	int64_t ready = daemon ? fld_int(o, "status.numberReady", 0) : fld_int(o, "status.readyReplicas", 0);

	return want == 0 && !daemon ? KEEPER_ZERO : ready > 0 || !fld_at(o, "status") ? KEEPER_RUNS : KEEPER_DOWN;
}

/* One that runs is enough. */
static void consider(struct keeper *k, json_t *workload)
{
	enum keeper_state state = state_of(workload);

	if (k->state == KEEPER_RUNS || (k->workload && state != KEEPER_RUNS))
		return;
	*k = (struct keeper){state, workload};
}

static void of_account(struct search *s, const char *ns, const char *account)
{
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < MAKERS; k++)
		json_array_foreach (s->v->h->list(s->v->w, makers[k], ns, &seen), i, o) {
			const char *name = fld_str(o, "spec.template.spec.serviceAccountName");

			if (is(fld_ns(o), ns) && is(*name ? name : "default", account))
				consider(s->out, o);
		}
}

/* A role for everything belongs to people and installers, not to the one who looks after the kind. */
static bool narrow(const json_t *rule)
{
	json_t *groups = json_object_get(rule, "apiGroups"), *g;
	size_t i;

	json_array_foreach (groups, i, g)
		if (is(json_string_value(g) ? json_string_value(g) : "*", "*"))
			return false;
	return true;
}

static bool on_grant(void *ctx, const struct rbac_grant *g)
{
	struct search *s = ctx;

	if (!g->rule || !is(fld_str(g->subject, "kind"), "ServiceAccount") || !narrow(g->rule))
		return true;
	if (!kubernetes_rbac_allows(g->rule, &s->action))
		return true;
	s->granted++;
	of_account(s, *fld_str(g->subject, "namespace") ? fld_str(g->subject, "namespace") : fld_ns(g->binding),
		   fld_str(g->subject, "name"));
	return s->out->state != KEEPER_RUNS;
}

static void by_roles(struct search *s, const struct rbac *r, const char *resource)
{
	static const char *const verbs[] = {"update", "patch"};

	for (size_t i = 0; i < 2 && s->out->state != KEEPER_RUNS; i++) {
		s->action.verb = verbs[i];
		s->action.resource = resource;
		kubernetes_rbac_each(r, on_grant, s);
	}
}

/* Words like "operator" stand in the domain names of many. */
static bool telling(const char *label, size_t n)
{
	static const char *const vague[] = {"operator", "operators", "apps",	"cluster", "group", "core",  "k8s",
					    "x-k8s",	"kubernetes", "networking", "storage", "config", "policy", "security",
					    "monitoring", "infrastructure", "source", "cloud", "example", "bootstrap",
					    "controlplane", "gateway", "github", "install", "toolkit", NULL};

	for (size_t i = 0; vague[i]; i++)
		if (strlen(vague[i]) == n && strncmp(label, vague[i], n) == 0)
			return false;
	return n >= LABEL_MIN;
}

static bool named(const json_t *o, const char *label, size_t n)
{
	const char *name = fld_name(o), *at;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)(n < 63 ? n : 63), label);
	at = strstr(name, word);
	return at && (at == name || at[-1] == '-') && !isalnum((unsigned char)at[strlen(word)]);
}

void keeper_of_domain(const struct view *v, const char *domain, struct keeper *out)
{
	size_t n = strcspn(domain, "/");
	enum seen seen;
	json_t *o;
	size_t i;

	*out = (struct keeper){0};
	for (const char *at = domain, *end = domain + n; at < end;) {
		size_t len = strcspn(at, "./");

		/* the last label is the top level domain */
		if (at + len >= end)
			break;
		for (size_t k = 0; k < MAKERS && telling(at, len); k++)
			json_array_foreach (v->h->list(v->w, makers[k], NULL, &seen), i, o)
				if (named(o, at, len))
					consider(out, o);
		at += len + 1;
	}
}

/* Roles are worth reading only when all of them can be read. */
static bool roles_at_hand(const struct view *v)
{
	static const char *const lists[] = {
		"clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
		"roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io"};
	enum seen seen[4];

	v->h->lists_ahead(v->w, lists, 4, seen);
	for (size_t i = 0; i < 4; i++)
		if (seen[i] != SEEN_OK)
			return false;
	return true;
}

void keeper_of(const struct view *v, const char *resource, struct keeper *out)
{
	const char *dot = strchr(resource, '.');
	char plural[128], status[140];
	struct search s = {.v = v, .out = out};
	struct rbac r = {.worst = SEEN_FAILED};

	*out = (struct keeper){0};
	if (!dot)
		return;
	snprintf(plural, sizeof(plural), "%.*s", (int)(dot - resource < 127 ? dot - resource : 127), resource);
	snprintf(status, sizeof(status), "%s/status", plural);
	s.action = (struct rbac_action){.group = dot + 1, .name = "", .ns = ""};
	if (roles_at_hand(v) && kubernetes_rbac_read(&r, v)) {
		by_roles(&s, &r, status);
		if (!s.granted)
			by_roles(&s, &r, plural);
	}
	if (out->workload)
		return;
	keeper_of_domain(v, dot + 1, out);
	if (!out->workload && r.worst == SEEN_OK && !v->h->scope_ns(v->w) && json_array_size(r.cluster_roles))
		out->state = KEEPER_ABSENT;
}

const char *keeper_words(const struct keeper *k, char out[static 500])
{
	const char *ns = fld_ns(k->workload);

	out[0] = '\0';
	if (k->state == KEEPER_ZERO)
		snprintf(out, 500, "its controller, %s %s/%s, is scaled to zero", fld_kind(k->workload), ns,
			 fld_name(k->workload));
	else if (k->state == KEEPER_DOWN)
		snprintf(out, 500, "no pod of its controller, %s %s/%s, is ready", fld_kind(k->workload), ns,
			 fld_name(k->workload));
	else if (k->state == KEEPER_ABSENT)
		snprintf(out, 500, "nothing that runs here may write its status: its controller is not installed");
	return out;
}
