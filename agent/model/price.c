/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/price.h"

#include <string.h>

#include "agent/base/attr.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

struct known {
	const char *name;
	struct price price;
};

/*
 * USD for a million tokens at OpenAI, standard tier, as of November 2026: gpt-5-nano after OpenAI's own model page, the
 * others after public price lists that copy it. The window is what the prompt may take. Prices change, and other
 * providers sell the same names at other prices: the config's `models` wins.
 */
static const struct known table[] = {
	{"gpt-5", {1.25, 0.125, 10, 272000}},	       {"gpt-5-mini", {0.25, 0.025, 2, 272000}},
	{"gpt-5-nano", {0.05, 0.005, 0.40, 272000}},   {"gpt-4.1", {2, 0.50, 8, 1047576}},
	{"gpt-4.1-mini", {0.40, 0.10, 1.60, 1047576}}, {"gpt-4.1-nano", {0.10, 0.025, 0.40, 1047576}},
	{"gpt-4o", {2.50, 1.25, 10, 128000}},	       {"gpt-4o-mini", {0.15, 0.075, 0.60, 128000}},
	{"o4-mini", {1.10, 0.275, 4.40, 200000}},
};

/* "gpt-4o-2024-08-06" is gpt-4o: ten characters of a date may follow. */
static bool is_dated(const char *rest)
{
	static const char form[] = "-0000-00-00";

	if (strlen(rest) != sizeof form - 1)
		return false;
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == '0' ? rest[i] < '0' || rest[i] > '9' : rest[i] != form[i])
			return false;
	return true;
}

static const struct price *find_known(const char *model)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		size_t n = strlen(table[i].name);

		if (strncmp(model, table[i].name, n) == 0 && (model[n] == '\0' || is_dated(model + n)))
			return &table[i].price;
	}
	return NULL;
}

static void read_number(const json_t *entry, const char *key, double *out)
{
	const json_t *v = json_object_get(entry, key);

	if (json_is_number(v) && json_number_value(v) >= 0)
		*out = json_number_value(v);
}

bool price_find(const json_t *config, const char *model, struct price *out)
{
	const char *slash = model ? strrchr(model, '/') : NULL;
	const char *bare = slash ? slash + 1 : model;
	const struct price *known;
	const json_t *entry;

	*out = (struct price){-1, -1, -1, 0};
	if (str_empty(model))
		return false;
	entry = json_object_get(config, model);
	if (!entry)
		entry = json_object_get(config, bare);
	/* "openai/gpt-4o" is what gateways call OpenAI's; any other owner sets own prices. */
	known = !slash || str_starts(model, "openai/") ? find_known(bare) : NULL;
	if (known)
		*out = *known;
	if (json_is_object(entry)) {
		if (json_object_get(entry, "input") || json_object_get(entry, "output"))
			out->input_per_mtok = out->cached_per_mtok = out->output_per_mtok =
				-1; /* no mixture of two price lists */
		read_number(entry, "input", &out->input_per_mtok);
		read_number(entry, "cached", &out->cached_per_mtok);
		read_number(entry, "output", &out->output_per_mtok);
		if (json_int_at(entry, "context", 0) > 0)
			out->context_tokens = json_int_at(entry, "context", 0);
	}
	return out->input_per_mtok >= 0 && out->output_per_mtok >= 0;
}

double price_cost(const struct price *p, const struct model_usage *u)
{
	double cached_price = p->cached_per_mtok >= 0 ? p->cached_per_mtok : p->input_per_mtok;
	int64_t cached = u->cached_tokens < u->prompt_tokens ? u->cached_tokens : u->prompt_tokens;

	if (p->input_per_mtok < 0 || p->output_per_mtok < 0)
		return -1;
	return ((double)(u->prompt_tokens - cached) * p->input_per_mtok + (double)cached * cached_price +
		(double)u->completion_tokens * p->output_per_mtok) /
	       1e6;
}
