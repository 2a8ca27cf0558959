/* SPDX-License-Identifier: Apache-2.0 */
/* How people name objects: "web-1", "deploy/web", "shop/web-1", "shop/deploy/web", "deploy web", "deploy/shop/web". */
#ifndef TOOLSETS_LIB_REF_H
#define TOOLSETS_LIB_REF_H

#include "toolsets/toolset.h"

struct ref {
	char kind[128]; /* as written, "" when none was given */
	char ns[64];	/* "" when none was given */
	char name[254];
};

/*
 * kind and ns: given apart (NULL or "" when not); what the text says wins over them. Of "a/b" a is a kind if the API
 * serves one of that name, else a namespace. False when there is no name or a part is too long.
 */
bool ref_parse(const struct host *h, struct work *w, const char *text, const char *kind, const char *ns,
	       struct ref *out);

#endif
