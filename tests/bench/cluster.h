/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up cluster, as its API server would list it: deployments of five pods each with their replica sets, services
 * and endpoint slices, nodes, events, claims. All is well but for one deployment whose pods crash on start. Objects are
 * as heavy as real ones: they carry managedFields.
 */
#ifndef TESTS_BENCH_CLUSTER_H
#define TESTS_BENCH_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

struct cluster_object {
	char *ns, *name; /* ns "" for what belongs to the cluster */
	char *json;
	size_t len;
};

struct cluster_kind {
	const char *group, *version, *plural, *kind, *short_name;
	bool namespaced;
	struct cluster_object *objects;
	size_t count, room;
};

#define CLUSTER_LEDGER_NS "team-0" /* where the pod with the long log lives */
#define CLUSTER_LEDGER "ledger-0"
#define CLUSTER_BROKEN "checkout" /* pods whose name begins so crash */

void cluster_fill(size_t pods, size_t nodes);
struct cluster_kind *cluster_kind(const char *group, const char *plural);
struct cluster_kind *cluster_kind_at(size_t i); /* NULL after the last */

#endif
