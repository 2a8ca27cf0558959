/* SPDX-License-Identifier: Apache-2.0 */
/* Token files that change, plug-ins that run once, expire, fail, hang; and what a 401 renews. */
#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/credentials.h"
#include "tests/scratch.h"
#include "tests/tap.h"
#include "tests/unit/tls.h"

#define V1 "client.authentication.k8s.io/v1"

static struct err last;

/* A context whose user logs in by the script, which scratch_write made. */
static struct kube_context plugin(const char *script)
{
	struct kube_context k = {.name = mem_str("ctx")};

	k.cluster.server = mem_str("https://h");
	k.user.name = mem_str("u");
	k.user.exec = MEM_NEW(struct kube_exec);
	k.user.exec->command = mem_str(script);
	k.user.exec->api_version = mem_str(V1);
	return k;
}

/* The script counts its runs in runs/N and prints what follows. */
static struct kube_context counting(const char *print)
{
	auto_free char *text = mem_printf("#!/bin/sh\necho x >> '%s'\nn=$(wc -l < '%s')\n%s\n", scratch("runs"),
					  scratch("runs"), print);

	unlink(scratch("runs"));
	return plugin(scratch_write("plugin", text, 0700));
}

static int runs(void)
{
	size_t len = 0;
	auto_free char *text = file_read(scratch("runs"), 100000, &len, NULL);

	return text ? (int)(len / 2) : 0;
}

static int get(struct credentials *c, struct login *l)
{
	last = (struct err){0};
	return credentials_get(c, clock_deadline(20000), NULL, l, &last);
}

static void test_static(void)
{
	struct kube_context k = {
		.user = { .name = mem_str("u"), .login = mem_str("admin"), .password = mem_str("pw") }
	};
	struct credentials *c = credentials_new(&k);
	struct login l;
	char text[200];

	is_int(get(c, &l), 0, "password");
	ok(strcmp(l.user, "admin") == 0 && strcmp(l.password, "pw") == 0 && !l.bearer, "as it is");
	ok(!credentials_renew(c, &l), "nothing to renew");
	credentials_text(c, text, sizeof(text));
	is_str(text, "user \"u\" by password", "in words");
	login_fini(&l);
	credentials_free(c);
	kube_context_fini(&k);
}

static void test_token_file(void)
{
	struct kube_context k = { .user = { .name = mem_str("u"), .token_file = mem_str(scratch("token")) } };
	struct credentials *c = credentials_new(&k);
	struct login l, again;

	is_int(get(c, &l), -1, "missing");
	like(last.msg, "token file of user \"u\"", "message");
	scratch_write("token", " \n", 0600);
	is_int(get(c, &l), -1, "empty");
	like(last.msg, "is empty", "message");
	scratch_write("token", "one\n", 0600);
	is_int(get(c, &l), 0, "there");
	is_str(l.bearer, "one", "trimmed");
	scratch_write("token", "second\n", 0600);
	is_int(get(c, &again), 0, "changed");
	is_str(again.bearer, "second", "read again at once when it changed");
	ok(credentials_renew(c, &l), "what was used is not what we have: try again");
	ok(!credentials_renew(c, &again), "the same content: no use to try again");
	unlink(scratch("token"));
	login_fini(&again);
	is_int(get(c, &again), 0, "gone for a moment");
	is_str(again.bearer, "second", "the token that we have stays");
	login_fini(&l);
	login_fini(&again);
	credentials_free(c);
	kube_context_fini(&k);
}

static void test_token_before_file(void)
{
	struct kube_context k = {
		.user = { .name = mem_str("u"), .token = mem_str("said"), .token_file = mem_str(scratch("absent")) }
	};
	struct credentials *c = credentials_new(&k);
	struct login l;

	is_int(get(c, &l), 0, "token and a file that is not there");
	is_str(l.bearer, "said", "the token counts");
	login_fini(&l);
	scratch_write("absent", "read", 0600);
	is_int(get(c, &l), 0, "the file came");
	is_str(l.bearer, "read", "what was read last counts");
	login_fini(&l);
	credentials_free(c);
	kube_context_fini(&k);
}

static void test_plugin(void)
{
	struct kube_context k = counting("read x && exit 9\n"
					 "echo '{\"apiVersion\":\"" V1
					 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t'$n'\"}}'");
	struct credentials *c = credentials_new(&k);
	struct login l, l2;
	char text[200];

	is_int(get(c, &l), 0, last.msg[0] ? last.msg : "ran, with nothing on its standard input");
	is_str(l.bearer, "t1", "token");
	is_int(get(c, &l2), 0, "again");
	is_int(runs(), 1, "kept: it ran once");
	ok(credentials_renew(c, &l), "a 401 renews");
	ok(credentials_renew(c, &l2), "a second 401 of the old token too");
	login_fini(&l2);
	is_int(get(c, &l2), 0, "renewed");
	is_str(l2.bearer, "t2", "new token");
	ok(credentials_renew(c, &l), "a late 401 of the old token: try the new one");
	login_fini(&l);
	is_int(get(c, &l), 0, "still");
	is_int(runs(), 2, "it ran once for all of them");
	ok(!credentials_renew(c, &l2), "refused again at once: no third run");
	credentials_text(c, text, sizeof(text));
	ok(strstr(text, "user \"u\" by the plug-in "), "in words");
	login_fini(&l);
	login_fini(&l2);
	credentials_free(c);
	kube_context_fini(&k);
}

static void test_expiry(void)
{
	char when[CLOCK_TEXT], print[400];
	struct kube_context k;
	struct credentials *c;
	struct login l;

	clock_format(clock_wall_ms() + 4500, when);
	snprintf(print, sizeof(print),
		 "echo '{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t'$n'\","
		 "\"expirationTimestamp\":\"%s\"}}'",
		 when);
	k = counting(print);
	c = credentials_new(&k);
	is_int(get(c, &l), 0, last.msg[0] ? last.msg : "about to expire");
	login_fini(&l);
	is_int(get(c, &l), 0, "again");
	is_str(l.bearer, "t2", "renewed before it expires");
	login_fini(&l);
	credentials_free(c);
	kube_context_fini(&k);
}

static void plugin_fails(const char *print, const char *part)
{
	struct kube_context k = counting(print);
	struct credentials *c = credentials_new(&k);
	struct login l;

	is_int(get(c, &l), -1, "fails");
	like(last.msg, part, "says");
	is_int(get(c, &l), -1, "again");
	is_int(runs(), 1, "a failure is remembered for a while");
	credentials_free(c);
	kube_context_fini(&k);
}

static void test_plugin_failures(void)
{
	plugin_fails("echo first >&2; echo 'token   expired, run\taws sso login' >&2; exit 255",
		     "ended with status 255: first token expired, run aws sso login");
	plugin_fails("exit 3", "ended with status 3 and said nothing");
	plugin_fails("i=0; while [ $i -lt 300 ]; do echo word >&2; i=$((i+1)); done; echo the reason >&2; exit 1",
		     "word the reason");
	plugin_fails("true", "printed nothing");
	plugin_fails("echo hello", "printed something that is not JSON");
	plugin_fails("echo '{}'", "did not print an ExecCredential");
	plugin_fails("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'",
		     "answers in client.authentication.k8s.io/v1beta1, the kubeconfig says "
		     "client.authentication.k8s.io/v1;");
	plugin_fails("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\"}'", "without status");
	plugin_fails("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":{}}'",
		     "neither a token nor a certificate");
	plugin_fails("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
		     "\",\"status\":{\"clientKeyData\":\"x\"}}'",
		     "only one of clientCertificateData and clientKeyData");
	plugin_fails("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
		     "\",\"status\":{\"token\":\"a\\\\nb\"}}'",
		     "holds a line break");
	plugin_fails("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"a\","
		     "\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"}}'",
		     "expired at 2020-01-01T00:00:00Z; log in again");
	plugin_fails("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"a\","
		     "\"expirationTimestamp\":\"soon\"}}'",
		     "no RFC 3339 time");
	plugin_fails("head -c 3000000 /dev/zero | tr '\\0' x", "wrote more than");
}

static void test_not_installed(void)
{
	struct kube_context k = plugin("dupin-no-such-plugin");
	struct credentials *c;
	struct login l;

	k.user.exec->install_hint = mem_str("Install it with\n\n  brew install no-such-plugin\n");
	c = credentials_new(&k);
	is_int(get(c, &l), -1, "not installed");
	is_str(last.msg,
	       "the credential plug-in dupin-no-such-plugin of user \"u\" is not installed: Install it with brew "
	       "install no-such-plugin",
	       "the hint, in one line");
	credentials_free(c);
	kube_context_fini(&k);
}

static void test_environment(void)
{
	struct kube_context k =
		counting("printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$OUT\"; echo \"$EXTRA\" >&2; exit 1");
	auto_free char *info = NULL;
	struct credentials *c = credentials_new(&k);
	struct login l;

	k.user.exec->env = mem_zero(3 * sizeof(char *));
	k.user.exec->env[0] = mem_printf("OUT=%s", scratch("info"));
	k.user.exec->env[1] = mem_str("EXTRA=from the kubeconfig");
	k.user.exec->cluster_info = true;
	k.user.exec->always_interactive = true;
	k.cluster.ca_pem = mem_str("hello");
	k.cluster.exec_config = json_pack("{s:s}", "audience", "x");
	is_int(get(c, &l), -1, "fails as told");
	like(last.msg, "from the kubeconfig (it wants a terminal: log in once with kubectl, then try again)",
	     "env, and a word on terminals");
	info = file_read(scratch("info"), 10000, NULL, NULL);
	is_str(info,
	       "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
	       "\",\"spec\":{\"interactive\":false,\"cluster\":{\"server\":\"https://h\","
	       "\"certificate-authority-data\":\"aGVsbG8=\",\"config\":{\"audience\":\"x\"}}}}",
	       "KUBERNETES_EXEC_INFO");
	credentials_free(c);
	kube_context_fini(&k);
}

static void test_certificate(void)
{
	struct identity id = identity_new("u", NULL, NULL, -10, 1000);
	struct kube_context k = plugin("x");
	auto_free char *text = NULL;
	json_t *doc = json_pack("{s:s, s:s, s:{s:s, s:s}}", "kind", "ExecCredential", "apiVersion", V1, "status",
				"clientCertificateData", id.cert_pem, "clientKeyData", id.key_pem);
	struct login l;
	int64_t expires = -1;
	size_t n, good = 0;
	int rc;

	text = json_dumps(doc, 0);
	rc = credentials_exec_parse(&k, text, strlen(text), &l, &expires, &last);
	is_int(rc, 0, "certificate and key");
	ok(strcmp(l.cert_pem, id.cert_pem) == 0 && strcmp(l.key_pem, id.key_pem) == 0 && !l.bearer && expires == 0,
	   "taken");
	login_fini(&l);
	for (n = 0; n < strlen(text); n++) {
		good += credentials_exec_parse(&k, text, n, &l, &expires, NULL) == 0;
		login_fini(&l);
	}
	is_int(good, 0, "no beginning of it is taken for the whole");
	json_decref(doc);
	identity_free(&id);
	kube_context_fini(&k);
}

static struct credentials *shared;
static atomic_int right;

static void *ask(void *arg)
{
	struct login l;

	(void)arg;
	if (credentials_get(shared, clock_deadline(20000), NULL, &l, NULL) == 0 && str_eq(l.bearer, "t1"))
		right++;
	login_fini(&l);
	return NULL;
}

static void test_together(void)
{
	struct kube_context k = counting("sleep 0.2; echo '{\"apiVersion\":\"" V1
					 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t'$n'\"}}'");
	pthread_t t[12];
	size_t i;

	shared = credentials_new(&k);
	for (i = 0; i < ARRAY_LEN(t); i++)
		pthread_create(&t[i], NULL, ask, NULL);
	for (i = 0; i < ARRAY_LEN(t); i++)
		pthread_join(t[i], NULL);
	is_int(right, 12, "all threads got it");
	is_int(runs(), 1, "from one run");
	credentials_free(shared);
	kube_context_fini(&k);
}

static void test_hanging(void)
{
	struct kube_context k = counting("exec sleep 60");
	struct credentials *c = credentials_new(&k);
	struct cancel *stop = cancel_new(NULL);
	int64_t start = clock_mono_ms();
	struct login l;
	int rc;

	rc = credentials_get(c, clock_deadline(200), NULL, &l, &last);
	is_int(rc, -1, "hangs");
	is_int(last.code, ERR_TIMEOUT, "timed out");
	cancel_fire(stop);
	rc = credentials_get(c, 0, stop, &l, &last);
	is_int(rc, -1, "cancelled");
	is_int(last.code, ERR_CANCELED, "code");
	ok(clock_mono_ms() - start < 10000, "soon");
	cancel_free(stop);
	credentials_free(c);
	kube_context_fini(&k);
}

int main(void)
{
	test_static();
	test_token_file();
	test_token_before_file();
	test_plugin();
	test_expiry();
	test_plugin_failures();
	test_not_installed();
	test_environment();
	test_certificate();
	test_together();
	test_hanging();
	return done();
}
