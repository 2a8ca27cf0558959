/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that are not what they should be: any value of any type anywhere. No tool may fall over it. */
#include "tests/tap.h"
#include "tests/unit/fake_host.h"
#include "tests/unit/kube_objects.h"
#include "toolsets/kubernetes/tools.h"
#include "toolsets/logs/tools.h"

static uint32_t state = 1;

static uint32_t dice(uint32_t sides)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % sides;
}

static json_t *odd_value(void)
{
	switch (dice(8)) {
	case 0:
		return json_null();
	case 1:
		return json_string("");
	case 2:
		return json_string("x/y:z=\xc3\xa4");
	case 3:
		return json_integer(-9223372036854775807LL);
	case 4:
		return json_real(1e300);
	case 5:
		return json_array();
	case 6:
		return json_pack("[n, i, s, [], {}]", 7, "q");
	default:
		return json_pack("{s:s, s:{s:[i]}}", "name", "n", "a", "b", 1);
	}
}

/* Replaces about one value in thirty by an odd one; names and kinds stay, so that the tools find something. */
static void spoil(json_t *value, const char *under)
{
	json_t *item;
	const char *key;
	size_t i;
	void *next;

	json_object_foreach_safe(value, next, key, item)
	{
		bool needed = !strcmp(key, "kind") ||
			      (!strcmp(under, "metadata") && (!strcmp(key, "name") || !strcmp(key, "namespace")));

		if (!needed && strcmp(key, "metadata") && dice(30) == 0)
			json_object_set_new(value, key, odd_value());
		else
			spoil(item, key);
	}
	json_array_foreach (value, i, item) {
		if (dice(30) == 0)
			json_array_set_new(value, i, odd_value());
		else
			spoil(item, "");
	}
}

static const struct {
	const struct tool *tool;
	const char *args;
} calls[] = {
	{&kubernetes_list_tool, "{kind: po}"},
	{&kubernetes_list_tool, "{kind: deploy, sort: '-.status'}"},
	{&kubernetes_list_tool, "{kind: no}"},
	{&kubernetes_list_tool, "{kind: svc, columns: 'A:.spec,B:.spec.ports[*].port'}"},
	{&kubernetes_list_tool, "{kind: endpointslice}"},
	{&kubernetes_list_tool, "{kind: quota}"},
	{&kubernetes_list_tool, "{kind: rolebinding}"},
	{&kubernetes_list_tool, "{kind: ev}"},
	{&kubernetes_get_tool, "{name: po/web-7d9f-aaaaa}"},
	{&kubernetes_get_tool, "{name: po/web-7d9f-bbbbb}"},
	{&kubernetes_get_tool, "{name: deploy/web}"},
	{&kubernetes_get_tool, "{name: svc/web}"},
	{&kubernetes_get_tool, "{name: n2}"},
	{&kubernetes_get_tool, "{name: po/import-x, view: yaml}"},
	{&kubernetes_events_tool, "{}"},
	{&kubernetes_find_tool, "{name: web}"},
	{&kubernetes_neighborhood_tool, "{name: po/web-7d9f-aaaaa}"},
	{&kubernetes_neighborhood_tool, "{name: deploy/web}"},
	{&kubernetes_neighborhood_tool, "{name: pvc/web-data}"},
	{&kubernetes_count_tool, "{kind: po, by: 'STATUS,.spec.containers[*].image'}"},
	{&kubernetes_capacity_tool, "{pod: po/import-x}"},
	{&kubernetes_access_tool, "{verb: get, resource: po}"},
	{&kubernetes_access_tool, "{subject: 'sa:shop/web'}"},
	{&logs_get_tool, "{name: deploy/web}"},
	{&logs_errors_tool, "{}"},
};

int main(void)
{
	static const struct fake_log logs[] = {{"shop", "web-7d9f-bbbbb", "app", "start\nERROR: x\n", false}, {0}};
	size_t silent = 0, runs = 0;

	for (uint32_t seed = 1; seed <= 60; seed++) {
		struct work w;

		state = seed;
		fake_init(&w, kube_objects);
		w.logs = logs;
		spoil(w.objects, "");
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++, runs++)
			silent += *fake_run(&w, calls[i].tool, calls[i].args) == '\0';
		fake_fini(&w);
	}
	ok(runs == 60 * sizeof(calls) / sizeof(calls[0]), "%zu calls over spoilt objects came back", runs);
	is_int(silent, 0, "each with an answer");
	return done();
}
