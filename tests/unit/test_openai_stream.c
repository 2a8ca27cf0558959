/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/openai_stream.h"

#include "agent/base/mem.h"
#include "agent/base/utf8.h"
#include "tests/tap.h"

#define CHUNK(delta) "data: {\"choices\":[{\"index\":0,\"delta\":" delta "}]}\n\n"

struct run {
	struct model_reply r;
	struct buf seen;     /* what on_text got */
	size_t broken_texts; /* deliveries that were no whole characters */
	int rc;
	struct err e;
	bool done, error;
	size_t broken;
};

static void on_text(void *ctx, const char *text, size_t len)
{
	struct run *x = ctx;

	buf_add(&x->seen, text, len);
	x->broken_texts += !utf8_valid(text, len) || len == 0;
}

/* Feeds s in two parts (cut == SIZE_MAX: byte by byte). */
static void run(struct run *x, const char *s, size_t n, size_t cut)
{
	struct draft d;
	struct openai_stream *st;
	unsigned next_id = 0;

	memset(x, 0, sizeof *x);
	buf_init(&x->seen, 8 << 20);
	draft_init(&d);
	d.on_text = on_text;
	d.ctx = x;
	st = openai_stream_new(&d);
	if (cut == SIZE_MAX) {
		for (size_t i = 0; i < n && x->rc == 0; i++)
			x->rc = openai_stream_feed(st, s + i, 1, &x->e);
	} else {
		x->rc = openai_stream_feed(st, s, cut, &x->e);
		if (x->rc == 0)
			x->rc = openai_stream_feed(st, s + cut, n - cut, &x->e);
	}
	if (x->rc == 0)
		x->rc = openai_stream_end(st, &x->e);
	x->done = openai_stream_done(st);
	x->error = openai_stream_error(st) != NULL;
	x->broken = openai_stream_broken(st);
	draft_take(&d, &x->r, !x->done && !d.finish, &next_id);
	openai_stream_free(st);
	draft_fini(&d);
}

static void run_fini(struct run *x)
{
	model_reply_fini(&x->r);
	buf_fini(&x->seen);
}

static char *describe(const struct run *x)
{
	struct buf b = BUF_INIT(1 << 20);

	buf_printf(&b, "%d|%s|%s|%s|", x->rc, x->r.text, x->r.reasoning ? x->r.reasoning : "-", x->r.finish);
	for (size_t i = 0; i < x->r.call_count; i++)
		buf_printf(&b, "%s:%s:%s|", x->r.calls[i].id, x->r.calls[i].name, x->r.calls[i].arguments);
	buf_printf(&b, "%lld/%lld/%lld", (long long)x->r.usage.prompt_tokens, (long long)x->r.usage.completion_tokens,
		   (long long)x->r.usage.cached_tokens);
	return buf_steal(&b);
}

static const struct {
	const char *name, *stream, *want;
} cases[] = {
	{"text",
	 "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n" CHUNK(
		 "{\"content\":\"Hel\"}")
		 CHUNK("{\"content\":\"lo\"}") "data: "
					       "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}"
					       "\n\n"
					       "data: "
					       "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,"
					       "\"prompt_tokens_details\":"
					       "{\"cached_tokens\":4}}}\n\ndata: [DONE]\n\n",
	 "0|Hello|-|stop|7/2/4"},
	{"comments, CRLF, no blank after the colon, retry and id",
	 ": ping\r\n\r\nretry: 5\r\nid: 1\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\n: "
	 "x\r\n\r\ndata: [DONE]\r\n\r\n",
	 "0|a|-|stop|0/0/0"},
	{"no [DONE]",
	 CHUNK("{\"content\":\"a\"}") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n",
	 "0|a|-|length|0/0/0"},
	{"no finish_reason", CHUNK("{\"content\":\"a\"}") "data: [DONE]\n\n", "0|a|-|stop|0/0/0"},
	{"no blank line at the end", CHUNK("{\"content\":\"a\"}") "data: [DONE]", "0|a|-|stop|0/0/0"},
	{"cut", CHUNK("{\"content\":\"a\"}") "data: {\"choices\":[{\"del", "0|a|-|cut|0/0/0"},
	{"nothing", "", "0||-|cut|0/0/0"},
	{"empty answer",
	 "data: {\"choices\":[{\"delta\":{\"content\":null},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
	 "0||-|stop|0/0/0"},
	{"parallel calls by index",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\","
	       "\"arguments\":\"\"}}]}") CHUNK("{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":"
					       "\"g\",\"arguments\":\"{\\\"y\\\"\"}}]}")
		 CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\":1}\"}},{\"index\":1,"
		       "\"function\":"
		       "{\"arguments\":\":2}\"}}]}") "data: "
						     "{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}"
						     "\n\ndata: [DONE]\n\n",
	 "0||-|tool_calls|a:f:{\"x\":1}|b:g:{\"y\":2}|0/0/0"},
	{"whole calls without index or id",
	 CHUNK("{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"function\":{\"name\":"
	       "\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]}") "data: [DONE]\n\n",
	 "0||-|tool_calls|call_dupin_1:f:{}|call_dupin_2:f:{\"a\":1}|0/0/0"},
	{"no index, pieces, name repeated",
	 CHUNK("{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\"\"}}]}")
		 CHUNK("{\"tool_calls\":[{\"id\":\"\",\"function\":{\"name\":\"f\",\"arguments\":\":1}\"}}]}") "data: "
													       "[DONE]"
													       "\n\n",
	 "0||-|tool_calls|a:f:{\"x\":1}|0/0/0"},
	{"index 0 for all, ids tell",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}")
		 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]"
		       "}") "data: [DONE]\n\n",
	 "0||-|tool_calls|a:f:{}|b:g:{}|0/0/0"},
	{"index and name repeated",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"list\",\"arguments\":\"{\"}}]}")
		 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"list\",\"arguments\":\"}\"}}"
		       "]}") "data: [DONE]\n\n",
	 "0||-|tool_calls|a:list:{}|0/0/0"},
	{"name in pieces",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"list_\"}}]}") CHUNK(
		 "{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"pods\",\"arguments\":\"{}\"}}]}") "data: "
													   "[DONE]\n\n",
	 "0||-|tool_calls|a:list_pods:{}|0/0/0"},
	{"object for arguments",
	 CHUNK("{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":[1,2]}}}]}") "data: "
													      "[DONE]"
													      "\n\n",
	 "0||-|tool_calls|a:f:{\"x\":[1,2]}|0/0/0"},
	{"no arguments",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}}]}") "data: [DONE]\n\n",
	 "0||-|tool_calls|a:f:{}|0/0/0"},
	{"one id for two",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}},{\"index\":1,\"id\":"
	       "\"a\",\"function\":{\"name\":\"g\"}}]}") "data: [DONE]\n\n",
	 "0||-|tool_calls|a:f:{}|call_dupin_1:g:{}|0/0/0"},
	{"broken arguments stay as they came",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":"
	       "\"}}]}") "data: [DONE]\n\n",
	 "0||-|tool_calls|a:f:{\"x\":|0/0/0"},
	{"cut in a call",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}")
		 CHUNK("{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{"
		       "\\\"x\"}}]}"),
	 "0||-|cut|a:f:{}|0/0/0"},
	{"old function_call",
	 CHUNK("{\"function_call\":{\"name\":\"f\",\"arguments\":\"{\"}}")
		 CHUNK("{\"function_call\":{\"arguments\":\"}\"}}") "data: "
								    "{\"choices\":[{\"delta\":{},\"finish_reason\":"
								    "\"function_call\"}]}\n\ndata: [DONE]\n\n",
	 "0||-|tool_calls|call_dupin_1:f:{}|0/0/0"},
	{"reasoning, parts, refusal",
	 CHUNK("{\"reasoning_content\":\"thinking\"}") CHUNK("{\"reasoning\":\" more\"}")
		 CHUNK("{\"content\":[{\"type\":\"text\",\"text\":\"a\"},\"b\",{\"type\":\"text\",\"text\":{\"value\":"
		       "\"c\"}}]}") CHUNK("{\"refusal\":\"no\"}") "data: [DONE]\n\n",
	 "0|abcno|thinking more|stop|0/0/0"},
	{"second choice left alone",
	 "data: "
	 "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x\"}},{\"index\":0,\"delta\":{\"content\":\"y\"}}]}"
	 "\n\ndata: [DONE]\n\n",
	 "0|y|-|stop|0/0/0"},
	{"characters",
	 CHUNK("{\"content\":\"\xc3\xa9\xe2\x82\xac\"}") CHUNK("{\"content\":\"\\ud83d\\ude00\"}") "data: [DONE]\n\n",
	 "0|\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80|-|stop|0/0/0"},
	{"character over deltas",
	 CHUNK("{\"content\":\"a\xe2\x82\"}") CHUNK("{\"content\":\"\xac"
						    "b\"}") "data: [DONE]\n\n",
	 "0|a\xe2\x82\xac"
	 "b|-|stop|0/0/0"},
	{"surrogates over deltas",
	 CHUNK("{\"content\":\"a\\ud83d\"}") CHUNK("{\"content\":\"\\ude00b\"}") "data: [DONE]\n\n",
	 "0|a\xf0\x9f\x98\x80"
	 "b|-|stop|0/0/0"},
	{"invalid UTF-8",
	 CHUNK("{\"content\":\"a\xff\xfe"
	       "b\"}") CHUNK("{\"content\":\"\xe2\x82\"}") CHUNK("{\"content\":\"c\\udc00\"}") "data: [DONE]\n\n",
	 "0|a\xef\xbf\xbd"
	 "b\xef\xbf\xbd"
	 "c\xef\xbf\xbd|-|stop|0/0/0"},
	{"character over arguments",
	 CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":"
	       "\\\"\xc3\"}}]}")
		 CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\xa9\\\"}\"}}]}") "data: "
												      "[DONE]\n\n",
	 "0||-|tool_calls|a:f:{\"x\":\"\xc3\xa9\"}|0/0/0"},
	{"text after [DONE]", CHUNK("{\"content\":\"a\"}") "data: [DONE]\n\n" CHUNK("{\"content\":\"b\"}"),
	 "0|a|-|stop|0/0/0"},
	{"usage in each chunk",
	 "data: "
	 "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}"
	 "\n\n"
	 "data: "
	 "{\"choices\":[{\"delta\":{\"content\":\"b\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}"
	 "\n\ndata: {\"choices\":[],\"usage\":null}\n\ndata: [DONE]\n\n",
	 "0|ab|-|stop|5/2/0"},
	{"an event that is no JSON", "data: {nonsense\n\n" CHUNK("{\"content\":\"a\"}") "data: 17\n\ndata: [DONE]\n\n",
	 "0|a|-|stop|0/0/0"},
};

/* Each case whole, byte by byte, and cut in two at every point: always the same. */
static void test_cases(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].stream), bad = 0, broken_texts = 0;
		struct run x;
		auto_free char *got = NULL;

		run(&x, cases[i].stream, n, n);
		got = describe(&x);
		is_str(got, cases[i].want, cases[i].name);
		is_str(buf_cstr(&x.seen), x.r.text, "what was delivered is the text");
		run_fini(&x);
		for (size_t cut = 0; cut <= n + 1; cut++) {
			auto_free char *again = NULL;

			run(&x, cases[i].stream, n, cut <= n ? cut : SIZE_MAX);
			again = describe(&x);
			bad += strcmp(again, got) != 0;
			broken_texts += x.broken_texts;
			run_fini(&x);
		}
		is_int(bad, 0, "every split point");
		is_int(broken_texts, 0, "whole characters only");
	}
}

static void test_truncated(void)
{
	size_t bad = 0;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t n = 0; n <= strlen(cases[i].stream); n++) {
			auto_free char *copy = mem_copy(cases[i].stream, n ? n : 1);
			struct run x;

			run(&x, copy, n, n / 2);
			bad += x.rc != 0 || !utf8_valid(x.r.text, strlen(x.r.text)) || x.broken_texts;
			run_fini(&x);
		}
	is_int(bad, 0, "every truncation ends well");
}

static void test_errors(void)
{
	const char *inside = CHUNK("{\"content\":\"a\"}") "data: {\"error\":{\"message\":\"overloaded\"}}\n\n" CHUNK(
		"{\"content\":\"b\"}");
	const char *event = "event: error\ndata: {\"code\":500}\n\n";
	struct run x;

	run(&x, inside, strlen(inside), 10);
	ok(x.error, "error inside of the stream");
	is_str(x.r.text, "a", "what follows it does not count");
	run_fini(&x);
	run(&x, event, strlen(event), 10);
	ok(x.error, "error as an event's name");
	run_fini(&x);
	run(&x, "data: <html>\n\n", 14, 3);
	is_int(x.broken, 1, "events that are no JSON are counted");
	run_fini(&x);
}

static void feed_many(struct run *x, const char *piece, size_t times)
{
	auto_buf struct buf b = BUF_INIT(64 << 20);

	for (size_t i = 0; i < times; i++)
		buf_str(&b, piece);
	run(x, b.data, b.len, b.len / 2);
}

static void test_caps(void)
{
	auto_buf struct buf big = BUF_INIT(16 << 20), args = BUF_INIT(16 << 20);
	struct run x;

	buf_repeat(&big, 'x', 5000);
	buf_str(&args, "data: {\"choices\":[{\"delta\":{\"content\":\"\xe2\x82\xac");
	buf_add(&args, big.data, big.len);
	buf_str(&args, "\"}}]}\n\n");
	feed_many(&x, args.data, 300);
	ok(x.rc < 0 && x.e.code == ERR_LIMIT, "text over the cap: %s", x.e.msg);
	ok(strlen(x.r.text) > DRAFT_TEXT_MAX - 4 && strlen(x.r.text) <= DRAFT_TEXT_MAX,
	   "the text up to the cap is there");
	ok(utf8_valid(x.r.text, strlen(x.r.text)) && !x.broken_texts, "whole characters at the cap");
	is_str(buf_cstr(&x.seen), x.r.text, "and was delivered");
	run_fini(&x);
	buf_clear(&args);
	buf_str(&args, "data: "
		       "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":"
		       "\"f\",\"arguments\":\"");
	buf_add(&args, big.data, big.len);
	buf_str(&args, "\"}}]}}]}\n\n");
	feed_many(&x, args.data, 300);
	ok(x.rc < 0 && x.e.code == ERR_LIMIT && strstr(x.e.msg, "arguments"), "arguments over the cap: %s", x.e.msg);
	run_fini(&x);
	feed_many(&x,
		  "data: "
		  "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}"
		  "\n\n",
		  256);
	ok(x.rc == 0 && x.r.call_count == 256, "256 calls: %zu", x.r.call_count);
	run_fini(&x);
	feed_many(&x,
		  "data: "
		  "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}"
		  "\n\n",
		  257);
	ok(x.rc < 0 && x.e.code == ERR_LIMIT, "257 calls: %s", x.e.msg);
	run_fini(&x);
	buf_clear(&args);
	buf_repeat(&args, 'y', STREAM_EVENT_MAX + 100);
	memcpy(args.data, "data: ", 6);
	run(&x, args.data, args.len, args.len / 2);
	ok(x.rc < 0 && x.e.code == ERR_LIMIT, "an event over the cap: %s", x.e.msg);
	run_fini(&x);
}

static void test_plain(void)
{
	const char *whole = "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi "
			    "\xff\",\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\","
			    "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}],"
			    "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
	struct model_reply r = {.text = NULL};
	struct draft d;
	json_t *error;
	struct err e = {0};
	unsigned id = 0;

	draft_init(&d);
	is_int(openai_plain(&d, whole, strlen(whole), &error, &e), 0, "plain answer");
	draft_take(&d, &r, false, &id);
	is_str(r.text, "hi \xef\xbf\xbd", "text, mended");
	is_int(r.call_count, 1, "call");
	is_int(r.usage.completion_tokens, 4, "usage");
	model_reply_fini(&r);
	draft_fini(&d);
	draft_init(&d);
	is_int(openai_plain(&d, "{\"error\":\"x\"}", 13, &error, &e), 1, "an error document");
	ok(error != NULL, "is handed over");
	json_decref(error);
	is_int(openai_plain(&d, "{\"a\":1}", 7, &error, &e), -1, "no choices");
	is_int(openai_plain(&d, "<html>", 6, &error, &e), -1, "no JSON");
	draft_fini(&d);
}

int main(void)
{
	test_cases();
	test_truncated();
	test_errors();
	test_caps();
	test_plain();
	return done();
}
