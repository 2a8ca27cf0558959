/* SPDX-License-Identifier: Apache-2.0 */
/* Events as a timeline: oldest first, repeats folded with count and first and last time. */
#ifndef TOOLSETS_KUBERNETES_TIMELINE_H
#define TOOLSETS_KUBERNETES_TIMELINE_H

#include "toolsets/kubernetes/view.h"

struct timeline_options {
	int64_t since_ms; /* only events seen at or after this; 0: all */
	const char *type; /* "Warning", "Normal" or NULL: both */
	size_t limit;	  /* the newest so many lines */
	bool hide_object; /* all are about the same one */
};

struct timeline_result {
	size_t events, warnings; /* that matched, with their repeats folded */
	size_t left_out;	 /* older lines than limit */
};

/* events: core or events.k8s.io objects. Appends the table; nothing when no event matches. */
struct timeline_result kubernetes_timeline(const struct view *v, json_t *events, const struct timeline_options *o,
					   struct reply *out);

#endif
