/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/registry.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/tools/builtin.h"
#include "agent/tools/plugin.h"

struct registry {
	struct registry_entry *entries;
	char **origins; /* owned texts of entries[i].origin; NULL for built-in ones */
	size_t count, cap, origin_cap;
};

struct registry *registry_new(void)
{
	return MEM_NEW(struct registry);
}

void registry_free(struct registry *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		free(r->origins[i]);
	free(r->origins);
	free(r->entries);
	free(r);
}

static void append(struct registry *r, const struct toolset *t, const char *path, bool enabled)
{
	size_t n = r->count;

	MEM_GROW(r->origins, n, r->origin_cap);
	MEM_GROW(r->entries, r->count, r->cap);
	r->origins[n] = path ? mem_str(path) : NULL;
	r->entries[r->count++] =
		(struct registry_entry){.toolset = t, .origin = path ? r->origins[n] : "built in", .enabled = enabled};
}

static bool listed(char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (str_eq(*list, name))
			return true;
	return false;
}

int registry_add_builtin(struct registry *r, char *const *disabled, struct err *e)
{
	for (size_t i = 0; builtin_toolsets[i]; i++) {
		const struct toolset *t = builtin_toolsets[i]();

		append(r, t, NULL, !listed(disabled, t->name));
	}
	for (; disabled && *disabled; disabled++) {
		const char *names[64] = {0};
		size_t n = 0;

		if (registry_find(r, *disabled))
			continue;
		for (size_t i = 0; i < r->count && n + 1 < ARRAY_LEN(names); i++)
			names[n++] = r->entries[i].toolset->name;
		if (str_nearest(*disabled, names))
			return err_set(e, ERR_CONFIG,
				       "toolsets.disable: there is no toolset \"%s\"; did you mean \"%s\"?", *disabled,
				       str_nearest(*disabled, names));
		return err_set(e, ERR_CONFIG,
			       "toolsets.disable: there is no toolset \"%s\"; `dupin toolset list` shows them",
			       *disabled);
	}
	return 0;
}

/* A name that stands twice would make calls and findings ambiguous, so the newcomer is refused. */
static int check_names(const struct registry *r, const struct toolset *t, struct err *e)
{
	const struct registry_entry *same = registry_find(r, t->name);

	if (same && same->enabled) /* what is disabled may be replaced */
		return err_set(e, ERR_CONFIG, "a toolset named \"%s\" is there already", t->name);
	for (const struct tool *const *tool = t->tools; tool && *tool; tool++)
		if (registry_tool(r, (*tool)->name, NULL))
			return err_set(e, ERR_CONFIG, "its tool \"%s\" has the name of one that is there already",
				       (*tool)->name);
	for (const struct check *const *c = t->checks; c && *c; c++)
		if (registry_check(r, (*c)->name, NULL))
			return err_set(e, ERR_CONFIG, "its check \"%s\" has the name of one that is there already",
				       (*c)->name);
	return 0;
}

int registry_add_file(struct registry *r, const char *path, struct err *e)
{
	const struct toolset *t = plugin_load(path, e);

	if (!t || check_names(r, t, e) < 0)
		return -1;
	append(r, t, path, true);
	return 0;
}

int registry_add_folder(struct registry *r, const char *folder,
			void (*refused)(void *ctx, const char *path, const char *why), void *ctx, struct err *e)
{
	char **files = plugin_files(folder, e);

	if (!files)
		return -1;
	for (size_t i = 0; files[i]; i++) {
		struct err why = {0};

		if (registry_add_file(r, files[i], &why) < 0 && refused)
			refused(ctx, files[i], why.msg);
	}
	str_list_free(files);
	return 0;
}

size_t registry_count(const struct registry *r)
{
	return r->count;
}

const struct registry_entry *registry_at(const struct registry *r, size_t i)
{
	return i < r->count ? &r->entries[i] : NULL;
}

const struct registry_entry *registry_find(const struct registry *r, const char *name)
{
	const struct registry_entry *found = NULL;

	for (size_t i = 0; i < r->count; i++)
		if (str_eq(r->entries[i].toolset->name, name) && (!found || !found->enabled))
			found = &r->entries[i];
	return found;
}

const struct tool *registry_tool(const struct registry *r, const char *name, const struct toolset **owner)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct tool *const *t = r->entries[i].toolset->tools;

		for (; r->entries[i].enabled && t && *t; t++) {
			if (!str_eq((*t)->name, name))
				continue;
			if (owner)
				*owner = r->entries[i].toolset;
			return *t;
		}
	}
	return NULL;
}

const struct check *registry_check(const struct registry *r, const char *name, const struct toolset **owner)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct check *const *c = r->entries[i].toolset->checks;

		for (; r->entries[i].enabled && c && *c; c++) {
			if (!str_eq((*c)->name, name))
				continue;
			if (owner)
				*owner = r->entries[i].toolset;
			return *c;
		}
	}
	return NULL;
}

static const char *nearest(const char *const *names, size_t n, const char *name)
{
	const char *const *list = names;

	return n ? str_nearest(name, list) : NULL;
}

const char *registry_nearest_tool(const struct registry *r, const char *name)
{
	const char *names[512] = {0};
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		for (const struct tool *const *t = r->entries[i].toolset->tools; t && *t; t++)
			if (r->entries[i].enabled && n + 1 < ARRAY_LEN(names))
				names[n++] = (*t)->name;
	return nearest(names, n, name);
}

const char *registry_nearest_check(const struct registry *r, const char *name)
{
	const char *names[1024] = {0};
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		for (const struct check *const *c = r->entries[i].toolset->checks; c && *c; c++)
			if (r->entries[i].enabled && n + 1 < ARRAY_LEN(names))
				names[n++] = (*c)->name;
	return nearest(names, n, name);
}
