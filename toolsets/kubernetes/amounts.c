/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/amounts.h"

#include <string.h>

#include "toolsets/lib/field.h"

static struct quantity *at(struct amounts *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->name[i], name) == 0)
			return &a->value[i];
	if (a->count == AMOUNTS_MAX)
		return NULL;
	a->name[a->count] = name;
	a->value[a->count] = (struct quantity){0};
	return &a->value[a->count++];
}

struct quantity kubernetes_amount(const struct amounts *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->name[i], name) == 0)
			return a->value[i];
	return (struct quantity){0};
}

void kubernetes_amounts_add(struct amounts *to, const char *name, struct quantity q)
{
	struct quantity *v = at(to, name);

	if (v)
		*v = quantity_sum(*v, q);
}

void kubernetes_amounts_sum(struct amounts *to, const struct amounts *from)
{
	for (size_t i = 0; i < from->count; i++)
		kubernetes_amounts_add(to, from->name[i], from->value[i]);
}

static void raise_to(struct amounts *to, const struct amounts *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct quantity *v = at(to, from->name[i]);

		if (v && quantity_compare(*v, from->value[i]) < 0)
			*v = from->value[i];
	}
}

void kubernetes_amounts_read(struct amounts *to, json_t *map)
{
	json_t *value;
	const char *key;

	json_object_foreach (map, key, value)
		kubernetes_amounts_add(to, key, quantity_of(value));
}

/* A container that only sets a limit requests as much. */
static void container(json_t *c, const char *what, struct amounts *to)
{
	json_t *map = json_object_get(json_object_get(c, "resources"), what), *limits = fld_at(c, "resources.limits"),
	       *value;
	const char *key;

	kubernetes_amounts_read(to, map);
	if (strcmp(what, "requests") == 0)
		json_object_foreach (limits, key, value)
			if (!json_object_get(map, key))
				kubernetes_amounts_add(to, key, quantity_of(value));
}

void kubernetes_pod_amounts(json_t *spec, const char *what, struct amounts *out)
{
	struct amounts sidecars = {0}, inits = {0}, whole = {0};
	json_t *c;
	size_t i;

	*out = (struct amounts){0};
	json_array_foreach (json_object_get(spec, "containers"), i, c)
		container(c, what, out);
	json_array_foreach (json_object_get(spec, "initContainers"), i, c) {
		struct amounts here = sidecars;

		container(c, what, &here);
		if (strcmp(fld_str(c, "restartPolicy"), "Always") == 0)
			sidecars = here;
		raise_to(&inits, &here);
	}
	kubernetes_amounts_sum(out, &sidecars);
	raise_to(out, &inits);
	kubernetes_amounts_read(&whole, json_object_get(json_object_get(spec, "resources"), what));
	for (i = 0; i < whole.count; i++)
		if (at(out, whole.name[i]))
			*at(out, whole.name[i]) = whole.value[i];
	kubernetes_amounts_read(out, json_object_get(spec, "overhead"));
	kubernetes_amounts_add(out, "pods", (struct quantity){1000000000});
}
