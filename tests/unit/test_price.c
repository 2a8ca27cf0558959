/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/price.h"

#include <math.h>

#include "agent/data/json.h"
#include "tests/tap.h"

static bool near_to(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void test_find(void)
{
	const char *text = "{\"local\":{\"input\":1,\"output\":2},\"gpt-4o\":{\"input\":9,\"output\":10},\"big\":{"
			   "\"context\":5000},"
			   "\"half\":{\"input\":3},"
			   "\"free\":{\"input\":0,\"output\":0},\"gpt-5\":{\"context\":1000},\"wrong\":{\"input\":-1,"
			   "\"output\":2}}";
	auto_json json_t *config = json_parse(text, strlen(text), "config", NULL);
	struct price p;

	ok(price_find(NULL, "gpt-4o", &p) && p.input_per_mtok > 0 && p.cached_per_mtok < p.input_per_mtok, "built-in");
	ok(price_find(NULL, "gpt-4o-2024-08-06", &p) && near_to(p.output_per_mtok, 10),
	   "a dated name is the same model");
	ok(price_find(NULL, "openai/gpt-4o-mini", &p) && near_to(p.input_per_mtok, 0.15), "as gateways call it");
	ok(!price_find(NULL, "acme/gpt-4o", &p), "another owner, another price");
	ok(!price_find(NULL, "gpt-4o-audio-preview", &p), "a longer name is another model");
	ok(!price_find(NULL, "llama3", &p) && p.input_per_mtok < 0 && p.output_per_mtok < 0 && p.context_tokens == 0,
	   "unknown is unknown");
	ok(!price_find(NULL, "", &p) && !price_find(NULL, NULL, &p), "no name");
	ok(price_find(config, "local", &p) && near_to(p.output_per_mtok, 2) && p.cached_per_mtok < 0,
	   "from the config");
	ok(price_find(config, "gpt-4o", &p) && near_to(p.input_per_mtok, 9) && p.cached_per_mtok < 0,
	   "the config wins, no mixture");
	is_int(p.context_tokens, 128000, "the window stays known");
	ok(price_find(config, "gpt-5", &p) && p.context_tokens == 1000 && near_to(p.input_per_mtok, 1.25),
	   "only the window from the config");
	ok(!price_find(config, "big", &p) && p.context_tokens == 5000, "a window without a price");
	ok(!price_find(config, "half", &p), "half a price is none");
	ok(!price_find(config, "wrong", &p), "a negative price is none");
	ok(price_find(config, "free", &p) && near_to(p.input_per_mtok, 0), "free is known");
}

static void test_cost(void)
{
	struct price p = {1, 0.1, 10, 0}, no_cached = {1, -1, 10, 0}, unknown = {-1, -1, -1, 0},
		     free_of_charge = {0, 0, 0, 0};
	struct model_usage u = {.prompt_tokens = 1000000, .completion_tokens = 100000, .cached_tokens = 500000};

	ok(near_to(price_cost(&p, &u), 0.5 + 0.05 + 1), "cached tokens are cheaper");
	ok(near_to(price_cost(&no_cached, &u), 2), "without a cached price they cost the same");
	ok(price_cost(&unknown, &u) < 0, "unknown is not zero");
	ok(near_to(price_cost(&free_of_charge, &u), 0), "free is zero");
	u.cached_tokens = 5000000;
	ok(near_to(price_cost(&p, &u), 0.1 + 1), "more cached than asked is no gain");
}

static int64_t count(const char *s)
{
	return tokens_of(s, strlen(s));
}

static void test_tokens(void)
{
	const char *english =
		"The pod does not start because the node has no free memory left and the scheduler cannot place it.";
	json_t *j = json_object();

	is_int(count(""), 0, "nothing");
	ok(count(english) >= 20 && count(english) <= 32, "English: %lld", (long long)count(english));
	ok(count("{\"a\":{\"b\":[1,2,3]}}") >= 12, "JSON is dense: %lld", (long long)count("{\"a\":{\"b\":[1,2,3]}}"));
	ok(count("7d9f8b6c5-x2x4z") >= 8, "names of pods are dense: %lld", (long long)count("7d9f8b6c5-x2x4z"));
	ok(count("                                ") < 5, "indentation is cheap");
	ok(count("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e") >= 3, "other scripts");
	json_object_set_new(j, "content", json_string(english));
	ok(tokens_of_json(j) > count(english), "JSON around text counts");
	is_int(tokens_of_json(NULL), 0, "no JSON");
	json_decref(j);
}

int main(void)
{
	test_find();
	test_cost();
	test_tokens();
	return done();
}
