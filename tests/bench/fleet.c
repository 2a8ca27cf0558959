/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/fleet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/httpd.h"

/* TEAMS namespaces with DEPLOYMENTS, SETS and JOBS each, and one with DAEMONS on every node: 150,000 pods. */
enum { NODES = 5000, TEAMS = 50, DEPLOYMENTS = 24, SETS = 6, JOBS = 10, DAEMONS = 2 };
enum { DEPLOYMENT_PODS = 100, SET_PODS = 65, DEPLOYMENTS_BROKEN = 5 };

void fleet_add(struct fleet_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	for (;;) {
		va_start(ap, fmt);
		n = vsnprintf(t->data ? t->data + t->len : NULL, t->room - t->len, fmt, ap);
		va_end(ap);
		if (n >= 0 && (size_t)n < t->room - t->len)
			break;
		t->room = (t->len + (size_t)n + 4096) * 2;
		t->data = httpd_alloc(t->data, t->room);
	}
	t->len += (size_t)n;
}

const char *fleet_plural(const struct fleet_workload *w)
{
	static const char *const plurals[] = {"deployments", "statefulsets", "daemonsets", "jobs"};

	return plurals[w->kind];
}

/* Of the letters that Kubernetes makes names of, in ascending order of numbers. */
static void letters(size_t number, size_t n, char *to)
{
	static const char set[] = "2456789bcdfghjklmnpqrstvwxz";

	to[n] = '\0';
	while (n--) {
		to[n] = set[number % (sizeof(set) - 1)];
		number /= sizeof(set) - 1;
	}
}

static void add_workload(struct fleet *f, enum fleet_kind kind, size_t number, size_t pods, enum fleet_fault fault)
{
	static const char *const words[] = {"api", "db", "agent", "import"};
	struct fleet_namespace *ns = &f->namespaces[f->namespace_count - 1];
	struct fleet_workload *w = &f->workloads[f->workload_count++];

	*w = (struct fleet_workload){
		.ns = f->namespace_count - 1, .kind = kind, .fault = fault, .first = ns->pods, .pods = pods};
	snprintf(w->name, sizeof(w->name), "%s-%zu-%03zu", words[kind], w->ns, number);
	letters(w->ns * 7919 + number * 104729 + 1, 9, w->hash);
	ns->pods += pods;
	ns->workloads++;
	f->pods += pods;
}

static void add_namespace(struct fleet *f, const char *fmt, size_t number)
{
	struct fleet_namespace *ns = &f->namespaces[f->namespace_count++];

	*ns = (struct fleet_namespace){.first = f->workload_count};
	snprintf(ns->name, sizeof(ns->name), fmt, number);
}

void fleet_make(struct fleet *f, size_t times)
{
	time_t recent = time(NULL) - 180;
	struct tm tm;

	*f = (struct fleet){.nodes = NODES};
	strftime(f->recent, sizeof(f->recent), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&recent, &tm));
	f->namespaces = httpd_alloc(NULL, (TEAMS + 1) * sizeof(*f->namespaces));
	f->workloads =
		httpd_alloc(NULL, (TEAMS * (DEPLOYMENTS + SETS + JOBS) + DAEMONS * times) * sizeof(*f->workloads));
	for (size_t t = 0; t < TEAMS; t++) {
		add_namespace(f, "team-%02zu", t);
		for (size_t i = 0; i < DEPLOYMENTS; i++) {
			bool broken = i % 4 == 2 && i / 4 < DEPLOYMENTS_BROKEN;

			add_workload(f, FLEET_DEPLOYMENT, i, DEPLOYMENT_PODS * times,
				     broken ? (enum fleet_fault)(1 + (t * DEPLOYMENTS_BROKEN + i / 4) % 4)
					    : FLEET_FINE);
		}
		for (size_t i = 0; i < SETS; i++)
			add_workload(f, FLEET_STATEFULSET, i, SET_PODS * times, FLEET_FINE);
		for (size_t i = 0; i < JOBS; i++)
			add_workload(f, FLEET_JOB, i, times, FLEET_FINE);
	}
	add_namespace(f, "kube-system", 0);
	for (size_t i = 0; i < DAEMONS * times; i++)
		add_workload(f, FLEET_DAEMONSET, i, NODES, FLEET_FINE);
}

void fleet_pod(const struct fleet *f, size_t ns, size_t i, struct fleet_pod *out)
{
	const struct fleet_namespace *n = &f->namespaces[ns];
	size_t lo = n->first, hi = n->first + n->workloads;
	const struct fleet_workload *w;
	char suffix[8];

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->workloads[mid].first <= i)
			lo = mid;
		else
			hi = mid;
	}
	w = &f->workloads[lo];
	*out = (struct fleet_pod){.workload = w, .number = i - w->first, .serial = ns * 1000000 + i};
	out->fault = out->number < 2 ? w->fault : FLEET_FINE;
	letters(out->number * 4093 + 99991, 5, suffix);
	if (w->kind == FLEET_DEPLOYMENT)
		snprintf(out->name, sizeof(out->name), "%s-%s-%s", w->name, w->hash, suffix);
	else if (w->kind == FLEET_STATEFULSET)
		snprintf(out->name, sizeof(out->name), "%s-%zu", w->name, out->number);
	else
		snprintf(out->name, sizeof(out->name), "%s-%s", w->name, suffix);
}
