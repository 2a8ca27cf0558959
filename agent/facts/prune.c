/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/prune.h"

#include <string.h>

#include "agent/base/attr.h"
#include "agent/base/str.h"

enum { PATHS_MAX = 24 };

/* Who set which field, what is on a node's disk, when a heartbeat came: most of the bytes of what there are most of. */
static const char *const pods[] = {"metadata.managedFields", "status.conditions.lastProbeTime", NULL};
static const char *const nodes[] = {
	"metadata.managedFields",      "status.images",		     "status.volumesInUse",
	"status.volumesAttached",      "status.nodeInfo.machineID",  "status.nodeInfo.systemUUID",
	"status.nodeInfo.bootID",      "status.runtimeHandlers",     "status.conditions.lastHeartbeatTime",
	"status.daemonEndpoints",      "metadata.selfLink",	     NULL,
};
/* And what tells one of thousands from the next. */
static const char *const many_nodes[] = {
	"metadata.managedFields",      "status.images",		     "status.volumesInUse",
	"status.volumesAttached",      "status.nodeInfo.machineID",  "status.nodeInfo.systemUUID",
	"status.nodeInfo.bootID",      "status.runtimeHandlers",     "status.conditions.lastHeartbeatTime",
	"status.daemonEndpoints",      "metadata.selfLink",	     "metadata.annotations",
	"metadata.resourceVersion",    "status.addresses",	     "spec.providerID",
	"spec.podCIDRs",	       "metadata.uid",		     NULL,
};
static const char *const many_numerous[] = {"metadata.managedFields", "metadata.resourceVersion",
					    "status.conditions.lastProbeTime", NULL};
static const char *const many[] = {"metadata.resourceVersion", NULL};
static const char *const plain[] = {"metadata.managedFields", NULL};
static const char *const numerous[] = {"endpointslices.discovery.k8s.io", "endpoints", "events", "replicasets.apps",
				       "leases.coordination.k8s.io"};

const char *const *prune_of(const char *resource)
{
	if (str_eq(resource, "pods"))
		return pods;
	if (str_eq(resource, "nodes"))
		return nodes;
	/* Written by the machinery of the cluster itself: who wrote them tells nothing. */
	for (size_t i = 0; i < ARRAY_LEN(numerous); i++)
		if (str_eq(resource, numerous[i]))
			return plain;
	return NULL;
}

const char *const *prune_of_many(const char *resource, const char *const *drop)
{
	if (str_eq(resource, "nodes"))
		return many_nodes;
	return drop ? many_numerous : many;
}

static void copy_value(struct buf *to, struct span value, const char *const *drop);

static void put(struct buf *to, struct span s)
{
	buf_add(to, s.s, s.n);
}

/* What is broken stays as it is: the decoder says what is wrong with it. */
static void mend(struct buf *to, size_t from, const struct span_walk *w, struct span value)
{
	if (!w->broken)
		return;
	buf_cut(to, from);
	put(to, value);
}

static void copy_object(struct buf *to, struct span object, const char *const *drop)
{
	struct span_walk w;
	struct span key, value;
	size_t n = 0, from = to->len;

	span_walk(&w, object);
	buf_char(to, '{');
	while (span_next(&w, &key, &value)) {
		const char *inner[PATHS_MAX + 1];
		size_t count = 0;
		bool gone = false;

		for (size_t i = 0; drop[i]; i++) {
			if (strlen(drop[i]) < key.n || memcmp(drop[i], key.s, key.n) != 0)
				continue;
			if (drop[i][key.n] == '.' && count < PATHS_MAX)
				inner[count++] = drop[i] + key.n + 1;
			gone = gone || !drop[i][key.n];
		}
		if (gone)
			continue;
		inner[count] = NULL;
		buf_str(to, n++ ? ",\"" : "\"");
		put(to, key);
		buf_str(to, "\":");
		copy_value(to, value, inner);
	}
	buf_char(to, '}');
	mend(to, from, &w, object);
}

static void copy_array(struct buf *to, struct span array, const char *const *drop)
{
	struct span_walk w;
	struct span key, value;
	size_t n = 0, from = to->len;

	span_walk(&w, array);
	buf_char(to, '[');
	while (span_next(&w, &key, &value)) {
		if (n++)
			buf_char(to, ',');
		if (*value.s == '{')
			copy_object(to, value, drop);
		else
			put(to, value);
	}
	buf_char(to, ']');
	mend(to, from, &w, array);
}

static void copy_value(struct buf *to, struct span value, const char *const *drop)
{
	if (!drop[0] || value.n < 2)
		put(to, value);
	else if (*value.s == '{')
		copy_object(to, value, drop);
	else if (*value.s == '[')
		copy_array(to, value, drop);
	else
		put(to, value);
}

void prune_copy(struct buf *to, struct span value, const char *const *drop)
{
	if (drop)
		copy_value(to, value, drop);
	else
		put(to, value);
}
