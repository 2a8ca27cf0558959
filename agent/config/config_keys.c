/* SPDX-License-Identifier: Apache-2.0 */
/* Every key of the config file, once: what it is called, what it takes, what it means. */
#include "agent/config/config.h"

#include <stddef.h>

#define AT(member) offsetof(struct config, member)

static const char *const colors[] = {"auto", "always", "never", NULL};

#define MODEL_KEYS(m)                                                                                                  \
	{.name = "name", .type = KEY_STRING, .offset = AT(m.name), .help = "model as the endpoint calls it"},          \
		{.name = "base_url",                                                                                   \
		 .type = KEY_STRING,                                                                                   \
		 .offset = AT(m.base_url),                                                                             \
		 .help = "OpenAI-compatible endpoint, http://127.0.0.1:8000/v1"},                                      \
		{.name = "api_key",                                                                                    \
		 .type = KEY_STRING,                                                                                   \
		 .offset = AT(m.api_key),                                                                              \
		 .help = "key sent as a bearer token",                                                                 \
		 .secret = true},                                                                                      \
		{.name = "azure_version",                                                                              \
		 .type = KEY_STRING,                                                                                   \
		 .offset = AT(m.azure_version),                                                                        \
		 .help = "api-version of Azure OpenAI; base_url is then the resource's endpoint, name the "            \
			 "deployment"},                                                                                \
		{.name = "temperature",                                                                                \
		 .type = KEY_DOUBLE,                                                                                   \
		 .offset = AT(m.temperature),                                                                          \
		 .fallback = "-1",                                                                                     \
		 .help = "sampling temperature; negative: not sent"},                                                  \
		{.name = "max_output_tokens",                                                                          \
		 .type = KEY_INT,                                                                                      \
		 .offset = AT(m.max_output_tokens),                                                                    \
		 .fallback = "0",                                                                                      \
		 .min = 0,                                                                                             \
		 .max = 1000000,                                                                                       \
		 .help = "cap of one answer; 0: not sent"},                                                            \
		{.name = "context_tokens",                                                                             \
		 .type = KEY_INT,                                                                                      \
		 .offset = AT(m.context_tokens),                                                                       \
		 .fallback = "0",                                                                                      \
		 .min = 0,                                                                                             \
		 .max = 10000000,                                                                                      \
		 .help = "window of the model; 0: from models, else 32000"},                                           \
		{.name = "attempts",                                                                                   \
		 .type = KEY_INT,                                                                                      \
		 .offset = AT(m.attempts),                                                                             \
		 .fallback = "4",                                                                                      \
		 .min = 1,                                                                                             \
		 .max = 20,                                                                                            \
		 .help = "requests for one turn before it counts as failed"},                                          \
		{.name = "idle",                                                                                       \
		 .type = KEY_DURATION,                                                                                 \
		 .offset = AT(m.idle_ms),                                                                              \
		 .fallback = "60s",                                                                                    \
		 .help = "silence in a stream after which it counts as broken"},                                       \
		{.name = "first_byte",                                                                                 \
		 .type = KEY_DURATION,                                                                                 \
		 .offset = AT(m.first_byte_ms),                                                                        \
		 .fallback = "120s",                                                                                   \
		 .help = "silence before an answer begins"},                                                           \
		{.name = "ca_file", .type = KEY_STRING, .offset = AT(m.ca_file), .help = "CA bundle of the endpoint"}, \
		{.name = "insecure",                                                                                   \
		 .type = KEY_BOOL,                                                                                     \
		 .offset = AT(m.insecure),                                                                             \
		 .fallback = "false",                                                                                  \
		 .help = "do not verify the endpoint's certificate"},                                                  \
		{.name = "stream",                                                                                     \
		 .type = KEY_BOOL,                                                                                     \
		 .offset = AT(m.stream),                                                                               \
		 .fallback = "true",                                                                                   \
		 .help = "ask for streamed answers"},                                                                  \
	{                                                                                                              \
		.name = "extra", .type = KEY_TREE, .offset = AT(m.extra),                                              \
		.help = "mapping that is merged into each request"                                                     \
	}

static const struct key fallback_keys[] = {MODEL_KEYS(fallback), {0}};

static const struct key model_keys[] = {
	MODEL_KEYS(model),
	{.name = "fallback", .type = KEY_GROUP, .children = fallback_keys, .help = "model to use when this one fails"},
	{0},
};

static const struct key budget_keys[] = {
	{.name = "steps",
	 .type = KEY_INT,
	 .offset = AT(budget.steps),
	 .fallback = "40",
	 .min = 1,
	 .max = 1000,
	 .help = "model turns of one investigation"},
	{.name = "tokens",
	 .type = KEY_INT,
	 .offset = AT(budget.tokens),
	 .fallback = "0",
	 .min = 0,
	 .max = 1000000000,
	 .help = "tokens in and out of one investigation; 0: no limit"},
	{.name = "usd",
	 .type = KEY_DOUBLE,
	 .offset = AT(budget.usd),
	 .fallback = "0",
	 .min = 0,
	 .max = 1000000,
	 .help = "money for one investigation; 0: no limit; needs a known price (models.NAME.input)"},
	{.name = "time",
	 .type = KEY_DURATION,
	 .offset = AT(budget.time_ms),
	 .fallback = "10m",
	 .min = 1,
	 .max = INT64_C(30) * 24 * 3600 * 1000,
	 .help = "wall time of one investigation"},
	{0},
};

static const struct key cluster_keys[] = {
	{.name = "kubeconfig",
	 .type = KEY_STRING,
	 .offset = AT(cluster.kubeconfig),
	 .help = "kubeconfig file instead of $KUBECONFIG and ~/.kube/config"},
	{.name = "contexts",
	 .type = KEY_STRINGS,
	 .offset = AT(cluster.contexts),
	 .help = "contexts to look at instead of the current one"},
	{.name = "namespace", .type = KEY_STRING, .offset = AT(cluster.ns), .help = "judge only this namespace"},
	{.name = "request_timeout",
	 .type = KEY_DURATION,
	 .offset = AT(cluster.request_ms),
	 .fallback = "30s",
	 .help = "deadline of one request to the API"},
	{.name = "max_response",
	 .type = KEY_SIZE,
	 .offset = AT(cluster.max_bytes),
	 .fallback = "256MiB",
	 .help = "cap of one answer of the API"},
	{.name = "whole_pods",
	 .type = KEY_INT,
	 .offset = AT(cluster.whole_pods),
	 .fallback = "2000",
	 .min = 0,
	 .max = 200000,
	 .help = "with more pods than these, the server's table of pods is read and only suspicious ones whole; 0: always"},
	{.name = "triage_time",
	 .type = KEY_DURATION,
	 .offset = AT(cluster.triage_ms),
	 .fallback = "3s",
	 .help = "how long the first model request waits for the checks"},
	{0},
};

static const struct key toolset_keys[] = {
	{.name = "dirs",
	 .type = KEY_STRINGS,
	 .offset = AT(toolsets.dirs),
	 .help = "folders whose .so files are loaded as toolsets"},
	{.name = "disable", .type = KEY_STRINGS, .offset = AT(toolsets.disable), .help = "toolsets to leave out"},
	{.name = "call_timeout",
	 .type = KEY_DURATION,
	 .offset = AT(toolsets.call_ms),
	 .fallback = "60s",
	 .help = "deadline of one tool call"},
	{.name = "parallel",
	 .type = KEY_INT,
	 .offset = AT(toolsets.parallel),
	 .fallback = "8",
	 .min = 1,
	 .max = 64,
	 .help = "tool calls under way at once"},
	{.name = "result_size",
	 .type = KEY_SIZE,
	 .offset = AT(toolsets.result_bytes),
	 .fallback = "24KiB",
	 .help = "cap of what one tool result shows the model; the rest stays readable"},
	{0},
};

static const struct key triage_keys[] = {
	{.name = "suppress",
	 .type = KEY_TREE,
	 .offset = AT(triage.suppress),
	 .help = "findings to leave out until a day: a list of {check, cluster, namespace, kind, name: patterns such as "
		 "\"web-*\"; until: 2026-12-31 and reason: TEXT, both required}"},
	{0},
};

const struct key config_keys[] = {
	{.name = "model", .type = KEY_GROUP, .children = model_keys, .help = "the model that investigates"},
	{.name = "models",
	 .type = KEY_TREE,
	 .offset = AT(models),
	 .help = "prices and windows: NAME: {input: USD per million tokens, cached: USD, output: USD, context: "
		 "tokens}"},
	{.name = "budget", .type = KEY_GROUP, .children = budget_keys, .help = "hard limits of one investigation"},
	{.name = "cluster", .type = KEY_GROUP, .children = cluster_keys, .help = "where to look"},
	{.name = "toolsets",
	 .type = KEY_GROUP,
	 .children = toolset_keys,
	 .help = "what can be looked at, and how much"},
	{.name = "triage", .type = KEY_GROUP, .children = triage_keys, .help = "what the checks report"},
	{.name = "prompts_dir",
	 .type = KEY_STRING,
	 .offset = AT(prompts_dir),
	 .help = "folder of prompt files that replace the built-in ones, name by name"},
	{.name = "runbook_dirs",
	 .type = KEY_STRINGS,
	 .offset = AT(runbook_dirs),
	 .help = "folders with runbooks of your own"},
	{.name = "db", .type = KEY_STRING, .offset = AT(db), .help = "database of investigations"},
	{.name = "color",
	 .type = KEY_ENUM,
	 .offset = AT(color),
	 .fallback = "auto",
	 .choices = colors,
	 .help = "colours on the terminal"},
	{0},
};
