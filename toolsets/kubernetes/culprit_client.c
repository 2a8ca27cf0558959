/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/credential.h"
#include "toolsets/kubernetes/culprit.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define THING_MIN 3 /* letters of a name that is looked for in settings */

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static json_t *source_of(const struct dispute *q, const struct credential *c, const char *ns)
{
	enum seen seen;

	if (c->from != CREDENTIAL_SECRET && c->from != CREDENTIAL_MAP)
		return NULL;
	return q->v->h->find(q->v->w, c->from == CREDENTIAL_SECRET ? "secrets" : "configmaps", ns, c->object, &seen);
}

/* Variables are resolved when a container is made: was the source changed after that? */
static bool is_stale(const struct plaint *p, const json_t *source, size_t *index)
{
	int64_t started, changed = credential_changed(source, index);

	return changed && when_parse(fld_str(p->t.status, "state.running.startedAt"), &started) && changed > started;
}

/* A sibling that takes the same credential and works: it must have been started later. */
static bool sibling_has_it(const struct dispute *q, const struct plaint *p, const struct credential *mine,
			   const struct workload **sibling)
{
	struct credential other;
	const char *container;
	const struct workload *wl;

	for (size_t i = 0; (wl = dispute_content(q, i, &container)); i++) {
		if (!is(wl->ns, p->t.workload.ns) || !credential_password(wl, container, "", &other) ||
		    other.from != mine->from || !is(other.object, mine->object) || !is(other.key, mine->key))
			continue;
		*sibling = wl;
		return true;
	}
	return false;
}

/* A sibling whose written value differs, of the password or of the user. */
static bool sibling_differs(const struct dispute *q, const struct plaint *p, const struct credential *mine, bool user,
			    const struct workload **sibling, struct credential *theirs)
{
	const char *container;
	const struct workload *wl;

	for (size_t i = 0; (wl = dispute_content(q, i, &container)); i++) {
		bool found = user ? credential_user(wl, container, "", theirs)
				  : credential_password(wl, container, "", theirs);

		if (!found || is(wl->name, p->t.workload.name))
			continue;
		*sibling = wl;
		if (mine->from == CREDENTIAL_TEXT && theirs->from == CREDENTIAL_TEXT)
			return !is(mine->value, theirs->value);
		if (!user && (mine->from != theirs->from || !is(mine->object, theirs->object)))
			return true;
	}
	return false;
}

static void cite_variable(struct diagnosis *d, const struct workload *wl, const struct credential *c)
{
	if (*c->pointer)
		diag_cite(d, wl->spec_object, NULL, "%s", c->pointer);
}

/* The user is another one than its siblings'. */
static bool wrong_user(struct dispute *q, struct diagnosis *d, struct plaint *p)
{
	const struct workload *sibling;
	struct credential mine, theirs;

	if (!credential_user(&p->t.workload, p->t.name, p->server.variable, &mine) || mine.from != CREDENTIAL_TEXT ||
	    (*p->c.user && !is(mine.value, p->c.user)) || !sibling_differs(q, p, &mine, true, &sibling, &theirs) ||
	    p->c.fault == FAULT_CREDENTIAL)
		return false;
	diag_cause_more(d, ": it asks as user \"%s\" (%s), while %s %s, which works, is \"%s\"", mine.value, mine.variable,
			sibling->kind, sibling->name, theirs.value);
	cite_variable(d, &p->t.workload, &mine);
	return true;
}

/* What the password's source tells; returns the object to mend, NULL: the workload. */
static json_t *judge_password(struct dispute *q, struct diagnosis *d, struct plaint *p, struct credential *mine)
{
	const struct workload *sibling;
	struct credential theirs;
	json_t *source = source_of(q, mine, p->t.workload.ns);
	size_t index = 0;
	char arg[400];

	workload_arg(&p->t.workload, arg);
	if (mine->from == CREDENTIAL_SECRET || mine->from == CREDENTIAL_MAP)
		diag_cause_more(d, "; %s comes from %s %s%s%s%s", *mine->variable ? mine->variable : "its password",
				mine->from == CREDENTIAL_SECRET ? "Secret" : "ConfigMap", mine->object,
				*mine->key ? " (key " : "", mine->key, *mine->key ? ")" : "");
	if (source && p->t.why != TROUBLE_CRASH && is_stale(p, source, &index)) {
		diag_cause_more(d, ", which was changed at %s, after the container was started: it needs a restart to have it",
				fld_str(json_array_get(fld_at(source, "metadata.managedFields"), index), "time"));
		diag_cite(d, source, NULL, "/metadata/managedFields/%zu/time", index);
		diag_cite(d, p->t.pod, NULL, "/status/startTime");
		diag_fix(d, "Restart it, so that it takes the new value: kubectl rollout restart %s", arg);
		return NULL;
	}
	if (source && p->t.why != TROUBLE_CRASH && sibling_has_it(q, p, mine, &sibling)) {
		diag_cause_more(d, ", as that of %s %s, which works: this one has an older value and needs a restart",
				sibling->kind, sibling->name);
		diag_fix(d, "Restart it, so that it takes the value of now: kubectl rollout restart %s", arg);
		return NULL;
	}
	if (sibling_differs(q, p, mine, false, &sibling, &theirs)) {
		diag_cause_more(d, "%s %s is not what %s of %s %s is, which works", mine->from == CREDENTIAL_TEXT ? ":" : ",",
				mine->from == CREDENTIAL_TEXT ? mine->variable : "which", theirs.variable, sibling->kind,
				sibling->name);
		cite_variable(d, sibling, &theirs);
	}
	if (mine->from == CREDENTIAL_MAP && source)
		return source;
	if (source && credential_changed(source, &index)) {
		diag_cause_more(d, ", last changed at %s",
				fld_str(json_array_get(fld_at(source, "metadata.managedFields"), index), "time"));
		diag_cite(d, source, NULL, "/metadata/managedFields/%zu/time", index);
	}
	return NULL;
}

static void refused(struct dispute *q, struct plaint *p, size_t nth)
{
	struct diagnosis *d = diag_new(q->set);
	struct credential mine = {0};
	json_t *object = NULL;
	char who[400], server[300], words[260], arg[400];

	diag_cause(d, "%s %s the user or password that %s gives", dispute_server(p, server),
		   p->c.fault == FAULT_RIGHTS ? "does not allow what it is asked by" : "refuses",
		   workload_text(&p->t.workload, who));
	if (*p->c.user)
		diag_cause_more(d, " (user \"%s\")", p->c.user);
	dispute_shows(q, d, nth, 1, q->content ? 0.92 : 0.86);
	if (!wrong_user(q, d, p) && credential_password(&p->t.workload, p->t.name, p->server.variable, &mine)) {
		cite_variable(d, &p->t.workload, &mine);
		object = judge_password(q, d, p, &mine);
	}
	if (q->content)
		diag_cause_more(d, "; the other %zu that use the same server are served", q->content);
	diag_cause_more(d, "; its log says \"%s\"", trouble_words(&p->t, words));
	if (object)
		diag_about(d, object);
	else
		workload_about(d, &p->t.workload);
	if (mine.from == CREDENTIAL_SECRET)
		diag_fix(d, "Compare Secret %s%s%s with what the server has: kubectl get secret %s -n %s -o yaml", mine.object,
			 *mine.key ? ", key " : "", mine.key, mine.object, p->t.workload.ns);
	diag_fix(d, "Give it the user and password that the server has: kubectl edit %s",
		 object ? workload_arg_of(object, arg) : workload_arg(&p->t.workload, arg));
	if (p->server.pod) /* its own log tells the same from the other side */
		diag_shows(d, p->server.pod);
}

struct search {
	const char *thing;
	json_t *object;
	char pointer[320], name[128];
	const char *value;
};

static bool part_of(const char *value, const char *thing)
{
	size_t n = strlen(thing);

	for (const char *at = value; (at = strstr(at, thing)); at++)
		if ((at == value || strchr("/,;:= \"'\n", at[-1])) && (!at[n] || strchr("?/,;:& \"'\n", at[n])))
			return true;
	return false;
}

static bool holds_thing(void *ctx, const struct setting *s)
{
	struct search *q = ctx;

	if (!part_of(s->value, q->thing))
		return false;
	q->object = s->object;
	q->value = s->value;
	snprintf(q->pointer, sizeof(q->pointer), "%s", s->pointer);
	snprintf(q->name, sizeof(q->name), "%.127s", s->name);
	return true;
}

/* A bucket or index is not named by the error itself: the only setting whose name says what it is. */
static bool named_for(void *ctx, const struct setting *s)
{
	struct search *q = ctx;
	size_t n = strlen(s->name), m = strlen(q->thing);

	if (n < m || strcasecmp(s->name + n - m, q->thing) != 0 || strlen(s->value) > 100)
		return false;
	q->object = s->object;
	q->value = s->value;
	snprintf(q->pointer, sizeof(q->pointer), "%s", s->pointer);
	snprintf(q->name, sizeof(q->name), "%.127s", s->name);
	return true;
}

static bool find_thing(const struct dispute *q, const struct plaint *p, struct search *found)
{
	*found = (struct search){.thing = p->c.thing};
	if (strlen(p->c.thing) >= THING_MIN && settings_each(q->v, &p->t.workload, p->t.name, holds_thing, found))
		return true;
	found->thing = p->c.product == PRODUCT_S3 ? "BUCKET" : NULL;
	return found->thing && settings_each(q->v, &p->t.workload, p->t.name, named_for, found);
}

static void no_thing(struct dispute *q, struct plaint *p, size_t nth)
{
	struct diagnosis *d = diag_new(q->set);
	struct search found;
	char who[400], server[300], words[260], arg[400];
	bool written = find_thing(q, p, &found);
	const char *thing = *p->c.thing ? p->c.thing : written ? found.value : "what it is asked for";

	workload_text(&p->t.workload, who);
	if (written && is(fld_kind(found.object), "ConfigMap"))
		diag_cause(d, "ConfigMap %s/%s (%s) tells %s to use \"%.100s\", which %s does not have", fld_ns(found.object),
			   fld_name(found.object), found.name, who, thing, dispute_server(p, server));
	else if (written)
		diag_cause(d, "%s is told by %s to use \"%.100s\", which %s does not have", who,
			   *found.name ? found.name : "an argument", thing, dispute_server(p, server));
	else
		diag_cause(d, "%s asks %s for \"%.100s\", which it does not have", who, dispute_server(p, server), thing);
	diag_cause_more(d, "; its log says \"%s\"", trouble_words(&p->t, words));
	dispute_shows(q, d, nth, 1, written ? 0.92 : 0.84);
	if (written) {
		diag_about(d, found.object);
		diag_cite(d, found.object, strlen(found.value) > 200 ? thing : NULL, "%s", found.pointer);
		diag_fix(d, "Correct the name where it is written, or create it on the server: kubectl edit %s",
			 workload_arg_of(found.object, arg));
	} else {
		workload_about(d, &p->t.workload);
		diag_fix(d, "Create it on the server, or give the program the name that exists: kubectl edit %s",
			 workload_arg(&p->t.workload, arg));
	}
	if (p->server.pod)
		diag_shows(d, p->server.pod);
}

static void bad_record(struct dispute *q, struct plaint *p, size_t nth)
{
	struct diagnosis *d = diag_new(q->set);
	char who[400], words[260];

	workload_about(d, &p->t.workload);
	diag_cause(d, "%s cannot read the record at %s and begins again at it, so that nothing behind it is handled; its log says "
		      "\"%s\"",
		   workload_text(&p->t.workload, who), *p->c.thing ? p->c.thing : "one place of a topic",
		   trouble_words(&p->t, words));
	dispute_shows(q, d, nth, 1, 0.9);
	diag_fix(d, "Let the program skip what it cannot read (an error handler, a dead-letter topic), or move its group behind "
		    "the record: kafka-consumer-groups.sh --reset-offsets --shift-by 1");
}

static void reads_from_replica(struct dispute *q, struct plaint *p, size_t nth)
{
	struct diagnosis *d = diag_new(q->set);
	char who[400], words[260], arg[400];

	workload_about(d, &p->t.workload);
	diag_cause(d, "%s writes to Service %s/%s, which leads to a read-only replica%s%s", workload_text(&p->t.workload, who),
		   fld_ns(p->server.service), fld_name(p->server.service), *p->server.variable ? "; its address is in " : "",
		   p->server.variable);
	diag_cause_more(d, "; its log says \"%s\"", trouble_words(&p->t, words));
	dispute_shows(q, d, nth, 1, 0.86);
	diag_fix(d, "Give it the address of the primary: kubectl edit %s", workload_arg(&p->t.workload, arg));
}

void culprit_client(struct dispute *q, struct plaint *p, size_t nth)
{
	switch (p->c.fault) {
	case FAULT_NO_THING:
		no_thing(q, p, nth);
		break;
	case FAULT_RECORD:
		bad_record(q, p, nth);
		break;
	case FAULT_READ_ONLY:
		reads_from_replica(q, p, nth);
		break;
	default:
		refused(q, p, nth);
	}
}
