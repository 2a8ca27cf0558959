/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/settings.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

struct scan {
	const struct view *v;
	const struct workload *wl;
	bool (*fn)(void *ctx, const struct setting *s);
	void *ctx;
};

const char *settings_key(const char *key, char out[static 300])
{
	size_t n = 0;

	for (; *key && n < 296; key++) {
		if (*key == '~' || *key == '/') {
			out[n++] = '~';
			out[n++] = *key == '~' ? '0' : '1';
		} else {
			out[n++] = *key;
		}
	}
	out[n] = '\0';
	return out;
}

static bool give(struct scan *s, const char *name, const json_t *value, json_t *object, const char *pointer)
{
	struct setting set = {.name = name, .value = json_string_value(value), .object = object, .pointer = pointer};

	return set.value && *set.value && s->fn(s->ctx, &set);
}

static bool from_map(struct scan *s, const char *name, const char *key, const char *as)
{
	enum seen seen;
	json_t *map = *name ? s->v->h->find(s->v->w, "configmaps", s->wl->ns, name, &seen) : NULL;
	json_t *data = fld_at(map, "data"), *value;
	char pointer[320], escaped[300];
	const char *k;

	json_object_foreach (data, k, value) {
		if (key && strcmp(k, key) != 0)
			continue;
		snprintf(pointer, sizeof(pointer), "/data/%s", settings_key(k, escaped));
		if (give(s, as ? as : k, value, map, pointer))
			return true;
	}
	return false;
}

static bool env(struct scan *s, const json_t *container, const char *base)
{
	json_t *e;
	char pointer[200];
	size_t i;

	json_array_foreach (fld_at(container, "env"), i, e) {
		const char *map = fld_str(e, "valueFrom.configMapKeyRef.name");

		snprintf(pointer, sizeof(pointer), "%s/env/%zu/value", base, i);
		if (give(s, fld_str(e, "name"), fld_at(e, "value"), s->wl->spec_object, pointer))
			return true;
		if (*map && from_map(s, map, fld_str(e, "valueFrom.configMapKeyRef.key"), fld_str(e, "name")))
			return true;
	}
	json_array_foreach (fld_at(container, "envFrom"), i, e)
		if (from_map(s, fld_str(e, "configMapRef.name"), NULL, NULL))
			return true;
	return false;
}

static bool words(struct scan *s, const json_t *container, const char *base)
{
	static const char *const lists[] = {"args", "command"};
	char pointer[200];
	json_t *arg;
	size_t i;

	for (size_t k = 0; k < 2; k++) {
		json_t *list = fld_at(container, lists[k]);

		json_array_foreach (list, i, arg) {
			snprintf(pointer, sizeof(pointer), "%s/%s/%zu", base, lists[k], i);
			if (give(s, "", arg, s->wl->spec_object, pointer))
				return true;
		}
	}
	return false;
}

/* Files of ConfigMaps that this container mounts. */
static bool files(struct scan *s, const json_t *container)
{
	json_t *mount, *source;
	size_t i, k;

	json_array_foreach (fld_at(container, "volumeMounts"), i, mount) {
		const json_t *volume = fld_item(fld_at(s->wl->spec, "volumes"), "name", fld_str(mount, "name"));

		if (from_map(s, fld_str(volume, "configMap.name"), NULL, NULL))
			return true;
		json_array_foreach (fld_at(volume, "projected.sources"), k, source)
			if (from_map(s, fld_str(source, "configMap.name"), NULL, NULL))
				return true;
	}
	return false;
}

bool settings_each(const struct view *v, const struct workload *wl, const char *container,
		   bool (*fn)(void *ctx, const struct setting *s), void *ctx)
{
	struct scan s = {.v = v, .wl = wl, .fn = fn, .ctx = ctx};
	char base[128];
	const json_t *c;

	workload_container(wl, container, base);
	if (!*base)
		return false;
	c = fld_item(fld_at(wl->spec, strstr(base, "/initContainers/") ? "initContainers" : "containers"), "name",
		     container);
	return env(&s, c, base) || words(&s, c, base) || files(&s, c);
}
