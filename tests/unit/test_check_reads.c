/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `dupin toolset show` says a check reads is what it reads: each incident's own checks are run alone on it, and every
 * read of a built-in API is looked for in the check's `reads`.
 */
#include <dirent.h>
#include <unistd.h>

#include "agent/base/file.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/data/yaml.h"
#include "agent/source/source.h"
#include "agent/tools/registry.h"
#include "agent/tools/work.h"
#include "tests/tap.h"

#define FOLDER "tests/snapshots"

/* "pods", "pods/log", "deployments.apps" of a path of the API; NULL: discovery, or an API that is not Kubernetes' own. */
static char *resource_of(const char *path)
{
	auto_free char *bare = mem_strn(path, strcspn(path, "?"));
	char **part = str_split(bare, '/');
	const char *group = NULL;
	char *out = NULL;
	size_t n = 0, i;

	while (part[n])
		n++;
	i = n > 1 && str_eq(part[1], "api") ? 3 : 4; /* "", api, v1, pods; "", apis, GROUP, VERSION, pods */
	if (n > i && i == 4)
		group = part[2];
	if (n > i + 2 && str_eq(part[i], "namespaces"))
		i += 2;
	if (n > i && (!group || !strchr(group, '.') || str_ends(group, ".k8s.io"))) {
		bool log = n > i + 2 && str_eq(part[i + 2], "log");

		out = mem_printf("%s%s%s%s", part[i], group ? "." : "", str_or(group, ""), log ? "/log" : "");
		if (str_eq(out, "events.events.k8s.io"))
			out[strlen("events")] = '\0';
	}
	str_list_free(part);
	return out;
}

static void note(void *ctx, const struct source_read *r)
{
	char *resource = resource_of(r->path);

	if (resource)
		map_set(ctx, resource, ctx);
	free(resource);
}

/* Those that make pods are looked up from any pod, to name what somebody has to edit: that goes without saying. */
static bool is_owner(const char *word)
{
	static const char *const makers[] = {" replicasets.apps ", " deployments.apps ", " statefulsets.apps ",
					     " daemonsets.apps ",  " jobs.batch ",       " cronjobs.batch "};

	for (size_t i = 0; i < ARRAY_LEN(makers); i++)
		if (str_eq(word, makers[i]))
			return true;
	return false;
}

static void run_alone(const struct check *c, const char *path)
{
	struct err e = {0};
	struct map *read = map_new(NULL);
	struct source_options o = {.origin = origin_snapshot(path, NULL, &e), .record = note, .record_ctx = read};
	auto_free char *declared = mem_printf(" %s ", str_or(c->reads, ""));
	struct world *world;
	struct work w;

	if (!ok(o.origin != NULL, "%s opens", path)) {
		map_free(read);
		return;
	}
	world = world_new(NULL);
	world_add(world, source_new(&o), NULL);
	work_init(&w, world, &world->clusters[0], NULL);
	w.check = c->name;
	c->run(&work_host, &w);
	work_fini(&w);
	for (size_t i = 0; i < map_len(read); i++) {
		auto_free char *word = mem_printf(" %s ", map_at(read, i, NULL));

		if (getenv("READS"))
			printf("READ %s%s\n", c->name, word);
		else if (!strstr(declared, word) && !(is_owner(word) && strstr(declared, " pods ")))
			ok(false, "%s reads%son %s: add it to .reads of the check", c->name, word, path);
	}
	world_free(world);
	map_free(read);
}

/* The checks that an incident expects. */
static size_t run_incident(const struct registry *reg, const char *folder)
{
	auto_free char *path = mem_printf("%s/%s/expected.yaml", FOLDER, folder);
	auto_free char *cluster = mem_printf("%s/%s/cluster", FOLDER, folder);
	struct err e = {0};
	size_t len = 0, i, n = 0;
	auto_free char *text = file_exists(path) && file_exists(cluster) ? file_read(path, 1u << 20, &len, &e) : NULL;
	auto_json json_t *doc = text ? yaml_parse(text, len, path, NULL, &e) : NULL;
	const json_t *cause;

	if (getenv("READS") && doc) {
		for (size_t t = 0; t < registry_count(reg); t++)
			for (const struct check *const *c = registry_at(reg, t)->toolset->checks; c && *c; c++)
				run_alone(*c, cluster);
		return 1;
	}
	json_array_foreach (json_object_get(doc, "root_causes"), i, cause) {
		const struct check *c = registry_check(reg, json_str_or(cause, "check", ""), NULL);

		if (!c)
			continue;
		run_alone(c, cluster);
		n++;
	}
	return n;
}

static void declared(const struct registry *reg)
{
	for (size_t t = 0; t < registry_count(reg); t++)
		for (const struct check *const *c = registry_at(reg, t)->toolset->checks; c && *c; c++)
			ok(!str_empty((*c)->reads), "%s says what it reads (.reads in its struct check)", (*c)->name);
}

int main(void)
{
	struct registry *reg = registry_new();
	struct err e = {0};
	struct dirent **names;
	int rc = registry_add_builtin(reg, NULL, &e), n = scandir(FOLDER, &names, NULL, alphasort);
	size_t incidents = 0;

	ok(rc == 0, "toolsets: %s", e.msg);
	declared(reg);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.')
			incidents += run_incident(reg, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	ok(incidents > 50, "%zu incidents were read", incidents);
	registry_free(reg);
	return done();
}
