/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/model.h"

#include "agent/base/clock.h"
#include "agent/data/json.h"
#include "tests/tap.h"
#include "tests/unit/model_server.h"

#define KEY "sk-test-0123456789abcdef"
#define BAD_PARAM(p)                                                                                                   \
	STATUS("400", "")                                                                                              \
	"{\"error\":{\"message\":\"Unsupported parameter: '" p "' is not supported with this model.\",\"param\":\"" p  \
	"\"}}"

/* One question to a server that plays a script. */
struct ask {
	struct model_settings s;
	struct server server;
	struct model *m;
	struct model_reply r;
	struct err e;
	struct cancel *cancel, *fire_at_retry, *fire_at_text;
	int64_t timeout_ms;
	json_t *messages, *tools;
	const char *tool_choice;
	int rc, retries;
	struct buf text;
};

static void on_text(void *ctx, const char *text, size_t len)
{
	struct ask *a = ctx;

	buf_add(&a->text, text, len);
	if (a->fire_at_text)
		cancel_fire(a->fire_at_text);
}

static void on_retry(void *ctx, int attempt, int64_t wait_ms, const char *why)
{
	struct ask *a = ctx;

	a->retries++;
	if (attempt < 2 || wait_ms < 0 || !*why)
		ok(0, "retry %d, %lld ms: %s", attempt, (long long)wait_ms, why);
	if (a->fire_at_retry)
		cancel_fire(a->fire_at_retry);
}

static void begin(struct ask *a, const struct play *script)
{
	*a = (struct ask){.text = BUF_INIT(4 << 20), .timeout_ms = 30000};
	server_start(&a->server, script);
	a->s = (struct model_settings){
		.name = "test-model", .base_url = a->server.url, .api_key = KEY, .stream = true, .temperature = -1};
	a->messages = json_array();
	json_array_append_new(a->messages, json_pack("{s:s,s:s}", "role", "user", "content", "why?"));
}

static void turn(struct ask *a)
{
	struct model_turn t = {.messages = a->messages,
			       .tools = a->tools,
			       .tool_choice = a->tool_choice,
			       .cancel = a->cancel,
			       .deadline = clock_deadline(a->timeout_ms),
			       .on_text = on_text,
			       .on_retry = on_retry,
			       .ctx = a};

	if (!a->m)
		a->m = model_new(&a->s, &a->e);
	model_reply_fini(&a->r);
	err_clear(&a->e);
	buf_clear(&a->text);
	a->rc = model_turn(a->m, &t, &a->r, &a->e);
	/* Whatever happens, the key is nobody's to see. */
	if (strstr(a->e.msg, KEY))
		ok(0, "the key is in a message: %s", a->e.msg);
}

static void end(struct ask *a)
{
	server_stop(&a->server);
}

static void fini(struct ask *a)
{
	model_free(a->m);
	model_reply_fini(&a->r);
	json_decref(a->messages);
	json_decref(a->tools);
	buf_fini(&a->text);
	server_fini(&a->server);
}

static void add_tools(struct ask *a)
{
	a->tools = json_pack("[{s:s,s:{s:s}}]", "type", "function", "function", "name", "list_pods");
}

static void test_stream(void)
{
	static const struct play script[] = {
		{OK_EVENTS TEXT("Hel") TEXT("lo") FINISH(
			 "stop") "data: "
				 "{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n" DONE,
		 PLAY},
		{OK_EVENTS TEXT("a\xe2\x82") TEXT("\xac") DONE, PLAY_BYTES},
		{NULL, PLAY}};
	struct ask a;

	begin(&a, script);
	a.s.max_output_tokens = 100;
	a.s.temperature = 0;
	a.s.extra = json_pack("{s:i,s:s}", "top_k", 5, "model", "other");
	turn(&a);
	is_int(a.rc, 0, "a streamed answer");
	is_str(a.r.text, "Hello", "its text");
	is_str(buf_cstr(&a.text), "Hello", "delivered as it came");
	is_str(a.r.finish, "stop", "finish");
	ok(a.r.usage.prompt_tokens == 9 && a.r.usage.completion_tokens == 2 && !a.r.usage.estimated, "usage");
	ok(a.r.attempts == 1 && !a.r.no_tools && !a.r.no_stream && a.r.first_byte_ms >= 0, "one request");
	turn(&a);
	is_str(a.r.text, "a\xe2\x82\xac", "one byte at a time");
	ok(a.r.usage.estimated && a.r.usage.prompt_tokens > 0 && a.r.usage.completion_tokens > 0,
	   "usage is estimated when missing");
	end(&a);
	like(server_request(&a.server, 0), "POST /v1/chat/completions HTTP/1.1\r\n", "path");
	like(server_request(&a.server, 0), "Authorization: Bearer " KEY "\r\n", "key");
	like(server_request(&a.server, 0),
	     "\r\n\r\n{\"model\":\"test-model\",\"messages\":[{\"role\":\"user\",\"content\":\"why?\"}],\"stream\":"
	     "true,\"stream_options\":{\"include_usage\":true},"
	     "\"temperature\":0.0,\"max_tokens\":100,\"top_k\":5}",
	     "body, in this order");
	json_decref(a.s.extra);
	fini(&a);
}

static void test_prefix(void)
{
	static const struct play script[] = {{OK_EVENTS TEXT("a") DONE, PLAY}, {NULL, PLAY}};
	struct ask a;
	const char *one, *two;
	size_t n;

	begin(&a, script);
	add_tools(&a);
	a.tool_choice = "list_pods";
	turn(&a);
	json_array_append_new(a.messages, json_pack("{s:s,s:s}", "role", "assistant", "content", "a"));
	turn(&a);
	end(&a);
	one = strstr(server_request(&a.server, 0), "{\"model\"");
	two = strstr(server_request(&a.server, 1), "{\"model\"");
	n = (size_t)(strstr(one, "}],\"tools\"") - one);
	ok(strncmp(one, two, n) == 0, "what one turn adds leaves the bytes before it as they were");
	like(one,
	     "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"list_pods\"}}],\"tool_choice\":{\"type\":"
	     "\"function\",\"function\":{\"name\":\"list_pods\"}}",
	     "tools");
	ok(!strstr(one, "parallel_tool_calls"), "nothing that a server may not know");
	fini(&a);
}

static void test_plain(void)
{
	static const struct play script[] = {
		{OK_JSON
		 "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"plain\"},\"finish_"
		 "reason\":\"stop\"}]}",
		 PLAY},
		{BAD_PARAM("stream"), PLAY},
		{OK_JSON "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"again\"}}]}", PLAY},
		{NULL, PLAY}};
	struct ask a;

	begin(&a, script);
	turn(&a);
	ok(a.rc == 0 && a.r.no_stream, "a server that ignores \"stream\"");
	is_str(buf_cstr(&a.text), "plain", "the text is delivered at once");
	turn(&a);
	ok(a.rc == 0 && a.r.no_stream && a.r.attempts == 2, "a server that refuses it is asked without");
	turn(&a);
	is_int(a.r.attempts, 1, "and that is remembered");
	end(&a);
	ok(!strstr(server_request(&a.server, 3), "\"stream\""), "not sent again");
	fini(&a);
}

static void test_lessons(void)
{
	static const struct play script[] = {
		{BAD_PARAM("stream_options"), PLAY},
		{BAD_PARAM("max_tokens"), PLAY},
		{STATUS("400",
			"") "{\"error\":{\"message\":\"Unsupported value: 'temperature' does not support 0.2 with "
			    "this model.\"}}",
		 PLAY},
		{STATUS("400", "") "{\"error\":{\"message\":\"registry/llama does not support tools\"}}", PLAY},
		{OK_EVENTS TEXT("ok") DONE, PLAY},
		{NULL, PLAY}};
	struct ask a;
	const char *last;

	begin(&a, script);
	a.s.temperature = 0.2;
	a.s.max_output_tokens = 50;
	add_tools(&a);
	turn(&a);
	ok(a.rc == 0 && a.r.attempts == 5 && a.r.no_tools, "each refusal teaches one thing: %s", a.e.msg);
	is_int(a.retries, 0, "without a wait");
	turn(&a);
	ok(a.r.attempts == 1 && a.r.no_tools, "all remembered");
	end(&a);
	last = server_request(&a.server, 5);
	ok(!strstr(last, "stream_options") && !strstr(last, "temperature") && !strstr(last, "\"tools\"") &&
		   !strstr(last, "\"max_tokens\""),
	   "left out: %s", strstr(last, "{"));
	like(last, "\"max_completion_tokens\":50", "the other name is used");
	fini(&a);
}

struct failure {
	const char *name, *answer;
	enum err_code code;
	int http, requests;
	const char *say; /* part of the message */
};

static void test_refusals(void)
{
	static const struct failure list[] = {
		{"401", STATUS("401", "") "{\"error\":{\"message\":\"Incorrect API key provided: " KEY "\"}}",
		 ERR_DENIED, 401, 1, "DUPIN_API_KEY"},
		{"403", STATUS("403", "") "{\"error\":\"no access\"}", ERR_DENIED, 403, 1, "no access"},
		{"404", STATUS("404", "") "{\"error\":{\"message\":\"The model does not exist\"}}", ERR_NOT_FOUND, 404,
		 1, "model test-model is not known at http://127.0.0.1"},
		{"quota",
		 STATUS("429",
			"") "{\"error\":{\"message\":\"You exceeded your quota\",\"type\":\"insufficient_quota\"}}",
		 ERR_LIMIT, 429, 1, "billing"},
		{"too long",
		 STATUS("400", "") "{\"error\":{\"message\":\"This model's maximum context length is 8192 "
				   "tokens\",\"code\":\"context_length_exceeded\"}}",
		 ERR_LIMIT, 400, 1, "too long"},
		{"too long, 413", STATUS("413", "") "", ERR_LIMIT, 413, 1, "too long"},
		{"other 400", STATUS("400", "") "{\"detail\":[{\"msg\":\"value is not a valid list\"}]}", ERR_MODEL,
		 400, 1, "value is not a valid list"},
		{"redirect", "HTTP/1.1 301 x\r\nLocation: http://x/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		 ERR_MODEL, 301, 1, "redirect"},
		{"a web page",
		 "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>login</html>", ERR_MODEL,
		 0, 1, "text/html"},
		{"JSON, but no answer", OK_JSON "{\"hello\":1}", ERR_MODEL, 0, 1, "choices"},
		{"an error inside of a 200", OK_JSON "{\"error\":{\"message\":\"no such model\",\"code\":404}}",
		 ERR_NOT_FOUND, 404, 1, "no such model"},
		{"an error inside of a stream",
		 OK_EVENTS "data: {\"error\":{\"message\":\"bad key\",\"code\":401}}\n\n", ERR_DENIED, 401, 1,
		 "bad key"},
		{"Retry-After too far away",
		 STATUS("429", "Retry-After: 3600\r\n") "{\"error\":{\"message\":\"slow down\"}}", ERR_LIMIT, 429, 1,
		 "slow down"},
		{"500 to the end", STATUS("500", "Retry-After: 0\r\n") "{\"message\":\"boom\"}", ERR_MODEL, 500, 2,
		 "boom"},
		{"broken before the first delta",
		 CUT_EVENTS "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n", ERR_NET, 0, 2,
		 "gave no answer"},
		{"an end before the answer", OK_EVENTS ": hello\n\n", ERR_NET, 0, 2, "ended before"},
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct play script[] = {{list[i].answer, PLAY}, {NULL, PLAY}};
		struct ask a;

		begin(&a, script);
		a.s.attempts = 2;
		turn(&a);
		end(&a);
		ok(a.rc == -1 && a.e.code == list[i].code && a.e.http == list[i].http &&
			   a.r.attempts == list[i].requests,
		   "%s: code %s, status %d, %d requests", list[i].name, err_name(a.e.code), a.e.http, a.r.attempts);
		like(a.e.msg, list[i].say, list[i].name);
		is_int(model_context_error(&a.e), strncmp(list[i].name, "too long", 8) == 0,
		       "is it a matter of length");
		is_str(a.r.text, "", "no text");
		fini(&a);
	}
}

static void test_retries(void)
{
	static const struct play script[] = {{STATUS("429", "Retry-After: 0\r\n") "{}", PLAY},
					     {STATUS("503", "Retry-After: 0\r\n") "", PLAY},
					     {CUT_EVENTS ": x\n\n", PLAY},
					     {OK_EVENTS TEXT("at last") DONE, PLAY},
					     {NULL, PLAY}};
	static const struct play limit[] = {{STATUS("429", "Retry-After: 30\r\n") "{}", PLAY}, {NULL, PLAY}};
	struct ask a;

	begin(&a, script);
	turn(&a);
	end(&a);
	ok(a.rc == 0 && a.r.attempts == 4 && a.retries == 3, "429, 503, a broken stream, then fine: %s", a.e.msg);
	is_str(a.r.text, "at last", "its text");
	ok(a.r.wait_ms >= a.r.duration_ms, "waits are counted");
	fini(&a);
	begin(&a, limit);
	a.cancel = a.fire_at_retry = cancel_new(NULL);
	a.timeout_ms = 60000;
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_CANCELED && a.r.attempts == 1, "cancelled while waiting");
	cancel_free(a.cancel);
	fini(&a);
	begin(&a, limit);
	a.timeout_ms = 5000;
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_LIMIT && a.r.attempts == 1, "a wait past the deadline is not begun");
	fini(&a);
}

static void test_refused(void)
{
	static const struct play none[] = {{OK_EVENTS, PLAY}, {NULL, PLAY}};
	struct ask a;

	begin(&a, none);
	end(&a); /* nobody listens any more */
	a.s.attempts = 2;
	turn(&a);
	ok(a.rc == -1 && a.e.code == ERR_NET && a.r.attempts == 2, "no connection");
	like(a.e.msg, "127.0.0.1", "says where");
	like(a.e.msg, "whether the server runs", "and what to check");
	ok(a.r.usage.prompt_tokens == 0, "nothing was used");
	fini(&a);
}

static void test_cut(void)
{
	static const struct play text[] = {{CUT_EVENTS TEXT("half an ans"), PLAY}, {NULL, PLAY}};
	static const struct play call[] = {{CUT_EVENTS
					    "data: "
					    "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\","
					    "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\"}}]}}]}\n\n",
					    PLAY},
					   {NULL, PLAY}};
	static const struct play late[] = {{OK_EVENTS TEXT("all of it") FINISH("stop"), PLAY_HANG}, {NULL, PLAY}};
	static const struct play error[] = {
		{OK_EVENTS TEXT("some") "data: {\"error\":{\"message\":\"overloaded\"}}\n\n", PLAY}, {NULL, PLAY}};
	struct ask a;

	begin(&a, text);
	turn(&a);
	end(&a);
	ok(a.rc == 0 && a.r.attempts == 1 && a.retries == 0, "never again after the first delta");
	is_str(a.r.text, "half an ans", "what came is there");
	is_str(a.r.finish, "cut", "and marked");
	fini(&a);
	begin(&a, call);
	turn(&a);
	end(&a);
	ok(a.rc == 0 && a.r.call_count == 0 && strcmp(a.r.finish, "cut") == 0 && a.r.attempts == 1,
	   "half a call is no call");
	fini(&a);
	begin(&a, late);
	a.s.idle_ms = 300;
	turn(&a);
	end(&a);
	ok(a.rc == 0 && strcmp(a.r.finish, "stop") == 0, "silence after the finish is no failure: %s", a.e.msg);
	fini(&a);
	begin(&a, error);
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_MODEL && strcmp(a.r.text, "some") == 0,
	   "an error in the middle: the text stays: %s", a.e.msg);
	fini(&a);
}

static void test_silence(void)
{
	static const struct play silent[] = {{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", PLAY_HANG},
					     {NULL, PLAY}};
	static const struct play stuck[] = {{OK_EVENTS TEXT("some"), PLAY_HANG}, {NULL, PLAY}};
	static const struct play endless[] = {{OK_EVENTS, PLAY_ENDLESS}, {NULL, PLAY}};
	struct ask a;

	begin(&a, silent);
	a.s.first_byte_ms = 200;
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_TIMEOUT && a.r.attempts == 1, "silence before the first byte: %s", a.e.msg);
	fini(&a);
	begin(&a, stuck);
	a.s.idle_ms = 200;
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_TIMEOUT, "silence in the stream: %s", a.e.msg);
	is_str(a.r.text, "some", "what came is there");
	fini(&a);
	begin(&a, silent);
	a.timeout_ms = 200;
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_TIMEOUT, "the deadline: %s", a.e.msg);
	fini(&a);
	begin(&a, stuck);
	a.cancel = a.fire_at_text = cancel_new(NULL);
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_CANCELED && strcmp(a.r.text, "some") == 0,
	   "cancelled in the stream, the text stays");
	cancel_free(a.cancel);
	fini(&a);
	begin(&a, endless);
	turn(&a);
	end(&a);
	ok(a.rc == -1 && a.e.code == ERR_LIMIT && strlen(a.r.text) > 1000000, "an endless stream ends at the cap: %s",
	   a.e.msg);
	ok(!model_context_error(&a.e), "which is no matter of the window");
	fini(&a);
}

static void test_settings(void)
{
	static const struct play script[] = {{OK_EVENTS TEXT("a") DONE, PLAY}, {NULL, PLAY}};
	struct model_settings s = {.name = "m", .base_url = "not a url"};
	struct err e = {0};
	struct ask a;
	char slash[80];

	ok(!model_new(&s, &e) && e.code == ERR_CONFIG, "no URL: %s", e.msg);
	s = (struct model_settings){.name = "", .base_url = "http://x/v1"};
	ok(!model_new(&s, &e) && e.code == ERR_CONFIG, "no name: %s", e.msg);
	s = (struct model_settings){.name = "m", .base_url = "http://x/v1", .api_key = "a\r\nX: y"};
	ok(!model_new(&s, &e) && e.code == ERR_CONFIG && !strstr(e.msg, "X: y"), "a key that would be a header: %s",
	   e.msg);
	begin(&a, script);
	snprintf(slash, sizeof slash, "%s/", a.server.url);
	a.s.base_url = slash;
	a.s.api_key = " " KEY "\n";
	a.s.stream = false;
	turn(&a);
	is_str(model_name(a.m), "test-model", "name");
	end(&a);
	like(server_request(&a.server, 0), "POST /v1/chat/completions HTTP", "a slash at the end");
	like(server_request(&a.server, 0), "Bearer " KEY "\r\n", "a key out of a file");
	ok(!strstr(server_request(&a.server, 0), "\"stream\""), "--no-stream");
	fini(&a);
	begin(&a, script);
	a.server.url[strlen(a.server.url) - 3] = '\0';
	a.s.azure_version = "2024-10-21";
	a.s.name = "my deployment";
	a.s.max_output_tokens = 5;
	turn(&a);
	end(&a);
	like(server_request(&a.server, 0),
	     "POST /openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21 HTTP", "Azure's path");
	like(server_request(&a.server, 0), "api-key: " KEY "\r\n", "Azure's key");
	ok(!strstr(server_request(&a.server, 0), "Bearer"), "and no other");
	like(server_request(&a.server, 0), "\"max_completion_tokens\":5", "Azure's name of the limit");
	fini(&a);
	begin(&a, script);
	a.s.api_key = NULL;
	turn(&a);
	end(&a);
	ok(!strstr(server_request(&a.server, 0), "Authorization"), "no key, no header");
	fini(&a);
}

int main(void)
{
	test_stream();
	test_prefix();
	test_plain();
	test_lessons();
	test_refusals();
	test_retries();
	test_refused();
	test_cut();
	test_silence();
	test_settings();
	return done();
}
