/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/keys.h"

#include "agent/base/buf.h"
#include "agent/base/str.h"
#include "tests/tap.h"

struct settings {
	char *model, *level, *key;
	bool stream;
	int64_t steps, timeout;
	double temperature;
	uint64_t body;
	char **names;
	json_t *tree;
	char *listen;
	int64_t port;
};

#define AT(member) offsetof(struct settings, member)
static const char *const levels[] = {"error", "warning", "info", NULL};
static const struct key serve_keys[] = {
	{.name = "listen", .type = KEY_STRING, .offset = AT(listen), .fallback = "127.0.0.1"},
	{.name = "port", .type = KEY_INT, .offset = AT(port), .fallback = "8080", .min = 1, .max = 65535},
	{0}};
static const struct key keys[] = {
	{.name = "model", .type = KEY_STRING, .offset = AT(model)},
	{.name = "level", .type = KEY_ENUM, .offset = AT(level), .fallback = "info", .choices = levels},
	{.name = "api_key", .type = KEY_STRING, .offset = AT(key), .secret = true},
	{.name = "stream", .type = KEY_BOOL, .offset = AT(stream), .fallback = "true"},
	{.name = "max_steps",
	 .type = KEY_INT,
	 .offset = AT(steps),
	 .fallback = "20",
	 .min = 1,
	 .max = 1000,
	 .secret = false},
	{.name = "timeout", .type = KEY_DURATION, .offset = AT(timeout), .fallback = "30s"},
	{.name = "temperature", .type = KEY_DOUBLE, .offset = AT(temperature)},
	{.name = "max_body", .type = KEY_SIZE, .offset = AT(body), .fallback = "64KiB"},
	{.name = "names", .type = KEY_STRINGS, .offset = AT(names), .fallback = "a, b"},
	{.name = "extra", .type = KEY_TREE, .offset = AT(tree)},
	{.name = "serve", .type = KEY_GROUP, .children = serve_keys},
	{0}};

static int load(struct settings *s, const char *text, struct err *e)
{
	struct yaml_lines *lines = NULL;
	json_t *doc = yaml_parse(text, strlen(text), "c.yaml", &lines, e);
	int rc = doc ? keys_load(keys, s, doc, "c.yaml", lines, e) : -1;

	json_decref(doc);
	yaml_lines_free(lines);
	return rc;
}

static void defaults(void)
{
	struct err e = {0};
	struct settings s;
	int rc;

	memset(&s, 0xa5, sizeof(s));
	rc = keys_defaults(keys, &s, &e);
	is_int(rc, 0, "defaults");
	ok(s.model == NULL && s.key == NULL && s.tree == NULL && s.temperature == 0, "what has no default is empty");
	ok(str_eq(s.level, "info") && s.stream && s.steps == 20 && s.timeout == 30000 && s.body == 65536, "values");
	ok(str_list_len(s.names) == 2 && str_eq(s.names[1], "b"), "a list");
	ok(str_eq(s.listen, "127.0.0.1") && s.port == 8080, "in a group");
	keys_fini(keys, &s);
	ok(s.level == NULL && s.names == NULL, "freed");
	keys_fini(keys, &s);
}

static void loading(void)
{
	struct settings s;
	struct err e = {0};
	int rc = keys_defaults(keys, &s, &e);

	rc |= load(
		&s,
		"model: m1\nlevel: error\nstream: off\nmax_steps: 5\ntimeout: 1m\ntemperature: 0.25\nmax_body: 2MiB\n"
		"names: [x, y, z]\nextra: {any: [1]}\nserve:\n  port: 9\n  listen:\n",
		&e);
	ok(rc == 0, "loaded %s", e.msg);
	ok(str_eq(s.model, "m1") && str_eq(s.level, "error") && !s.stream && s.steps == 5 && s.timeout == 60000,
	   "values");
	ok(s.temperature == 0.25 && s.body == 2 << 20 && str_list_len(s.names) == 3, "more values");
	ok(json_is_object(s.tree) && s.port == 9 && str_eq(s.listen, "127.0.0.1"),
	   "a tree, a group, null leaves the default");
	rc = load(&s, "timeout: 90\nmax_body: 100\nnames: one\nmax_steps: \"7\"\ntemperature: 1\nserve:\n", &e);
	ok(rc == 0 && s.timeout == 90000 && s.body == 100 && str_list_len(s.names) == 1 && s.steps == 7 &&
		   s.temperature == 1,
	   "bare seconds and bytes, one text for a list, a number in quotes");
	ok(str_eq(s.model, "m1"), "what is absent stays");
	rc = load(&s, "# nothing\n", &e);
	is_int(rc, 0, "an empty file");
	keys_fini(keys, &s);
}

static void is_error(const char *text, const char *want, const char *name)
{
	struct settings s;
	struct err e = {0};
	int rc = keys_defaults(keys, &s, &e);

	ok(rc == 0, "%s: defaults", name);
	rc = load(&s, text, &e);
	ok(rc == -1 && e.code == ERR_CONFIG, "%s is refused", name);
	is_str(e.msg, want, name);
	keys_fini(keys, &s);
}

static void refusals(void)
{
	is_error("modle: x\n", "c.yaml:1: unknown key \"modle\": did you mean \"model\"?", "a typo");
	is_error("model: x\n\nserve:\n  prot: 1\n", "c.yaml:4: unknown key \"serve.prot\": did you mean \"port\"?",
		 "a typo in a group");
	is_error("listen: x\n", "c.yaml:1: unknown key \"listen\": did you mean \"serve.listen\"?",
		 "a key of another place");
	is_error("serve:\n  zzzzzzzz: 1\n", "c.yaml:2: unknown key \"serve.zzzzzzzz\"; known here: listen, port",
		 "nothing near");
	is_error("max_steps: many\n", "c.yaml:1: \"max_steps\" must be a whole number, not \"many\"",
		 "text for a number");
	is_error("max_steps: 1.5\n", "c.yaml:1: \"max_steps\" must be a whole number, not \"1.5\"", "a fraction");
	is_error("max_steps: 0\n", "c.yaml:1: \"max_steps\" must be between 1 and 1000, not 0", "out of range");
	is_error("model: 4\n", "c.yaml:1: \"model\" must be text, not a number; put it in quotes", "a number for text");
	is_error("level: waring\n",
		 "c.yaml:1: \"level\" must be one of error, warning, info, not \"waring\": did you mean \"warning\"?",
		 "a choice that is none");
	is_error("timeout: 3 parsecs\n", "c.yaml:1: \"timeout\" must be a duration like 30s, not \"3 parsecs\"",
		 "a duration");
	is_error("names: [a, 1]\n", "c.yaml:1: \"names\" must be a list of texts, and item 2 is none; put it in quotes",
		 "a mixed list");
	is_error("stream: 3\n", "c.yaml:1: \"stream\" must be true or false, not a number", "a boolean");
	is_error("serve: 3\n", "c.yaml:1: \"serve\" must be a mapping of its keys", "a group");
	is_error("api_key: [sk-123]\n", "c.yaml:1: \"api_key\" must be text, not a list", "a secret");
	is_error("- a\n", "c.yaml: a mapping of keys is expected at the top", "a list");
}

static void setting(void)
{
	struct settings s;
	struct err e = {0};
	int rc = keys_defaults(keys, &s, &e);

	rc |= keys_set(keys, &s, "max_steps", "3", "--max-steps", &e);
	rc |= keys_set(keys, &s, "serve.port", "99", "--port", &e);
	rc |= keys_set(keys, &s, "names", "p,q", "--names", &e);
	rc |= keys_set(keys, &s, "extra", "{a: 1}", "--extra", &e);
	ok(rc == 0 && s.steps == 3 && s.port == 99 && str_list_len(s.names) == 2 && json_is_object(s.tree), "set %s",
	   e.msg);
	rc = keys_set(keys, &s, "max_steps", "x", "--max-steps", &e);
	ok(rc == -1 && e.code == ERR_ARG, "refused");
	is_str(e.msg, "--max-steps must be a whole number, not \"x\"", "names the flag");
	rc = keys_set(keys, &s, "serve.prt", "1", "DUPIN_X", &e);
	ok(rc == -1, "an unknown path");
	is_str(e.msg, "DUPIN_X: unknown key \"serve.prt\": did you mean \"port\"?", "names the nearest");
	rc = keys_set(keys, &s, "model.x", "1", "w", &e);
	is_int(rc, -1, "a path through a value");
	rc = keys_set(keys, &s, "serve", "1", "w", &e);
	is_int(rc, -1, "a group is no value");
	rc = keys_set(keys, &s, "max_steps", "x", "w", NULL);
	is_int(rc, -1, "no error wanted");
	ok(s.steps == 3, "a refused value changes nothing");
	keys_fini(keys, &s);
}

static int collect(void *ctx, const char *path, const struct key *k)
{
	struct buf *b = ctx;
	char type[100];

	keys_type_text(k, type, sizeof(type));
	buf_printf(b, "%s (%s)\n", path, type);
	return 0;
}

static int stop(void *ctx, const char *path, const struct key *k)
{
	(void)ctx;
	(void)k;
	return strcmp(path, "serve.listen") == 0 ? 4 : 0;
}

static void walking(void)
{
	struct buf b = BUF_INIT(10000);
	int rc = keys_each(keys, collect, &b);

	is_int(rc, 0, "all");
	like(buf_cstr(&b), "level (one of error, warning, info)\n", "an enum");
	like(buf_cstr(&b), "serve (a mapping)\nserve.listen (text)\nserve.port (a whole number)\n",
	     "a group and its children");
	rc = keys_each(keys, stop, NULL);
	is_int(rc, 4, "stopped");
	buf_fini(&b);
}

int main(void)
{
	defaults();
	loading();
	refusals();
	setting();
	walking();
	return done();
}
