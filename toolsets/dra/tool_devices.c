/* SPDX-License-Identifier: Apache-2.0 */
/* dra_devices: pools and devices, who holds what, what is tainted. */
#include "toolsets/dra/tools.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/dra/stock.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/reply.h"
#include "toolsets/lib/table.h"

#define ROWS_MAX 120u

/* "productName=A100 memory=40Gi": what tells devices apart. */
static void features(const struct device *d, struct reply *out)
{
	json_t *map = fld_at(d->body, "attributes"), *v;
	char value[128];
	const char *key;

	json_object_foreach (map, key, v) {
		const char *slash = strrchr(key, '/'), *name = slash ? slash + 1 : key;

		/* identifiers fill lines and select nothing */
		if (strstr(name, "uuid") || strstr(name, "UUID") || out->len > 160)
			continue;
		device_attribute(d, d->pool->driver, key, value);
		if (!*value && slash) {
			char domain[130];

			snprintf(domain, sizeof(domain), "%.*s", (int)(slash - key), key);
			device_attribute(d, domain, name, value);
		}
		if (*value)
			rep_add(out, "%s%s=%s", out->len ? " " : "", name, value);
	}
	map = fld_at(d->body, "capacity");
	json_object_foreach (map, key, v)
		rep_add(out, "%s%s=%s", out->len ? " " : "", key,
			json_string_value(v) ? json_string_value(v) : fld_str(v, "value"));
}

/* The node as a scheduler sees it: devices of one that takes no pods are free in name only. */
static void node_words(const struct host *h, struct work *w, const struct device *d, char *out, size_t n)
{
	const char *name = fld_str(d->slice, "spec.nodeName");
	enum seen seen;
	json_t *node = *name ? h->find(w, "nodes", NULL, name, &seen) : NULL;

	if (!*name)
		snprintf(out, n, "(by selector)");
	else
		snprintf(out, n, "%s%s%s", name, fld_true(node, "spec.unschedulable") ? " (cordoned)" : "",
			 *name && !node && seen == SEEN_NOT_FOUND ? " (no such node)" : "");
}

/* Devices side by side that differ in nothing but the name: one row. */
struct run_of {
	const struct device *first, *last;
	size_t count;
	char node[300];
	struct reply features;
};

static const char *taint_words(const struct device *d, char *out, size_t n)
{
	if (d->taint)
		snprintf(out, n, "%s:%s", fld_str(d->taint, "key"), fld_str(d->taint, "effect"));
	else
		*out = '\0';
	return out;
}

static bool alike(const struct run_of *r, const struct device *d, struct reply *words)
{
	char a[200], b[200];

	return r->count && r->first->pool == d->pool && r->first->slice == d->slice && r->first->holder == d->holder &&
	       strcmp(taint_words(r->first, a, sizeof(a)), taint_words(d, b, sizeof(b))) == 0 &&
	       strcmp(rep_text(&r->features), rep_text(words)) == 0;
}

static void flush(struct table *t, struct run_of *r)
{
	char taint[200];

	if (!r->count)
		return;
	tbl_row(t);
	tbl_cell(t, r->first->pool->driver);
	tbl_cell(t, r->first->pool->name);
	tbl_cell(t, r->node);
	if (r->count == 1)
		tbl_cell(t, r->first->name);
	else
		tbl_cellf(t, "%s to %s (%zu)", r->first->name, r->last->name, r->count);
	if (r->first->holder)
		tbl_cellf(t, "%s/%s", fld_ns(r->first->holder), fld_name(r->first->holder));
	else
		tbl_cell(t, "free");
	tbl_cell(t, taint_words(r->first, taint, sizeof(taint)));
	tbl_cell(t, rep_text(&r->features));
	rep_free(&r->features);
	r->count = 0;
}

static void add(const struct host *h, struct work *w, struct table *t, struct run_of *r, const struct device *d)
{
	struct reply words = REP_INIT;

	features(d, &words);
	if (alike(r, d, &words)) {
		rep_free(&words);
	} else {
		flush(t, r);
		*r = (struct run_of){.first = d, .features = words};
		node_words(h, w, d, r->node, sizeof(r->node));
	}
	r->last = d;
	r->count++;
}

static void pools(const struct stock *s, struct reply *out)
{
	for (size_t i = 0; i < s->pool_count; i++) {
		const struct pool *p = &s->pools[i];

		if (!pool_complete(p))
			rep_add(out, "pool %s of %s is INCOMPLETE: %zu of %zu slices of generation %lld\n", p->name,
				p->driver, p->slices, p->wanted, p->generation);
		if (p->invalid)
			rep_add(out, "pool %s of %s is INVALID: a device name stands in it twice\n", p->name,
				p->driver);
	}
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	static const char *const heads[] = {"DRIVER", "POOL", "NODE", "DEVICE", "HELD BY", "TAINT", "FEATURES"};
	const char *driver = fld_str(args, "driver"), *node = fld_str(args, "node");
	struct stock s;
	struct reply out = REP_INIT;
	struct table *t = tbl_new(heads, 7, 200);
	struct run_of rows = {0};
	size_t held = 0, shown = 0, left;

	stock_open(&s, h, w);
	for (size_t i = 0; i < s.count; i++) {
		const struct device *d = &s.devices[i];

		if ((*driver && strcmp(driver, d->pool->driver) != 0) ||
		    (*node && strcmp(node, fld_str(d->slice, "spec.nodeName")) != 0))
			continue;
		shown++;
		held += d->holder != NULL;
		add(h, w, t, &rows, d);
	}
	flush(t, &rows);
	if (s.slices_seen != SEEN_OK)
		rep_put(&out, "ResourceSlices could not be read: what devices there are is unknown\n");
	else
		rep_add(&out, "%zu devices, %zu held (%zu ResourceSlices, %zu pools):\n", shown, held,
			json_array_size(s.slices), s.pool_count);
	pools(&s, &out);
	left = tbl_print(t, ROWS_MAX, &out);
	if (left)
		rep_add(&out, "... %zu more: give driver or node\n", left);
	tbl_free(t);
	stock_close(&s);
	rep_send(h, w, shown ? TOOL_OK : TOOL_NO_DATA, &out);
	return 0;
}

static const struct param params[] = {
	{.name = "driver", .type = PARAM_STRING, .help = "only this driver, such as gpu.nvidia.com"},
	{.name = "node", .type = PARAM_STRING, .help = "only this node"},
	{0},
};

const struct tool dra_devices_tool = {
	.size = sizeof(struct tool),
	.name = "dra_devices",
	.help = "Devices published for dynamic resource allocation: pools, features, which claim holds each, taints, "
		"incomplete pools.",
	.params = params,
	.run = run,
};
