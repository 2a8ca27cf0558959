/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A toolset that lives outside of the tree, as an example: it looks for workloads that nobody owns. Build it with
 *
 *	cc -shared -fPIC -fvisibility=hidden -I/usr/include/dupin -o owners.so owners.c $(pkg-config --cflags --libs jansson)
 *
 * and name its folder under toolsets.dirs in the config.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolsets/toolset.h"

#define OWNER_LABEL "team"
#define LINES_MAX 200

static const char *label_of(const json_t *object, const char *label)
{
	const json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");

	return json_string_value(json_object_get(labels, label));
}

static const char *name_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(json_object_get(object, "metadata"), key));

	return s ? s : "";
}

static int run_owners(const struct host *h, struct work *w, const json_t *args)
{
	const char *label = json_string_value(json_object_get(args, "label"));
	char *text = NULL;
	size_t size = 0, i, lines = 0;
	json_t *list, *o;
	enum seen seen;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -1;
	list = h->list(w, "deployments.apps", NULL, &seen);
	json_array_foreach(list, i, o) {
		const char *owner = label_of(o, label ? label : OWNER_LABEL);

		if (lines++ < LINES_MAX)
			fprintf(out, "%s/%s %s\n", name_of(o, "namespace"), name_of(o, "name"), owner ? owner : "(nobody)");
	}
	if (seen != SEEN_OK)
		fprintf(out, "Deployments could not be read.\n");
	fclose(out);
	h->text(w, seen == SEEN_OK && lines ? TOOL_OK : seen == SEEN_DENIED ? TOOL_DENIED : TOOL_NO_DATA, text, size);
	free(text);
	return 0;
}

static void check_owners(const struct host *h, struct work *w)
{
	enum seen seen;
	json_t *list = h->list(w, "deployments.apps", NULL, &seen), *o;
	size_t i;

	json_array_foreach(list, i, o) {
		char cause[300];
		struct finding f = {.size = sizeof(f), .severity = SEVERITY_INFO, .object = {.object = o}, .cause = cause};

		if (label_of(o, OWNER_LABEL))
			continue;
		snprintf(cause, sizeof(cause), "Deployment %s has no label \"%s\": nobody is named as its owner.",
			 name_of(o, "name"), OWNER_LABEL);
		f.evidence[0] = h->cite(w, o, "/metadata/name", NULL);
		f.fix[0] = "Label the Deployment with the team that owns it.";
		h->finding(w, &f);
	}
}

static const struct param owners_params[] = {
	{.name = "label", .type = PARAM_STRING, .help = "label that names the owner; default team"},
	{0},
};
static const struct tool owners_tool = {
	.size = sizeof(struct tool),
	.name = "owners_list",
	.help = "Who owns each Deployment, by label.",
	.params = owners_params,
	.run = run_owners,
};
static const struct check owners_check = {
	.size = sizeof(struct check),
	.name = "owner-label-missing",
	.help = "Deployments without a label that names their owner.",
	.run = check_owners,
};
static const struct tool *const tools[] = {&owners_tool, NULL};
static const struct check *const checks[] = {&owners_check, NULL};
static const struct toolset owners = {
	.abi = TOOLSET_ABI,
	.size = sizeof(struct toolset),
	.name = "owners",
	.help = "who owns what",
	.tools = tools,
	.checks = checks,
};

TOOLSET_EXPORT const struct toolset *TOOLSET_ENTRY(void)
{
	return &owners;
}
