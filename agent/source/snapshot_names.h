/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the kinds in a snapshot's store: what snapshot_store.c, snapshot_names.c and discovery share. */
#ifndef AGENT_SOURCE_SNAPSHOT_NAMES_H
#define AGENT_SOURCE_SNAPSHOT_NAMES_H

#include "agent/source/snapshot_store.h"

/* Gives k another plural and files it under that. */
void snap_kind_rename(struct snap_store *s, struct snap_kind *k, const char *plural);
/* Plural, singular, short names, scope and versions from the CustomResourceDefinitions that were read. */
void snap_store_learn(struct snap_store *s);
void snap_kind_add_version(struct snap_kind *k, const char *version); /* once each */
/* Best first, as Kubernetes orders versions: v2, v1, v1beta2, v1alpha1, anything else by name. */
void snap_kind_sort_versions(struct snap_kind *k);
int snap_version_order(const char *a, const char *b);

#endif
