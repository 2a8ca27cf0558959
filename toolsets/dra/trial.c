/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/dra/trial.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/dra/shares.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/cel.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nodefit.h"

#define LOST_MAX 256u

struct run {
	const struct stock *s;
	const struct demand *d;
	struct trial *t;
	struct cel_regex regex;
	enum step *fell; /* for each device of the stock: the step it did not pass; STEP_FITS when it passed all */
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static int match(void *ctx, const char *pattern, const char *text, size_t len)
{
	const struct stock *s = ctx;

	return s->h->match(s->w, pattern, false, text, len, NULL, 0);
}

/* Do all selectors of a list match? Errors refuse the whole claim, what cannot be evaluated ends all claims of ours. */
static bool selected(struct run *r, const struct device *d, const json_t *selectors)
{
	struct cel_device dev = {d->pool->driver, fld_at(d->body, "attributes"), fld_at(d->body, "capacity"),
				 d->shared};
	json_t *one;
	char why[200];
	size_t i;

	json_array_foreach (selectors, i, one) {
		switch (cel_eval(fld_str(one, "cel.expression"), &dev, &r->regex, why, sizeof(why))) {
		case CEL_TRUE:
			continue;
		case CEL_ERROR:
			if (!r->t->error[0])
				snprintf(r->t->error, sizeof(r->t->error), "%s", why);
			return false;
		case CEL_UNKNOWN:
			r->t->unknown = true;
			return false;
		case CEL_FALSE:
			return false;
		}
	}
	return true;
}

static bool tolerated(const struct ask *a, const struct device *d)
{
	return !d->taint || fit_tolerates(fld_at(a->body, "tolerations"), d->taint);
}

static bool own(const struct run *r, const struct device *d)
{
	return d->holder && d->holder == r->d->claim;
}

static enum step walk(struct run *r, const struct device *d)
{
	const struct ask *a = &r->t->ask;

	if (!pool_complete(d->pool) || d->pool->invalid)
		return STEP_POOL;
	if (!selected(r, d, fld_at(r->t->class, "spec.selectors")))
		return STEP_CLASS;
	if (!selected(r, d, fld_at(a->body, "selectors")))
		return STEP_SELECTOR;
	if (!tolerated(a, d))
		return STEP_TAINT;
	if (d->holder && !d->shared && !own(r, d) && !fld_true(a->body, "adminAccess"))
		return STEP_FREE;
	if (!shares_left(r->s, d, a->body))
		return STEP_CAPACITY;
	return STEP_FITS;
}

/* Devices that pass everything up to and with a step, on one node (NULL: anywhere). */
static size_t passed(const struct run *r, enum step step, const json_t *node)
{
	size_t n = 0;

	for (size_t i = 0; i < r->s->count; i++)
		n += r->fell[i] > step && (!node || device_on_node(&r->s->devices[i], node));
	return n;
}

/* json_equal() holds that nothing does not equal nothing. */
static bool same(const json_t *a, const json_t *b)
{
	return a == b || (a && b && json_equal(a, b));
}

/* How many devices the demand needs of the class of this ask, over all its requests that have no choice. */
static long long needed(const struct demand *d, const struct ask *a)
{
	struct ask other[ASKS_MAX];
	json_t *request;
	long long n = 0;
	size_t i;

	if (!a->count || a->alternative)
		return a->count ? a->count : 1;
	json_array_foreach (d->requests, i, request)
		if (ask_read(request, i, other) == 1 && !other[0].alternative &&
		    is(fld_str(other[0].body, "deviceClassName"), fld_str(a->body, "deviceClassName")) &&
		    same(fld_at(other[0].body, "selectors"), fld_at(a->body, "selectors")))
			n += other[0].count ? other[0].count : 1;
	return n;
}

/* The largest group of passing devices with one value of an attribute, on a node. */
static size_t largest_group(const struct run *r, const char *attribute, const json_t *node)
{
	char domain[130] = "", value[128], other[128];
	const char *slash = strchr(attribute, '/');
	size_t best = 0;

	snprintf(domain, sizeof(domain), "%.*s", slash ? (int)(slash - attribute) : 0, attribute);
	for (size_t i = 0; i < r->s->count; i++) {
		const struct device *d = &r->s->devices[i];
		size_t n = 0;

		if (r->fell[i] != STEP_FITS || (node && !device_on_node(d, node)) ||
		    !*device_attribute(d, domain, slash ? slash + 1 : attribute, value))
			continue;
		for (size_t k = 0; k < r->s->count; k++)
			if (r->fell[k] == STEP_FITS && (!node || device_on_node(&r->s->devices[k], node)) &&
			    is(device_attribute(&r->s->devices[k], domain, slash ? slash + 1 : attribute, other),
			       value))
				n++;
		best = n > best ? n : best;
	}
	return best;
}

static bool constrained(struct run *r, const json_t *node)
{
	json_t *constraints = fld_at(r->d->edit, is(r->d->base, "/spec/devices") ? "spec.devices.constraints"
										 : "spec.spec.devices.constraints");
	json_t *c;
	size_t i;

	json_array_foreach (constraints, i, c) {
		const char *attribute = fld_str(c, "matchAttribute");

		if (*attribute && largest_group(r, attribute, node) < (size_t)r->t->need) {
			snprintf(r->t->part, sizeof(r->t->part), "%.250s", attribute);
			r->t->left[STEP_CONSTRAINT] = largest_group(r, attribute, node);
			return false;
		}
	}
	return true;
}

static void note_lost(struct run *r)
{
	struct trial *t = r->t;

	for (size_t i = 0; i < r->s->count && t->lost_count < LOST_MAX; i++) {
		if (r->fell[i] != t->failed && !(t->failed == STEP_CONSTRAINT && r->fell[i] == STEP_FITS))
			continue;
		ALLOC_GROW(t->lost, t->lost_count, t->lost_cap);
		t->lost[t->lost_count++] = &r->s->devices[i];
	}
}

/* The part of the selectors that none of the lost devices meets. */
static void find_part(struct run *r)
{
	struct trial *t = r->t;
	json_t *list = t->failed == STEP_CLASS ? fld_at(t->class, "spec.selectors") : fld_at(t->ask.body, "selectors"),
	       *one;
	const char *part;
	size_t i, len;

	json_array_foreach (list, i, one)
		for (size_t k = 0; cel_part(fld_str(one, "cel.expression"), k, &part, &len); k++) {
			drop_text char *text = alloc_strn(part, len);
			size_t met = 0;

			for (size_t n = 0; n < t->lost_count; n++) {
				const struct device *d = t->lost[n];
				struct cel_device dev = {d->pool->driver, fld_at(d->body, "attributes"),
							 fld_at(d->body, "capacity"), d->shared};

				met += cel_eval(text, &dev, &r->regex, NULL, 0) == CEL_TRUE;
			}
			if (met)
				continue;
			snprintf(t->part, sizeof(t->part), "%.290s", text);
			t->selector = i;
			return;
		}
}

static bool enough(const struct trial *t, size_t n)
{
	return n >= (size_t)t->need;
}

/* Held devices are ordinary, tainted ones are not: would those that are tainted and free do? */
static bool taints_decide(const struct run *r, const json_t *nodes)
{
	const json_t *node;
	size_t i;

	json_array_foreach (nodes, i, node) {
		size_t n = passed(r, STEP_FREE, node), tainted = 0;

		for (size_t k = 0; k < r->s->count; k++)
			tainted += r->fell[k] == STEP_TAINT && !r->s->devices[k].holder &&
				   device_on_node(&r->s->devices[k], node);
		if (tainted && n + tainted >= (size_t)r->t->need)
			return true;
	}
	return false;
}

/* Where one ask ends: the step at which no node has enough. */
static void judge(struct run *r, const json_t *nodes)
{
	struct trial *t = r->t;
	const json_t *node;
	size_t i, best = 0;

	for (i = 0; i < r->s->count; i++)
		r->fell[i] = walk(r, &r->s->devices[i]);
	t->failed = STEP_FITS;
	for (int step = STEP_PUBLISHED; step < STEP_CONSTRAINT; step++) {
		t->total[step] = passed(r, (enum step)step, NULL);
		t->left[step] = json_array_size(nodes) ? 0 : t->total[step];
		json_array_foreach (nodes, i, node) {
			size_t n = passed(r, (enum step)step, node);

			if (n <= t->left[step])
				continue;
			t->left[step] = n;
			if (n >= best || step == 0)
				t->node = node;
		}
		best = t->left[step];
		if (!enough(t, t->left[step])) {
			t->failed = (enum step)step;
			break;
		}
	}
	if (t->failed == STEP_FREE && taints_decide(r, nodes))
		t->failed = STEP_TAINT;
	if (t->failed == STEP_FITS && !constrained(r, t->node))
		t->failed = STEP_CONSTRAINT;
	if (t->failed == STEP_FITS)
		return;
	note_lost(r);
	if (t->failed == STEP_CLASS || t->failed == STEP_SELECTOR)
		find_part(r);
}

static void reset(struct trial *t)
{
	free(t->lost);
	*t = (struct trial){.failed = STEP_FITS};
}

void trial_run(const struct stock *s, const json_t *nodes, const struct demand *d, struct trial *out)
{
	struct run r = {.s = s, .d = d, .t = out, .regex = {match, NULL}};
	struct stock *regex_ctx;
	json_t *request;
	size_t i;

	*out = (struct trial){.failed = STEP_FITS};
	memcpy(&regex_ctx, &s, sizeof(s));
	r.regex.ctx = regex_ctx;
	r.fell = alloc_zero(s->count, sizeof(*r.fell));
	json_array_foreach (d->requests, i, request) {
		struct ask asks[ASKS_MAX];
		size_t n = ask_read(request, i, asks);

		for (size_t k = 0; k < n; k++) {
			enum seen seen;

			reset(out);
			out->ask = asks[k];
			out->need = needed(d, &asks[k]);
			out->class = s->h->find(s->w, "deviceclasses.resource.k8s.io", NULL,
						fld_str(asks[k].body, "deviceClassName"), &seen);
			if (!out->class) {
				out->unknown = true; /* judged before */
				break;
			}
			judge(&r, nodes);
			if (out->failed == STEP_FITS)
				break;
		}
		if (out->failed != STEP_FITS || out->unknown)
			break;
	}
	free(r.fell);
}

void trial_free(struct trial *t)
{
	free(t->lost);
	*t = (struct trial){0};
}

/* device.attributes["dom"].name or device.capacity["dom"].name at the beginning of a part. */
static bool operand(const char *part, bool *capacity, char domain[static 128], char name[static 128])
{
	const char *at = strstr(part, "device.attributes["), *end;
	size_t n;

	*capacity = !at;
	if (!at)
		at = strstr(part, "device.capacity[");
	if (!at)
		return false;
	at = strchr(at, '[') + 1;
	if (*at != '"' && *at != '\'')
		return false;
	end = strchr(at + 1, *at);
	if (!end || end - at > 120 || end[1] != ']')
		return false;
	snprintf(domain, 128, "%.*s", (int)(end - at - 1), at + 1);
	at = end + 2;
	at += strspn(at, ".?");
	n = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	snprintf(name, 128, "%.*s", (int)(n > 120 ? 120 : n), at);
	return n > 0;
}

static void value_of(const struct device *d, bool capacity, const char *domain, const char *name, char out[static 128])
{
	const json_t *map = fld_at(d->body, "capacity"), *v;
	char key[260];

	if (!capacity) {
		device_attribute(d, domain, name, out);
		return;
	}
	snprintf(key, sizeof(key), "%s/%s", domain, name);
	v = json_object_get(map, key);
	if (!v)
		v = json_object_get(map, name);
	snprintf(out, 128, "%.120s", json_string_value(v) ? json_string_value(v) : fld_str(v, "value"));
}

const char *trial_values(const struct trial *t, const char *part, char out[static 300])
{
	char domain[128], name[128], value[128];
	json_t *counts;
	const char *key;
	json_t *n;
	size_t used = 0;
	bool capacity;

	out[0] = '\0';
	if (!operand(part, &capacity, domain, name))
		return out;
	counts = json_object();
	for (size_t i = 0; i < t->lost_count; i++) {
		value_of(t->lost[i], capacity, domain, name, value);
		if (*value)
			json_object_set_new(counts, value,
					    json_integer(json_integer_value(json_object_get(counts, value)) + 1));
	}
	json_object_foreach (counts, key, n)
		if (used < 220)
			used += (size_t)snprintf(out + used, 300 - used, "%s%.60s (%d device%s)", used ? ", " : "", key,
						 (int)json_integer_value(n), json_integer_value(n) == 1 ? "" : "s");
	json_decref(counts);
	return out;
}
