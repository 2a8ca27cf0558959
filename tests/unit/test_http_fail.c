/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that misbehave: silence, slowness, cuts, floods; and our own limits, cancel and stop. */
#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/io/http.h"
#include "tests/tap.h"
#include "tests/unit/loopback.h"

#include <errno.h>

static struct cancel *_Atomic cancel; /* fired by a server thread, so freed only after those have ended */

static bool serve_slow(struct loopback_conn *c)
{
	if (strcmp(c->path, "/hang") == 0) {
		loopback_wait_gone(c, -1);
	} else if (strcmp(c->path, "/cancel") == 0) {
		cancel_fire(cancel);
		loopback_wait_gone(c, -1);
	} else if (strcmp(c->path, "/silent") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst");
		loopback_wait_gone(c, -1);
	} else if (strcmp(c->path, "/drip") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
		while (!loopback_wait_gone(c, 20))
			loopback_put(c, "x", 1);
	} else if (strcmp(c->path, "/slow") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
		for (int i = 0; i < 10; i++)
			if (!loopback_wait_gone(c, 50))
				loopback_put(c, "x", 1);
		return true;
	}
	return false;
}

static bool serve(struct loopback_conn *c)
{
	char block[4096];

	memset(block, 'y', sizeof(block));
	if (strcmp(c->path, "/ok") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
		return true;
	}
	if (strcmp(c->path, "/nothing") == 0)
		return false;
	if (strcmp(c->path, "/partial") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
		return false;
	}
	if (strcmp(c->path, "/cutchunk") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nxy");
		return false;
	}
	if (strcmp(c->path, "/garbage") == 0) {
		loopback_say(c, "SSH-2.0-OpenSSH_9.2\r\n");
		return false;
	}
	if (strcmp(c->path, "/badgzip") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!");
		return false;
	}
	if (strcmp(c->path, "/endless") == 0) {
		loopback_say(c, "HTTP/1.1 200 OK\r\n\r\n");
		while (!loopback_wait_gone(c, 0))
			loopback_put(c, block, sizeof(block));
		return false;
	}
	return serve_slow(c);
}

static struct loopback server = {.handle = serve};
static struct buf body = {.max = 1 << 20};
static struct http_reply reply;
static struct err last;
static int64_t took_ms;

static int keep(void *ctx, const char *data, size_t len)
{
	buf_add(ctx, data, len);
	return 0;
}

static int request(struct http *h, const char *path, struct http_request q)
{
	auto_free char *url = mem_printf("http://127.0.0.1:%d%s", server.port, path);
	int64_t began = clock_mono_ms();
	int rc;

	if (!q.url)
		q.url = url;
	last = (struct err){0};
	buf_clear(&body);
	rc = http_do(h, &q, keep, &body, &reply, &last);
	took_ms = clock_mono_ms() - began;
	return rc;
}

static void fails(struct http *h, const char *path, struct http_request q, enum err_code code, const char *part)
{
	auto_free char *host = mem_printf("127.0.0.1:%d", server.port);
	int rc = request(h, path, q);

	is_int(rc, -1, path);
	is_int(last.code, code, "code");
	like(last.msg, part, "message");
	if (!q.url)
		like(last.msg, host, "names the host");
	ok(!strstr(last.msg, "k3y"), "no query in it");
	rc = request(h, "/ok", (struct http_request){0});
	is_int(rc, 0, "the client is fit for the next request");
}

static void test_times(struct http *h)
{
	struct http_request q = {.deadline = clock_deadline(150)};

	fails(h, "/hang", q, ERR_TIMEOUT, "no answer came");
	q.deadline = clock_deadline(200);
	q.idle_ms = 100;
	fails(h, "/drip", q, ERR_TIMEOUT, "status 200 and ");
	ok(reply.status == 200 && reply.bytes > 0, "what came was delivered");
	q.deadline = clock_mono_ms() - 1;
	fails(h, "/ok", q, ERR_TIMEOUT, "no time was left");
	q = (struct http_request){.idle_ms = 100};
	fails(h, "/hang", q, ERR_TIMEOUT, "was silent for 0.1 s");
	fails(h, "/silent", q, ERR_TIMEOUT, "status 200 and 5 bytes");
	q.idle_ms = 400;
	is_int(request(h, "/slow", q), 0, "slow but never silent for so long");
	ok(took_ms > 400, "although longer in all (%lld ms)", (long long)took_ms);
	is_int(body.len, 10, "whole");
}

/* The queue of a listening socket that nobody accepts from is full after a few: then a connect hangs. */
static void test_connect_time(struct http *h)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fds[8], port, fd = loopback_listen(&port);
	auto_free char *url = mem_printf("http://127.0.0.1:%d/", port);
	struct http_request q = {.url = url, .connect_ms = 200};

	a.sin_port = htons((uint16_t)port);
	listen(fd, 0);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		ok(connect(fds[i], (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EINPROGRESS, "filling the queue");
	}
	fails(h, "connect hangs", q, ERR_TIMEOUT, "no connection to 127.0.0.1");
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	close(fd);
}

static void test_unreachable(struct http *h)
{
	int port, fd = loopback_listen(&port);
	auto_free char *url = mem_printf("http://127.0.0.1:%d/?k3y=1", port);
	auto_free char *proxy = mem_printf("http://user:k3y@127.0.0.1:%d", port);
	struct http_peer peer = {.proxy = proxy};
	struct http_request through = {.url = "http://example.invalid/", .peer = &peer};
	struct err e = {0};
	int rc;

	close(fd);
	fails(h, "refused", (struct http_request){.url = url}, ERR_NET, "nothing listens at 127.0.0.1:");
	rc = http_do(h, &(struct http_request){.url = url}, NULL, NULL, NULL, &e);
	is_int(rc, -1, "without sink and reply");
	is_int(e.sys, ECONNREFUSED, "errno is kept");
	fails(h, "proxy refused", through, ERR_NET, "the proxy 127.0.0.1:");
	fails(h, "no name", (struct http_request){.url = "http://a..invalid/?k3y"}, ERR_NET,
	      "\"a..invalid\" is not found");
	peer.proxy = "http://a..invalid:3128";
	fails(h, "no proxy name", through, ERR_NET, "proxy a..invalid:3128");
	fails(h, "no URL", (struct http_request){.url = "gopher://x/"}, ERR_ARG, "only http and https");
}

static void test_cuts(struct http *h)
{
	struct http_request q = {0};

	fails(h, "/nothing?k3y", q, ERR_NET, "closed the connection without an answer");
	fails(h, "/partial", q, ERR_NET, "broke off in the middle of its answer (status 200, after 10 bytes");
	fails(h, "/cutchunk", q, ERR_NET, "after 7 bytes");
	fails(h, "/garbage", q, ERR_NET, "does not answer with HTTP");
	fails(h, "/badgzip", q, ERR_NET, "compressed wrongly");
}

static void test_cap(struct http *h)
{
	struct http_request q = {.max_bytes = 10000};

	fails(h, "/endless", q, ERR_LIMIT, "larger than the limit of 9.8 KiB");
	(void)request(h, "/endless", q);
	is_int(body.len, 10000, "exactly the limit was delivered");
	ok(reply.capped && !reply.stopped, "and the reply says so");
	is_int(reply.status, 200, "status");
	q.max_bytes = 2;
	is_int(request(h, "/ok", q), 0, "a body of exactly the limit is whole");
	ok(!reply.capped, "not capped");
}

static int stop_after(void *ctx, const char *data, size_t len)
{
	size_t *left = ctx;

	(void)data;
	*left -= len < *left ? len : *left;
	return *left == 0;
}

static void test_stop(struct http *h)
{
	auto_free char *url = mem_printf("http://127.0.0.1:%d/endless", server.port);
	struct http_request q = {.url = url};
	size_t left = 5000;
	int rc = http_do(h, &q, stop_after, &left, &reply, &last);

	is_int(rc, 0, "the sink may stop");
	ok(reply.stopped && !reply.capped, "the reply says so");
	is_int(reply.status, 200, "status");
	is_int(request(h, "/ok", (struct http_request){0}), 0, "and on it goes");
}

static void test_cancel(struct http *h, struct cancel *first, struct cancel *second)
{
	struct http_request q = {.cancel = first};

	cancel = first;
	fails(h, "/cancel", q, ERR_CANCELED, "was cancelled");
	(void)request(h, "/hang", q);
	is_int(last.code, ERR_CANCELED, "a fired latch lets nothing begin");
	ok(took_ms < 100, "at once (%lld ms)", (long long)took_ms);
	cancel = second;
	q.cancel = second;
	(void)request(h, "/cancel", q);
	is_int(last.code, ERR_CANCELED, "cancelled while the server hangs");
	ok(took_ms < 400, "at once (%lld ms)", (long long)took_ms);
}

int main(void)
{
	struct http *h = http_new();
	struct cancel *first = cancel_new(NULL), *second = cancel_new(NULL);

	loopback_start(&server);
	test_times(h);
	test_connect_time(h);
	test_unreachable(h);
	test_cuts(h);
	test_cap(h);
	test_stop(h);
	test_cancel(h, first, second);
	http_free(h);
	loopback_stop(&server);
	cancel_free(second);
	cancel_free(first);
	buf_fini(&body);
	return done();
}
