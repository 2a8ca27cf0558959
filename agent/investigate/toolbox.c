/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/toolbox.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/investigate/report.h"
#include "agent/tools/args.h"
#include "agent/tools/work.h"

#define MORE_BYTES (16u << 10)

static const struct param more_params[] = {
	{.name = "evidence", .type = PARAM_STRING, .required = true, .help = "id of the result, E12"},
	{.name = "offset", .type = PARAM_INT, .help = "byte to start at", .min = 0, .max = INT32_MAX},
	{0},
};
static const struct tool more_tool = {
	.size = sizeof(struct tool),
	.name = "more",
	.help = "Read on in a result that was cut or shortened.",
	.params = more_params,
};
static const struct param runbook_params[] = {
	{.name = "name", .type = PARAM_STRING, .required = true, .help = "as listed"},
	{0},
};
static const struct tool runbook_tool = {
	.size = sizeof(struct tool),
	.name = "runbook",
	.help = "Fetch a runbook by name: the steps that people take for this kind of problem.",
	.params = runbook_params,
};

/* A toolset is there when its probe says so in any cluster. */
static enum probe_state probe(struct inquiry *q, const struct toolset *t, char *why, size_t why_size)
{
	enum probe_state best = PROBE_ABSENT;

	if (!t->probe)
		return PROBE_READY;
	for (size_t c = 0; c < q->setup->world->count && best != PROBE_READY; c++) {
		struct work w;
		enum probe_state s;

		work_init(&w, q->setup->world, &q->setup->world->clusters[c], q->setup->cancel);
		w.check = "probe"; /* no touches are kept for it */
		s = t->probe(&work_host, &w, why, why_size);
		if (s == PROBE_READY || (s == PROBE_UNKNOWN && best == PROBE_ABSENT))
			best = s;
		work_fini(&w);
	}
	return best;
}

json_t *toolbox_probe(struct inquiry *q)
{
	json_t *ready = json_array(), *absent = json_array();

	for (size_t i = 0; i < registry_count(q->setup->registry); i++) {
		const struct registry_entry *entry = registry_at(q->setup->registry, i);
		char why[160] = "";

		if (!entry->enabled)
			continue;
		if (probe(q, entry->toolset, why, sizeof(why)) == PROBE_ABSENT) {
			json_array_append_new(
				absent, json_pack("{s:s,s:o}", "name", entry->toolset->name, "why", json_text0(why)));
			continue;
		}
		json_array_append_new(ready, json_pack("{s:s,s:s,s:o}", "name", entry->toolset->name, "help",
						       entry->toolset->help, "instructions",
						       json_text0(str_or(entry->toolset->instructions, ""))));
	}
	return json_pack("{s:o,s:o}", "toolsets", ready, "absent", absent);
}

static bool is_ready(const json_t *probed, const char *name)
{
	json_t *t;
	size_t i;

	json_array_foreach (json_object_get(probed, "toolsets"), i, t) {
		if (str_eq(json_str_at(t, "name"), name))
			return true;
	}
	return false;
}

json_t *toolbox_schemas(const struct inquiry *q, const json_t *probed, bool only_report)
{
	json_t *list = json_array();
	const char *clusters[65] = {0};
	size_t several = q->setup->world->count > 1 ? q->setup->world->count : 0;

	for (size_t i = 0; i < several && i < 64; i++)
		clusters[i] = q->setup->world->clusters[i].name;
	for (size_t i = 0; !only_report && i < registry_count(q->setup->registry); i++) {
		const struct registry_entry *entry = registry_at(q->setup->registry, i);

		if (!entry->enabled || !is_ready(probed, entry->toolset->name))
			continue;
		for (const struct tool *const *t = entry->toolset->tools; t && *t; t++)
			json_array_append_new(list, args_schema(*t, several ? clusters : NULL));
	}
	if (!only_report) {
		json_array_append_new(list, args_schema(&more_tool, NULL));
		if (q->setup->runbooks && runbooks_count(q->setup->runbooks))
			json_array_append_new(list, args_schema(&runbook_tool, NULL));
	}
	json_array_append_new(list, report_schema());
	return list;
}

static char *do_more(struct inquiry *q, const json_t *args)
{
	int id = evidence_id(json_str_at(args, "evidence"));
	size_t offset = (size_t)json_int_at(args, "offset", 0), total = 0;
	auto_free char *part = batch_more(q->batch, id, offset, MORE_BYTES, &total);
	const char *quote = evidence_quote(q->setup->world->evidence, id);

	if (part && offset + strlen(part) < total)
		return mem_printf("[E%d, bytes %zu to %zu of %zu; read on at offset=%zu]\n%s", id, offset,
				  offset + strlen(part), total, offset + strlen(part), part);
	if (part)
		return mem_printf("[E%d, bytes %zu to the end]\n%s", id, offset, part);
	if (quote)
		return mem_printf("[E%d]\n%s", id, quote);
	return mem_printf("Error: there is no result %s: name one like E3 that stands at the head of a tool result.",
			  json_str_or(args, "evidence", ""));
}

static char *do_runbook(struct inquiry *q, const json_t *args)
{
	const char *name = json_str_or(args, "name", "");
	const struct runbook *r = runbooks_find(q->setup->runbooks, name);
	const char *near = r ? NULL : runbooks_nearest(q->setup->runbooks, name);

	if (r)
		return mem_printf("Runbook: %s\n%s", r->title, r->body);
	if (near)
		return mem_printf("Error: there is no runbook \"%s\"; did you mean \"%s\"?", name, near);
	return mem_printf("Error: there is no runbook \"%s\".", name);
}

bool toolbox_own(struct inquiry *q, const char *name, const char *arguments, char **text)
{
	const struct tool *tool = str_eq(name, "more") ? &more_tool : str_eq(name, "runbook") ? &runbook_tool : NULL;
	auto_json json_t *args = NULL;
	auto_free char *cluster = NULL;
	struct err e = {0};

	if (!tool || (tool == &runbook_tool && !q->setup->runbooks))
		return false;
	args = args_parse(tool, arguments, strlen(arguments), &cluster, &e);
	if (!args)
		*text = mem_printf("Error: %s", e.msg);
	else
		*text = tool == &more_tool ? do_more(q, args) : do_runbook(q, args);
	return true;
}
