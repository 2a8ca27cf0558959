/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The toolsets of this run: linked in, and loaded from folders named in the config. A .so is refused with a
 * reason when its
 * ABI or size is wrong, the entry symbol is missing, a name clashes, or others could have written it. Never unloaded.
 */
#ifndef AGENT_TOOLS_REGISTRY_H
#define AGENT_TOOLS_REGISTRY_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "toolsets/toolset.h"

struct registry;

struct registry_entry {
	const struct toolset *toolset;
	const char *origin;     /* "built in" or the path of the .so */
	bool enabled;
};

struct registry *registry_new(void);
void registry_free(struct registry *r);
/*
 * The linked-in ones, but those named in disabled (NULL-terminated list or NULL). ERR_CONFIG when a name there
 * is unknown.
 */
int registry_add_builtin(struct registry *r, char *const *disabled, struct err *e) MUST_CHECK;
/*
 * Every *.so of the folder, sorted. What is refused goes to refused(ctx, path, why); -1 only when the folder
 * itself cannot be read or trusted.
 */
int registry_add_folder(struct registry *r, const char *folder, void (*refused)(void *ctx, const char *path, const char *why),
			void *ctx, struct err *e) MUST_CHECK;
/* One file. -1 with the reason. */
int registry_add_file(struct registry *r, const char *path, struct err *e) MUST_CHECK;

size_t registry_count(const struct registry *r);
const struct registry_entry *registry_at(const struct registry *r, size_t i);
const struct registry_entry *registry_find(const struct registry *r, const char *name);
/* Enabled tools and checks by name; owner may be NULL. */
const struct tool *registry_tool(const struct registry *r, const char *name, const struct toolset **owner);
const struct check *registry_check(const struct registry *r, const char *name, const struct toolset **owner);
/* The unknown name's nearest neighbour among tools (or checks), or NULL. */
const char *registry_nearest_tool(const struct registry *r, const char *name);
const char *registry_nearest_check(const struct registry *r, const char *name);

#endif
