/* SPDX-License-Identifier: Apache-2.0 */
/* users[] of a kubeconfig: certificates, tokens, plug-ins, impersonation, and what is refused. */
#include "agent/base/mem.h"
#include "agent/source/kubeconfig.h"
#include "agent/source/pem.h"
#include "tests/tap.h"
#include "tests/unit/tls.h"

static struct kube_context k;
static struct err last;

/* One context with this user, a flow mapping that stands in line 7. */
static int parse(const char *user)
{
	auto_free char *text = mem_printf("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
					  "clusters: [{name: c, cluster: {server: 'https://h'}}]\nusers:\n- name: u\n  "
					  "user:\n    %s\n",
					  user);

	kube_context_fini(&k);
	last = (struct err){0};
	return kubeconfig_parse(text, strlen(text), "/etc/kc", NULL, &k, &last);
}

static void refused(const char *user, const char *part)
{
	int rc = parse(user);

	is_int(rc, -1, "refused");
	like(last.msg, part, "says");
}

static void test_certificates(void)
{
	struct identity one = identity_new("one", NULL, NULL, -10, 1000),
			two = identity_new("two", NULL, NULL, -10, 1000);
	auto_free char *cert = base64_encode(one.cert_pem, strlen(one.cert_pem));
	auto_free char *key = base64_encode(one.key_pem, strlen(one.key_pem));
	auto_free char *other = base64_encode(two.key_pem, strlen(two.key_pem));
	auto_free char *locked =
		base64_encode("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n", 78);
	auto_free char *good = mem_printf("{client-certificate-data: %s, client-key-data: %s}", cert, key);
	auto_free char *mixed = mem_printf("{client-certificate-data: %s, client-key-data: %s}", cert, other);
	auto_free char *lone = mem_printf("{client-certificate-data: %s}", cert);
	auto_free char *keyless = mem_printf("{client-key-data: %s}", key);
	auto_free char *sealed = mem_printf("{client-certificate-data: %s, client-key-data: %s}", cert, locked);
	int rc = parse(good);

	is_int(rc, 0, last.msg[0] ? last.msg : "certificate and key");
	is_str(k.user.cert_pem, one.cert_pem, "certificate");
	is_str(k.user.key_pem, one.key_pem, "key");
	refused(mixed, "do not belong together");
	refused(lone, "has a client-certificate but no client-key");
	refused(keyless, "has a client-key but no client-certificate");
	refused(sealed, "protected by a passphrase");
	refused("{client-certificate: /nowhere/c.pem, client-key: /nowhere/k.pem}", "/etc/kc:7: client-certificate: ");
	ok(pem_not_after(one.cert_pem) > 0 && pem_not_after("x") == 0 && pem_not_after(NULL) == 0,
	   "end of a certificate");
	identity_free(&one);
	identity_free(&two);
}

static void test_base64(void)
{
	static const char text[] = "any carnal pleas";
	size_t n, len = 0;
	char *back;

	for (n = 0; n < sizeof(text); n++) {
		auto_free char *coded = base64_encode(text, n);

		back = base64_decode(coded, &len);
		ok(back && len == n && memcmp(back, text, n) == 0, "%zu bytes there and back", n);
		free(back);
	}
	back = base64_decode("aGVs\r\nbG8=\n", &len);
	is_str(back, "hello", "line breaks are skipped");
	free(back);
	ok(!base64_decode("aGVsbG8", NULL) && !base64_decode("a===", NULL) && !base64_decode("aG=s", NULL) &&
		   !base64_decode("aGV-", NULL),
	   "padding and alphabet are checked");
}

static void test_tokens(void)
{
	int rc = parse("{token: a, tokenFile: t/x}");

	is_int(rc, 0, "token and file");
	is_str(k.user.token_file, "/etc/t/x", "relative to the kubeconfig");
	rc = parse("{tokenFile: /abs}");
	ok(rc == 0 && strcmp(k.user.token_file, "/abs") == 0, "absolute");
	rc = parse("{}");
	ok(rc == 0 && !k.user.token && !k.user.exec, "an empty user is nobody");
	refused("{token: 123}", "/etc/kc:7: token must be a string");
	refused("{token: \"a\\nb\"}", "holds a line break");
	refused("{token: a, username: b}", "only one way to log in");
	refused("7", "user must be a mapping");
}

static void test_exec(void)
{
	int rc = parse("{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [a, b], "
		       "interactiveMode: Never, env: [{name: A, value: '1'}, {name: B}], provideClusterInfo: true, "
		       "installHint: 'get it'}}");

	is_int(rc, 0, last.msg[0] ? last.msg : "exec");
	like(k.user.exec->command, "/etc/", "a command with a slash is relative to the kubeconfig");
	ok(k.user.exec->args && strcmp(k.user.exec->args[1], "b") == 0 && !k.user.exec->args[2], "args");
	is_str(k.user.exec->env[0], "A=1", "env");
	is_str(k.user.exec->env[1], "B=", "env without value");
	ok(k.user.exec->cluster_info && !k.user.exec->always_interactive, "flags");
	rc = parse("{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws}}");
	ok(rc == 0 && strcmp(k.user.exec->command, "aws") == 0, "v1beta1 needs no interactiveMode; no slash, no path");
	refused("{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: aws}}",
		"v1alpha1 is gone since Kubernetes 1.24; update aws");
	refused("{exec: {apiVersion: v1, command: aws}}", "must be client.authentication.k8s.io/v1");
	refused("{exec: {command: aws}}", "has no apiVersion");
	refused("{exec: {apiVersion: client.authentication.k8s.io/v1}}", "has no command");
	refused("{exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}}", "has no interactiveMode");
	refused("{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, interactiveMode: Maybe}}",
		"must be Never, IfAvailable or Always");
	refused("{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [1]}}",
		"args must be a list of strings: entry 1");
	refused("{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, env: [{value: x}]}}",
		"env entry 1 must have a name");
	refused("{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, env: [{name: x, value: 1}]}}",
		"env entry 1 must have");
}

static void test_providers(void)
{
	refused("{auth-provider: {name: gcp}}", "auth-provider \"gcp\" of user \"u\" is no longer supported by "
						"Kubernetes clients; use gke-gcloud-auth-plugin");
	refused("{auth-provider: {name: azure}}", "kubelogin convert-kubeconfig");
	refused("{auth-provider: {name: oidc}}", "oidc-login");
	refused("{auth-provider: {name: openstack}}", "the exec plug-in of your provider");
}

static void test_impersonation(void)
{
	int rc = parse("{as: jane, as-uid: '7', as-groups: [a, b], as-user-extra: {scopes/x: [view]}}");

	is_int(rc, 0, last.msg[0] ? last.msg : "impersonation");
	is_str(k.user.impersonate[0], "Impersonate-User: jane", "user");
	is_str(k.user.impersonate[1], "Impersonate-Uid: 7", "uid");
	is_str(k.user.impersonate[3], "Impersonate-Group: b", "groups");
	is_str(k.user.impersonate[4], "Impersonate-Extra-scopes%2Fx: view", "extra");
	ok(!k.user.impersonate[5], "end");
	refused("{as-groups: [a]}", "without as");
	refused("{as: \"a\\r\\nX: y\"}", "holds a line break");
}

int main(void)
{
	test_certificates();
	test_base64();
	test_tokens();
	test_exec();
	test_providers();
	test_impersonation();
	kube_context_fini(&k);
	return done();
}
