/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/credential.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

static bool ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcasecmp(s + n - m, end) == 0;
}

/* How much a variable's name sounds like it; 0: not at all. */
static int sounds(const char *name, bool user)
{
	if (user)
		return ends(name, "USER") || ends(name, "USERNAME") || ends(name, "LOGIN") || ends(name, "ACCESS_KEY_ID") ? 3
															   : 0;
	if (strcasestr(name, "passw") || strcasestr(name, "pwd") || ends(name, "PASS") || ends(name, "requirepass"))
		return 3;
	if (strcasestr(name, "SECRET_ACCESS_KEY"))
		return 3;
	return strcasestr(name, "secret") || strcasestr(name, "auth") || strcasestr(name, "token") ? 1 : 0;
}

static int common_start(const char *a, const char *b)
{
	int n = 0;

	while (a[n] && a[n] == b[n] && n < 40)
		n++;
	return n;
}

static void fill(const json_t *e, struct credential *out)
{
	const char *secret = fld_str(e, "valueFrom.secretKeyRef.name"), *map = fld_str(e, "valueFrom.configMapKeyRef.name");

	out->variable = fld_str(e, "name");
	out->value = fld_str(e, "value");
	out->from = *secret ? CREDENTIAL_SECRET : *map ? CREDENTIAL_MAP : CREDENTIAL_TEXT;
	out->object = *secret ? secret : map;
	out->key = *secret ? fld_str(e, "valueFrom.secretKeyRef.key") : fld_str(e, "valueFrom.configMapKeyRef.key");
}

static const json_t *container_of(const struct workload *wl, const char *container, const char **list)
{
	const json_t *c = fld_item(fld_at(wl->spec, "containers"), "name", container);

	*list = "containers";
	if (c)
		return c;
	*list = "initContainers";
	return fld_item(fld_at(wl->spec, "initContainers"), "name", container);
}

static bool find(const struct workload *wl, const char *container, const char *near, bool user, struct credential *out)
{
	char base[128];
	const char *list;
	const json_t *c = container_of(wl, container, &list);
	json_t *e;
	size_t i;
	int best = 0;

	*out = (struct credential){.variable = "", .object = "", .key = "", .value = ""};
	workload_container(wl, container, base);
	json_array_foreach (fld_at(c, "env"), i, e) {
		int points = sounds(fld_str(e, "name"), user);

		points = points ? points * 50 + common_start(fld_str(e, "name"), near) : 0;
		if (points <= best)
			continue;
		best = points;
		fill(e, out);
		snprintf(out->pointer, sizeof(out->pointer), "%s/env/%zu/name", base, i);
	}
	if (best)
		return true;
	json_array_foreach (fld_at(c, "envFrom"), i, e) {
		if (user || !*fld_str(e, "secretRef.name"))
			continue;
		out->from = CREDENTIAL_SECRET;
		out->object = fld_str(e, "secretRef.name");
		snprintf(out->pointer, sizeof(out->pointer), "%s/envFrom/%zu/secretRef/name", base, i);
		return true;
	}
	return false;
}

bool credential_password(const struct workload *wl, const char *container, const char *near, struct credential *out)
{
	return find(wl, container, near, false, out);
}

bool credential_user(const struct workload *wl, const char *container, const char *near, struct credential *out)
{
	return find(wl, container, near, true, out);
}

int64_t credential_changed(const json_t *object, size_t *index)
{
	json_t *e;
	size_t i;
	int64_t best = 0, at;

	json_array_foreach (fld_at(object, "metadata.managedFields"), i, e)
		if (json_is_object(e) && !*fld_str(e, "subresource") && when_parse(fld_str(e, "time"), &at) && at > best) {
			best = at;
			*index = i;
		}
	return best;
}
