/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back when all goes well: statuses, headers, bodies, reuse of connections. The rest: test_http_fail.c. */
#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/io/http.h"
#include "tests/tap.h"
#include "tests/unit/loopback.h"

#include <time.h>

static const char gzip_hello[] =
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc4\x31\x0d\x00\x00\x08\x03\x30\x2b\x98\x23\xe1\x58"
	"\x82\xff\x0f\x19\x3c\xed\xd1\xe9\x64\x6b\x6c\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb\xb6\x6d\xdb"
	"\xb6\x6d\xdb\x7e\xfd\x00\xfd\xc5\x0c\x83\xe0\x2e\x00\x00"; /* "hello " 2,000 times */

static bool serve_retry(struct loopback_conn *c)
{
	time_t now = time(NULL), then = now + 90;
	char date[64], later[64];
	struct tm tm;

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
	strftime(later, sizeof(later), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &tm));
	if (strcmp(c->path, "/retry/seconds") == 0)
		loopback_say(c, "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
	else if (strcmp(c->path, "/retry/date") == 0)
		loopback_say(c, "HTTP/1.1 503 Later\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", later);
	else if (strcmp(c->path, "/retry/skewed") == 0) /* this server's clock is years behind */
		loopback_say(c, "HTTP/1.1 503 Later\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\n"
			     "Retry-After: Thu, 01 Jan 2015 00:00:30 GMT\r\n"
			     "Content-Length: 0\r\n\r\n");
	else if (strcmp(c->path, "/retry/past") == 0)
		loopback_say(c, "HTTP/1.1 503 Later\r\nRetry-After: Thu, 01 Jan 2015 00:00:00 GMT\r\n"
			     "Content-Length: 0\r\n\r\n");
	else if (strcmp(c->path, "/retry/ms") == 0)
		loopback_say(c, "HTTP/1.1 429 Slow\r\nRetry-After-Ms: 250\r\nRetry-After: 1\r\n"
			     "Content-Length: 0\r\n\r\n");
	else if (strcmp(c->path, "/retry/huge") == 0)
		loopback_say(c, "HTTP/1.1 429 Slow\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n");
	else
		loopback_say(c, "HTTP/1.1 429 Slow\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n");
	return true;
}

static bool serve(struct loopback_conn *c)
{
	if (strncmp(c->path, "/status/", 8) == 0) {
		loopback_say(c, "HTTP/1.1 %s Some Text\r\nContent-Type: Text/Plain; charset=utf-8\r\n"
			     "Content-Length: 4\r\n"
			     "Location: /elsewhere\r\n\r\nbody", c->path + 8);
	} else if (strncmp(c->path, "/retry/", 7) == 0) {
		return serve_retry(c);
	} else if (strcmp(c->path, "/chunked") == 0) {
		loopback_say(c, "HTTP/1.1 100 Continue\r\n\r\n"
			     "HTTP/1.1 103 Early\r\nContent-Type: a/b\r\n\r\nHTTP/1.1 200 OK\r\n"
			     "Transfer-Encoding: chunked\r\n\r\n");
		loopback_say(c, "3\r\nabc\r\n");
		loopback_say(c, "5;x=y\r\ndefgh\r\n0\r\nTrailer: x\r\n\r\n");
	} else if (strcmp(c->path, "/gzip") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
			     sizeof(gzip_hello) - 1);
		loopback_put(c, gzip_hello, sizeof(gzip_hello) - 1);
	} else if (strcmp(c->path, "/close") == 0) {
		loopback_say(c, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
		return false;
	} else if (strcmp(c->path, "/204") == 0) {
		loopback_say(c, "HTTP/1.1 204 No Content\r\n\r\n");
	} else {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
			     strlen(c->head) + c->body_len, c->head);
		loopback_put(c, c->body, c->body_len);
	}
	return true;
}

static struct loopback server = {.handle = serve};
static struct buf body = {.max = 1 << 20};
static struct http_reply reply;
static struct err last;

static int keep(void *ctx, const char *data, size_t len)
{
	buf_add(ctx, data, len);
	return 0;
}

static int request(struct http *h, const char *path, struct http_request q)
{
	auto_free char *url = mem_printf("http://127.0.0.1:%d%s", server.port, path);
	int rc;

	q.url = url;
	last = (struct err){0};
	buf_clear(&body);
	rc = http_do(h, &q, keep, &body, &reply, &last);
	return rc;
}

static int get(struct http *h, const char *path)
{
	return request(h, path, (struct http_request){0});
}

/* As like(), without printing a text of many lines. */
static void has(const char *part, const char *name)
{
	ok(strstr(buf_cstr(&body), part), "%s", name);
}

static void test_statuses(struct http *h)
{
	static const char *const codes[] = {"200", "301", "404", "429", "500", "599"};
	int rc;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		auto_free char *path = mem_printf("/status/%s", codes[i]);

		rc = get(h, path);
		is_int(rc, 0, "any status is an answer");
		is_int(reply.status, strtol(codes[i], NULL, 10), "the status");
		is_str(buf_cstr(&body), "body", "its body, not that of a redirect");
		is_str(reply.type, "text/plain", "type without parameters, lower-case");
		is_int(reply.bytes, 4, "bytes");
		ok(reply.wire_bytes > 60, "headers count as received");
		is_int(reply.retry_after_ms, -1, "no Retry-After");
	}
	rc = get(h, "/204");
	is_int(rc, 0, "no body");
	is_int(reply.status, 204, "status");
	rc = get(h, "/chunked");
	is_int(rc, 0, "chunked");
	is_int(reply.status, 200, "after 100 and 103");
	is_str(buf_cstr(&body), "abcdefgh", "put together");
	is_str(reply.type, "", "the type of the early answer is forgotten");
	rc = get(h, "/close");
	is_int(rc, 0, "body until the end of the connection");
	is_str(buf_cstr(&body), "until the end", "whole");
	rc = get(h, "/gzip");
	is_int(rc, 0, "gzip");
	is_int(body.len, 12000, "decoded");
	is_int(reply.bytes, 12000, "counted as decoded");
	ok(reply.wire_bytes < 300, "and as received");
}

static void retry(struct http *h, const char *path, int64_t low, int64_t high)
{
	int rc = get(h, path);

	is_int(rc, 0, path);
	ok(reply.retry_after_ms >= low && reply.retry_after_ms <= high, "%lld ms", (long long)reply.retry_after_ms);
}

static void test_retry(struct http *h)
{
	retry(h, "/retry/seconds", 7000, 7000);
	retry(h, "/retry/date", 85000, 91000);
	retry(h, "/retry/skewed", 30000, 30000);
	retry(h, "/retry/past", 0, 0);
	retry(h, "/retry/ms", 250, 250);
	retry(h, "/retry/huge", 86400000, 86400000);
	retry(h, "/retry/nonsense", -1, -1);
}

static void test_sending(struct http *h)
{
	struct http_peer peer = {.bearer = "tok-123\n"};
	struct http_request q = {
		.method = "POST", .body = "{\"a\":1}", .body_len = 7, .peer = &peer,
		.headers = (const char *const[]){"Content-Type: application/json", "X-A: b", NULL},
	};
	size_t big = 2 << 20;
	auto_free char *much = mem_zero(big + 1);
	int rc = request(h, "/echo?x=1", q);

	is_int(rc, 0, "POST");
	has("POST /echo?x=1 HTTP/1.1\r\n", "request line");
	has("\r\nAuthorization: Bearer tok-123\r\n", "bearer, trimmed");
	has("\r\nContent-Type: application/json\r\n", "header");
	has("\r\nX-A: b\r\n", "another");
	has("\r\nUser-Agent: dupin/", "who asks");
	has("gzip", "compression is offered");
	ok(body.len > 7 && memcmp(body.data + body.len - 7, "{\"a\":1}", 7) == 0, "body");

	peer = (struct http_peer){.user = "me", .password = "pw"};
	rc = request(h, "/echo", (struct http_request){.peer = &peer});
	is_int(rc, 0, "GET with login");
	has("GET /echo", "method");
	has("\r\nAuthorization: Basic bWU6cHc=\r\n", "basic");

	rc = get(h, "/echo");
	is_int(rc, 0, "GET after it");
	ok(!strstr(buf_cstr(&body), "Authorization"), "nothing of the last request is sent again");
	ok(!strstr(buf_cstr(&body), "Content-Type"), "no type without a body");

	memset(much, 'x', big);
	rc = request(h, "/echo", (struct http_request){.method = "PUT", .body = much, .body_len = big});
	is_int(rc, 0, "a body of 2 MiB goes out and comes back");
	ok(reply.bytes > big && body.over, "although the test keeps the first MiB only");
	rc = request(h, "/echo", (struct http_request){.method = "DELETE"});
	is_int(rc, 0, "DELETE");
	has("DELETE /echo", "method");
	rc = request(h, "/status/200", (struct http_request){.method = "HEAD"});
	is_int(reply.status, 200, "HEAD");
}

static void refused(struct http *h, struct http_request q, const char *part)
{
	int accepted = server.accepted;
	int rc = request(h, "/echo", q);

	is_int(rc, -1, "refused");
	is_int(last.code, ERR_ARG, "as wrong usage");
	like(last.msg, part, "message");
	ok(!strstr(last.msg, "s3cret"), "no secret in it");
	is_int(server.accepted, accepted, "nothing was sent");
}

static void test_injection(struct http *h)
{
	struct http_peer peer = {.bearer = "s3cret\r\nX-Evil: 1"};
	struct http_request q = {.peer = &peer};

	refused(h, q, "control characters");
	peer.bearer = " \n";
	refused(h, q, "is empty");
	q = (struct http_request){.headers = (const char *const[]){"X-A: s3cret\nX-Evil: 1", NULL}};
	refused(h, q, "\"X-A\"");
}

static void test_reuse(void)
{
	struct http *h = http_new();
	struct http_set *set = http_set_new();
	struct http *a, *b;
	int before = server.accepted, rc = 0;

	for (int i = 0; i < 5; i++)
		rc |= get(h, "/status/200");
	is_int(rc, 0, "five requests");
	is_int(server.accepted - before, 1, "one connection");
	http_free(h);

	before = server.accepted;
	a = http_set_take(set);
	b = http_set_take(set);
	rc = get(a, "/status/200") | get(b, "/status/200");
	http_set_give(set, b);
	http_set_give(set, a);
	is_int(rc, 0, "two lent clients");
	is_int(server.accepted - before, 2, "have a connection each");
	ok(http_set_take(set) == a, "the last one given is the next one taken");
	rc = get(a, "/status/200");
	is_int(server.accepted - before, 2, "and has its connection still");
	http_set_free(set);
	rc |= get(a, "/status/200");
	is_int(rc, 0, "a lent client outlives the set");
	http_set_give(set, a);
}

static void test_proxy(struct http *h)
{
	auto_free char *url = mem_printf("http://127.0.0.1:%d", server.port);
	struct http_peer peer = {.proxy = url};
	struct http_request q = {.url = "http://somewhere.invalid/x", .peer = &peer};
	int rc;

	buf_clear(&body);
	rc = http_do(h, &q, keep, &body, &reply, NULL);
	is_int(rc, 0, "through a proxy");
	has("GET http://somewhere.invalid/x HTTP/1.1\r\nHost: somewhere.invalid\r\n", "absolute form");
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	rc = get(h, "/status/200");
	is_int(rc, 0, "loopback never goes through the environment's proxy");
	unsetenv("http_proxy");
}

int main(void)
{
	struct http *h = http_new();

	loopback_start(&server);
	test_statuses(h);
	test_retry(h);
	test_sending(h);
	test_injection(h);
	test_reuse();
	test_proxy(h);
	http_free(h);
	http_free(NULL);
	loopback_stop(&server);
	buf_fini(&body);
	return done();
}
