/* SPDX-License-Identifier: Apache-2.0 */
/* Calls side by side: their order, their limit, the record, and workers that do not come back. */
#include "tests/tap.h"

#include <pthread.h>

#include "agent/base/clock.h"
#include "agent/base/cancel.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/tools/batch.h"
#include "agent/tools/builtin.h"

/* What the tools below wait for and count. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int runs, under_way, most, passed;
static int at_once; /* nobody ends before so many were there side by side */
static bool open_door, gone;

static void say(const struct host *h, struct work *w, const char *text)
{
	h->text(w, TOOL_OK, text, strlen(text));
}

/* Ends only after the calls behind it: they end last to first. */
static int turnstile(const struct host *h, struct work *w, const json_t *args)
{
	int n = (int)json_int_at(args, "n", 0);
	char text[32];

	pthread_mutex_lock(&lock);
	runs++;
	most = ++under_way > most ? under_way : most;
	pthread_cond_broadcast(&changed);
	while (passed != n || most < at_once)
		pthread_cond_wait(&changed, &lock);
	passed--;
	under_way--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	snprintf(text, sizeof(text), "n is %d", n);
	say(h, w, text);
	return 0;
}

static int quick(const struct host *h, struct work *w, const json_t *args)
{
	(void)args;
	pthread_mutex_lock(&lock);
	runs++;
	pthread_mutex_unlock(&lock);
	say(h, w, "done at once");
	return 0;
}

/* Hears neither cancel nor the end of its time. */
static int deaf(const struct host *h, struct work *w, const json_t *args)
{
	(void)args;
	pthread_mutex_lock(&lock);
	while (!open_door)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	say(h, w, "too late to matter");
	pthread_mutex_lock(&lock);
	gone = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return 0;
}

static const struct param numbers[] = {{.name = "n", .type = PARAM_INT}, {0}};
static const struct param none[] = {{0}};
static const struct tool turnstile_tool = {sizeof(struct tool), "turnstile", "Waits its turn.", numbers, turnstile};
static const struct tool quick_tool = {sizeof(struct tool), "quick", "Ends at once.", numbers, quick};
static const struct tool deaf_tool = {sizeof(struct tool), "deaf", "Hears nothing.", none, deaf};
static const struct tool *const tools[] = {&turnstile_tool, &quick_tool, &deaf_tool, NULL};
static const struct toolset set = {
	.abi = TOOLSET_ABI, .size = sizeof(struct toolset), .name = "fake", .help = "For this test.", .tools = tools};

static const struct toolset *entry(void)
{
	return &set;
}

/* In place of those that are linked in. */
toolset_entry_fn *const builtin_toolsets[] = {entry, NULL};

struct stage {
	struct world *world;
	struct registry *registry;
	struct pool *pool;
	struct cancel *cancel;
	struct batch *batch;
};

static void stage_open(struct stage *s, size_t parallel, int64_t call_ms)
{
	struct err e = {0};

	s->cancel = cancel_new(NULL);
	s->world = world_new(s->cancel);
	s->registry = registry_new();
	if (registry_add_builtin(s->registry, NULL, &e) < 0)
		ok(0, "%s", e.msg);
	s->pool = pool_new(16, 64);
	s->batch = batch_new(&(struct batch_options){.world = s->world,
						     .registry = s->registry,
						     .pool = s->pool,
						     .cancel = s->cancel,
						     .parallel = parallel,
						     .call_ms = call_ms});
	runs = under_way = most = at_once = 0;
}

static void stage_close(struct stage *s)
{
	batch_free(s->batch);
	pool_stop(s->pool);
	pool_join(s->pool);
	pool_free(s->pool);
	registry_free(s->registry);
	world_free(s->world);
	cancel_free(s->cancel);
}

static void test_order(void)
{
	struct call_request q[] = {{"a", "turnstile", "{\"n\":1}"},
				   {"b", "turnstile", "{\"n\":2}"},
				   {"c", "turnstile", "{\"n\":3}"},
				   {"d", "nosuch", "{}"},
				   {"e", "turnstile", "{\"n\":2}"}};
	struct call_result r[5];
	struct stage s;
	struct err e = {0};

	stage_open(&s, 8, 60000);
	passed = 3;
	is_int(batch_run(s.batch, q, 5, r, &e), 0, "all of it ran");
	is_int(runs, 3, "the twin was not read again");
	like(r[0].text, "[E1]\nn is 1", "the first has the first number, though it ended last");
	like(r[2].text, "[E3]\nn is 3", "the third the third");
	like(r[3].text, "there is no tool \"nosuch\"", "an unknown tool is told");
	ok(r[4].repeated && r[4].evidence == 2, "the twin is answered from the record");
	ok(!batch_left(s.batch), "everyone came back");
	for (size_t i = 0; i < 5; i++)
		call_result_fini(&r[i]);
	stage_close(&s);
}

static void test_limit(void)
{
	struct call_request q[] = {{"a", "turnstile", "{\"n\":2}"},
				   {"b", "turnstile", "{\"n\":3}"},
				   {"c", "turnstile", "{\"n\":1}"},
				   {"d", "quick", "{}"}};
	struct call_result r[4];
	struct stage s;
	struct err e = {0};

	stage_open(&s, 2, 60000);
	passed = 3;  /* b ends, which makes room for c while a still runs */
	at_once = 2; /* but not before a is there */
	is_int(batch_run(s.batch, q, 4, r, &e), 0, "all of it ran");
	is_int(runs, 4, "each once");
	is_int(most, 2, "never more than two side by side, and two whenever there was work");
	for (size_t i = 0; i < 4; i++)
		call_result_fini(&r[i]);
	stage_close(&s);
}

static void await_gone(void)
{
	pthread_mutex_lock(&lock);
	open_door = true;
	pthread_cond_broadcast(&changed);
	while (!gone)
		pthread_cond_wait(&changed, &lock);
	open_door = gone = false;
	pthread_mutex_unlock(&lock);
}

static void test_deaf(void)
{
	struct call_request q[] = {{"a", "deaf", "{}"}, {"b", "quick", "{}"}};
	struct call_result r[2];
	struct stage s;
	struct err e = {0};
	int64_t start = clock_mono_ms();

	stage_open(&s, 8, 50);
	is_int(batch_run(s.batch, q, 2, r, &e), 0, "the others go on");
	ok(clock_mono_ms() - start < 30000, "and nobody waits for the deaf one for ever");
	is_int(r[0].status, TOOL_TIMEOUT, "it counts as late");
	like(r[0].text, "could not be stopped", "the model is told");
	like(r[1].text, "done at once", "the call behind it is answered");
	ok(batch_left(s.batch), "it is known that a worker is out there");
	for (size_t i = 0; i < 2; i++)
		call_result_fini(&r[i]);
	batch_free(s.batch);
	s.batch = NULL;
	await_gone(); /* it ends after the batch is gone, and frees what is its own */
	stage_close(&s);
}

static void test_cancel(void)
{
	struct call_request q[] = {{"a", "deaf", "{}"}, {"b", "quick", "{}"}};
	struct call_result r[2];
	struct stage s;
	struct err e = {0};

	stage_open(&s, 1, 60000);
	cancel_fire(s.cancel);
	is_int(batch_run(s.batch, q, 2, r, &e), -1, "cancelled");
	is_int(e.code, ERR_CANCELED, "and says so");
	like(r[0].text, "Cancelled", "each has an answer");
	is_str(r[1].id, "b", "those that were not started as well");
	for (size_t i = 0; i < 2; i++)
		call_result_fini(&r[i]);
	stage_close(&s);
}

int main(void)
{
	test_order();
	test_limit();
	test_deaf();
	test_cancel();
	return done();
}
