/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two pod templates, as people say it: "image shop/cart:v1 -> v2", "limits.memory 256Mi -> 64Mi". */
#ifndef AGENT_FACTS_DIFFERENCE_H
#define AGENT_FACTS_DIFFERENCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { DIFFERENCES_MAX = 12 };

struct difference {
	char *what;    /* masked; values clipped */
	char *pointer; /* in both templates, as far as they are the same there; of what was added in the second */
	bool before, after; /* where it stands */
	bool restart;	    /* kubectl rollout restart: nothing but a date */
};

struct differences {
	struct difference items[DIFFERENCES_MAX];
	size_t count;
	size_t total; /* with those that found no room */
};

/* before and after: {metadata, spec} of pods. Order of the document; what has a name is matched by it. */
void differences_find(struct differences *d, const json_t *before, const json_t *after);
void differences_fini(struct differences *d);
/* "a; b; and 3 more", at most max of them. The caller's. */
char *differences_text(const struct differences *d, size_t max);

#endif
