/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the changes, for the files that make them up. */
#ifndef AGENT_FACTS_CHANGES_PRIVATE_H
#define AGENT_FACTS_CHANGES_PRIVATE_H

#include "agent/facts/changes.h"
#include "agent/facts/writers.h"

/* Two writes of one action: a Deployment and the ReplicaSet that it makes, an object and the release it belongs to. */
enum { SAME_ACTION_MS = 5000 };

/*
 * A new one, masked and clipped; what is formatted. Borrowed until the next is added. Places are added with change_place.
 */
struct change *changes_add(struct changes *c, json_t *object, int64_t at, enum change_sort sort, double sure,
			   const char *who, const char *fmt, ...) PRINTF(7, 8);
void change_place(struct change *change, json_t *object, const char *pointer);
/* A time of an object. false: it has none there. */
bool change_time(const json_t *object, const char *path, int64_t *at);
/*
 * Who wrote the object at about this time: the nearest writer within SAME_ACTION_MS. NULL-safe; false: nobody is known.
 */
bool change_writer(const json_t *object, int64_t at, struct writer *out);
/* A list without a blind spot: read if need be and allowed, NULL when it is not at hand. */
json_t *changes_list(struct changes *c, const char *resource, const char *ns);

/* changes_rollout.c: revisions of Deployments, StatefulSets, DaemonSets; tags that were moved. */
void changes_of_workload(struct changes *c, json_t *workload);
/* changes_edit.c: creation, deletion, writers. */
void changes_of_writers(struct changes *c, json_t *object);
/* changes_kind.c: what only some kinds have: nodes, Helm releases, certificates. */
void changes_of_node(struct changes *c, json_t *node);
void changes_of_secret(struct changes *c, json_t *secret);
void changes_of_release(struct changes *c, json_t *object);
void changes_of_events(struct changes *c, json_t *object);

#endif
