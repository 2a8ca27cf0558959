/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor's checks; loading real .so files is tested with the program (tests/integration/test_plugin.py). */
#include "tests/tap.h"

#include "agent/tools/plugin.h"

static int run(const struct host *h, struct work *w, const json_t *args)
{
	(void)h;
	(void)w;
	(void)args;
	return 0;
}

static void check(const struct toolset *t, const char *part, const char *name)
{
	struct err e = {0};
	int rc = plugin_check(t, &e);

	if (part)
		ok(rc < 0 && strstr(e.msg, part), "%s: %s", name, e.msg);
	else
		ok(rc == 0, "%s: %s", name, e.msg);
}

int main(void)
{
	struct tool tool = {.size = sizeof(tool), .name = "a_tool", .help = "h", .run = run};
	struct check chk = {.size = sizeof(chk), .name = "a-check", .help = "h"};
	const struct tool *tools[] = {&tool, NULL};
	const struct check *checks[] = {&chk, NULL};
	struct toolset t = {.abi = TOOLSET_ABI, .size = sizeof(t), .name = "x", .help = "h", .tools = tools};
	struct err e = {0};

	check(&t, NULL, "a good one");
	check(NULL, "returned nothing", "none");
	t.abi = TOOLSET_ABI + 1;
	check(&t, "ABI", "wrong ABI");
	t.abi = TOOLSET_ABI;
	t.size = 8;
	check(&t, "bytes", "too small");
	t.size = sizeof(t) + 64;
	check(&t, NULL, "a larger one, from a newer header of the same ABI");
	t.name = "Bad Name";
	check(&t, "no name", "bad name");
	t.name = "x";
	tool.name = "Bad-Tool";
	check(&t, "tool \"Bad-Tool\"", "bad tool name");
	tool.name = "a_tool";
	tool.size = 4;
	check(&t, "size 4", "tool too small");
	tool.size = sizeof(tool);
	tool.run = NULL;
	check(&t, "a function", "tool without function");
	tool.run = run;
	t.checks = checks;
	check(&t, "check \"a-check\"", "check without function");
	ok(!plugin_load("/nonexistent/x.so", &e), "no such file");
	like(e.msg, "/nonexistent/x.so", "the file is named");
	ok(!plugin_files("/proc/nonexistent", &e), "no such folder");
	return done();
}
