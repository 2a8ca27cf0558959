/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/config/config.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/config/config_models.h"

#define FILE_MAX (1u << 20)

static const char *env(const char *name)
{
	const char *v = getenv(name);

	return str_empty(v) ? NULL : v;
}

/* The first standard place that holds a file, the caller's; NULL: none does. */
static char *standard_file(void)
{
	const char *xdg = env("XDG_CONFIG_HOME");
	char *path = xdg ? file_join(xdg, "dupin/config.yaml") : file_expand("~/.config/dupin/config.yaml");

	if (file_exists(path))
		return path;
	free(path);
	return file_exists("/etc/dupin/config.yaml") ? mem_str("/etc/dupin/config.yaml") : NULL;
}

static int load_file(struct config *c, const char *path, struct err *e)
{
	struct yaml_lines *lines = NULL;
	auto_free char *text = NULL;
	json_t *doc;
	size_t len;
	int rc;

	text = file_read(path, FILE_MAX, &len, e);
	if (!text) {
		err_wrap(e, "config file");
		if (e)
			e->code = ERR_CONFIG;
		return -1;
	}
	doc = yaml_parse(text, len, path, &lines, e);
	if (!doc) {
		if (e)
			e->code = ERR_CONFIG;
		return -1;
	}
	rc = json_is_null(doc) ? 0 : keys_load(config_keys, c, doc, path, lines, e);
	if (!rc)
		rc = config_check_models(c->models, path, lines, e);
	if (!rc)
		rc = suppressions_load(&c->triage.suppressions, c->triage.suppress, path, lines, e);
	json_decref(doc);
	yaml_lines_free(lines);
	c->file = mem_str(path);
	return rc;
}

/* name: an environment variable that beats the file. */
static int from_env(struct config *c, const char *name, const char *key, struct err *e)
{
	const char *v = env(name);

	return v ? keys_set(config_keys, c, key, v, name, e) : 0;
}

/* Weaker than the file: counts only where nothing set the key. */
static int from_env_if_unset(struct config *c, const char *current, const char *name, const char *key, struct err *e)
{
	return str_empty(current) ? from_env(c, name, key, e) : 0;
}

/* OPENAI_* and AZURE_OPENAI_*: a model of the config keeps its own endpoint, so a foreign key is never sent to it. */
static int from_vendor_env(struct config *c, struct err *e)
{
	bool own_endpoint = !str_empty(c->model.base_url);
	const char *azure = env("AZURE_OPENAI_ENDPOINT");

	if (!own_endpoint && azure && !env("OPENAI_BASE_URL") && !env("OPENAI_API_BASE") && !env("OPENAI_API_KEY")) {
		const char *version = env("AZURE_OPENAI_API_VERSION");

		if (from_env(c, "AZURE_OPENAI_ENDPOINT", "model.base_url", e) < 0 ||
		    from_env_if_unset(c, c->model.api_key, "AZURE_OPENAI_API_KEY", "model.api_key", e) < 0 ||
		    from_env_if_unset(c, c->model.name, "AZURE_OPENAI_DEPLOYMENT", "model.name", e) < 0)
			return -1;
		if (str_empty(c->model.azure_version))
			return keys_set(config_keys, c, "model.azure_version", str_or(version, "2024-10-21"),
					"AZURE_OPENAI_API_VERSION", e);
		return 0;
	}
	if (from_env_if_unset(c, c->model.name, "OPENAI_MODEL", "model.name", e) < 0)
		return -1;
	if (own_endpoint)
		return 0;
	if (from_env_if_unset(c, c->model.base_url, "OPENAI_BASE_URL", "model.base_url", e) < 0 ||
	    from_env_if_unset(c, c->model.base_url, "OPENAI_API_BASE", "model.base_url", e) < 0 ||
	    from_env_if_unset(c, c->model.api_key, "OPENAI_API_KEY", "model.api_key", e) < 0)
		return -1;
	/* a key of OpenAI's alone means OpenAI's own endpoint */
	if (str_empty(c->model.base_url) && env("OPENAI_API_KEY"))
		return keys_set(config_keys, c, "model.base_url", "https://api.openai.com/v1", "OPENAI_API_KEY", e);
	return 0;
}

struct config *config_load(const char *path, struct err *e)
{
	struct config *c = MEM_NEW(struct config);
	auto_free char *file = NULL;

	if (str_empty(path))
		path = env("DUPIN_CONFIG");
	file = path ? file_expand(path) : standard_file();
	if (keys_defaults(config_keys, c, e) < 0 || (file && load_file(c, file, e) < 0) ||
	    from_env(c, "DUPIN_MODEL", "model.name", e) < 0 || from_env(c, "DUPIN_BASE_URL", "model.base_url", e) < 0 ||
	    from_env(c, "DUPIN_API_KEY", "model.api_key", e) < 0 || from_env(c, "DUPIN_DB", "db", e) < 0 ||
	    from_vendor_env(c, e) < 0) {
		config_free(c);
		return NULL;
	}
	return c;
}

int config_set(struct config *c, const char *path, const char *text, const char *where, struct err *e)
{
	return keys_set(config_keys, c, path, text, where, e);
}

void config_free(struct config *c)
{
	if (!c)
		return;
	keys_fini(config_keys, c);
	suppressions_fini(&c->triage.suppressions);
	free(c->file);
	free(c);
}

bool config_has_model(const struct config *c, char *why, size_t why_size)
{
	if (!str_empty(c->model.name) && !str_empty(c->model.base_url))
		return true;
	if (str_empty(c->model.name) && str_empty(c->model.base_url))
		snprintf(
			why, why_size,
			"No model is configured (DUPIN_MODEL and DUPIN_BASE_URL, or model: in the config file), so the "
			"answer comes from the checks alone. --offline says that this is meant.");
	else
		snprintf(why, why_size,
			 "The model is only half configured: %s is missing, so the answer comes from the checks alone.",
			 str_empty(c->model.name) ? "its name (DUPIN_MODEL, --model, model.name)"
						  : "its endpoint (DUPIN_BASE_URL, --base-url, model.base_url)");
	return false;
}

char *config_db_path(const struct config *c)
{
	const char *xdg = env("XDG_DATA_HOME");

	if (!str_empty(c->db))
		return str_eq(c->db, ":memory:") ? mem_str(c->db) : file_expand(c->db);
	return xdg ? file_join(xdg, "dupin/dupin.db") : file_expand("~/.local/share/dupin/dupin.db");
}
