/* SPDX-License-Identifier: Apache-2.0 */
/* Credential plug-ins: a program that prints an ExecCredential (client.authentication.k8s.io/v1 and v1beta1). */
#include "agent/source/credentials.h"
#include <stdlib.h>
#include <string.h>
#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/io/proc.h"
#include "agent/source/pem.h"

#define PLUGIN_MS 60000
#define MAX_QUOTE 140u /* with the rest it must fit into origin_reply.why */

/* KUBERNETES_EXEC_INFO: what the plug-in may want to know. */
static char *exec_info(const struct kube_context *k)
{
	const struct kube_cluster *cl = &k->cluster;
	auto_json json_t *doc = json_pack("{s:s, s:s, s:{s:b}}", "kind", "ExecCredential", "apiVersion",
					  k->user.exec->api_version, "spec", "interactive", 0);
	json_t *cluster;

	if (k->user.exec->cluster_info) {
		cluster = json_object();
		json_object_set_new(cluster, "server", json_text0(cl->server));
		if (cl->tls_server_name)
			json_object_set_new(cluster, "tls-server-name", json_text0(cl->tls_server_name));
		if (cl->insecure)
			json_object_set_new(cluster, "insecure-skip-tls-verify", json_true());
		if (cl->ca_pem) {
			auto_free char *data = base64_encode(cl->ca_pem, strlen(cl->ca_pem));

			json_object_set_new(cluster, "certificate-authority-data", json_text0(data));
		}
		if (cl->proxy)
			json_object_set_new(cluster, "proxy-url", json_text0(cl->proxy));
		json_object_set(cluster, "config", cl->exec_config ? cl->exec_config : json_null());
		json_object_set_new(json_object_get(doc, "spec"), "cluster", cluster);
	}
	return json_dump(doc, false);
}

/* The end of what the plug-in said on standard error, in one line: the reason stands last. */
static void quote_stderr(struct buf *out, const char *text, size_t len)
{
	auto_buf struct buf clean = BUF_INIT(64 << 10);
	const char *p;
	bool blank = false;
	size_t start, line = out->len;

	utf8_clean(&clean, text, len);
	for (p = buf_cstr(&clean); *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == 127) {
			blank = out->len > line;
			continue;
		}
		if (blank)
			buf_char(out, ' ');
		blank = false;
		buf_char(out, *p);
	}
	if (out->len - line <= MAX_QUOTE)
		return;
	start = out->len - (MAX_QUOTE - 3);
	while (start < out->len && ((unsigned char)out->data[start] & 0xc0) == 0x80)
		start++;
	memmove(out->data + line + 3, out->data + start, out->len - start);
	memcpy(out->data + line, "...", 3);
	buf_cut(out, line + 3 + out->len - start);
}

static int fail_run(const struct kube_context *k, const struct err *why, struct err *e)
{
	const struct kube_exec *x = k->user.exec;
	auto_buf struct buf hint = BUF_INIT(4096);

	if (why->code == ERR_CANCELED)
		return err_set(e, ERR_CANCELED, "%s", why->msg);
	if (why->code != ERR_NOT_FOUND)
		return err_set(e, why->code, "credential plug-in of user \"%s\": %s", k->user.name, why->msg);
	if (x->install_hint)
		quote_stderr(&hint, x->install_hint, strlen(x->install_hint));
	return err_set(e, ERR_CONFIG, "the credential plug-in %s of user \"%s\" is not installed%s%s", x->command,
		       k->user.name, x->install_hint ? ": " : "; install it, or put its folder into PATH",
		       buf_cstr(&hint));
}

static int fail_status(const struct kube_context *k, const struct proc_result *r, struct err *e)
{
	const struct kube_exec *x = k->user.exec;
	auto_buf struct buf said = BUF_INIT(64 << 10);

	quote_stderr(&said, r->err, r->err_len);
	return err_set(e, ERR_DENIED, "the credential plug-in %s of user \"%s\" ended with status %d%s%s%s", x->command,
		       k->user.name, r->status, said.len ? ": " : " and said nothing", buf_cstr(&said),
		       x->always_interactive ? " (it wants a terminal: log in once with kubectl, then try again)" : "");
}

/* For the plug-in: what the kubeconfig adds, then what we say. The array is the caller's, its strings are not. */
static const char **exec_env(const struct kube_exec *x, const char *info)
{
	size_t n = 0, i;
	const char **env;

	while (x->env && x->env[n])
		n++;
	env = mem_zero((n + 2) * sizeof(*env));
	for (i = 0; i < n; i++)
		env[i] = x->env[i];
	env[n] = info;
	return env;
}

static const char **exec_argv(const struct kube_exec *x)
{
	size_t n = 0, i;
	const char **argv;

	while (x->args && x->args[n])
		n++;
	argv = mem_zero((n + 2) * sizeof(*argv));
	argv[0] = x->command;
	for (i = 0; i < n; i++)
		argv[i + 1] = x->args[i];
	return argv;
}

int credentials_exec(const struct kube_context *k, int64_t deadline, struct cancel *cancel, struct login *out,
		     int64_t *expires, struct err *e)
{
	auto_free char *info = exec_info(k);
	auto_free char *info_line = mem_printf("KUBERNETES_EXEC_INFO=%s", info);
	auto_free const char **env = exec_env(k->user.exec, info_line);
	auto_free const char **argv = exec_argv(k->user.exec);
	struct proc_run run = {
		.argv = argv,
		.env = env,
		.cancel = cancel,
		.deadline = clock_sooner(deadline, clock_deadline(PLUGIN_MS)),
	};
	struct proc_result r = {0};
	struct err why = {0};
	int rc;

	memset(out, 0, sizeof(*out));
	if (proc_run(&run, &r, &why) < 0)
		rc = fail_run(k, &why, e);
	else if (r.status != 0)
		rc = fail_status(k, &r, e);
	else
		rc = credentials_exec_parse(k, r.out, r.out_len, out, expires, e);
	if (r.out)
		explicit_bzero(r.out, r.out_len);
	proc_result_fini(&r);
	return rc;
}

static int bad_output(const struct kube_context *k, struct err *e, const char *what)
{
	return err_set(e, ERR_PARSE,
		       "the credential plug-in %s of user \"%s\" %s; run it by hand to see what it prints",
		       k->user.exec->command, k->user.name, what);
}

static int take_expiry(const struct kube_context *k, const json_t *status, int64_t *expires, struct err *e)
{
	const json_t *v = json_object_get(status, "expirationTimestamp");

	*expires = 0;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v) || !clock_parse(json_string_value(v), expires))
		return bad_output(k, e, "gave an expirationTimestamp that is no RFC 3339 time");
	if (*expires <= clock_wall_ms())
		return err_set(e, ERR_DENIED,
			       "the credential plug-in %s of user \"%s\" gave credentials that expired at %.40s; log "
			       "in again with its own login command, or check the clock of this machine",
			       k->user.exec->command, k->user.name, json_string_value(v));
	return 0;
}

/* A token goes into a header: no control characters. */
static bool fits_header(const char *s)
{
	for (; s && *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			return false;
	return true;
}

static int take_status(const struct kube_context *k, const json_t *status, struct login *out, struct err *e)
{
	auto_free char *what = mem_printf("the credential plug-in %s", k->user.exec->command);
	const char *token = json_key_str(status, "token");
	const char *cert = json_key_str(status, "clientCertificateData"), *key = json_key_str(status, "clientKeyData");

	if (str_empty(token) && str_empty(cert) && str_empty(key))
		return bad_output(k, e, "gave neither a token nor a certificate");
	if (str_empty(cert) != str_empty(key))
		return bad_output(k, e, "gave only one of clientCertificateData and clientKeyData");
	if (!fits_header(token))
		return bad_output(k, e, "gave a token that holds a line break");
	if (!str_empty(cert) && pem_check_pair(cert, key, what, e) < 0)
		return -1;
	out->bearer = str_empty(token) ? NULL : mem_str(token);
	out->cert_pem = str_empty(cert) ? NULL : mem_str(cert);
	out->key_pem = str_empty(key) ? NULL : mem_str(key);
	return 0;
}

int credentials_exec_parse(const struct kube_context *k, const char *text, size_t len, struct login *out,
			   int64_t *expires, struct err *e)
{
	const char *want = k->user.exec->api_version, *got;
	auto_json json_t *doc = json_parse(text, len, "its output", NULL);
	const json_t *status = json_object_get(doc, "status");

	memset(out, 0, sizeof(*out));
	if (!doc)
		return bad_output(k, e, len ? "printed something that is not JSON" : "printed nothing");
	got = json_key_str(doc, "apiVersion");
	if (!str_eq(json_key_str(doc, "kind"), "ExecCredential"))
		return bad_output(k, e, "did not print an ExecCredential");
	if (!str_eq(got, want))
		return err_set(e, ERR_CONFIG,
			       "the credential plug-in %s of user \"%s\" answers in %s, the kubeconfig says %s; change "
			       "apiVersion in the kubeconfig, or update the plug-in",
			       k->user.exec->command, k->user.name, str_or(got, "no apiVersion"), want);
	if (!json_is_object(status))
		return bad_output(k, e, "printed an ExecCredential without status");
	if (take_expiry(k, status, expires, e) < 0)
		return -1;
	return take_status(k, status, out, e);
}
