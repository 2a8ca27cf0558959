/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include <unistd.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/config/config.h"

static char folder[] = "/tmp/dupin-config-XXXXXX";
static char path[128];

static void clean_environment(void)
{
	static const char *const names[] = {"DUPIN_MODEL", "DUPIN_BASE_URL", "DUPIN_API_KEY", "DUPIN_DB", "DUPIN_CONFIG",
					    "OPENAI_MODEL", "OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY",
					    "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_DEPLOYMENT",
					    "AZURE_OPENAI_API_VERSION", "XDG_DATA_HOME"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("HOME", folder, 1);
}

static struct config *load(const char *text, char *message, size_t n)
{
	FILE *f = fopen(path, "w");
	struct err e = {0};
	struct config *c;

	fputs(text, f);
	fclose(f);
	c = config_load(path, &e);
	snprintf(message, n, "%s", e.msg);
	return c;
}

static void test_precedence(void)
{
	char m[512];
	struct config *c;

	setenv("OPENAI_MODEL", "weak", 1);
	setenv("OPENAI_BASE_URL", "http://weak/v1", 1);
	setenv("OPENAI_API_KEY", "weak-key", 1);
	c = load("", m, sizeof(m));
	is_str(c->model.name, "weak", "OPENAI_MODEL counts when nothing else does");
	is_str(c->model.api_key, "weak-key", "with its key");
	config_free(c);
	c = load("model: {name: filed, base_url: http://file/v1}\n", m, sizeof(m));
	is_str(c->model.name, "filed", "the file beats OPENAI_MODEL");
	ok(!c->model.api_key, "the key of another endpoint is not sent to the file's");
	config_free(c);
	setenv("DUPIN_MODEL", "strong", 1);
	c = load("model: {name: filed, base_url: http://file/v1}\n", m, sizeof(m));
	is_str(c->model.name, "strong", "DUPIN_MODEL beats the file");
	is_int(config_set(c, "model.name", "flag", "--model", NULL), 0, "a flag is taken");
	is_str(c->model.name, "flag", "and beats all");
	config_free(c);
	clean_environment();
}

static void test_azure(void)
{
	char m[512];
	struct config *c;

	setenv("AZURE_OPENAI_ENDPOINT", "https://x.example", 1);
	setenv("AZURE_OPENAI_API_KEY", "k", 1);
	setenv("AZURE_OPENAI_DEPLOYMENT", "d", 1);
	setenv("AZURE_OPENAI_API_VERSION", "2025-01-01", 1);
	c = load("", m, sizeof(m));
	is_str(c->model.name, "d", "deployment is the model");
	is_str(c->model.azure_version, "2025-01-01", "version");
	config_free(c);
	clean_environment();
}

static void test_errors(void)
{
	static const char *const table[][2] = {
		{"modle: {name: x}\n", "did you mean \"model\""},
		{"model:\n  nam: x\n", ":2: unknown key \"model.nam\""},
		{"budget: {steps: many}\n", "budget.steps"},
		{"budget: {steps: 0}\n", "budget.steps"},
		{"budget: {time: soon}\n", "budget.time"},
		{"color: blue\n", "color"},
		{"- a\n", "a mapping"},
		{"model: {name: [\n", ":"},
		{"models:\n  m: {inptu: 3}\n", ":2: unknown key \"inptu\" in models.m: did you mean \"input\""},
		{"models:\n  m: {input: -3}\n", "not negative"},
		{"models: 3\n", "mapping"},
	};
	char m[512];

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct config *c = load(table[i][0], m, sizeof(m));

		ok(!c, "refused: %.20s", table[i][0]);
		like(m, table[i][1], "message");
		like(m, path, "names the file");
		config_free(c);
	}
	ok(!config_load("/nonexistent/c.yaml", NULL), "a named file that is not there");
}

static void test_defaults(void)
{
	char m[512], why[512] = "";
	struct config *c = load("", m, sizeof(m));
	char *db = config_db_path(c);

	is_int(c->budget.steps, 40, "steps");
	is_int(c->budget.time_ms, 600000, "time");
	is_int(c->toolsets.result_bytes, 24576, "size");
	ok(c->model.temperature < 0, "temperature is not sent");
	ok(!config_has_model(c, why, sizeof(why)), "no model");
	like(why, "DUPIN_MODEL", "told how to set one");
	like(db, "/.local/share/dupin/dupin.db", "database below HOME");
	free(db);
	setenv("XDG_DATA_HOME", "/x", 1);
	db = config_db_path(c);
	is_str(db, "/x/dupin/dupin.db", "database below XDG_DATA_HOME");
	free(db);
	config_free(c);
	clean_environment();
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/config.yaml", folder);
	clean_environment();
	test_defaults();
	test_precedence();
	test_azure();
	test_errors();
	unlink(path);
	rmdir(folder);
	return done();
}
