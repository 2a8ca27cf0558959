/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of a kind's table: those of kubectl for the common kinds, a CRD's own, or a guess from conditions. */
#ifndef TOOLSETS_KUBERNETES_COLUMNS_H
#define TOOLSETS_KUBERNETES_COLUMNS_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/table.h"

/*
 * A column is a function, or a dotted path: plain, "age:PATH" (a time to an age), "count:PATH" (how many items).
 * An empty cell means that there is nothing to say.
 */
struct column {
	const char *head; /* NULL ends a set */
	const char *path;
	void (*cell)(const struct view *v, json_t *o, struct reply *out);
};

struct column_set {
	const char *resource; /* NULL ends a table */
	const struct column *columns;
};

/* One table for each area, all without NAMESPACE and NAME, which every kind has. */
extern const struct column_set kubernetes_columns_workload[];
extern const struct column_set kubernetes_columns_network[];
extern const struct column_set kubernetes_columns_storage[];
extern const struct column_set kubernetes_columns_cluster[];
extern const struct column_set kubernetes_columns_claims[];

/* Columns as one call uses them: built in, of a CRD, or asked for. */
struct columns;

struct columns *kubernetes_columns_default(const struct view *v, const struct kind_info *k);
/* "NAME:.metadata.name,NODE:.spec.nodeName" or bare paths. NULL: why says what is wrong. */
struct columns *kubernetes_columns_custom(const char *spec, char *why, size_t why_size);
void kubernetes_columns_free(struct columns *c);
size_t kubernetes_columns_count(const struct columns *c);
const char *kubernetes_columns_head(const struct columns *c, size_t i);
/* -1: no such head (any case). */
int kubernetes_columns_index(const struct columns *c, const char *head);
void kubernetes_columns_cell(const struct columns *c, size_t i, const struct view *v, json_t *o, struct reply *out);

/* One phrase on how an object is: "CrashLoopBackOff 0/1", "2/3 ready", "Bound", "Ready=False (reason)"; "" when nothing
 * is to say. */
void kubernetes_status_words(const struct view *v, json_t *o, struct reply *out);
/* The deciding condition: the first of Ready, Available, ... else the last; "Ready=False (Reason)". */
void kubernetes_condition_words(json_t *o, struct reply *out);

#endif
