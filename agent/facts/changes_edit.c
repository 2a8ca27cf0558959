/* SPDX-License-Identifier: Apache-2.0 */
/* Who wrote an object: creation, deletion, edits, scaling; and which keys an editor owns, read from the whole object. */
#include "agent/facts/changes_private.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* DETAILS_MAX: whole objects that are read for one list of changes. OWNED_SHOWN: keys that are told. */
enum { DETAILS_MAX = 4, OWNED_SHOWN = 4 };

static bool within(int64_t a, int64_t b)
{
	int64_t d = a - b;

	return d <= SAME_ACTION_MS && d >= -SAME_ACTION_MS;
}

static void add_created(struct changes *c, json_t *object)
{
	struct writer w = {0};
	struct change *change;
	const char *version;
	int64_t at;

	if (!change_time(object, "metadata.creationTimestamp", &at))
		return;
	change_writer(object, at, &w);
	version = json_str_at(object, "status.nodeInfo.kubeletVersion");
	change = changes_add(c, object, at, CHANGE_CREATED, 1.0, w.manager, "created%s%s%s", version ? " (kubelet " : "",
			     str_or(version, ""), version ? ")" : "");
	change_place(change, object, "/metadata/creationTimestamp");
}

static void add_deleted(struct changes *c, json_t *object)
{
	struct change *change;
	int64_t at;

	if (!change_time(object, "metadata.deletionTimestamp", &at))
		return;
	change = changes_add(c, object, at, CHANGE_DELETED, 1.0, "", "is being deleted");
	change_place(change, object, "/metadata/deletionTimestamp");
}

/* Programs that keep what they know or who leads in an object of their own write it all day long. */
static bool is_diary(const json_t *object, const char *manager)
{
	const json_t *notes = json_at(object, "metadata.annotations");
	const char *name = json_str_or(object, "metadata.name", "");

	return json_key_str(notes, "control-plane.alpha.kubernetes.io/leader") ||
	       (strlen(manager) > 3 && str_starts(name, manager));
}

static void add_edit(struct changes *c, json_t *object, const struct writer *w)
{
	auto_free char *pointer = mem_printf("/metadata/managedFields/%zu/time", w->index);
	auto_free char *by = mem_printf("/metadata/managedFields/%zu/manager", w->index);
	bool scaled = str_eq(w->subresource, "scale");
	struct change *change;

	if (scaled)
		change = changes_add(c, object, w->at, CHANGE_SCALED, 0.9, w->manager, "scaled to %lld",
				     (long long)json_int_at(object, "spec.replicas", 1));
	else
		change = changes_add(c, object, w->at, CHANGE_EDITED, writers_by_hand(w->manager) ? 0.9 : 0.5,
				     w->manager, "edited");
	change_place(change, object, pointer);
	change_place(change, object, by);
	if (scaled)
		change_place(change, object, "/spec/replicas");
}

void changes_of_writers(struct changes *c, json_t *object)
{
	int64_t created = 0;
	struct writer w;

	change_time(object, "metadata.creationTimestamp", &created);
	add_created(c, object);
	add_deleted(c, object);
	for (size_t n = 0; writers_at(object, n, &w); n++)
		if (!within(w.at, created) && !is_diary(object, w.manager))
			add_edit(c, object, &w);
}

/* One owned key to the list: "f:app.yaml" is app.yaml. */
static void add_owned(struct buf *b, const char *below, const char *key, size_t *n)
{
	if (!str_starts(key, "f:"))
		return;
	if (*n < OWNED_SHOWN)
		buf_printf(b, "%s%s%s", *n ? ", " : "", below, key + 2);
	(*n)++;
}

/* What is owned of data, spec and the like; of metadata only labels and annotations would be left. */
static size_t owned_keys(struct buf *b, const json_t *fields)
{
	static const char *const opened[] = {"f:data", "f:stringData", "f:binaryData", "f:spec"};
	const char *key, *inner;
	json_t *value, *part;
	size_t n = 0;

	json_object_foreach ((json_t *)(uintptr_t)fields, key, value) {
		bool open = false;

		for (size_t i = 0; i < ARRAY_LEN(opened); i++)
			open = open || str_eq(opened[i], key);
		if (str_eq(key, "f:metadata") || str_eq(key, "f:status"))
			continue;
		if (!open) {
			add_owned(b, "", key, &n);
			continue;
		}
		json_object_foreach (value, inner, part)
			add_owned(b, str_eq(key, "f:spec") ? "spec." : "key ", inner, &n);
	}
	if (n > OWNED_SHOWN)
		buf_printf(b, " and %zu more", n - OWNED_SHOWN);
	return n;
}

bool changes_detail(struct changes *c, struct change *change)
{
	auto_free char *path = facts_path(c->facts, change->object);
	struct source_request q = {.path = path, .whole = true, .optional = true};
	auto_buf struct buf owned = BUF_INIT(1024);
	auto_json json_t *whole = NULL;
	struct origin_reply r;
	size_t i, n = 0;
	json_t *entry;

	if (change->sort != CHANGE_EDITED || c->extra >= DETAILS_MAX)
		return false;
	c->extra++;
	whole = source_json(facts_source(c->facts), &q, &r);
	json_array_foreach (json_at(whole, "metadata.managedFields"), i, entry) {
		int64_t at;

		if (str_eq(json_key_str(entry, "manager"), change->who) && change_time(entry, "time", &at) &&
		    at == change->at)
			n += owned_keys(&owned, json_object_get(entry, "fieldsV1"));
	}
	if (n) {
		char *what = mem_printf("edited (%s)", buf_cstr(&owned));

		free(change->what);
		change->what = what;
	}
	return n > 0;
}
