/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/guard.h"

#include <inttypes.h>
#include <stdio.h>

#include "agent/base/clock.h"

#define ANSWER_TOKENS 1500 /* what a report takes at least */

static int64_t tokens_used(const struct inquiry *q)
{
	return q->spent.usage.prompt_tokens + q->spent.usage.completion_tokens;
}

/* USD that one more turn with an answer of usual length would cost; < 0 unknown. */
static double next_cost(const struct inquiry *q, int64_t prompt_tokens)
{
	struct model_usage u = {.prompt_tokens = prompt_tokens, .completion_tokens = ANSWER_TOKENS};
	struct price p;

	if (!q->model || !price_find(q->setup->config->models, q->model, &p))
		return -1;
	return price_cost(&p, &u);
}

bool guard_over(const struct inquiry *q, int64_t prompt_tokens, char *why, size_t why_size)
{
	const struct config_budget *b = &q->setup->config->budget;

	if (b->steps > 0 && q->spent.steps >= b->steps) {
		snprintf(why, why_size, "the budget of %" PRId64 " steps is used up (budget.steps, --max-steps)",
			 b->steps);
		return true;
	}
	if (b->tokens > 0 && tokens_used(q) + prompt_tokens > b->tokens) {
		snprintf(why, why_size,
			 "the budget of %" PRId64 " tokens is used up: %" PRId64
			 " spent, the next request needs %" PRId64 " (budget.tokens, --budget-tokens)",
			 b->tokens, tokens_used(q), prompt_tokens);
		return true;
	}
	if (b->usd > 0 && q->spent.cost_usd >= 0 && q->spent.cost_usd + next_cost(q, prompt_tokens) > b->usd) {
		snprintf(why, why_size,
			 "the budget of $%.4f is used up: $%.4f spent, the next request would go beyond (budget.usd, "
			 "--budget-usd)",
			 b->usd, q->spent.cost_usd);
		return true;
	}
	if (q->spent.deadline && !clock_left(q->spent.deadline)) {
		snprintf(why, why_size, "the time of %" PRId64 " s is used up (budget.time, --timeout)",
			 b->time_ms / 1000);
		return true;
	}
	return false;
}

bool guard_last_step(const struct inquiry *q, int64_t prompt_tokens)
{
	const struct config_budget *b = &q->setup->config->budget;

	if (b->steps > 0 && q->spent.steps + 1 >= b->steps)
		return true;
	/* one more exploring turn makes the prompt about half as long again */
	if (b->tokens > 0 && tokens_used(q) + prompt_tokens + prompt_tokens * 3 / 2 + 2 * ANSWER_TOKENS > b->tokens)
		return true;
	return b->usd > 0 && q->spent.cost_usd >= 0 && q->spent.cost_usd + 2.5 * next_cost(q, prompt_tokens) > b->usd;
}

void guard_spend(struct inquiry *q, const char *model, const struct model_reply *r)
{
	struct price p;
	double cost = -1;
	json_t *usage;

	if (price_find(q->setup->config->models, model, &p))
		cost = price_cost(&p, &r->usage);
	q->spent.requests += r->attempts;
	q->spent.usage.prompt_tokens += r->usage.prompt_tokens;
	q->spent.usage.completion_tokens += r->usage.completion_tokens;
	q->spent.usage.cached_tokens += r->usage.cached_tokens;
	if (cost < 0 || q->spent.cost_usd < 0)
		q->spent.cost_usd = -1;
	else
		q->spent.cost_usd += cost;
	usage = json_pack("{s:i,s:I,s:I,s:I}", "requests", r->attempts, "prompt_tokens",
			  (json_int_t)r->usage.prompt_tokens, "completion_tokens",
			  (json_int_t)r->usage.completion_tokens, "cached_tokens", (json_int_t)r->usage.cached_tokens);
	json_object_set_new(usage, "cost_usd", cost < 0 ? json_null() : json_real(cost));
	store_usage(q->setup->store, q->id, model, usage, &q->store_error);
	inquiry_event(q, "usage", usage);
}
