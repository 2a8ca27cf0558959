/* SPDX-License-Identifier: Apache-2.0 */
/* Where a program has its password or user name from. */
#ifndef TOOLSETS_KUBERNETES_CREDENTIAL_H
#define TOOLSETS_KUBERNETES_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "toolsets/lib/workload.h"

enum credential_source { CREDENTIAL_NONE, CREDENTIAL_TEXT, CREDENTIAL_MAP, CREDENTIAL_SECRET };

struct credential {
	enum credential_source from;
	const char *variable;	 /* "" when a whole Secret becomes the environment */
	const char *object, *key; /* of the ConfigMap or Secret, "" */
	const char *value;	 /* CREDENTIAL_TEXT */
	char pointer[160];	 /* in workload.spec_object */
};

/* near: the variable in which the address stands, "": several passwords are told apart by how their names begin. */
bool credential_password(const struct workload *wl, const char *container, const char *near, struct credential *out);
bool credential_user(const struct workload *wl, const char *container, const char *near, struct credential *out);

/* When somebody last changed the object, as its managed fields say; 0: they do not. index: of the entry. */
int64_t credential_changed(const json_t *object, size_t *index);

#endif
