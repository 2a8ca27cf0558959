/* SPDX-License-Identifier: Apache-2.0 */
/* The service account of the pod in which we run, and the end of a context. */
#include <stdlib.h>
#include <string.h>
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/kubenode.h"
#include "agent/source/pem.h"

bool kubeconfig_in_pod(const char *folder)
{
	auto_free char *token = file_join(folder, "token");

	return !str_empty(getenv("KUBERNETES_SERVICE_HOST")) && !str_empty(getenv("KUBERNETES_SERVICE_PORT")) &&
	       file_exists(token);
}

int kubeconfig_from_pod(const char *folder, struct kube_context *out, struct err *e)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
	auto_free char *ca = file_join(folder, "ca.crt");
	auto_free char *namespace = file_join(folder, "namespace");
	auto_free char *text = NULL;
	bool bare_v6 = host && strchr(host, ':') && host[0] != '[';

	memset(out, 0, sizeof(*out));
	if (str_empty(host) || str_empty(port))
		return err_set(e, ERR_NOT_FOUND,
			       "this is no pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
	out->name = mem_str("in-cluster");
	out->from = mem_str(folder);
	out->cluster.name = mem_str("in-cluster");
	out->cluster.server = mem_printf("https://%s%s%s:%s", bare_v6 ? "[" : "", host, bare_v6 ? "]" : "", port);
	out->user.name = mem_str("the pod's service account");
	out->user.token_file = file_join(folder, "token");
	/* Without the file the system's authorities are tried, as client-go does. */
	if (file_exists(ca)) {
		out->cluster.ca_pem = file_read(ca, PEM_MAX_BYTES, NULL, e);
		if (!out->cluster.ca_pem || pem_check_certs(out->cluster.ca_pem, ca, e) < 0) {
			kube_context_fini(out);
			return -1;
		}
	}
	text = file_read(namespace, 4096, NULL, NULL);
	if (text && *str_trim(text))
		out->namespace = mem_str(str_trim(text));
	return 0;
}

static void exec_free(struct kube_exec *x)
{
	if (!x)
		return;
	str_list_free(x->args);
	str_list_free(x->env);
	free(x->command);
	free(x->api_version);
	free(x->install_hint);
	free(x);
}

static void secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void kube_context_fini(struct kube_context *c)
{
	struct kube_cluster *cl = &c->cluster;
	struct kube_user *u = &c->user;

	free(c->name);
	free(c->namespace);
	free(c->from);
	free(cl->name);
	free(cl->server);
	free(cl->ca_pem);
	free(cl->tls_server_name);
	free(cl->proxy);
	json_decref(cl->exec_config);
	free(u->name);
	free(u->cert_pem);
	secret_free(u->key_pem);
	secret_free(u->token);
	free(u->token_file);
	free(u->login);
	secret_free(u->password);
	exec_free(u->exec);
	str_list_free(u->impersonate);
	memset(c, 0, sizeof(*c));
}
