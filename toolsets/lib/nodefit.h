/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps a pod from a node, computed from the objects as the scheduler's filters do. */
#ifndef TOOLSETS_LIB_NODEFIT_H
#define TOOLSETS_LIB_NODEFIT_H

#include "toolsets/lib/quantity.h"
#include "toolsets/toolset.h"

enum {
	FIT_NOT_READY = 1, /* not Ready, or tainted by the node controller for its state */
	FIT_CORDONED = 2,
	FIT_TAINT = 4,
	FIT_SELECTOR = 8, /* nodeSelector or node affinity */
	FIT_PORTS = 16,
	FIT_RESOURCES = 32,
	FIT_PODS = 64,	     /* too many pods */
	FIT_ANTI = 128,	     /* anti-affinity */
	FIT_AFFINITY = 256,  /* pod affinity */
	FIT_PERMANENT = 512, /* a control plane node that the pod does not tolerate: not meant for it, and no cause */
	FIT_VOLUME = 1024,   /* a volume of the pod is elsewhere */
};

/* Nodes and the pods on them, of the whole cluster. */
struct fleet {
	const struct host *h;
	struct work *w;
	json_t *nodes;	 /* borrowed list */
	json_t *pods;	 /* borrowed list */
	json_t *by_node; /* name to an array of its pods that are not finished; owned */
	json_t *labels;	 /* of the nodes: key to {value: how many nodes have it}; owned */
	bool part;	 /* pods are only a selection: those of a node are asked for, and not of all nodes */
	enum seen nodes_seen, pods_seen;
};

struct fit {
	json_t *node;
	unsigned blocks;
	size_t taint;	    /* index of the taint that blocks */
	char resource[120]; /* the first that is short */
	struct quantity free, total;
	json_t *port_holder; /* the pod that has the host port, or that anti-affinity forbids */
	int port;
	json_t *volume; /* the PersistentVolume that is elsewhere */
};

void fleet_open(struct fleet *f, const struct host *h, struct work *w);
void fleet_close(struct fleet *f);

void fit_node(const struct fleet *f, const json_t *pod, json_t *node, struct fit *out);
/* Matching alone: nodeSelector and required node affinity. */
bool fit_selector(const json_t *pod, const json_t *node);
/* One term of a NodeSelector ({matchExpressions, matchFields}). */
bool fit_term(const json_t *term, const json_t *node);
/* A node selector ({nodeSelectorTerms: [...]}): any term. */
bool fit_terms(const json_t *selector, const json_t *node);
bool fit_tolerates(const json_t *tolerations, const json_t *taint);
/* Is the node Ready (or does nothing say otherwise)? */
bool fit_ready(const json_t *node);

/* Requests of a pod as the scheduler counts them. */
struct quantity fit_request(const json_t *pod, const char *resource);
/* The names of all that a pod requests: a new array of strings. */
json_t *fit_resources(const json_t *pod);
struct quantity fit_used(const struct fleet *f, const char *node, const char *resource);
struct quantity fit_allocatable(const json_t *node, const char *resource);
/* How many nodes have a label with this value. */
size_t fleet_labelled(const struct fleet *f, const char *key, const char *value);
/* Pods on a node; borrowed, NULL when none. Where pods are a selection this costs a read. */
json_t *fleet_pods(const struct fleet *f, const char *node);
/* Are all of them known? */
bool fleet_counted(const struct fleet *f, const char *node);

#endif
