/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/plugin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"

#define PLUGIN_FILES_MAX 256 /* in one folder: more is a mistake */

static int check_trust(const char *path, bool folder, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, "%s %s cannot be looked at", folder ? "toolset folder" : "toolset", path);
	if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, "%s is not a %s", path, folder ? "folder" : "regular file");
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, ERR_DENIED, "%s belongs to user %u, not to root or to you: chown it", path,
			       (unsigned)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, ERR_DENIED, "%s can be written by others (mode %03o): chmod go-w %s", path,
			       (unsigned)(st.st_mode & 0777), path);
	return 0;
}

static bool good_name(const char *s, bool kebab)
{
	size_t n = s ? strlen(s) : 0;

	if (n < 1 || n > 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == (kebab ? '-' : '_')))
			return false;
	}
	return true;
}

static int check_tools(const struct toolset *t, struct err *e)
{
	for (const struct tool *const *p = t->tools; p && *p; p++) {
		if ((*p)->size < offsetof(struct tool, run) + sizeof((*p)->run))
			return err_set(e, ERR_CONFIG, "toolset %s: a tool has size %u, at least %zu is needed", t->name,
				       (*p)->size, sizeof(struct tool));
		if (!good_name((*p)->name, false) || str_empty((*p)->help) || !(*p)->run)
			return err_set(e, ERR_CONFIG,
				       "toolset %s: tool \"%s\" needs a name of [a-z0-9_], a help text and a function",
				       t->name, str_or((*p)->name, "(none)"));
	}
	for (const struct check *const *p = t->checks; p && *p; p++) {
		if ((*p)->size < offsetof(struct check, run) + sizeof((*p)->run))
			return err_set(e, ERR_CONFIG, "toolset %s: a check has size %u, at least %zu is needed",
				       t->name, (*p)->size, sizeof(struct check));
		if (!good_name((*p)->name, true) || str_empty((*p)->help) || !(*p)->run)
			return err_set(e, ERR_CONFIG,
				       "toolset %s: check \"%s\" needs a kebab-case name, a help text and a function",
				       t->name, str_or((*p)->name, "(none)"));
	}
	return 0;
}

int plugin_check(const struct toolset *t, struct err *e)
{
	if (!t)
		return err_set(e, ERR_CONFIG, "toolset_entry returned nothing");
	if (t->abi != TOOLSET_ABI)
		return err_set(e, ERR_CONFIG, "it was built for toolset ABI %u, this program speaks %u: build it again",
			       t->abi, TOOLSET_ABI);
	if (t->size < offsetof(struct toolset, probe) + sizeof(t->probe))
		return err_set(e, ERR_CONFIG, "its struct toolset has %u bytes, ABI %u needs %zu: build it again",
			       t->size, TOOLSET_ABI, sizeof(struct toolset));
	if (!good_name(t->name, false) || str_empty(t->help))
		return err_set(e, ERR_CONFIG, "it has no name of [a-z0-9_], or no help text");
	return check_tools(t, e);
}

const struct toolset *plugin_load(const char *path, struct err *e)
{
	toolset_entry_fn *entry;
	const struct toolset *t;
	void *lib;

	if (check_trust(path, false, e) < 0)
		return NULL;
	lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!lib) {
		err_set(e, ERR_CONFIG, "it cannot be loaded: %s", dlerror());
		return NULL;
	}
	*(void **)(&entry) = dlsym(lib, "toolset_entry");
	if (!entry) {
		err_set(e, ERR_CONFIG, "it has no symbol toolset_entry: is it a toolset? (see toolsets/toolset.h)");
		return NULL;
	}
	t = entry();
	return plugin_check(t, e) < 0 ? NULL : t;
}

static int is_library(const struct dirent *d)
{
	return str_ends(d->d_name, ".so") && d->d_name[0] != '.';
}

char **plugin_files(const char *folder, struct err *e)
{
	struct dirent **found = NULL;
	char **list;
	int n;

	if (check_trust(folder, true, e) < 0)
		return NULL;
	n = scandir(folder, &found, is_library, alphasort);
	if (n < 0) {
		err_sys(e, "toolset folder %s cannot be read", folder);
		return NULL;
	}
	list = mem_zero(((size_t)n + 1) * sizeof(char *));
	for (int i = 0, out = 0; i < n; i++) {
		if (out < PLUGIN_FILES_MAX)
			list[out++] = file_join(folder, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	return list;
}
