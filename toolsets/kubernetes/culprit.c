/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/culprit.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/credential.h"
#include "toolsets/lib/field.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool same(const struct workload *a, const struct workload *b)
{
	return is(a->name, b->name) && is(a->ns, b->ns) && is(a->kind, b->kind);
}

static bool complains(const struct dispute *q, const struct workload *wl)
{
	for (size_t i = 0; i < q->count; i++)
		if (same(&q->plaints[i]->t.workload, wl))
			return true;
	return false;
}

const struct workload *dispute_content(const struct dispute *q, size_t n, const char **container)
{
	for (size_t i = 0; i < q->clients.count; i++) {
		if (complains(q, &q->clients.at[i]) || n--)
			continue;
		*container = q->clients.container[i];
		return &q->clients.at[i];
	}
	return NULL;
}

void dispute_shows(struct dispute *q, struct diagnosis *d, size_t first, size_t count, double score)
{
	enum severity severity = SEVERITY_WARNING;

	for (size_t i = first; i < first + count && i < q->count; i++) {
		struct plaint *p = q->plaints[i];

		p->told = true;
		diag_shows(d, p->t.pod);
		diag_shows_words(d, p->t.workload.api_version, p->t.workload.kind, p->t.workload.ns,
				 p->t.workload.name);
		if (i < first + 3)
			trouble_cite(d, &p->t);
		if (p->t.why & (TROUBLE_CRASH | TROUBLE_UNREADY | TROUBLE_INIT))
			severity = SEVERITY_CRITICAL;
	}
	diag_rate(d, severity, score);
}

const char *dispute_server(const struct plaint *p, char out[static 300])
{
	if (p->served)
		snprintf(out, 300, "%s (Service %.63s/%.63s)", product_name(p->c.product), fld_ns(p->server.service),
			 fld_name(p->server.service));
	else
		snprintf(out, 300, "%s", product_name(p->c.product));
	return out;
}

/* "Deployment cart, Deployment orders and 3 more". */
static const char *names(const struct dispute *q, char out[static 400])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < q->count && i < 4; i++)
		n += (size_t)snprintf(out + n, 400 - n, "%s%.20s %.60s", i ? ", " : "", q->plaints[i]->t.workload.kind,
				      q->plaints[i]->t.workload.name);
	if (q->count > 4 && n < 380)
		snprintf(out + n, 400 - n, " and %zu more", q->count - 4);
	return out;
}

/* The server itself shows it too: its pods, and the log in which it complains. */
static void with_server(struct diagnosis *d, const struct server *s)
{
	if (s->pod) {
		diag_shows(d, s->pod);
		diag_shows_words(d, s->workload.api_version, s->workload.kind, s->workload.ns, s->workload.name);
	}
}

/* All clients are refused alike: the server's own password was changed. */
static void server_password(struct dispute *q)
{
	struct plaint *p = q->plaints[0];
	struct diagnosis *d = diag_new(q->set);
	struct credential have = {0};
	char who[400], server[300], arg[400];
	enum seen seen;
	json_t *object = NULL, *c;
	size_t i, index = 0;

	json_array_foreach (fld_at(p->server.workload.spec, "containers"), i, c)
		if (!have.from)
			credential_password(&p->server.workload, fld_str(c, "name"), "", &have);
	if (have.from == CREDENTIAL_SECRET || have.from == CREDENTIAL_MAP)
		object = q->v->h->find(q->v->w, have.from == CREDENTIAL_SECRET ? "secrets" : "configmaps",
				       p->server.workload.ns, have.object, &seen);
	if (object)
		diag_about(d, object);
	else
		workload_about(d, &p->server.workload);
	diag_cause(d, "The password of %s is not the one that its clients have: all %zu of them are refused (%s)",
		   dispute_server(p, server), q->count, names(q, who));
	if (*p->c.user)
		diag_cause_more(d, " as user \"%s\"", p->c.user);
	if (object)
		diag_cause_more(d, "; the server takes it from %s %s%s%s%s", fld_kind(object), fld_name(object),
				*have.key ? " (key " : "", have.key, *have.key ? ")" : "");
	if (object && credential_changed(object, &index)) {
		diag_cause_more(d, ", last changed at %s",
				fld_str(json_array_get(fld_at(object, "metadata.managedFields"), index), "time"));
		diag_cite(d, object, NULL, "/metadata/managedFields/%zu/time", index);
	}
	dispute_shows(q, d, 0, q->count, 0.9);
	if (have.from)
		diag_cite(d, p->server.workload.spec_object, NULL, "%s", have.pointer);
	with_server(d, &p->server);
	diag_fix(d,
		 "Give the server the password again that its clients have, or give them the new one and restart them: "
		 "kubectl edit %s",
		 object ? workload_arg_of(object, arg) : workload_arg(&p->server.workload, arg));
}

/* A server without a Service, as etcd in the control plane is: its pods are known by their name. */
static void blame_unserved(const struct dispute *q, struct diagnosis *d, const struct plaint *p)
{
	const char *name = product_name(p->c.product);
	enum seen seen;
	json_t *pods = q->v->h->list(q->v->w, "pods", "kube-system", &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (strncasecmp(fld_name(pod), name, strlen(name)) == 0)
			diag_blames(d, "v1", "Pod", "kube-system", fld_name(pod));
	diag_fix(d, "Repair %s, which refuses %s %s: kubectl get pods -A", name, p->t.workload.kind,
		 p->t.workload.name);
}

static void how_to_mend(const struct dispute *q, struct diagnosis *d, const struct plaint *p,
			const struct server_setting *set)
{
	char arg[400];

	if (set->object)
		diag_fix(d, "Correct %s where it is written, then restart the server: kubectl edit %s", set->name,
			 workload_arg_of(set->object, arg));
	if (!p->server.pod) {
		blame_unserved(q, d, p);
		return;
	}
	workload_arg(&p->server.workload, arg);
	switch (p->c.fault) {
	case FAULT_CONNECTIONS:
		diag_fix(d, "Allow more connections, or make the pools of the clients smaller: kubectl edit %s", arg);
		break;
	case FAULT_READ_ONLY:
		diag_fix(d, "Let it take writes again, or lead its clients to the primary: kubectl edit %s", arg);
		break;
	case FAULT_FULL:
		diag_fix(d, "Give it more room, or remove what need not be there: kubectl edit %s", arg);
		break;
	case FAULT_PASSWORD:
	case FAULT_TLS:
		diag_fix(d, "Give the clients what it demands, or stop demanding it: kubectl edit %s", arg);
		break;
	default:
		diag_fix(d, "Give the user back what it needs on the server: kubectl exec -it %s -n %s -- sh",
			 fld_name(p->server.pod), fld_ns(p->server.pod));
	}
}

/* What only the server can mend, and the setting of it that says so. */
static void server_refuses(struct dispute *q)
{
	struct plaint *p = q->plaints[0];
	struct diagnosis *d = diag_new(q->set);
	struct server_setting set = {0};
	char who[400], server[300], words[260];

	server_setting(q->v, &p->server, fault_settings(p->c.fault), &set);
	if (set.object)
		diag_about(d, set.object);
	else if (p->server.pod)
		workload_about(d, &p->server.workload);
	else
		workload_about(d, &p->t.workload);
	diag_cause(d, "%s %s", dispute_server(p, server), fault_words(p->c.fault));
	if (set.object)
		diag_cause_more(d, ", as %s %s says (%s)", fld_kind(set.object), fld_name(set.object), set.quote);
	if (*p->c.user)
		diag_cause_more(d, "; user \"%s\"", p->c.user);
	if (*p->c.thing)
		diag_cause_more(d, "; it is about \"%s\"", p->c.thing);
	diag_cause_more(d, "; %s %s: \"%s\"", names(q, who), q->count > 1 ? "say" : "says",
			trouble_words(&p->t, words));
	dispute_shows(q, d, 0, q->count, set.object ? 0.93 : 0.85);
	if (set.object)
		diag_cite(d, set.object, set.quote, "%s", set.pointer);
	with_server(d, &p->server);
	how_to_mend(q, d, p, &set);
}

/* Writes sent to a Service that is meant for reading. */
static bool reads_only(const char *name)
{
	static const char *const words[] = {"replica",	 "slave", "secondary", "readonly",
					    "read-only", "-read", "-ro",       NULL};

	for (size_t i = 0; words[i]; i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

static bool each_alone(const struct dispute *q)
{
	const struct plaint *p = q->plaints[0];

	switch (p->c.fault) {
	case FAULT_RECORD:
	case FAULT_NO_THING:
		return true;
	case FAULT_CREDENTIAL:
	case FAULT_NO_USER:
		return !p->served || !p->server.pod || q->count < 2 || q->content > 0;
	case FAULT_READ_ONLY:
		return p->served && reads_only(fld_name(p->server.service));
	case FAULT_RIGHTS:
		return !p->served;
	default:
		return false;
	}
}

void culprit_find(struct dispute *q)
{
	if (each_alone(q)) {
		for (size_t i = 0; i < q->count; i++)
			culprit_client(q, q->plaints[i], i);
		return;
	}
	if (q->plaints[0]->c.fault == FAULT_CREDENTIAL)
		server_password(q);
	else
		server_refuses(q);
}
