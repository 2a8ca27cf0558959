/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that the arguments kind, namespace, all_namespaces, selector and field_selector mean. */
#ifndef TOOLSETS_KUBERNETES_ROWS_H
#define TOOLSETS_KUBERNETES_ROWS_H

#include "toolsets/kubernetes/view.h"

struct rows {
	json_t **items; /* borrowed objects in an array of ours */
	size_t count;	/* that match */
	size_t read;	/* that were looked at */
	const char *ns; /* NULL: all */
	enum seen seen;
};

/* False: the answer was sent (bad selector, denied, not captured). */
bool kubernetes_rows_read(const struct view *v, const struct kind_info *k, const json_t *args, struct rows *out);
void kubernetes_rows_free(struct rows *r);
/* Sends "no pod in namespace x matches ... (read: 12 pods)". */
void kubernetes_rows_none(const struct view *v, const struct kind_info *k, const json_t *args, const struct rows *r);
/* Is this sort word a JSON path (begins with . or {, maybe after a minus)? */
bool kubernetes_rows_path_sorted(const char *sort);
void kubernetes_rows_sort(struct rows *r, const char *sort);

#endif
