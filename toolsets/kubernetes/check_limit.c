/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of the system and of language runtimes that programs run into, as their logs say: descriptors, ports, tracked
 * connections, heap; and nodes whose clock is wrong. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

#define NEAR_LINES 40 /* of the end of a log in which the limit may be named */
#define DRIFTS_MAX 60

/* Wordings of the C library, Go, Java (OutOfMemoryError), V8 and the Linux kernel. */
struct limit {
	const char *words, *what, *advice;
	const char *settings[6]; /* words of the settings that set it */
};

static const struct limit limits[] = {
	{"too many open files",
	 "has no file descriptor left (too many open files)",
	 "Raise its limit of open files (ulimit -n in the command, or the container runtime's LimitNOFILE), or close what it "
	 "opens",
	 {"ulimit -n", "ulimit -Sn", "nofile", "worker_rlimit_nofile", NULL}},
	{"cannot assign requested address",
	 "has no local port left for new connections (cannot assign requested address)",
	 "Let it keep connections instead of opening one for each request, or widen net.ipv4.ip_local_port_range",
	 {"ip_local_port_range", "keepalive", NULL}},
	{"nf_conntrack: table full",
	 "runs on a node whose table of tracked connections is full",
	 "Raise net.netfilter.nf_conntrack_max on the node, or find who opens so many connections",
	 {"conntrack", NULL}},
	{"gc overhead limit exceeded",
	 "spends its time collecting garbage: its heap is too small",
	 "Give it a larger heap (-Xmx, -XX:MaxRAMPercentage) and a memory limit above it",
	 {"-Xmx", "MaxRAMPercentage", "MaxHeapSize", NULL}},
	{"outofmemoryerror: java heap space",
	 "has used up its heap",
	 "Give it a larger heap (-Xmx, -XX:MaxRAMPercentage) and a memory limit above it",
	 {"-Xmx", "MaxRAMPercentage", "MaxHeapSize", NULL}},
	{"outofmemoryerror: metaspace",
	 "has used up its metaspace",
	 "Raise -XX:MaxMetaspaceSize",
	 {"MaxMetaspaceSize", NULL}},
	{"unable to create new native thread",
	 "may not create more threads",
	 "Make its pools of threads smaller, or raise the limit of processes of the pod (podPidsLimit of the kubelet)",
	 {"threads", "pool", NULL}},
	{"javascript heap out of memory",
	 "has used up its heap",
	 "Give it a larger heap (NODE_OPTIONS=--max-old-space-size) and a memory limit above it",
	 {"max-old-space-size", "max_old_space_size", NULL}},
	{"resource temporarily unavailable: fork",
	 "may not start more processes",
	 "Find what does not end, or raise podPidsLimit of the kubelet",
	 {NULL}},
};
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

/* A program that finds certificates not yet valid. */
struct drift {
	struct trouble t;
	const char *node;
};

struct run {
	struct view v;
	struct diagnoses set;
	struct drift drifts[DRIFTS_MAX];
	size_t drifted;
};

static bool holds(const char *line, size_t len, const char *words)
{
	size_t n = strlen(words);

	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(line + i, words, n) == 0)
			return true;
	return false;
}

static const struct limit *limit_of(const char *line, size_t len)
{
	for (size_t i = 0; i < LIMITS; i++)
		if (holds(line, len, limits[i].words))
			return &limits[i];
	return NULL;
}

/* Of a program that ended, any of the last lines may say it. */
static const struct limit *find_limit(struct trouble *t)
{
	const struct limit *l = limit_of(t->line, t->len);
	size_t end = t->log.len, len;
	const char *line;

	if (l || t->sparse || t->why == TROUBLE_ERRORS)
		return l && (!t->sparse || t->recurs) ? l : NULL;
	for (int n = 0; n < NEAR_LINES && lines_before(t->log.text, &end, &line, &len); n++) {
		l = limit_of(line, len);
		if (!l)
			continue;
		t->line = line;
		t->len = len;
		t->number = lines_number(t->log.text, line);
		return l;
	}
	return NULL;
}

struct search {
	const char *const *words;
	json_t *object;
	char pointer[320];
	char quote[120];
};

static bool sets_it(void *ctx, const struct setting *s)
{
	struct search *q = ctx;

	for (size_t i = 0; q->words[i]; i++) {
		const char *at = strcasestr(s->value, q->words[i]);
		size_t n = at ? strcspn(at, "\n;&|\"") : 0;

		if (!at)
			continue;
		q->object = s->object;
		snprintf(q->pointer, sizeof(q->pointer), "%s", s->pointer);
		snprintf(q->quote, sizeof(q->quote), "%.*s", (int)(n < 60 ? n : 60), at);
		return true;
	}
	return false;
}

static void on_limit(struct run *r, const struct trouble *t, const struct limit *l)
{
	struct search q = {.words = l->settings};
	struct diagnosis *d;
	char who[400], words[260], arg[400];
	bool fresh;

	d = diag_get(&r->set, &fresh, "%s/%s/%s/%s", t->workload.kind, t->workload.ns, t->workload.name, l->words);
	diag_shows(d, t->pod);
	if (!fresh)
		return;
	settings_each(&r->v, &t->workload, t->name, sets_it, &q);
	if (q.object && strcmp(fld_kind(q.object), "ConfigMap") == 0)
		diag_about(d, q.object);
	else
		workload_about(d, &t->workload);
	diag_rate(d, t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.88);
	diag_cause(d, "%s %s", workload_text(&t->workload, who), l->what);
	if (q.object) {
		diag_cause_more(d, ", which is set by \"%s\" in %s %s", q.quote, fld_kind(q.object), fld_name(q.object));
		diag_cite(d, q.object, q.quote, "%s", q.pointer);
	}
	diag_cause_more(d, "; its log says \"%s\"", trouble_words(t, words));
	trouble_cite(d, t);
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	diag_fix(d, "%s: kubectl edit %s", l->advice, q.object ? workload_arg_of(q.object, arg) : workload_arg(&t->workload, arg));
}

static bool says_too_early(const struct trouble *t)
{
	return holds(t->line, t->len, "certificate is not yet valid") || holds(t->line, t->len, "CertificateNotYetValid") ||
	       holds(t->line, t->len, "CERT_NOT_YET_VALID") ||
	       (holds(t->line, t->len, "not yet valid") && holds(t->line, t->len, " is before "));
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct trouble copy = *t;
	const struct limit *l;

	copy.patient = NULL;
	if (t->number && says_too_early(t) && r->drifted < DRIFTS_MAX)
		r->drifts[r->drifted++] = (struct drift){.t = copy, .node = fld_str(t->pod, "spec.nodeName")};
	l = find_limit(&copy);
	if (l && copy.number)
		on_limit(r, &copy, l);
}

/* Another replica of the same workload that is well on another node. */
static bool well_elsewhere(struct run *r, const struct drift *first)
{
	json_t *pods = first->t.workload.object ? r->v.h->pods_of(r->v.w, first->t.workload.object) : NULL, *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (*fld_str(pod, "spec.nodeName") && strcmp(fld_str(pod, "spec.nodeName"), first->node) != 0 && pod_ready(pod))
			return true;
	return false;
}

/* Certificates that are not valid yet on one node, and on no other: its clock is behind. */
static void clocks(struct run *r)
{
	struct drift *first = &r->drifts[0];
	struct diagnosis *d;
	enum seen seen;
	json_t *node;
	char words[260];

	if (!r->drifted || !*first->node)
		return;
	for (size_t i = 1; i < r->drifted; i++)
		if (strcmp(r->drifts[i].node, first->node) != 0)
			return;
	node = r->v.h->find(r->v.w, "nodes", NULL, first->node, &seen);
	if (!node || (r->drifted < 2 && !well_elsewhere(r, first)))
		return;
	d = diag_new(&r->set);
	diag_about(d, node);
	diag_rate(d, first->t.why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.9);
	diag_cause(d, "The clock of node %s is behind: programs on it, and on no other node, find certificates not yet valid; %s "
		      "%s says \"%s\"",
		   first->node, first->t.workload.kind, first->t.workload.name, trouble_words(&first->t, words));
	for (size_t i = 0; i < r->drifted; i++) {
		diag_shows(d, r->drifts[i].t.pod);
		if (i < 3)
			trouble_cite(d, &r->drifts[i].t);
	}
	diag_cite(d, first->t.pod, NULL, "/spec/nodeName");
	diag_fix(d, "Set its clock and see why it is not kept: timedatectl and chronyc tracking on %s", first->node);
}

static void run(const struct host *h, struct work *w)
{
	struct run *r = alloc_zero(1, sizeof(*r));

	*r = (struct run){.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	troubles_each(&r->v, TROUBLE_ANY | TROUBLE_SPARSE, on_trouble, r);
	clocks(r);
	diag_send(&r->set);
	free(r);
}

const struct check kubernetes_limit_check = {
	.size = sizeof(struct check),
	.name = "runtime-limit",
	.help = "Descriptors, local ports, threads and heap that programs run out of, and nodes whose clock is behind",
	.run = run,
	.reads = "pods pods/log events configmaps nodes",
};
