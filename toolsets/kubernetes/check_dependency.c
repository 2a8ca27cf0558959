/* SPDX-License-Identifier: Apache-2.0 */
/* Databases, brokers and stores that refuse their clients, and which of the two has to be mended. */
#include "toolsets/kubernetes/checks.h"

#include <string.h>

#include "toolsets/kubernetes/culprit.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

#define NEAR_LINES 60 /* of the end of a log in which the complaint may stand */
#define NEAR_MIN 3    /* of them that say it, of a program that is ready */
#define PLAINTS_MAX 200

struct run {
	struct view v;
	struct diagnoses set;
	struct plaint *all;
	size_t count, cap;
};

/* The complaint is not always the line that complains last: "Caused by: connection refused" may follow it. */
static bool find_line(struct plaint *p)
{
	struct trouble *t = &p->t;
	size_t end = t->log.len, len, times = 0;
	struct complaint c;
	const char *line;

	if (t->number && complaint_read(t->line, t->len, &p->c))
		return !t->sparse || t->recurs;
	if (t->sparse)
		return false;
	for (int n = 0; n < NEAR_LINES && lines_before(t->log.text, &end, &line, &len); n++) {
		if (!len || !lines_marked(line, len) || !complaint_read(line, len, &c))
			continue;
		if (!times++) {
			p->c = c;
			t->line = line;
			t->len = len;
			t->number = lines_number(t->log.text, line);
		}
	}
	return times >= (t->why == TROUBLE_ERRORS ? NEAR_MIN : 1);
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct plaint p = {.t = *t};

	p.t.patient = NULL; /* lives for this call only */
	if (r->count >= PLAINTS_MAX || !find_line(&p))
		return;
	p.is_server = server_is(&r->v, &p.t, &p.c, &p.server);
	p.served = p.is_server || server_of(&r->v, &p.t, &p.c, &p.server);
	if (p.c.serverside && !p.is_server)
		return;
	ALLOC_GROW(r->all, r->count, r->cap);
	r->all[r->count++] = p;
}

static bool same_dispute(const struct plaint *a, const struct plaint *b)
{
	return a->served && b->served && !b->is_server && a->c.fault == b->c.fault && a->server.service == b->server.service;
}

static void settle(struct run *r, struct plaint *first)
{
	struct plaint *members[PLAINTS_MAX];
	struct dispute q = {.v = &r->v, .set = &r->set, .plaints = members};
	const char *container;

	members[q.count++] = first;
	for (struct plaint *p = first + 1; p < r->all + r->count; p++)
		if (!p->told && same_dispute(first, p))
			members[q.count++] = p;
	if (first->served)
		server_clients(&r->v, &first->server, &q.clients);
	while (dispute_content(&q, q.content, &container))
		q.content++;
	culprit_find(&q);
	for (size_t i = 0; i < q.count; i++)
		members[i]->told = true;
}

/* Only the server says it: what it says of itself is enough, what it says of a client needs that client. */
static bool alone(const struct plaint *p)
{
	switch (p->c.fault) {
	case FAULT_CONNECTIONS:
	case FAULT_READ_ONLY:
	case FAULT_FULL:
	case FAULT_TLS:
	case FAULT_NO_USER:
		return true;
	default:
		return false;
	}
}

static void same_server(struct run *r, struct plaint *server)
{
	for (size_t i = 0; i < r->count; i++)
		if (!r->all[i].is_server && r->all[i].server.service == server->server.service)
			return;
	if (alone(server))
		settle(r, server);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_ANY | TROUBLE_SPARSE, on_trouble, &r);
	for (size_t i = 0; i < r.count; i++)
		if (!r.all[i].told && !r.all[i].is_server)
			settle(&r, &r.all[i]);
	for (size_t i = 0; i < r.count; i++)
		if (!r.all[i].told && r.all[i].is_server)
			same_server(&r, &r.all[i]);
	free(r.all);
	diag_send(&r.set);
}

const struct check kubernetes_dependency_check = {
	.size = sizeof(struct check),
	.name = "dependency-refused",
	.help = "Databases, brokers and stores that refuse their clients, and which of the two has to be mended",
	.run = run,
	.reads = "pods pods/log events namespaces services configmaps secrets deployments.apps statefulsets.apps daemonsets.apps",
};
