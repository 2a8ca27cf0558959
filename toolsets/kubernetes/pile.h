/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice about many objects in one sentence: history by rank (info, score 0), so that it never is a cause. One pile for
 * each rule and namespace.
 */
#ifndef TOOLSETS_KUBERNETES_PILE_H
#define TOOLSETS_KUBERNETES_PILE_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

struct pile {
	struct diagnoses *set;
	const char *what;  /* "ConfigMaps that no pod template refers to": names follow */
	const char *fix;   /* one sentence */
	/* of the pile under way */
	const char *ns;
	json_t *first;
	const json_t *shown[3];
	const char *pointers[3];
	size_t count;
};

/* Objects must come ordered by namespace. pointer: what is cited of it ("/metadata/name"). */
void pile_add(struct pile *p, json_t *object, const char *pointer);
/* After the last one. */
void pile_end(struct pile *p);
/* A list that was read, quietly; NULL: it could not be. */
json_t *pile_list(const struct view *v, const char *resource);

#endif
