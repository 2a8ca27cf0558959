/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What models cost and how much they hold: config first, then a small built-in table (dated), else unknown:
 * never zero.
 */
#ifndef AGENT_MODEL_PRICE_H
#define AGENT_MODEL_PRICE_H

#include "agent/model/model.h"

struct price {
	double input_per_mtok, cached_per_mtok, output_per_mtok; /* USD for a million tokens; < 0: unknown */
	int64_t context_tokens;                                  /* 0: unknown */
};

/*
 * table: the config's `models` tree {"NAME": {"input": 0.25, "cached": 0.025, "output": 2, "context": 128000}}
 * or NULL. false: unknown price.
 */
bool price_find(const json_t *table, const char *model, struct price *out);
/* USD, or < 0 when unknown. */
double price_cost(const struct price *p, const struct model_usage *u);
/* Tokens of a text, estimated on the high side for English, code and JSON. */
int64_t tokens_of(const char *s, size_t n);
int64_t tokens_of_json(const json_t *j);

#endif
