/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/dra/stock.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nodefit.h"
#include "toolsets/lib/target.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

json_t *stock_list(const struct host *h, struct work *w, const char *resource, enum seen *seen)
{
	const struct kind_info *k = h->kind(w, resource, NULL, 0);

	if (!k) {
		*seen = SEEN_NOT_SERVED;
		return NULL;
	}
	return target_list_all(h, w, k, seen);
}

static struct pool *find_pool(struct stock *s, const char *driver, const char *name)
{
	for (size_t i = 0; i < s->pool_count; i++)
		if (is(s->pools[i].driver, driver) && is(s->pools[i].name, name))
			return &s->pools[i];
	return NULL;
}

/* First pass: which generation of each pool is the newest, and how many slices of it there are. */
static void count_slice(struct stock *s, json_t *slice)
{
	const char *driver = fld_str(slice, "spec.driver"), *name = fld_str(slice, "spec.pool.name");
	long long generation = fld_int(slice, "spec.pool.generation", 0);
	struct pool *p = find_pool(s, driver, name);

	if (!p) {
		ALLOC_GROW(s->pools, s->pool_count, s->pool_cap);
		p = &s->pools[s->pool_count++];
		*p = (struct pool){.driver = driver, .name = name, .generation = -1};
	}
	if (generation < p->generation)
		return;
	if (generation > p->generation) {
		p->generation = generation;
		p->slices = 0;
		p->first = slice;
		p->wanted = (size_t)fld_int(slice, "spec.pool.resourceSliceCount", 1);
	}
	p->slices++;
}

static void find_taint(struct device *d)
{
	json_t *taints = fld_at(d->body, "taints"), *t;
	size_t i;

	json_array_foreach (taints, i, t) {
		const char *effect = fld_str(t, "effect");

		if (d->taint || !(is(effect, "NoSchedule") || is(effect, "NoExecute")))
			continue;
		d->taint = t;
		d->taint_index = i;
	}
}

static void add_device(struct stock *s, const struct pool *p, json_t *slice, json_t *object, size_t index)
{
	struct device *d;

	if (s->count >= STOCK_DEVICES_MAX)
		return;
	ALLOC_GROW(s->devices, s->count, s->cap);
	d = &s->devices[s->count++];
	*d = (struct device){
		.pool = p, .name = fld_str(object, "name"), .slice = slice, .index = index, .object = object};
	d->body = fld_at(object, "basic") ? fld_at(object, "basic") : object;
	d->shared = fld_true(d->body, "allowMultipleAllocations");
	find_taint(d);
}

static void read_slices(struct stock *s)
{
	json_t *slice, *object;
	size_t i, k;

	json_array_foreach (s->slices, i, slice)
		count_slice(s, slice);
	json_array_foreach (s->slices, i, slice) {
		struct pool *p = find_pool(s, fld_str(slice, "spec.driver"), fld_str(slice, "spec.pool.name"));
		json_t *devices = fld_at(slice, "spec.devices");

		if (!p || fld_int(slice, "spec.pool.generation", 0) != p->generation)
			continue;
		json_array_foreach (devices, k, object) {
			for (size_t n = s->count; n-- > 0 && s->devices[n].pool == p;)
				if (is(s->devices[n].name, fld_str(object, "name")))
					p->invalid = true;
			add_device(s, p, slice, object, k);
		}
	}
}

static struct device *find_device(const struct stock *s, const char *driver, const char *pool, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (is(s->devices[i].name, name) && is(s->devices[i].pool->name, pool) &&
		    is(s->devices[i].pool->driver, driver))
			return &s->devices[i];
	return NULL;
}

static void read_claims(struct stock *s)
{
	json_t *claim, *result;
	size_t i, k;

	json_array_foreach (s->claims, i, claim) {
		json_t *results = fld_at(claim, "status.allocation.devices.results");

		json_array_foreach (results, k, result) {
			struct device *d = find_device(s, fld_str(result, "driver"), fld_str(result, "pool"),
						       fld_str(result, "device"));

			/* an administrator's look at a device does not take it */
			if (d && !fld_true(result, "adminAccess"))
				d->holder = claim;
		}
	}
}

static bool rule_selects(const json_t *rule, const struct device *d)
{
	const char *driver = fld_str(rule, "spec.deviceSelector.driver"),
		   *pool = fld_str(rule, "spec.deviceSelector.pool");
	const char *device = fld_str(rule, "spec.deviceSelector.device");

	return (!*driver || is(driver, d->pool->driver)) && (!*pool || is(pool, d->pool->name)) &&
	       (!*device || is(device, d->name));
}

static void read_rules(struct stock *s)
{
	enum seen seen;
	json_t *rules, *rule;
	size_t i;

	if (!s->h->kind(s->w, "devicetaintrules.resource.k8s.io", NULL, 0))
		return;
	rules = stock_list(s->h, s->w, "devicetaintrules.resource.k8s.io", &seen);
	json_array_foreach (rules, i, rule)
		for (size_t k = 0; k < s->count; k++) {
			const char *effect = fld_str(rule, "spec.taint.effect");

			if (!rule_selects(rule, &s->devices[k]) || is(effect, "None") || s->devices[k].taint)
				continue;
			s->devices[k].taint = fld_at(rule, "spec.taint");
			s->devices[k].taint_rule = rule;
		}
}

void stock_open(struct stock *s, const struct host *h, struct work *w)
{
	*s = (struct stock){.h = h, .w = w};
	s->slices = stock_list(h, w, "resourceslices.resource.k8s.io", &s->slices_seen);
	s->claims = stock_list(h, w, "resourceclaims.resource.k8s.io", &s->claims_seen);
	s->classes = stock_list(h, w, "deviceclasses.resource.k8s.io", &s->classes_seen);
	/* devices point to their pool: all pools are known before the first device is added */
	read_slices(s);
	read_claims(s);
	read_rules(s);
}

void stock_close(struct stock *s)
{
	free(s->pools);
	free(s->devices);
	*s = (struct stock){0};
}

bool pool_complete(const struct pool *p)
{
	return p->slices >= p->wanted;
}

static bool placed(const json_t *o, const json_t *node)
{
	const char *name = fld_str(o, "nodeName");

	if (*name)
		return is(name, fld_name(node));
	if (fld_true(o, "allNodes"))
		return true;
	return fld_at(o, "nodeSelector") && fit_terms(fld_at(o, "nodeSelector"), node);
}

bool device_on_node(const struct device *d, const json_t *node)
{
	const json_t *spec = fld_at(d->slice, "spec");

	return placed(fld_true(spec, "perDeviceNodeSelection") ? d->body : spec, node);
}

const char *device_text(const struct device *d, char out[static 200])
{
	snprintf(out, 200, "%.90s of %.90s", d->name, d->pool->name);
	return out;
}

const char *device_attribute(const struct device *d, const char *domain, const char *name, char out[static 128])
{
	json_t *attributes = fld_at(d->body, "attributes"), *v;
	const json_t *x;
	char key[256];

	out[0] = '\0';
	snprintf(key, sizeof(key), "%.120s/%.120s", domain, name);
	v = json_object_get(attributes, key);
	if (!v && is(domain, d->pool->driver))
		v = json_object_get(attributes, name);
	if ((x = json_object_get(v, "string")) || (x = json_object_get(v, "version")))
		snprintf(out, 128, "%.120s", json_string_value(x) ? json_string_value(x) : "");
	else if ((x = json_object_get(v, "int")))
		snprintf(out, 128, "%lld", (long long)json_integer_value(x));
	else if ((x = json_object_get(v, "bool")))
		snprintf(out, 128, "%s", json_is_true(x) ? "true" : "false");
	return out;
}
