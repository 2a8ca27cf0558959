/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of a cluster as the scheduler sees them: pools put together from slices, who holds what, what is tainted.
 */
#ifndef TOOLSETS_DRA_STOCK_H
#define TOOLSETS_DRA_STOCK_H

#include "toolsets/toolset.h"

#define STOCK_DEVICES_MAX 20000u

struct pool {
	const char *driver, *name;
	long long generation;
	size_t slices, wanted; /* of the newest generation; wanted: what they say there are */
	bool invalid;	       /* a device name twice, or counters that are not there */
	json_t *first;	       /* a slice of it */
};

struct device {
	const struct pool *pool;
	const char *name;
	json_t *slice;
	size_t index;	    /* in spec.devices */
	json_t *object;	    /* the entry of spec.devices */
	const json_t *body; /* where attributes and capacity stand: object, or its "basic" in v1beta1 */
	json_t *holder;	    /* the claim that has it; NULL: free */
	bool shared;	    /* allowMultipleAllocations */
	json_t *taint;	    /* the first NoSchedule or NoExecute taint, NULL */
	json_t *taint_rule; /* the DeviceTaintRule it comes from; NULL: the slice itself */
	size_t taint_index;
};

struct stock {
	const struct host *h;
	struct work *w;
	json_t *slices, *claims, *classes; /* borrowed lists */
	enum seen slices_seen, claims_seen, classes_seen;
	struct pool *pools;
	size_t pool_count, pool_cap;
	struct device *devices;
	size_t count, cap;
};

void stock_open(struct stock *s, const struct host *h, struct work *w);
void stock_close(struct stock *s);

bool pool_complete(const struct pool *p);
/* May a pod on this node use the device? */
bool device_on_node(const struct device *d, const json_t *node);
/* "gpu-0 of gpu-node-1". */
const char *device_text(const struct device *d, char out[static 200]);
/* An attribute as text: "NVIDIA A100", "3", "true"; "" when it has none of that name. */
const char *device_attribute(const struct device *d, const char *domain, const char *name, char out[static 128]);

/* The whole cluster's list, whatever namespace is asked about. */
json_t *stock_list(const struct host *h, struct work *w, const char *resource, enum seen *seen);

#endif
