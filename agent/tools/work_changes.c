/* SPDX-License-Identifier: Apache-2.0 */
/* What changed, as toolsets are lent it. */
#include "agent/tools/work.h"

#include "agent/base/mem.h"
#include "agent/tools/timeline.h"

enum { OBJECTS_MAX = 256 };

static json_t *object_of(struct work *w, const struct object_ref *r)
{
	enum read_state state;

	return r->object ? r->object
			 : facts_find_kind(w->cluster->facts, r->api_version, r->kind, r->ns, r->name, &state);
}

json_t *work_changes(struct work *w, const char *ns, const struct object_ref *about, size_t n, int64_t since_ms)
{
	json_t **objects = n ? mem_zero(OBJECTS_MAX * sizeof(json_t *)) : NULL;
	size_t count = 0;
	json_t *list;

	for (size_t i = 0; i < n && count < OBJECTS_MAX; i++) {
		objects[count] = object_of(w, &about[i]);
		count += objects[count] != NULL;
	}
	list = timeline_read(w->world, w->cluster, ns, objects, count, since_ms);
	free(objects);
	return work_keep(w, list);
}
