/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings: defaults < file < environment < flags. The tables in config_keys.c document themselves (reference,
 * man page). Handed down by
 * pointer, never a global.
 */
#ifndef AGENT_CONFIG_CONFIG_H
#define AGENT_CONFIG_CONFIG_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/config/suppress.h"
#include "agent/data/keys.h"

struct config_model {
	char *name, *base_url, *api_key, *azure_version;
	double temperature;        /* < 0: not sent */
	int64_t max_output_tokens; /* 0: not sent */
	int64_t context_tokens;    /* 0: from the table of models, else 32,000 */
	int64_t attempts, idle_ms, first_byte_ms;
	char *ca_file;
	bool insecure, stream;
	json_t *extra;
};

struct config_budget {
	int64_t steps, tokens, time_ms; /* tokens 0: no limit */
	double usd;                     /* 0: no limit */
};

struct config_cluster {
	char *kubeconfig, *ns;
	char **contexts;
	bool all_namespaces;
	int64_t request_ms;
	uint64_t max_bytes;
	int64_t whole_pods;             /* more pods are scanned by their rows; 0: always */
	int64_t triage_ms;              /* what the first model request waits for triage at most */
};

struct config_toolsets {
	char **dirs, **disable;
	int64_t call_ms, parallel;
	uint64_t result_bytes;
};

struct config_triage {
	json_t *suppress;               /* as it was read */
	struct suppressions suppressions;
};

struct config {
	struct config_model model, fallback;
	json_t *models;                 /* NAME: {input, cached, output, context} */
	struct config_budget budget;
	struct config_cluster cluster;
	struct config_toolsets toolsets;
	struct config_triage triage;
	char *prompts_dir;
	char **runbook_dirs;
	char *db;
	char *color;
	char *file;                     /* the file that was read, NULL: none */
};

extern const struct key config_keys[];

/*
 * path NULL: $DUPIN_CONFIG, then the standard places; there it may be absent. A named file that is not there is
 * ERR_CONFIG.
 */
struct config *config_load(const char *path, struct err *e);
/*
 * DUPIN_*, then OPENAI_*, AZURE_OPENAI_* where nothing stronger set the same. Call between file and flags:
 * config_load does it.
 */
/* One flag over everything: config_set(c, "budget.steps", "12", "--max-steps", e). */
int config_set(struct config *c, const char *path, const char *text, const char *where, struct err *e) MUST_CHECK;
void config_free(struct config *c);
/* Is a model configured at all (a name and where it is)? why: for people, when not. */
bool config_has_model(const struct config *c, char *why, size_t why_size);
/* $DUPIN_DB, config, XDG data folder. The caller's. */
char *config_db_path(const struct config *c);

#endif
