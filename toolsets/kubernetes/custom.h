/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custom resources that are unwell, and which of them are so because of another: what they own, what they refer to, what
 * their message names. The kinds are those that the API serves beside Kubernetes' own; how many are read is bounded.
 */
#ifndef TOOLSETS_KUBERNETES_CUSTOM_H
#define TOOLSETS_KUBERNETES_CUSTOM_H

#include "toolsets/kubernetes/keeper.h"
#include "toolsets/kubernetes/verdict.h"

#define CUSTOM_KINDS_MAX 60u	 /* lists that are read */
#define CUSTOM_OBJECTS_MAX 1000u /* of a kind that are looked at */
#define CUSTOM_MAX 200u		 /* unwell ones that are told apart */

struct custom {
	json_t *object;
	const struct kind_info *kind;
	struct verdict verdict;
	struct keeper keeper;	/* of those without a status of now; else UNKNOWN */
	bool explained;		/* by another one of these */
	unsigned char *because; /* [i]: the i-th one is why */
};

struct customs {
	struct custom *items;
	size_t count, cap;
};

/* Kinds that this looks at: not Kubernetes' own, not those that other checks know better. Borrowed, at most max. */
size_t custom_kinds(const struct view *v, const struct kind_info **out, size_t max);
/* Fetches the lists side by side and drops the kinds that cannot be read; how many are left. */
size_t custom_ahead(const struct view *v, const struct kind_info **kinds, size_t n);
void customs_read(const struct view *v, struct customs *all);
void customs_free(struct customs *all);
/* Is `to` why `from` is unwell, directly or over others? */
bool customs_leads(const struct customs *all, size_t from, size_t to);

/*
 * Objects that another one names with a kind, or in a field called KINDRef. False ends the walk. kind may be "": then
 * field tells it ("secretStoreRef"); ns "" when it is not said.
 */
struct custom_ref {
	const char *kind, *ns, *name, *field;
	char pointer[220]; /* of the name */
};
void custom_refs(const json_t *value, const char *pointer, bool (*fn)(void *ctx, const struct custom_ref *r), void *ctx);
/* Does the reference, made by `from`, mean `to`? */
bool custom_ref_is(const struct custom_ref *r, const json_t *from, const json_t *to);

#endif
