/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A large cluster, made up from numbers and never kept as text: Deployments with two ReplicaSets each, StatefulSets,
 * DaemonSets, Jobs, and their pods in the order of their names. Of some workloads two pods are broken.
 */
#ifndef TESTS_BENCH_FLEET_H
#define TESTS_BENCH_FLEET_H

#include <stdbool.h>
#include <stddef.h>

enum fleet_kind { FLEET_DEPLOYMENT, FLEET_STATEFULSET, FLEET_DAEMONSET, FLEET_JOB };
enum fleet_fault { FLEET_FINE, FLEET_CRASH, FLEET_IMAGE, FLEET_PENDING, FLEET_UNREADY };

struct fleet_workload {
	size_t ns; /* index of its namespace */
	enum fleet_kind kind;
	enum fleet_fault fault; /* of its first two pods */
	char name[40], hash[12];
	size_t first, pods; /* in its namespace */
};

struct fleet_namespace {
	char name[24];
	size_t first, workloads; /* in the array of all */
	size_t pods;
};

struct fleet {
	struct fleet_namespace *namespaces;
	size_t namespace_count;
	struct fleet_workload *workloads;
	size_t workload_count;
	size_t nodes, pods;
	char recent[32]; /* three minutes ago */
};

/* Text that grows. */
struct fleet_text {
	char *data;
	size_t len, room;
};
void fleet_add(struct fleet_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* times: so many times the 150,000 pods, in as many workloads but for DaemonSets. */
void fleet_make(struct fleet *f, size_t times);

struct fleet_pod {
	const struct fleet_workload *workload;
	size_t number; /* of its workload, from 0 */
	size_t serial; /* unlike that of any other pod */
	enum fleet_fault fault;
	char name[80];
};
/* The i-th pod of a namespace. */
void fleet_pod(const struct fleet *f, size_t ns, size_t i, struct fleet_pod *out);

void fleet_pod_json(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out);
void fleet_pod_row(const struct fleet *f, const struct fleet_pod *p, bool metadata, struct fleet_text *out);
void fleet_columns(struct fleet_text *out);
void fleet_node_json(size_t i, struct fleet_text *out);
/* A workload itself; its ReplicaSet of now, or the one of before. */
void fleet_workload_json(const struct fleet *f, const struct fleet_workload *w, struct fleet_text *out);
void fleet_replica_set_json(const struct fleet *f, const struct fleet_workload *w, bool old, struct fleet_text *out);
void fleet_service_json(const struct fleet *f, const struct fleet_workload *w, struct fleet_text *out);
void fleet_event_json(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out);
const char *fleet_plural(const struct fleet_workload *w);

#endif
