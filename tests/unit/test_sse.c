/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/io/sse.h"
#include "tests/tap.h"

static int collect(void *ctx, const struct sse_event *ev)
{
	buf_printf(ctx, "%s|", ev->name);
	buf_add(ctx, ev->data, ev->len);
	buf_printf(ctx, "|%s;", ev->id);
	return ev->len != strlen(ev->data) ? 1 : strcmp(ev->data, "stop") == 0;
}

struct outcome {
	struct buf text;
	int rc, unfinished;
};

/* Feeds text in pieces ending at the given places; each piece is a copy, so that reading past it is caught. */
static struct outcome parse(const char *text, size_t n, size_t cut_a, size_t cut_b, size_t max)
{
	struct outcome o = {.text = BUF_INIT(1 << 20)};
	struct sse *s = sse_new(max, collect, &o.text);
	size_t from = 0, ends[] = {cut_a, cut_b, n};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char *piece = mem_copy(text + from, ends[i] - from);

		o.rc = sse_feed(s, piece, ends[i] - from, NULL);
		free(piece);
		from = ends[i];
	}
	o.unfinished = sse_end(s);
	sse_free(s);
	return o;
}

static void check(const char *name, const char *text, size_t n, const char *want)
{
	size_t bad = 0;

	for (size_t a = 0; a <= n; a++) {
		for (size_t b = a; b <= n; b++) {
			struct outcome o = parse(text, n, a, b, 4096);

			if (strcmp(buf_cstr(&o.text), want) != 0 || o.rc != 0) {
				if (!bad++)
					printf("# cut at %zu and %zu: got \"%s\" want \"%s\"\n", a, b,
					       buf_cstr(&o.text), want);
			}
			buf_fini(&o.text);
		}
	}
	is_int(bad, 0, name);
}

#define CHECK(name, text, want) check((name), (text), sizeof(text) - 1, (want))

static void test_framing(void)
{
	CHECK("one event", "data: hello\n\n", "message|hello|;");
	CHECK("CR line ends", "data: a\rdata: b\r\rdata: c\r\r", "message|a\nb|;message|c|;");
	CHECK("CRLF line ends", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", "message|a\nb|;message|c|;");
	CHECK("mixed line ends", "data: a\ndata: b\r\r\ndata: c\n\r", "message|a\nb|;message|c|;");
	CHECK("byte order mark", "\xef\xbb\xbf" "data: a\n\n", "message|a|;");
	CHECK("a second mark is data", "\xef\xbb\xbf\xef\xbb\xbf" "data: a\n\ndata: b\n\n", "message|b|;");
	CHECK("names, one event only", "event: tok\ndata: a\n\ndata: b\n\n", "tok|a|;message|b|;");
	CHECK("ids survive", "id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", "message|a|7;message|b|7;message|c|;");
	CHECK("an id with NUL is ignored", "id: 1\nid: 2\0003\ndata: a\n\n", "message|a|1;");
	CHECK("one blank after the colon goes", "data:  a\ndata:b\ndata\ndata:\n\n", "message| a\nb\n\n|;");
	CHECK("comments and unknown fields", ": ping\n\nretry: 10\nfoo: x\nnocolon\ndata: a\n: x\n\n", "message|a|;");
	CHECK("a name without data is no event", "event: x\n\ndata: a\n\n", "message|a|;");
	CHECK("empty data is an event", "data\n\ndata:\n\n", "message||;message||;");
	CHECK("field names are exact", "Data: a\ndatax: b\n data: c\ndata: d\n\n", "message|d|;");
	CHECK("a colon in the data", "data: {\"a\":1}\n\n", "message|{\"a\":1}|;");
	CHECK("multi-byte characters", "data: \xc3\xa4\xe2\x82\xac\n\n", "message|\xc3\xa4\xe2\x82\xac|;");
	CHECK("an unfinished event is dropped", "data: a\n\ndata: b\n", "message|a|;");
}

static void test_truncation(void)
{
	static const char text[] = "event: t\r\ndata: a\r\n\r\n";
	size_t wrong = 0;

	for (size_t n = 0; n < sizeof(text); n++) {
		struct outcome o = parse(text, n, n, n, 4096);
		bool whole = n >= sizeof(text) - 2; /* the last CR ends the event already */

		if (strcmp(buf_cstr(&o.text), whole ? "t|a|;" : "") != 0)
			wrong++;
		/* "event: t" alone loses nothing; from the data line on, something is lost. */
		if (!o.unfinished != (n == 0 || n == 9 || n == 10 || whole))
			wrong++;
		buf_fini(&o.text);
	}
	is_int(wrong, 0, "every truncation drops the event and says so");
}

static void test_comment_at_end(void)
{
	struct outcome o = parse("data: a\n\n: keep-al", 18, 4, 9, 64);

	is_int(o.unfinished, 0, "half a comment at the end is no loss");
	buf_fini(&o.text);
}

/* The limit holds in whatever pieces the bytes come. */
static void test_cap(const char *name, const char *text, int want)
{
	size_t n = strlen(text), wrong = 0;

	for (size_t a = 0; a <= n; a++) {
		for (size_t b = a; b <= n; b++) {
			struct outcome o = parse(text, n, a, b, 100);

			wrong += o.rc != want;
			buf_fini(&o.text);
		}
	}
	is_int(wrong, 0, name);
}

static void test_caps(void)
{
	auto_buf struct buf text = BUF_INIT(1 << 16);
	struct sse *s;
	struct err e = {0};
	int rc;

	buf_printf(&text, "data: %0100d\n\n", 7);
	test_cap("an event of exactly the limit passes", buf_cstr(&text), 0);
	buf_clear(&text);
	buf_printf(&text, "data: %0101d\n\n", 7);
	test_cap("one byte more does not", buf_cstr(&text), -1);
	buf_clear(&text);
	buf_printf(&text, "data: %050d\ndata: %049d\n\n", 1, 2);
	test_cap("lines are summed, exactly the limit", buf_cstr(&text), 0);
	buf_clear(&text);
	buf_printf(&text, "data: %050d\ndata: %050d\n\n", 1, 2);
	test_cap("lines are summed, one more", buf_cstr(&text), -1);
	buf_clear(&text);
	buf_printf(&text, ":%0200d", 1);
	test_cap("an endless line ends", buf_cstr(&text), -1);

	s = sse_new(100, collect, &text);
	rc = sse_feed(s, buf_cstr(&text), text.len, &e);
	is_int(rc, -1, "over the limit");
	is_int(e.code, ERR_LIMIT, "code");
	like(e.msg, "100 bytes", "message");
	rc = sse_feed(s, "data: a\n\n", 9, &e);
	is_int(rc, -1, "and it stays so");
	sse_free(s);
}

static void test_stop(void)
{
	auto_buf struct buf out = BUF_INIT(1 << 16);
	struct sse *s = sse_new(100, collect, &out);
	int rc = sse_feed(s, "data: a\n\ndata: stop\n\ndata: b\n\n", 29, NULL);

	is_int(rc, 1, "the callback stops it");
	is_str(buf_cstr(&out), "message|a|;message|stop|;", "nothing comes after");
	rc = sse_feed(s, "data: c\n\n", 9, NULL);
	is_int(rc, 1, "nor later");
	is_str(buf_cstr(&out), "message|a|;message|stop|;", "nothing at all");
	is_int(sse_end(s), 0, "a stop is no truncation");
	sse_free(s);
	sse_free(NULL);
}

int main(void)
{
	test_framing();
	test_truncation();
	test_comment_at_end();
	test_caps();
	test_stop();
	return done();
}
