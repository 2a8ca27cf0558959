/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery: which kinds the API serves, in which version, and what people call them ("po", "Pods", "deploy",
 * "deployments.apps", "ResourceClaim"). Read once per source, lazily, thread-safe. Sources: the aggregated
 * discovery document
 * (apidiscovery.k8s.io/v2), else /api, /apis and one list per group version. Of several versions the preferred
 * one counts.
 */
#ifndef AGENT_SOURCE_KINDS_H
#define AGENT_SOURCE_KINDS_H

#include "agent/source/source.h"

struct kind {
	const char *group;		/* "" for core */
	const char *version;		/* "v1" */
	const char *plural;		/* "resourceclaims" */
	const char *singular;		/* "resourceclaim" */
	const char *kind;		/* "ResourceClaim" */
	const char *const *short_names; /* NULL-terminated, maybe empty */
	/* "resourceclaims.resource.k8s.io"; "pods" for core: the name used all over the program */
	const char *resource;
	const char *api_version; /* "resource.k8s.io/v1" */
	bool namespaced;
	bool listable; /* verbs hold list */
};

struct kinds;

struct kinds *kinds_new(struct source *s); /* no request yet */
void kinds_free(struct kinds *k);
/* READ_OK, or why discovery did not work (then a built-in table of the standard kinds answers). */
enum read_state kinds_state(struct kinds *k);
size_t kinds_count(struct kinds *k);
const struct kind *kinds_at(struct kinds *k, size_t i);
/*
 * By any word people use: plural, singular, short name, kind, any case, optionally with ".group" or ".version.group" or
 * "group/version/". Core wins over others, then groups that end in k8s.io, then alphabetical. NULL: not served.
 */
const struct kind *kinds_find(struct kinds *k, const char *word);
/* Up to max nearest words for an unknown one, best first; returns how many. Borrowed. */
size_t kinds_nearest(struct kinds *k, const char *word, const char **out, size_t max);
/* True when the API group itself is not there (against: group there, kind not). */
bool kinds_group_served(struct kinds *k, const char *group);
/*
 * "/apis/apps/v1/namespaces/ns/deployments/name"; ns NULL: cluster-wide; name NULL: the list. Percent-encoded,
 * the caller's.
 */
char *kind_path(const struct kind *k, const char *ns, const char *name);

/* Standard kinds of Kubernetes 1.28-1.36 with their short names: what snapshots and failed discovery start from. */
extern const struct kind kinds_standard[];
extern const size_t kinds_standard_count;

#endif
