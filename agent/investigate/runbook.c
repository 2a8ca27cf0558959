/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/runbook.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/embed.h"
#include "agent/investigate/runbook_load.h"

#define EMBEDDED "runbooks/"

void runbooks_problem(const struct runbooks *r, const char *text)
{
	if (r->problem)
		r->problem(r->ctx, text);
}

static struct volume **place_of(const struct runbooks *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_eq_nocase(r->items[i]->name, name))
			return &r->items[i];
	return NULL;
}

static const struct volume *same_title(const struct runbooks *r, const struct volume *v)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_eq_nocase(r->items[i]->front.title, v->front.title) &&
		    !str_eq_nocase(r->items[i]->name, v->name))
			return r->items[i];
	return NULL;
}

/* NULL: it may stand on the shelf. */
static char *why_not(const struct runbooks *r, const struct volume *v, struct volume *const *place)
{
	const struct volume *twin = same_title(r, v);

	if (place && (*place)->folder == r->folder)
		return mem_printf("%s:1: %s already is the runbook \"%s\" of this folder: rename one", v->origin,
				  (*place)->origin, v->name);
	if (twin)
		return mem_printf("%s:1: its title is that of \"%s\" (%s): nobody could tell them apart", v->origin,
				  twin->name, twin->pub.origin);
	if (!place && r->count >= RUNBOOKS_MAX)
		return mem_printf("%s:1: there are %d runbooks already, which is the most that is loaded", v->origin,
				  RUNBOOKS_MAX);
	return NULL;
}

void runbooks_put(struct runbooks *r, struct volume *v)
{
	struct volume **place = place_of(r, v->name);
	auto_free char *why = why_not(r, v, place);

	v->folder = r->folder;
	if (why) {
		runbooks_problem(r, why);
		volume_free(v);
	} else if (place) {
		volume_free(*place);
		*place = v;
	} else {
		MEM_GROW(r->items, r->count, r->cap);
		r->items[r->count++] = v;
	}
}

static void add_embedded(struct runbooks *r)
{
	for (const struct embed_file *f = embed_files; f->name; f++) {
		auto_free char *name = NULL;
		struct err e = {0};
		struct volume *v;

		if (!str_starts(f->name, EMBEDDED) || !str_ends(f->name, ".md"))
			continue;
		name = mem_str(f->name + strlen(EMBEDDED));
		name[strlen(name) - 3] = '\0';
		v = volume_parse(name, f->name, f->text, &e);
		if (!v) {
			runbooks_problem(r, e.msg);
			continue;
		}
		v->pub.origin = "built in";
		runbooks_put(r, v);
	}
}

struct runbooks *runbooks_load(char *const *dirs, void (*problem)(void *ctx, const char *text), void *ctx, struct err *e)
{
	struct runbooks *r = MEM_NEW(struct runbooks);

	r->problem = problem;
	r->ctx = ctx;
	add_embedded(r);
	for (; dirs && *dirs; dirs++) {
		r->folder++;
		if (runbooks_add_folder(r, *dirs, e) != 0) {
			runbooks_free(r);
			return NULL;
		}
	}
	return r;
}

void runbooks_free(struct runbooks *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		volume_free(r->items[i]);
	free(r->items);
	free(r);
}

size_t runbooks_count(const struct runbooks *r)
{
	return r->count;
}

const struct runbook *runbooks_at(const struct runbooks *r, size_t i)
{
	return i < r->count ? &r->items[i]->pub : NULL;
}

const struct runbook *runbooks_find(const struct runbooks *r, const char *name)
{
	struct volume **place = str_empty(name) ? NULL : place_of(r, name);

	if (!place && str_ends(str_or(name, ""), ".md")) {
		auto_free char *stem = mem_strn(name, strlen(name) - 3);

		place = place_of(r, stem);
	}
	return place ? &(*place)->pub : NULL;
}

const char *runbooks_nearest(const struct runbooks *r, const char *name)
{
	const char **names = mem_resize_array(NULL, r->count + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < r->count; i++)
		names[i] = r->items[i]->name;
	names[r->count] = NULL;
	near = str_nearest(name, names);
	free(names);
	return near;
}
