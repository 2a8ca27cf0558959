/* SPDX-License-Identifier: Apache-2.0 */
/* A live API through a kubeconfig: what is sent, and what each answer means. */
#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/origin.h"
#include "agent/source/pem.h"
#include "tests/scratch.h"
#include "tests/tap.h"
#include "tests/unit/tls.h"

#include <signal.h>

#define DAY (24 * 3600L)
#define NO_OBJECT                                                                                                      \
	"{\"kind\":\"Status\",\"message\":\"pods \\\"x\\\" not "                                                       \
	"found\",\"reason\":\"NotFound\",\"details\":{\"name\":\"x\"},\"code\":404}"
#define NO_KIND                                                                                                        \
	"{\"kind\":\"Status\",\"message\":\"the server could not find the requested "                                  \
	"resource\",\"reason\":\"NotFound\",\"details\":{},\"code\":404}"
#define FORBIDDEN                                                                                                      \
	"{\"kind\":\"Status\",\"message\":\"secrets is forbidden: User \\\"jane\\\" cannot "                           \
	"list\",\"reason\":\"Forbidden\",\"code\":403}"
#define GONE                                                                                                           \
	"{\"kind\":\"Status\",\"message\":\"The provided continue parameter is too "                                   \
	"old\",\"reason\":\"Expired\",\"code\":410}"

static struct buf body = {.max = 1 << 20};
static struct origin_reply reply;
static struct err last;
static atomic_int stop_after;

static void answer(struct loopback_conn *c, const char *status, const char *headers, const char *text)
{
	loopback_say(c, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers, strlen(text), text);
}

static bool serve_more(struct loopback_conn *c)
{
	if (str_eq(c->path, "/cut")) {
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbeginning");
		return false;
	}
	if (str_eq(c->path, "/hang")) {
		loopback_wait_gone(c, -1);
		return false;
	}
	if (str_eq(c->path, "/big"))
		loopback_say(c, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n%05000d", 0);
	else if (str_eq(c->path, "/huge-error"))
		loopback_say(c, "HTTP/1.1 500 No\r\nContent-Length: 69000\r\n\r\n%069000d", 0);
	else if (str_eq(c->path, "/empty"))
		answer(c, "200 OK", "", "");
	else if (str_eq(c->path, "/moved"))
		answer(c, "302 Found", "Location: https://login.example/\r\n", "<html>");
	else if (str_eq(c->path, "/html"))
		answer(c, "502 Bad Gateway", "", "<html><body>nginx</body></html>");
	else
		answer(c, "200 OK", "Content-Type: text/plain\r\n", c->body && c->body_len ? c->body : c->head);
	return true;
}

static bool serve(struct loopback_conn *c)
{
	if (strstr(c->path, "/nobody"))
		answer(c, "401 Unauthorized", "", "{\"kind\":\"Status\",\"message\":\"Unauthorized\"}");
	else if (str_eq(c->path, "/new-token") && !strstr(c->head, "Bearer t2\r\n"))
		answer(c, "401 Unauthorized", "", "{\"kind\":\"Status\",\"message\":\"Unauthorized\"}");
	else if (str_eq(c->path, "/secrets"))
		answer(c, "403 Forbidden", "Content-Type: application/json\r\n", FORBIDDEN);
	else if (str_eq(c->path, "/pods/x"))
		answer(c, "404 Not Found", "", NO_OBJECT);
	else if (str_eq(c->path, "/no-kind"))
		answer(c, "404 Not Found", "", NO_KIND);
	else if (str_eq(c->path, "/no-group") || str_eq(c->path, "/pods/x/proxy/metrics") ||
		 str_eq(c->path, "/x?a=/proxy/"))
		answer(c, "404 Not Found", "Content-Type: text/plain\r\n", "404 page not found\n");
	else if (str_eq(c->path, "/gone"))
		answer(c, "410 Gone", "", GONE);
	else if (str_eq(c->path, "/busy"))
		answer(c, "429 Too Many Requests", "Retry-After: 3\r\n", "{\"message\":\"slow down\\nplease\"}");
	else if (str_eq(c->path, "/broken"))
		answer(c, "500 Internal Server Error", "", "etcdserver: request timed out\nstack\n");
	else
		return serve_more(c);
	return true;
}

static struct loopback server = {.handle = serve};

static int keep(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	buf_add(&body, data, len);
	return stop_after && body.len >= (size_t)stop_after;
}

static int ask(struct origin *o, struct origin_request q)
{
	buf_clear(&body);
	last = (struct err){0};
	if (!q.deadline)
		q.deadline = clock_deadline(20000);
	return o->ops->get(o, &q, keep, NULL, &reply, &last);
}

/* An origin for a kubeconfig with this cluster (beside the server) and this user, both flow mappings. */
static struct origin *live(const char *scheme, int port, const char *cluster, const char *user)
{
	auto_free char *text = mem_printf("current-context: ctx\ncontexts:\n- {name: ctx, context: {cluster: c, user: "
					  "u, namespace: ns}}\nclusters:\n- name: c\n  cluster: {server: "
					  "'%s://127.0.0.1:%d/base/'%s}\n"
					  "users:\n- {name: u, user: %s}\n",
					  scheme, port, cluster, user);
	struct origin *o = origin_live(scratch_write("kc", text, 0600), NULL, &last);

	if (!o) {
		printf("# %s\n", last.msg);
		abort();
	}
	return o;
}

/* Without "/base" in front, so that the paths in serve() stay short. */
static struct origin *plain(const char *user)
{
	auto_free char *text =
		mem_printf("current-context: ctx\ncontexts: [{name: ctx, context: {cluster: c, user: u}}]\n"
			   "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:%d'}}]\nusers: [{name: u, user: "
			   "%s}]\n",
			   server.port, user);

	return origin_live(scratch_write("kc", text, 0600), NULL, &last);
}

static void test_request(void)
{
	struct origin *o =
		live("http", server.port, ", disable-compression: true", "{token: tok, as: jane, as-groups: [dev]}");
	int rc = ask(o,
		     (struct origin_request){ .path = "/api/v1/pods?limit=5", .accept = "application/json;as=Table" });

	is_int(rc, 0, last.msg[0] ? last.msg : "asked");
	is_int(reply.state, READ_OK, "ok");
	is_int(reply.status, 200, "status");
	is_str(reply.type, "text/plain", "type");
	is_int(reply.bytes, body.len, "bytes");
	like(buf_cstr(&body), "GET /base/api/v1/pods?limit=5 HTTP/1.1\r\n", "path joined to the server's");
	like(buf_cstr(&body), "Accept: application/json;as=Table\r\n", "accept");
	like(buf_cstr(&body), "User-Agent: dupin/" DUPIN_VERSION "\r\n", "user agent");
	like(buf_cstr(&body), "Authorization: Bearer tok\r\n", "token");
	like(buf_cstr(&body), "Impersonate-User: jane\r\nImpersonate-Group: dev\r\n", "impersonation");
	like(buf_cstr(&body), "Accept-Encoding: identity\r\n", "disable-compression");
	is_str(o->name, "ctx", "name");
	like(o->place, "http://127.0.0.1:", "place");
	is_str(o->default_namespace, "ns", "namespace");
	is_int(ask(o, (struct origin_request){ .path = "/again" }), 0, "again");
	like(buf_cstr(&body), "Accept: application/json\r\n", "default accept");
	is_int(server.accepted, 1, "the connection is kept");
	origin_free(o);
}

static void test_reads_only(void)
{
	struct origin *o = plain("{username: a, password: b}");
	int rc = ask(o, (struct origin_request){ .path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
						 .body = "{\"a\":1}" });

	is_int(rc, 0, "a question about ourselves may be posted");
	is_str(buf_cstr(&body), "{\"a\":1}", "body");
	rc = ask(o, (struct origin_request){ .path = "/api/v1/namespaces/x/pods", .body = "{}" });
	is_int(rc, -1, "anything else may not");
	is_int(last.code, ERR_ARG, "code");
	is_int(ask(o, (struct origin_request){ .path = "api" }), -1, "no slash");
	is_int(ask(o, (struct origin_request){ .path = "/a b" }), -1, "blank");
	is_int(ask(o, (struct origin_request){ .path = "/a\r\nX: y" }), -1, "line break");
	is_int(ask(o, (struct origin_request){ .path = "/x" }), 0, "basic");
	like(buf_cstr(&body), "Authorization: Basic YTpi\r\n", "login");
	like(buf_cstr(&body), "GET ", "method");
	origin_free(o);
}

static void means(struct origin *o, const char *path, enum read_state state, const char *why)
{
	int rc = ask(o, (struct origin_request){ .path = path });

	is_int(rc, 0, path);
	is_str(read_state_name(reply.state), read_state_name(state), "state");
	is_str(reply.why, why, "why");
	if (state != READ_CUT || reply.status == 410)
		is_int(body.len, 0, "nothing of an error's body is delivered");
}

static void test_statuses(void)
{
	struct origin *o = plain("{token: tok}");

	means(o, "/nobody", READ_DENIED, "401 Unauthorized: the cluster does not accept user \"u\" by token");
	means(o, "/secrets", READ_DENIED, "403 Forbidden: secrets is forbidden: User \"jane\" cannot list");
	means(o, "/pods/x", READ_NOT_FOUND, "404 Not Found: pods \"x\" not found");
	means(o, "/no-kind", READ_NOT_SERVED, "404 Not Found: the server could not find the requested resource");
	means(o, "/no-group", READ_NOT_SERVED, "404 Not Found: 404 page not found");
	means(o, "/pods/x/proxy/metrics", READ_NOT_FOUND, "404 Not Found: 404 page not found");
	means(o, "/x?a=/proxy/", READ_NOT_SERVED, "404 Not Found: 404 page not found");
	means(o, "/gone", READ_CUT, "410 Gone: The provided continue parameter is too old");
	is_int(reply.status, 410, "status");
	means(o, "/busy", READ_FAILED, "429 Too Many Requests: slow down please");
	is_int(reply.retry_after_ms, 3000, "retry after");
	means(o, "/broken", READ_FAILED, "500 Internal Server Error: etcdserver: request timed out");
	is_int(reply.retry_after_ms, -1, "no retry after");
	means(o, "/html", READ_FAILED, "502 Bad Gateway: (a web page, not an answer of the API)");
	means(o, "/moved", READ_FAILED,
	      "302 Found: the server sends us elsewhere; is this the address of an API server, or a login page before "
	      "it?");
	means(o, "/empty", READ_OK, "");
	ask(o, (struct origin_request){ .path = "/huge-error" });
	is_int(reply.state, READ_FAILED, "the body of an error is read only so far");
	ok(strlen(reply.why) == sizeof(reply.why) - 1 && str_ends(reply.why, "..."), "why is cut with a mark");
	origin_free(o);
}

static void test_endings(void)
{
	struct origin *o = plain("{token: tok}");
	struct cancel *stop = cancel_new(NULL);
	int rc = ask(o, (struct origin_request){ .path = "/cut" });

	is_int(rc, 0, "cut");
	is_int(reply.state, READ_CUT, "state");
	like(reply.why, "broke off after 9 B: ", "why");
	is_str(buf_cstr(&body), "beginning", "what came was delivered");
	ask(o, (struct origin_request){ .path = "/big", .max_bytes = 1000 });
	is_int(reply.state, READ_CUT, "cap");
	is_str(reply.why, "cut after 1000 B, the limit for one answer", "why");
	is_int(reply.bytes, 1000, "bytes");
	stop_after = 1;
	ask(o, (struct origin_request){ .path = "/big" });
	stop_after = 0;
	is_int(reply.state, READ_CUT, "stopped by the reader");
	like(reply.why, "stopped after ", "why");
	ask(o, (struct origin_request){ .path = "/hang", .deadline = clock_deadline(150) });
	is_int(reply.state, READ_TIMEOUT, "hung");
	cancel_fire(stop);
	rc = ask(o, (struct origin_request){ .path = "/hang", .cancel = stop });
	is_int(rc, -1, "cancelled");
	is_int(last.code, ERR_CANCELED, "code");
	cancel_free(stop);
	origin_free(o);
}

static void test_refused(void)
{
	int port, fd = loopback_listen(&port);
	struct origin *o;

	close(fd);
	o = live("http", port, "", "{token: tok}");
	ask(o, (struct origin_request){ .path = "/x" });
	is_int(reply.state, READ_FAILED, "refused");
	is_int(reply.status, 0, "no status");
	like(reply.why, "127.0.0.1:", "names the host");
	origin_free(o);
}

static void test_plugin(void)
{
	auto_free char *script = mem_printf("#!/bin/sh\necho x >> '%s'\nn=$(wc -l < '%s')\necho "
					    "'{\"kind\":\"ExecCredential\",\"apiVersion\":"
					    "\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t'$n'\"}}'\n",
					    scratch("runs"), scratch("runs"));
	struct origin *o;
	int rc;

	scratch_write("login", script, 0700);
	o = plain("{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./login}}");
	rc = ask(o, (struct origin_request){ .path = "/new-token" });
	is_int(rc, 0, "401, then a new token");
	is_int(reply.state, READ_OK, reply.why[0] ? reply.why : "ok");
	like(buf_cstr(&body), "Authorization: Bearer t2\r\n", "refreshed once");
	ok(!strstr(buf_cstr(&body), "Unauthorized"), "the first answer is not delivered");
	rc = ask(o, (struct origin_request){ .path = "/nobody" });
	is_int(rc, 0, "401 for ever");
	is_int(reply.state, READ_DENIED, "denied");
	like(reply.why, "401 Unauthorized: the cluster does not accept user \"u\" by the plug-in ", "why");
	origin_free(o);
	o = plain("{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "
		  "dupin-no-such, installHint: get it}}");
	rc = ask(o, (struct origin_request){ .path = "/x" });
	is_int(rc, 0, "no plug-in");
	is_int(reply.state, READ_DENIED, "denied");
	is_int(reply.status, 401, "as the server would have it");
	like(reply.why, "dupin-no-such of user \"u\" is not installed: get it", "why");
	origin_free(o);
}

static void tls_means(struct origin *o, enum read_state state, const char *part)
{
	ask(o, (struct origin_request){ .path = "/x" });
	is_str(read_state_name(reply.state), read_state_name(state), "state");
	ok(!part || strstr(reply.why, part), "%s", reply.why);
	origin_free(o);
}

static void test_tls(void)
{
	struct identity ca = identity_new("ca", NULL, NULL, -DAY, DAY),
			other = identity_new("other", NULL, NULL, -DAY, DAY);
	struct identity named = identity_new("k", "DNS:kubernetes.default", &ca, -DAY, DAY);
	struct identity who = identity_new("jane", NULL, &ca, -DAY, DAY),
			was = identity_new("joe", NULL, &ca, -2 * DAY, -DAY);
	auto_free char *right_ca = base64_encode(ca.cert_pem, strlen(ca.cert_pem));
	auto_free char *wrong_ca = base64_encode(other.cert_pem, strlen(other.cert_pem));
	auto_free char *trust = mem_printf(", certificate-authority-data: %s", right_ca);
	auto_free char *mistrust = mem_printf(", certificate-authority-data: %s", wrong_ca);
	auto_free char *full = mem_printf("%s, tls-server-name: kubernetes.default", trust);
	auto_free char *user = NULL;
	struct tls_server open = {0}, mutual = {0};

	tls_start(&open, &named, NULL, serve);
	tls_start(&mutual, &named, &ca, serve);
	tls_means(live("https", open.http.port, full, "{token: t}"), READ_OK, NULL);
	tls_means(live("https", open.http.port, trust, "{token: t}"), READ_FAILED, "kubernetes.default");
	tls_means(live("https", open.http.port, mistrust, "{token: t}"), READ_FAILED, "certificate");
	tls_means(live("https", open.http.port, ", insecure-skip-tls-verify: true", "{token: t}"), READ_OK, NULL);
	scratch_write("jane.pem", who.cert_pem, 0600);
	scratch_write("jane.key", who.key_pem, 0600);
	tls_means(live("https", mutual.http.port, full, "{client-certificate: jane.pem, client-key: jane.key}"),
		  READ_OK, NULL);
	tls_means(live("https", mutual.http.port, full, "{}"), READ_FAILED, NULL);
	scratch_write("joe.pem", was.cert_pem, 0600);
	scratch_write("joe.key", was.key_pem, 0600);
	user = mem_printf("{client-certificate: joe.pem, client-key: joe.key}");
	tls_stop(&open);
	tls_stop(&mutual);
	{
		struct origin *o = plain(user);

		ask(o, (struct origin_request){ .path = "/nobody" });
		like(reply.why, "401 Unauthorized: the client certificate of user \"u\" by certificate expired at ",
		     "an old certificate is named");
		origin_free(o);
	}
	identity_free(&ca);
	identity_free(&other);
	identity_free(&named);
	identity_free(&who);
	identity_free(&was);
}

static void *ask_often(void *arg)
{
	struct origin *o = arg;
	size_t good = 0, i;

	for (i = 0; i < 20; i++) {
		struct origin_request q = {.path = "/pods/x", .deadline = clock_deadline(20000)};
		struct origin_reply r;

		good += o->ops->get(o, &q, keep, NULL, &r, NULL) == 0 && r.state == READ_NOT_FOUND;
	}
	return (void *)(uintptr_t)good;
}

static void test_threads(void)
{
	struct origin *o = plain("{token: tok}");
	int before = server.accepted;
	pthread_t t[8];
	size_t good = 0, i;

	for (i = 0; i < ARRAY_LEN(t); i++)
		pthread_create(&t[i], NULL, ask_often, o);
	for (i = 0; i < ARRAY_LEN(t); i++) {
		void *n;

		pthread_join(t[i], &n);
		good += (size_t)(uintptr_t)n;
	}
	is_int(good, 160, "eight threads");
	ok(server.accepted - before <= 8, "with a connection each: %d", server.accepted - before);
	origin_free(o);
}

int main(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct err e = {0};

	sigaction(SIGPIPE, &ignore, NULL); /* the server's TLS writes have no MSG_NOSIGNAL */
	unsetenv("KUBECONFIG");
	loopback_start(&server);
	test_request();
	test_reads_only();
	test_statuses();
	test_endings();
	test_refused();
	test_plugin();
	test_threads();
	if (tls_load())
		test_tls();
	else
		tap_skip("libcurl brings no OpenSSL");
	ok(!origin_live("/nowhere/kc", NULL, &e) && e.code == ERR_NOT_FOUND, "no kubeconfig: %s", e.msg);
	loopback_stop(&server);
	buf_fini(&body);
	return done();
}
