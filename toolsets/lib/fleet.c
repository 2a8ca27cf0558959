/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes and what runs on them. */
#include "toolsets/lib/nodefit.h"

#include <stddef.h>
#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/target.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool finished(const json_t *pod)
{
	const char *phase = fld_str(pod, "status.phase");

	return is(phase, "Succeeded") || is(phase, "Failed");
}


static void count_labels(struct fleet *f)
{
	json_t *node, *value;
	const char *key;
	size_t i;

	f->labels = json_object();
	json_array_foreach (f->nodes, i, node)
		json_object_foreach (fld_at(node, "metadata.labels"), key, value) {
			const char *text = json_string_value(value);
			json_t *counts = json_object_get(f->labels, key), *n;

			if (!text)
				continue;
			if (!counts) {
				counts = json_object();
				json_object_set_new(f->labels, key, counts);
			}
			n = json_object_get(counts, text);
			if (n)
				json_integer_set(n, json_integer_value(n) + 1);
			else
				json_object_set_new(counts, text, json_integer(1));
		}
}

size_t fleet_labelled(const struct fleet *f, const char *key, const char *value)
{
	return (size_t)json_integer_value(json_object_get(json_object_get(f->labels, key), value));
}

void fleet_open(struct fleet *f, const struct host *h, struct work *w)
{
	const struct kind_info *pods = h->kind(w, "pods", NULL, 0);
	json_t *pod;
	size_t i;

	*f = (struct fleet){.h = h, .w = w, .by_node = json_object()};
	f->nodes = h->list(w, "nodes", NULL, &f->nodes_seen);
	count_labels(f);
	f->pods = pods ? target_list_all(h, w, pods, &f->pods_seen) : NULL;
	f->part = h->size > offsetof(struct host, selected) && h->selected(w, "pods", NULL, &i);
	if (f->part)
		return;
	json_array_foreach (f->pods, i, pod) {
		const char *node = fld_str(pod, "spec.nodeName");
		json_t *list;

		if (!*node || finished(pod))
			continue;
		list = json_object_get(f->by_node, node);
		if (!list) {
			list = json_array();
			json_object_set_new(f->by_node, node, list);
		}
		json_array_append(list, pod);
	}
}

void fleet_close(struct fleet *f)
{
	json_decref(f->by_node);
	json_decref(f->labels);
	f->by_node = NULL;
}

/* What cannot be read whole is not kept: a part of a node's pods is worse than none. */
static void ask_pods(const struct fleet *f, const char *node)
{
	enum seen seen;
	json_t *list = f->h->pods_on(f->w, node, &seen), *pod, *kept;
	size_t i;

	if (seen != SEEN_OK)
		return;
	kept = json_array();
	json_array_foreach (list, i, pod)
		if (!finished(pod))
			json_array_append(kept, pod);
	json_object_set_new(f->by_node, node, kept);
}

json_t *fleet_pods(const struct fleet *f, const char *node)
{
	json_t *list = json_object_get(f->by_node, node);

	if (list || !f->part)
		return list;
	ask_pods(f, node);
	return json_object_get(f->by_node, node);
}

bool fleet_counted(const struct fleet *f, const char *node)
{
	return !f->part || fleet_pods(f, node);
}
