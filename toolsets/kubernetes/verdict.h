/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the status of a custom resource says about it, by the conventions that operators share: conditions at any depth,
 * phases, health, observedGeneration. Only what somebody should look at now: a condition that is a moment old, a pause,
 * a run that failed long ago are fine.
 */
#ifndef TOOLSETS_KUBERNETES_VERDICT_H
#define TOOLSETS_KUBERNETES_VERDICT_H

#include "toolsets/kubernetes/view.h"

enum verdict_kind {
	VERDICT_FINE,
	VERDICT_BAD,	 /* the status says that it fails */
	VERDICT_UNKNOWN, /* the controller does not know, for long */
	VERDICT_STALE,	 /* the controller has not looked at the last change */
	VERDICT_SILENT,	 /* there is no status at all */
};

struct verdict {
	enum verdict_kind kind;
	char pointer[200];	/* of the deepest condition (or other part of the status) that says so */
	char text_pointer[220]; /* of its message, "" when it has none */
	const char *type, *state, *reason, *message; /* borrowed, "" when absent */
	int depth;
	int64_t since_ms, observed, generation;
	bool run; /* of something that ends by itself: a failure of today, no lasting state */
};

enum polarity { POLARITY_NONE, POLARITY_GOOD, POLARITY_BAD };
/* Is a condition of this type good or bad when True? NONE: neither is wrong. */
enum polarity verdict_polarity(const char *type);

void verdict_of(const struct view *v, json_t *object, struct verdict *out);

#endif
