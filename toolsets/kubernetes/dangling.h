/* SPDX-License-Identifier: Apache-2.0 */
/* Private to dependency.c and dangling_config.c: judging an address and noting where it is written. */
#ifndef TOOLSETS_KUBERNETES_DANGLING_H
#define TOOLSETS_KUBERNETES_DANGLING_H

#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/settings.h"

/* What was not read proves nothing: DANGLING_NONE. */
enum dangling dangling_judge(const struct view *v, const char *from_ns, const struct address *a,
			     struct dangling_address *out);
/* Always true. */
bool dangling_set_place(struct dangling_address *out, const struct setting *s);
/* A program that names itself does not name what it depends on. */
bool dangling_own_name(const struct trouble *t, const char *name);

#endif
