/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From words to an object that was read, or to an answer that says why there is none: unknown kind, no such name (with
 * the nearest ones, and other namespaces that have it), read denied.
 */
#ifndef TOOLSETS_LIB_TARGET_H
#define TOOLSETS_LIB_TARGET_H

#include "toolsets/lib/ref.h"
#include "toolsets/lib/reply.h"

struct target {
	const struct kind_info *kind;
	json_t *object;	       /* borrowed */
	const char *ns, *name; /* of the object, "" for cluster objects */
};

/* Without a kind the usual ones are tried in turn. True: t is filled. False: the answer was sent. */
bool target_find(const struct host *h, struct work *w, const char *name, const char *kind, const char *ns,
		 struct target *t);
/* The kind, or an answer with the nearest words (NULL). */
const struct kind_info *target_kind(const struct host *h, struct work *w, const char *word);

/* The status an answer has after a read that did not work; TOOL_OK for SEEN_OK and SEEN_CUT. */
enum tool_status target_status(enum seen seen);
/* "could not be read: denied (403 ...)": appends why a list of this kind did not work; asks the host once more for the
 * reason. */
void target_explain(const struct host *h, struct work *w, const struct kind_info *k, const char *ns, enum seen seen,
		    struct reply *r);
/* "pods in namespace shop", "nodes". */
void target_words(const struct kind_info *k, const char *ns, struct reply *r);
/*
 * The whole cluster's objects of a kind, whatever namespace the question is limited to: what capacity and counts of
 * nodes need. Borrowed, never NULL.
 */
json_t *target_list_all(const struct host *h, struct work *w, const struct kind_info *k, enum seen *seen);

#endif
