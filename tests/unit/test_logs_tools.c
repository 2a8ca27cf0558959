/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"
#include "tests/unit/fake_host.h"
#include "tests/unit/kube_objects.h"
#include "toolsets/logs/alarm.h"
#include "toolsets/logs/tools.h"
#include "toolsets/logs/window.h"

static struct work w;

static const struct fake_log logs[] = {
	{"shop", "web-7d9f-aaaaa", "app", "start\nserving\nGET /\n", false},
	{"shop", "web-7d9f-bbbbb", "app",
	 "start\nloading\nconnecting\nERROR: dial tcp 10.0.0.3:5432: connection refused\nexit\n", false},
	{"shop", "web-7d9f-bbbbb", "app", "start\npanic: no db\ngoroutine 1\n", true},
	{0},
};

static void says(const struct tool *t, const char *args, enum tool_status status, const char *want)
{
	fake_says(&w, t, args, status, want);
}

static void has(const struct tool *t, const char *args, enum tool_status status, const char *part)
{
	fake_has(&w, t, args, status, part);
}

static void tails(void)
{
	const struct tool *t = &logs_get_tool;

	says(t, "{name: deploy/web}", TOOL_OK,
	     "2 pods, 2 logs\n"
	     "== shop/web-7d9f-bbbbb container app, restarted 5 times (previous=true shows the run before): lines 1-5 "
	     "of 5 read\n"
	     "decisive (refused): > 4: ERROR: dial tcp 10.0.0.3:5432: connection refused\n"
	     "1: start\n2: loading\n3: connecting\n> 4: ERROR: dial tcp 10.0.0.3:5432: connection refused\n5: exit\n"
	     "== shop/web-7d9f-aaaaa container app: lines 1-3 of 3 read\n"
	     "1: start\n2: serving\n3: GET /\n");
	says(t, "{name: web-7d9f-bbbbb, tail: 1}", TOOL_OK,
	     "== shop/web-7d9f-bbbbb container app, restarted 5 times (previous=true shows the run before): lines 5-5 "
	     "of 5 read\n"
	     "decisive (refused): > 4: ERROR: dial tcp 10.0.0.3:5432: connection refused\n"
	     "5: exit\n");
	has(t, "{name: web-7d9f-bbbbb, previous: true}", TOOL_OK, "container app, previous run: lines 1-3 of 3 read\n");
	has(t, "{name: web-7d9f-aaaaa, previous: true}", TOOL_NO_DATA,
	    "there is no such log: previous terminated container not found");
	has(t, "{name: import-x}", TOOL_NO_DATA, "== ops/import-x container main: no log yet: not started\n");
	says(t, "{name: web, container: x}", TOOL_NO_DATA, "no container \"x\" in pod web-7d9f-aaaaa; it has: app\n");
	has(t, "{name: web-7d9f, since: soon}", TOOL_ERROR, "\"soon\" is not understood");
	has(t, "{name: web-7d9f-ccccc}", TOOL_NO_DATA, "nearest: web-7d9f");
	has(t, "{name: cm/web-config}", TOOL_NO_DATA, "has no pods");
}

static void greps(void)
{
	const struct tool *t = &logs_get_tool;

	says(t, "{name: web-7d9f-bbbbb, grep: REFUSED, context: 1}", TOOL_OK,
	     "== shop/web-7d9f-bbbbb container app, restarted 5 times (previous=true shows the run before): 1 of 5 "
	     "lines match\n"
	     "3: connecting\n4: ERROR: dial tcp 10.0.0.3:5432: connection refused\n5: exit\n");
	has(t, "{name: web-7d9f-bbbbb, grep: '^(start|exit)$'}", TOOL_OK,
	    "2 of 5 lines match\n1: start\n--\n5: exit\n");
	has(t, "{name: web-7d9f-bbbbb, grep: nothing}", TOOL_OK, "0 of 5 lines match\n");
	has(t, "{name: web-7d9f-bbbbb, grep: '('}", TOOL_ERROR, "grep \"(\" is no good pattern: ");
	w.big_lines = 300000;
	has(t, "{name: web-7d9f-bbbbb, grep: 'error: seven', tail: 2}", TOOL_OK,
	    ": 300 of 300000 lines match, the last 2 shown\n"
	    "298007: line 298007 of a long log ERROR: seven\n--\n299007: line 299007 of a long log ERROR: seven\n");
	w.big_lines = 0;
}

static void surveys(void)
{
	const struct tool *t = &logs_errors_tool;

	says(t, "{namespace: shop}", TOOL_OK,
	     "2 pods, 3 logs read (last 2000 lines each): 2 with error-like lines, 1 without\n"
	     "POD                  CONTAINER       RESTARTS  ERRORS  KIND     LINE\n"
	     "shop/web-7d9f-bbbbb  app             5         1/5     refused  4: ERROR: dial tcp 10.0.0.3:5432: "
	     "connection refused\n"
	     "shop/web-7d9f-bbbbb  app (previous)  5         1/3     panic    2: panic: no db\n"
	     "(ERRORS: error-like lines of lines read; LINE: the one that tells most. logs_get shows what is "
	     "around.)\n");
	has(t, "{limit: 1}", TOOL_OK, "… 2 more pods not read");
	has(t, "{namespace: none}", TOOL_NO_DATA, "no pods in namespace none");
	w.denied = "pods";
	has(t, "{namespace: shop}", TOOL_DENIED, "may not be read: access denied (403 Forbidden)");
	w.denied = NULL;
}

static void alarms(void)
{
	static const char *const yes[] = {
		"ERROR x",   "time=1 level=error msg=x", "E0131 10:00:00 klog", "java.lang.NullPointerException: x",
		"panic: oh", "2026 FATAL: no",		 "request failed: 500"};
	static const char *const no[] = {"all fine", "0 errors",       "no error found", "err=nil error=nil",
					 "terror",   "\"error\":null", "errors: 0",	 ""};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ok(logs_alarm_line(yes[i], strlen(yes[i])), "an alarm: %s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ok(!logs_alarm_line(no[i], strlen(no[i])), "none: %s", no[i]);
}

/* However the pieces are cut (at line ends, as the host cuts them), the same lines are kept. */
static void windows(void)
{
	struct window *win = logs_window_new(NULL, 3, 0);
	struct reply r = REP_INIT;
	char longest[2000];

	for (int i = 1; i <= 5; i++) {
		char line[16];
		int n = snprintf(line, sizeof(line), "l%d\r\n", i);

		logs_window_feed(win, line, (size_t)n);
	}
	logs_window_feed(win, "last", 4);
	logs_window_print(win, 5, &r);
	is_str(rep_text(&r), "4: l4\n> 5: l5\n6: last\n", "the last three of six");
	is_int(logs_window_fit(win, 40), 2, "fit lets go of the oldest");
	is_int(logs_window_first(win), 6, "one is left");
	memset(longest, 'x', sizeof(longest));
	rep_clear(&r);
	logs_window_feed(win, longest, sizeof(longest));
	logs_window_print(win, 0, &r);
	ok(strstr(rep_text(&r), "… (+1400 chars)\n"), "a long line is clipped");
	logs_window_free(win);
	rep_free(&r);
}

int main(void)
{
	fake_init(&w, kube_objects);
	w.logs = logs;
	tails();
	greps();
	surveys();
	alarms();
	windows();
	fake_fini(&w);
	return done();
}
