/* SPDX-License-Identifier: Apache-2.0 */
/* Which files are read, how they are merged, and what is said when something is wrong. test_kubeconfig_user.c has the
 * users. */
#include "agent/base/mem.h"
#include "agent/source/kubeconfig.h"
#include "agent/source/pem.h"
#include "tests/scratch.h"
#include "tests/tap.h"
#include "tests/unit/tls.h"

static struct kube_context k;
static struct err last;

static const char two[] =
	"apiVersion: v1\nkind: Config\ncurrent-context: prod\n"
	"clusters:\n- name: c1\n  cluster: {server: 'https://one:6443/k8s/clusters/c-x'}\n"
	"- name: c2\n  cluster:\n    server: 'https://two:6443'\n    tls-server-name: kube\n    proxy-url: "
	"socks5://p:1080\n    disable-compression: true\n    insecure-skip-tls-verify: true\n    unheard-of: [1, 2]\n"
	"contexts:\n- name: prod\n  context: {cluster: c1, user: u1, namespace: shop}\n"
	"- name: staging\n  context: {cluster: c2, user: u2}\n- name: bare\n  context: {cluster: c1}\n"
	"- name: lost\n  context: {cluster: gone, user: u1}\n- name: nobody\n  context: {cluster: c1, user: gone}\n"
	"users:\n- name: u1\n  user: {token: t1}\n- name: u2\n  user: {username: admin, password: pw}\n";

static int parse(const char *text, const char *context)
{
	kube_context_fini(&k);
	last = (struct err){0};
	return kubeconfig_parse(text, strlen(text), "/etc/kc.yaml", context, &k, &last);
}

static int load(const char *file, const char *context)
{
	kube_context_fini(&k);
	last = (struct err){0};
	return kubeconfig_load(file, context, &k, &last);
}

static void refused(const char *text, const char *part)
{
	int rc = parse(text, NULL);

	ok(rc == -1 && !k.name && !k.cluster.server, "refused, nothing left behind");
	like(last.msg, part, "says");
}

static void test_contexts(void)
{
	int rc = parse(two, NULL);

	is_int(rc, 0, "current context");
	is_str(k.name, "prod", "name");
	is_str(k.namespace, "shop", "namespace");
	is_str(k.cluster.server, "https://one:6443/k8s/clusters/c-x", "server with a path");
	is_str(k.user.token, "t1", "token");
	is_str(k.from, "/etc/kc.yaml", "from");
	rc = parse(two, "staging");
	is_int(rc, 0, "by name");
	is_str(k.cluster.tls_server_name, "kube", "tls-server-name");
	is_str(k.cluster.proxy, "socks5h://p:1080", "socks5 resolves at the proxy");
	ok(k.cluster.insecure && k.cluster.uncompressed, "flags");
	ok(k.namespace == NULL, "no namespace");
	is_str(k.user.password, "pw", "password");
	rc = parse(two, "bare");
	ok(rc == 0 && !k.user.name && !k.user.token, "a context without user is nobody");
	rc = parse(two, "stagin");
	is_int(rc, -1, "unknown context");
	is_int(last.code, ERR_ARG, "code");
	is_str(last.msg,
	       "context \"stagin\" is not in /etc/kc.yaml: did you mean \"staging\"?; contexts there: prod, staging, "
	       "bare, lost, nobody",
	       "message");
	rc = parse(two, "zzzzzzzzzzzz");
	ok(rc == -1 && !strstr(last.msg, "did you mean"), "nothing near: %s", last.msg);
	rc = parse(two, "lost");
	is_int(rc, -1, "missing cluster");
	like(last.msg, "/etc/kc.yaml:23: cluster \"gone\" does not exist; clusters there: c1, c2", "message");
	rc = parse(two, "nobody");
	is_int(rc, -1, "missing user");
	like(last.msg, "user \"gone\" does not exist; users there: u1, u2", "message");
}

static void test_broken(void)
{
	refused("clusters: [\n", "/etc/kc.yaml:");
	refused("kind: Pod\nmetadata: {name: x}\n", "is no kubeconfig but a Pod object");
	refused("- a\n- b\n", "is no kubeconfig");
	refused("", "names no current-context: choose one with --context (there are: none)");
	refused("contexts: [{name: a, context: {cluster: c}}]\n", "choose one with --context (there are: a)");
	refused("current-context: a\ncontexts: [{name: a, context: {}}]\n", "context \"a\" names no cluster");
	refused("current-context: a\ncontexts: {a: 1}\n", "/etc/kc.yaml:2: contexts must be a list");
	refused("current-context: a\ncontexts:\n- {name: b}\n- 7\n",
		"/etc/kc.yaml:4: entry 2 of contexts must be a mapping with a name");
	refused("current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\n- {name: a, context: {cluster: "
		"d}}\n",
		"/etc/kc.yaml:4: the name \"a\" stands in contexts twice");
	refused("current-context: gone\ncontexts: [{name: a, context: {cluster: c}}]\n",
		"the current-context \"gone\" is not in /etc/kc.yaml; contexts there: a");
}

static void refused_cluster(const char *cluster, const char *part)
{
	auto_free char *text =
		mem_printf("current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\nclusters:\n- name: c\n"
			   "  cluster:\n    %s\n",
			   cluster);

	refused(text, part);
}

static void test_clusters(void)
{
	refused_cluster("{}", "cluster \"c\" has no server");
	refused_cluster("server: 7", "/etc/kc.yaml:7: server must be a string");
	refused_cluster("server: 'ftp://x'", "/etc/kc.yaml:7: server of cluster \"c\" is no URL of an API server");
	refused_cluster("{server: 'https://x', proxy-url: 'ftp://p'}",
			"must begin with http://, https:// or socks5://");
	refused_cluster("{server: 'https://x', insecure-skip-tls-verify: 'yes'}", "must be true or false");
	refused_cluster("{server: 'https://x', certificate-authority: /nowhere/ca.pem}", "/nowhere/ca.pem");
	refused_cluster("{server: 'https://x', certificate-authority-data: '***'}", "is no base64 of a PEM text");
	refused_cluster("{server: 'https://x', certificate-authority-data: 'aGVsbG8='}",
			"holds no certificate in PEM form");
	parse("current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\nclusters:\n- {name: c, cluster: "
	      "{server: 'h:1'}}\n",
	      NULL);
	is_str(k.cluster.server, "http://h:1", "no scheme, no TLS");
	parse("current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\nclusters:\n"
	      "- {name: c, cluster: {server: 'h:1', insecure-skip-tls-verify: true}}\n",
	      NULL);
	is_str(k.cluster.server, "https://h:1", "no scheme, but TLS");
}

static void test_authority(void)
{
	struct identity ca = identity_new("ca", NULL, NULL, -10, 1000);
	auto_free char *data = base64_encode(ca.cert_pem, strlen(ca.cert_pem));
	auto_free char *text =
		mem_printf("current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\nclusters:\n- name: c\n"
			   "  cluster: {server: h, certificate-authority: /nowhere, certificate-authority-data: %s}\n",
			   data);
	auto_free char *both =
		mem_printf("current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\nclusters:\n- name: c\n"
			   "  cluster:\n    server: h\n    insecure-skip-tls-verify: true\n"
			   "    certificate-authority-data: %s\n",
			   data);
	auto_free char *cut = mem_printf("%s%.*s", ca.cert_pem, (int)strlen(ca.cert_pem) - 60, ca.cert_pem);
	int rc = parse(text, NULL);

	is_int(rc, 0, "data");
	is_str(k.cluster.ca_pem, ca.cert_pem, "data wins over the file");
	is_str(k.cluster.server, "https://h", "no scheme, but an authority");
	refused(both, "/etc/kc.yaml:8: insecure-skip-tls-verify and a certificate-authority exclude each other");
	scratch_write("conf/pki/ca.pem", ca.cert_pem, 0600);
	scratch_write("conf/kc",
		      "current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\nclusters:\n"
		      "- {name: c, cluster: {server: h, certificate-authority: pki/ca.pem}}\n",
		      0600);
	rc = load(scratch("conf/kc"), NULL);
	is_int(rc, 0, last.msg[0] ? last.msg : "relative to the kubeconfig");
	is_str(k.cluster.ca_pem, ca.cert_pem, "from the file");
	scratch_write("conf/pki/ca.pem", cut, 0600);
	rc = load(scratch("conf/kc"), NULL);
	is_int(rc, -1, "cut bundle");
	like(last.msg, "damaged", "message");
	identity_free(&ca);
}

static void test_files(void)
{
	auto_free char *list = NULL;
	int rc;

	scratch_write("a",
		      "contexts:\n- {name: x, context: {cluster: c, user: u}}\nusers:\n- {name: u, user: {token: "
		      "from-a}}\n",
		      0600);
	scratch_write("b",
		      "current-context: x\nclusters:\n- {name: c, cluster: {server: 'https://b'}}\nusers:\n"
		      "- {name: u, user: {token: from-b, tokenFile: t}}\n",
		      0600);
	list = mem_printf("%s::%s:%s:%s", scratch("missing"), scratch("a"), scratch("b"), scratch("a"));
	setenv("KUBECONFIG", list, 1);
	rc = load(NULL, NULL);
	is_int(rc, 0, last.msg[0] ? last.msg : "two files");
	is_str(k.cluster.server, "https://b", "cluster of the second");
	is_str(k.user.token, "from-a", "the first to define a user wins");
	ok(k.user.token_file == NULL, "and is not mixed with the second");
	rc = load(scratch("b"), NULL);
	is_int(rc, -1, "--kubeconfig alone");
	like(last.msg, "the current-context \"x\" is not in", "message");
	rc = load(scratch("none"), NULL);
	is_int(rc, -1, "--kubeconfig missing");
	is_int(last.code, ERR_NOT_FOUND, "code");
	like(last.msg, scratch("none"), "names the file");
	setenv("KUBECONFIG", "/nowhere/1:/nowhere/2", 1);
	rc = load(NULL, NULL);
	is_int(rc, -1, "all missing");
	is_int(last.code, ERR_NOT_FOUND, "code");
	like(last.msg, "$KUBECONFIG is \"/nowhere/1:/nowhere/2\", and none of it exists", "message");
	scratch_write("broken", "clusters:\n- name: c\n   cluster: {\n", 0600);
	setenv("KUBECONFIG", scratch("broken"), 1);
	rc = load(NULL, NULL);
	ok(rc == -1 && strstr(last.msg, "/broken:3"), "broken names file and line: %s", last.msg);
}

static void test_home(void)
{
	int rc;

	unsetenv("KUBECONFIG");
	unsetenv("KUBERNETES_SERVICE_HOST");
	setenv("HOME", scratch("home"), 1);
	rc = load(NULL, NULL);
	is_int(rc, -1, "nothing at all");
	is_int(last.code, ERR_NOT_FOUND, "code");
	like(last.msg, "--kubeconfig is not given, $KUBECONFIG is not set, ", "looked for 1");
	like(last.msg, "/home/.kube/config does not exist", "looked for 2");
	like(last.msg, "--snapshot PATH", "what to do");
	scratch_write("home/.kube/config", two, 0600);
	setenv("KUBECONFIG", "", 1);
	rc = load(NULL, NULL);
	ok(rc == 0 && strcmp(k.name, "prod") == 0, "~/.kube/config, an empty $KUBECONFIG is none");
}

static void test_pod(void)
{
	struct identity ca = identity_new("ca", NULL, NULL, -10, 1000);
	char folder[600];
	int rc;

	snprintf(folder, sizeof(folder), "%s", scratch("pod"));
	scratch_write("pod/ca.crt", ca.cert_pem, 0600);
	scratch_write("pod/namespace", "monitoring\n", 0600);
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	ok(!kubeconfig_in_pod(folder), "no token, no pod");
	scratch_write("pod/token", "tok\n", 0600);
	ok(kubeconfig_in_pod(folder), "a pod");
	kube_context_fini(&k);
	rc = kubeconfig_from_pod(folder, &k, &last);
	is_int(rc, 0, "service account");
	is_str(k.name, "in-cluster", "name");
	is_str(k.cluster.server, "https://[fd00::1]:443", "IPv6 in brackets");
	is_str(k.namespace, "monitoring", "namespace");
	is_str(k.cluster.ca_pem, ca.cert_pem, "authority");
	like(k.user.token_file, "/pod/token", "token file");
	unsetenv("KUBERNETES_SERVICE_HOST");
	kube_context_fini(&k);
	rc = kubeconfig_from_pod(folder, &k, &last);
	is_int(rc, -1, "no address");
	identity_free(&ca);
}

/* Every beginning of a good file either works or says why, and leaves nothing behind. */
static void test_truncations(void)
{
	size_t n, silent = 0;

	for (n = 0; n < strlen(two); n++) {
		auto_free char *part = mem_strn(two, n);

		if (parse(part, NULL) < 0 && !last.msg[0])
			silent++;
	}
	is_int(silent, 0, "every truncation works or says why");
}

int main(void)
{
	test_contexts();
	test_broken();
	test_clusters();
	test_authority();
	test_files();
	test_home();
	test_pod();
	test_truncations();
	kube_context_fini(&k);
	return done();
}
