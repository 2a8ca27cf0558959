/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of runbooks: ours (*.md with front matter) and HolmesGPT's (catalog.json with links, NAME/SKILL.md). */
#include "agent/investigate/runbook_load.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/investigate/textfile.h"

#define CATALOG "catalog.json"
#define SKILL "SKILL.md"
#define CATALOG_MAX (1u << 20)

/* Takes v, or tells e. */
static void settle(struct runbooks *r, struct volume *v, const struct err *e)
{
	if (v)
		runbooks_put(r, v);
	else
		runbooks_problem(r, e->msg);
}

static void add_file(struct runbooks *r, const char *path, const char *file)
{
	struct err e = {0};
	auto_free char *text = textfile_read(path, &e);
	auto_free char *name = mem_strn(file, strlen(file) - 3);

	settle(r, text ? volume_parse(name, path, text, &e) : NULL, &e);
}

static void add_skill(struct runbooks *r, const char *folder, const char *name)
{
	struct err e = {0};
	auto_free char *path = file_join(folder, SKILL);
	auto_free char *text = textfile_read(path, &e);

	settle(r, text ? volume_parse_skill(name, path, text, &e) : NULL, &e);
}

static bool has_skill(const char *folder)
{
	auto_free char *path = file_join(folder, SKILL);

	return file_exists(path);
}

/* NAME/SKILL.md, and GROUP/NAME/SKILL.md. */
static void add_skills(struct runbooks *r, const char *folder, int depth)
{
	struct err e = {0};
	char **names = textfile_names(folder, &e);

	if (!names)
		runbooks_problem(r, e.msg);
	for (size_t i = 0; names && names[i]; i++) {
		auto_free char *path = file_join(folder, names[i]);

		if (!file_is_dir(path))
			continue;
		if (has_skill(path))
			add_skill(r, path, names[i]);
		else if (depth < 2)
			add_skills(r, path, depth + 1);
	}
	str_list_free(names);
}

/* A link stays below its folder, through symbolic links as well. */
static bool is_inside(const char *folder, const char *path)
{
	char *base = realpath(folder, NULL), *real = realpath(path, NULL);
	size_t n = base ? strlen(base) : 0;
	bool inside = base && real && strncmp(base, real, n) == 0 && (real[n] == '/' || str_eq(base, "/"));

	free(base);
	free(real);
	return inside;
}

static bool link_is_good(const char *link)
{
	char **parts;
	bool good = !str_empty(link) && link[0] != '/' && str_ends(link, ".md") && strlen(link) < PATH_MAX;

	parts = good ? str_split(link, '/') : NULL;
	for (size_t i = 0; parts && parts[i]; i++)
		good = good && !str_eq(parts[i], "..");
	str_list_free(parts);
	return good;
}

static int add_linked(struct runbooks *r, const char *folder, const json_t *entry, struct err *e)
{
	const char *link = json_key_str(entry, "link"), *title = json_key_str(entry, "description");
	auto_free char *path = NULL;
	auto_free char *text = NULL;
	auto_free char *name = NULL;
	struct volume *v;

	if (str_empty(title))
		return err_set(e, ERR_CONFIG, "it has no description");
	if (!link_is_good(link))
		return err_set(e, ERR_CONFIG,
			       "its link \"%.200s\" must be a path to an .md file below the folder, without \"..\"",
			       str_or(link, ""));
	path = file_join(folder, link);
	if (file_exists(path) && !is_inside(folder, path))
		return err_set(e, ERR_CONFIG, "its link \"%.200s\" leads out of the folder", link);
	text = textfile_read(path, e);
	if (!text)
		return -1;
	name = mem_str(strrchr(link, '/') ? strrchr(link, '/') + 1 : link);
	name[strlen(name) - 3] = '\0';
	v = volume_parse_plain(name, path, title, text, e);
	if (!v)
		return -1;
	runbooks_put(r, v);
	return 0;
}

static void add_catalog(struct runbooks *r, const char *folder, const char *path)
{
	struct err e = {0};
	size_t len = 0, i;
	auto_free char *text = file_read(path, CATALOG_MAX, &len, &e);
	auto_json json_t *doc = text ? json_parse(text, len, path, &e) : NULL;
	json_t *list = json_is_array(doc) ? doc : json_object_get(doc, "catalog"), *entry;

	if (doc && !json_is_array(list))
		err_set(&e, ERR_CONFIG, "%s: it must hold {\"catalog\":[{\"description\",\"link\"}]}", path);
	if (!json_is_array(list))
		runbooks_problem(r, e.msg);
	json_array_foreach(list, i, entry) {
		struct err why = {0};

		if (add_linked(r, folder, entry, &why) == 0)
			continue;
		err_wrap(&why, "%s: entry %zu", path, i + 1);
		runbooks_problem(r, why.msg);
	}
}

int runbooks_add_folder(struct runbooks *r, const char *folder, struct err *e)
{
	char **names = textfile_names(folder, e);
	auto_free char *catalog = file_join(folder, CATALOG);
	bool with_catalog = file_exists(catalog);

	if (!names)
		return err_wrap(e, "runbook_dirs");
	if (with_catalog)
		add_catalog(r, folder, catalog);
	for (size_t i = 0; names[i]; i++) {
		auto_free char *path = file_join(folder, names[i]);

		if (!str_ends(names[i], ".md") || file_is_dir(path) || str_eq_nocase(names[i], "README.md"))
			continue;
		if (str_eq(names[i], SKILL)) { /* the folder itself is a skill */
			const char *last = strrchr(folder, '/');

			add_skill(r, folder, last && last[1] ? last + 1 : folder);
		} else if (!with_catalog) {
			add_file(r, path, names[i]);
		}
	}
	str_list_free(names);
	add_skills(r, folder, 1);
	return 0;
}
