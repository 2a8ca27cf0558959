/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the client trusts, by which name, and what it says when it does not. */
#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/io/http.h"
#include "tests/tap.h"
#include "tests/unit/tls.h"

#include <signal.h>

#define DAY (24 * 3600L)

static struct identity ca, other_ca, here, kubernetes, expired, early, client;
static struct tls_server good, named, late, soon, mutual;
static struct buf body = {.max = 1 << 20};
static struct err last;

static bool echo(struct loopback_conn *c)
{
	loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(c->head), c->head);
	return true;
}

static int keep(void *ctx, const char *data, size_t len)
{
	buf_add(ctx, data, len);
	return 0;
}

static int get(struct http *h, int port, struct http_peer peer)
{
	auto_free char *url = mem_printf("https://127.0.0.1:%d/", port);
	struct http_request q = {.url = url, .peer = &peer, .deadline = clock_deadline(20000)};

	last = (struct err){0};
	buf_clear(&body);
	return http_do(h, &q, keep, &body, NULL, &last);
}

static void works(struct http *h, const struct tls_server *s, struct http_peer peer, const char *name)
{
	int rc = get(h, s->http.port, peer);

	ok(rc == 0, "%s %s", name, last.msg);
}

static void fails(struct http *h, int port, struct http_peer peer, enum err_code code, const char *part)
{
	int rc = get(h, port, peer);

	is_int(rc, -1, "refused");
	is_int(last.code, code, "code");
	like(last.msg, part, "message");
	ok(!strstr(last.msg, "s3cret"), "no secret in it");
}

static void test_trust(struct http *h)
{
	struct http_peer trusting = {.ca_pem = ca.cert_pem, .bearer = "s3cret"}, blind = {.bearer = "s3cret"};
	int before = good.http.accepted;

	works(h, &good, trusting, "CA in memory");
	works(h, &good, trusting, "again");
	is_int(good.http.accepted - before, 1, "on one connection");
	fails(h, good.http.port, blind, ERR_NET, "signed by an unknown authority (issuer: CN = dupin test CA)");
	fails(h, good.http.port, (struct http_peer){.ca_pem = other_ca.cert_pem}, ERR_NET, "unknown authority");
	works(h, &good, (struct http_peer){.insecure = true}, "without verification");
	/* A connection that was opened without trust must not serve a request that demands it. */
	fails(h, good.http.port, blind, ERR_NET, "unknown authority");
	works(h, &good, trusting, "and trust works still");
}

static void test_ca_file(struct http *h)
{
	char dir[] = "/tmp/dupin-tls-XXXXXX";
	auto_free char *path = mkdtemp(dir) ? file_join(dir, "ca.pem") : NULL;
	int rc = path ? file_write(path, ca.cert_pem, strlen(ca.cert_pem), 0600, &last) : -1;

	is_int(rc, 0, "a CA file");
	works(h, &good, (struct http_peer){.ca_file = path}, "CA by path");
	setenv("SSL_CERT_FILE", path, 1);
	works(h, &good, (struct http_peer){0}, "CA by SSL_CERT_FILE");
	unsetenv("SSL_CERT_FILE");
	unlink(path);
	rmdir(dir);
	fails(h, good.http.port, (struct http_peer){.ca_file = "/no/such/ca.pem"}, ERR_CONFIG,
	      "CA certificate in /no/such/ca.pem");
	fails(h, good.http.port, (struct http_peer){.ca_pem = "nonsense"}, ERR_CONFIG, "CA certificate for 127.0.0.1");
}

static void test_names(struct http *h)
{
	struct http_peer peer = {.ca_pem = ca.cert_pem};
	auto_free char *host = mem_printf("\r\nHost: 127.0.0.1:%d\r\n", named.http.port);

	fails(h, named.http.port, peer, ERR_NET,
	      "is not for \"127.0.0.1\" but for DNS:kubernetes, DNS:kubernetes.default");
	peer.tls_server_name = "kubernetes.default";
	works(h, &named, peer, "verified by another name");
	is_str(named.sni, "kubernetes.default", "which is sent as SNI");
	ok(strstr(buf_cstr(&body), host), "while the Host header stays");
	peer.tls_server_name = "elsewhere";
	fails(h, named.http.port, peer, ERR_NET, "is not for \"elsewhere\" but for DNS:kubernetes");
	peer.tls_server_name = "no such name";
	fails(h, named.http.port, peer, ERR_ARG, "\"no such name\"");
}

static void test_dates(struct http *h)
{
	struct http_peer peer = {.ca_pem = ca.cert_pem};

	fails(h, late.http.port, peer, ERR_NET, "has expired (valid until ");
	like(last.msg, "GMT", "with the date");
	fails(h, soon.http.port, peer, ERR_NET, "not valid yet (from ");
	like(last.msg, "clock of this machine", "what to check");
}

static void test_client(struct http *h)
{
	struct http_peer peer = {.ca_pem = ca.cert_pem};

	fails(h, mutual.http.port, peer, ERR_NET, "check the client certificate");
	peer.cert_pem = client.cert_pem;
	peer.key_pem = client.key_pem;
	works(h, &mutual, peer, "client certificate in memory");
	h = http_new(); /* curl would serve the same certificate from the connection that stands */
	peer.key_pem = here.key_pem;
	fails(h, mutual.http.port, peer, ERR_CONFIG, "client certificate or key");
	peer.cert_pem = "nonsense";
	fails(h, mutual.http.port, peer, ERR_CONFIG, "client certificate or key");
	peer = (struct http_peer){.ca_pem = ca.cert_pem, .cert_file = "/no/such/client.pem",
				  .key_file = "/no/such/key.pem"};
	fails(h, mutual.http.port, peer, ERR_CONFIG, "in /no/such/client.pem");
	http_free(h);
}

static bool answer_plainly(struct loopback_conn *c)
{
	loopback_say(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
	loopback_wait_gone(c, 5000);
	return false;
}

static bool answer_nothing(struct loopback_conn *c)
{
	loopback_wait_gone(c, -1);
	return false;
}

static void test_no_tls(struct http *h)
{
	struct loopback plain = {.open_tls = answer_plainly}, mute = {.open_tls = answer_nothing};
	auto_free char *url = NULL;
	struct http_request q = {.connect_ms = 300};
	int rc;

	loopback_start(&plain);
	loopback_start(&mute);
	fails(h, plain.port, (struct http_peer){0}, ERR_NET, "does not speak TLS");
	url = mem_printf("https://127.0.0.1:%d/", mute.port);
	q.url = url;
	rc = http_do(h, &q, NULL, NULL, NULL, &last);
	is_int(rc, -1, "a handshake that hangs");
	is_int(last.code, ERR_TIMEOUT, "times out");
	like(last.msg, "TLS handshake hung", "and says where");
	loopback_stop(&plain);
	loopback_stop(&mute);
}

static void start(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &ignore, NULL); /* the server's TLS writes have no MSG_NOSIGNAL */
	ca = identity_new("dupin test CA", NULL, NULL, -DAY, DAY);
	other_ca = identity_new("another CA", NULL, NULL, -DAY, DAY);
	here = identity_new("here", "DNS:localhost,IP:127.0.0.1", &ca, -DAY, DAY);
	kubernetes = identity_new("apiserver", "DNS:kubernetes,DNS:kubernetes.default", &ca, -DAY, DAY);
	expired = identity_new("late", "IP:127.0.0.1", &ca, -2 * DAY, -DAY);
	early = identity_new("soon", "IP:127.0.0.1", &ca, DAY, 2 * DAY);
	client = identity_new("client", NULL, &ca, -DAY, DAY);
	tls_start(&good, &here, NULL, echo);
	tls_start(&named, &kubernetes, NULL, echo);
	tls_start(&late, &expired, NULL, echo);
	tls_start(&soon, &early, NULL, echo);
	tls_start(&mutual, &here, &ca, echo);
}

static void stop(void)
{
	struct tls_server *servers[] = {&good, &named, &late, &soon, &mutual};
	struct identity *ids[] = {&ca, &other_ca, &here, &kubernetes, &expired, &early, &client};

	for (size_t i = 0; i < ARRAY_LEN(servers); i++)
		tls_stop(servers[i]);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		identity_free(ids[i]);
	buf_fini(&body);
}

int main(void)
{
	struct http *h;

	if (!tls_load()) {
		tap_skip("libcurl does not bring OpenSSL's libssl along");
		return done();
	}
	h = http_new();
	start();
	test_trust(h);
	test_ca_file(h);
	test_names(h);
	test_dates(h);
	test_client(h);
	test_no_tls(h);
	http_free(h);
	stop();
	return done();
}
