/* SPDX-License-Identifier: Apache-2.0 */
/* clusters[].cluster of a kubeconfig: where the API server is and how it proves itself. */
#include "agent/source/kubenode.h"
#include <string.h>
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/io/url.h"
#include "agent/source/pem.h"

#define EXEC_EXTENSION "client.authentication.k8s.io/exec"

/* As kubectl: without a scheme it is https when anything about TLS is said, else http. */
static int read_server(const struct kube_node *n, struct kube_cluster *out, struct err *e)
{
	auto_free char *server = NULL;
	struct err why = {0};

	if (kube_node_str(n, "server", &server, e) < 0)
		return -1;
	if (!server)
		return kube_node_err(n, NULL, e, "cluster \"%s\" has no server; add server: https://HOST:PORT",
				     out->name);
	if (strstr(server, "://"))
		out->server = mem_str(server);
	else
		out->server = mem_printf("%s://%s", out->ca_pem || out->insecure ? "https" : "http", server);
	if (url_check(out->server, &why) < 0)
		return kube_node_err(n, "server", e, "of cluster \"%s\" is no URL of an API server: %s", out->name,
				     why.msg);
	return 0;
}

/* Go leaves the resolving of names to a socks5 proxy; curl calls that socks5h. */
static int read_proxy(const struct kube_node *n, struct kube_cluster *out, struct err *e)
{
	auto_free char *proxy = NULL;

	if (kube_node_str(n, "proxy-url", &proxy, e) < 0)
		return -1;
	if (!proxy)
		return 0;
	if (str_starts(proxy, "socks5://")) {
		out->proxy = mem_printf("socks5h://%s", proxy + strlen("socks5://"));
		return 0;
	}
	if (!str_starts(proxy, "http://") && !str_starts(proxy, "https://") && !str_starts(proxy, "socks5h://"))
		return kube_node_err(n, "proxy-url", e,
				     "of cluster \"%s\" must begin with http://, https:// or socks5://", out->name);
	out->proxy = mem_str(proxy);
	return 0;
}

static int read_authority(const struct kube_node *n, struct kube_cluster *out, struct err *e)
{
	auto_free char *what = mem_printf("%s: certificate-authority of cluster \"%s\"", n->file->name, out->name);

	if (kube_node_pem(n, "certificate-authority", &out->ca_pem, e) < 0)
		return -1;
	if (!out->ca_pem)
		return 0;
	if (out->insecure)
		return kube_node_err(n, "insecure-skip-tls-verify", e,
				     "and a certificate-authority exclude each other; remove one of them (kubectl "
				     "refuses this too)");
	return pem_check_certs(out->ca_pem, what, e);
}

static void read_extension(const struct kube_node *n, struct kube_cluster *out)
{
	const json_t *all = json_object_get(n->value, "extensions"), *x;
	size_t i;

	json_array_foreach(all, i, x)
		if (str_eq(json_key_str(x, "name"), EXEC_EXTENSION) && !out->exec_config)
			out->exec_config = json_incref(json_object_get(x, "extension"));
}

int kube_cluster_read(const struct kube_node *n, struct kube_cluster *out, struct err *e)
{
	if (kube_node_bool(n, "insecure-skip-tls-verify", &out->insecure, e) < 0 ||
	    kube_node_bool(n, "disable-compression", &out->uncompressed, e) < 0 ||
	    kube_node_str(n, "tls-server-name", &out->tls_server_name, e) < 0 || read_authority(n, out, e) < 0 ||
	    read_server(n, out, e) < 0 || read_proxy(n, out, e) < 0)
		return -1;
	read_extension(n, out);
	return 0;
}
