/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a snapshot holds, by kind: its objects, for which namespaces it is known to be complete, and where that is in
 * doubt. Filled by one thread, then only read.
 */
#ifndef AGENT_SOURCE_SNAPSHOT_STORE_H
#define AGENT_SOURCE_SNAPSHOT_STORE_H

#include "agent/base/map.h"
#include "agent/source/kinds.h"

struct snap_object {
	json_t *doc;
	const char *ns; /* "" when it has none */
	const char *name;
	int64_t version; /* resourceVersion; -1 when absent or no number */
};

struct snap_kind {
	char *group, *kind, *plural, *singular;
	json_t *short_names; /* array of strings */
	char **versions;     /* NULL-terminated, in which objects were found, best first; NULL: none found */
	char *fallback;	     /* version when none was found: of the standard table, a CRD or captured[] */
	const char *likely;  /* version that snap_store_settle decided on */
	bool namespaced;
	bool standard;		     /* every API server serves it */
	bool told;		     /* a CRD or captured[] tells of it */
	bool sure;		     /* scope and names are known (standard table, CRD), not guessed */
	struct snap_object *objects; /* after snap_store_seal sorted by (ns, name) */
	size_t count, cap;
	struct map *spaces; /* namespaces an object or list of it was seen in ("" for cluster kinds) */
	bool whole;	    /* a list over all namespaces was seen */
	char *doubt;	    /* why objects may be missing all the same */
};

struct snap_store {
	struct snap_kind **kinds;
	size_t count, cap;
	struct map *by_kind;   /* "group/Kind" */
	struct map *by_plural; /* "group/plural" */
	struct map *by_id;     /* "group/Kind/ns/name" -> index + 1, while filling */
	struct map *spaces;    /* every namespace seen */
};

void snap_store_init(struct snap_store *s); /* with the standard kinds */
void snap_store_fini(struct snap_store *s);

/* Steals doc. ns: for namespaced kinds without one. False: not an object (no name), freed. */
bool snap_store_add(struct snap_store *s, const char *api_version, const char *kind, const char *ns, json_t *doc);
/* Learns names and scopes from CRDs, sorts objects, versions. */
void snap_store_seal(struct snap_store *s);

/* When no more kinds come: decides the version of kinds without objects, which reading then need not do each time. */
void snap_store_settle(struct snap_store *s);

/* Finds or makes. make false: NULL when unknown. */
struct snap_kind *snap_store_kind(struct snap_store *s, const char *group, const char *kind, bool make);
struct snap_kind *snap_store_plural(const struct snap_store *s, const char *group, const char *plural);
/* By any word as file names and captured[] use them: "pods", "replication-controllers", "pvs", "deployments.apps",
 * "Pod". */
struct snap_kind *snap_store_word(const struct snap_store *s, const char *word);
/* Makes a kind that is known by "plural.group" only. */
struct snap_kind *snap_store_invent(struct snap_store *s, const char *resource);

const struct snap_object *snap_kind_find(const struct snap_kind *k, const char *ns, const char *name);
/* The version under which the kind is served: the best found one, else one that its group was found in, else the
 * fallback. */
const char *snap_kind_version(const struct snap_store *s, const struct snap_kind *k);
bool snap_kind_has_version(const struct snap_store *s, const struct snap_kind *k, const char *version);
/* Is the list complete for this namespace (NULL: is anything of it known)? */
bool snap_kind_captured(const struct snap_kind *k, const char *ns);
void snap_kind_saw(struct snap_kind *k, const char *ns);    /* an object or list in ns */
void snap_kind_doubt(struct snap_kind *k, const char *why); /* the first reason stays */

/* "apps/v1" to group and version; a bare "v1" is of the core group "". False when one does not fit. */
bool snap_split_version(const char *api_version, char group[static 128], char version[static 64]);

#endif
