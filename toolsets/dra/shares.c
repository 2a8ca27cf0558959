/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/dra/shares.h"

#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/quantity.h"

/* The counter as its pool offers it. */
static bool offered(const struct stock *s, const struct device *d, const char *set, const char *counter,
		    struct quantity *out)
{
	json_t *slice;
	size_t i;

	json_array_foreach (s->slices, i, slice) {
		const json_t *one;

		if (strcmp(fld_str(slice, "spec.driver"), d->pool->driver) != 0 ||
		    strcmp(fld_str(slice, "spec.pool.name"), d->pool->name) != 0 ||
		    fld_int(slice, "spec.pool.generation", 0) != d->pool->generation)
			continue;
		one = fld_item(fld_at(slice, "spec.sharedCounters"), "name", set);
		if (!one)
			continue;
		*out = quantity_of(fld_at(json_object_get(fld_at(one, "counters"), counter), "value"));
		return true;
	}
	return false;
}

static struct quantity consumed(const struct device *d, const char *set, const char *counter)
{
	const json_t *one = fld_item(fld_at(d->body, "consumesCounters"), "counterSet", set);

	return quantity_of(fld_at(json_object_get(fld_at(one, "counters"), counter), "value"));
}

static bool counter_left(const struct stock *s, const struct device *d, const char *set, const char *counter)
{
	struct quantity all, used = consumed(d, set, counter);

	if (!offered(s, d, set, counter, &all))
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (s->devices[i].pool == d->pool && s->devices[i].holder && &s->devices[i] != d)
			used = quantity_sum(used, consumed(&s->devices[i], set, counter));
	return quantity_compare(used, all) <= 0;
}

/* What other claims took of a device that many may have. */
static struct quantity taken(const struct stock *s, const struct device *d, const char *name)
{
	struct quantity sum = {0};
	json_t *claim, *result;
	size_t i, k;

	json_array_foreach (s->claims, i, claim)
		json_array_foreach (fld_at(claim, "status.allocation.devices.results"), k, result)
			if (strcmp(fld_str(result, "device"), d->name) == 0 &&
			    strcmp(fld_str(result, "pool"), d->pool->name) == 0 &&
			    strcmp(fld_str(result, "driver"), d->pool->driver) == 0)
				sum = quantity_sum(
					sum, quantity_of(json_object_get(fld_at(result, "consumedCapacity"), name)));
	return sum;
}

static bool capacity_left(const struct stock *s, const struct device *d, const json_t *request)
{
	json_t *capacity = fld_at(d->body, "capacity"), *one;
	const char *name;

	json_object_foreach (capacity, name, one) {
		struct quantity all = quantity_of(fld_at(one, "value"));
		json_t *asked = json_object_get(fld_at(request, "capacity.requests"), name);
		struct quantity want = asked ? quantity_of(asked) : quantity_of(fld_at(one, "requestPolicy.default"));

		/* without a policy a claim takes the whole */
		if (!asked && !fld_at(one, "requestPolicy"))
			want = all;
		if (quantity_compare(quantity_sum(taken(s, d, name), want), all) > 0)
			return false;
	}
	return true;
}

bool shares_left(const struct stock *s, const struct device *d, const json_t *request)
{
	json_t *sets = fld_at(d->body, "consumesCounters"), *set, *value;
	const char *counter;
	size_t i;

	json_array_foreach (sets, i, set)
		json_object_foreach (fld_at(set, "counters"), counter, value)
			if (!counter_left(s, d, fld_str(set, "counterSet"), counter))
				return false;
	return !d->shared || capacity_left(s, d, request);
}
