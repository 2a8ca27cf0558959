/* SPDX-License-Identifier: Apache-2.0 */
/* users[].user of a kubeconfig: who we are to the API server. */
#include "agent/source/kubenode.h"
#include <stdlib.h>
#include <string.h>
#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/io/url.h"
#include "agent/source/pem.h"

#define EXEC_GROUP "client.authentication.k8s.io/"
#define MAX_IMPERSONATE 256u

/* Header values: a line break in one would start the next header. */
static int check_line(const struct kube_node *n, const char *key, const char *value, struct err *e)
{
	const unsigned char *p = (const unsigned char *)value;

	for (; p && *p; p++)
		if (*p < ' ' || *p == 127)
			return kube_node_err(n, key, e, "holds a line break or another control character");
	return 0;
}

static int read_certificate(const struct kube_node *n, struct kube_user *out, struct err *e)
{
	auto_free char *what = mem_printf("user \"%s\" (%s)", out->name, n->file->name);

	if (kube_node_pem(n, "client-certificate", &out->cert_pem, e) < 0 ||
	    kube_node_pem(n, "client-key", &out->key_pem, e) < 0)
		return -1;
	if (!out->cert_pem && !out->key_pem)
		return 0;
	if (!out->key_pem)
		return kube_node_err(n, NULL, e,
				     "user \"%s\" has a client-certificate but no client-key (or client-key-data)",
				     out->name);
	if (!out->cert_pem)
		return kube_node_err(n, NULL, e,
				     "user \"%s\" has a client-key but no client-certificate (or "
				     "client-certificate-data)",
				     out->name);
	return pem_check_pair(out->cert_pem, out->key_pem, what, e);
}

static int read_token(const struct kube_node *n, struct kube_user *out, struct err *e)
{
	auto_free char *path = NULL;

	if (kube_node_str(n, "token", &out->token, e) < 0 || kube_node_str(n, "tokenFile", &path, e) < 0 ||
	    kube_node_str(n, "username", &out->login, e) < 0 || kube_node_str(n, "password", &out->password, e) < 0 ||
	    check_line(n, "token", out->token, e) < 0)
		return -1;
	out->token_file = kube_node_path(n, path);
	if (out->token && (out->login || out->password))
		return kube_node_err(n, NULL, e,
				     "user \"%s\" has a token and a username; only one way to log in is allowed",
				     out->name);
	return 0;
}

static int read_env(const struct kube_node *n, struct kube_exec *x, struct err *e)
{
	const json_t *all = json_object_get(n->value, "env"), *item;
	size_t i;

	if (!all || json_is_null(all))
		return 0;
	if (!json_is_array(all))
		return kube_node_err(n, "env", e, "must be a list of name and value");
	x->env = mem_zero((json_array_size(all) + 1) * sizeof(*x->env));
	json_array_foreach(all, i, item) {
		const char *name = json_key_str(item, "name"), *value = json_key_str(item, "value");

		if (str_empty(name) || strchr(name, '=') || (json_object_get(item, "value") && !value))
			return kube_node_err(n, "env", e,
					     "entry %zu must have a name and a value, both strings (put them in "
					     "quotes)",
					     i + 1);
		x->env[i] = mem_printf("%s=%s", name, str_or(value, ""));
	}
	return 0;
}

static int check_exec(const struct kube_node *n, const struct kube_exec *x, const char *mode, struct err *e)
{
	if (!x->command)
		return kube_node_err(n, NULL, e, "the exec plug-in has no command");
	if (!x->api_version)
		return kube_node_err(n, NULL, e, "the exec plug-in %s has no apiVersion; it must be %sv1 or %sv1beta1",
				     x->command, EXEC_GROUP, EXEC_GROUP);
	if (str_eq(x->api_version, EXEC_GROUP "v1alpha1"))
		return kube_node_err(n, "apiVersion", e,
				     "%sv1alpha1 is gone since Kubernetes 1.24; update %s and let it write its "
				     "kubeconfig entry anew with v1 or v1beta1",
				     EXEC_GROUP, x->command);
	if (!str_eq(x->api_version, EXEC_GROUP "v1") && !str_eq(x->api_version, EXEC_GROUP "v1beta1"))
		return kube_node_err(n, "apiVersion", e,
				     "of the exec plug-in %s is \"%s\"; it must be %sv1 or %sv1beta1", x->command,
				     x->api_version, EXEC_GROUP, EXEC_GROUP);
	if (!mode && str_eq(x->api_version, EXEC_GROUP "v1"))
		return kube_node_err(n, NULL, e,
				     "the exec plug-in %s has no interactiveMode (Never, IfAvailable or Always), which "
				     "v1 asks for",
				     x->command);
	if (mode && !str_eq(mode, "Never") && !str_eq(mode, "IfAvailable") && !str_eq(mode, "Always"))
		return kube_node_err(n, "interactiveMode", e, "is \"%s\"; it must be Never, IfAvailable or Always",
				     mode);
	return 0;
}

static int read_exec(const struct kube_node *user, struct kube_user *out, struct err *e)
{
	auto_free char *mode = NULL;
	auto_free char *command = NULL;
	struct kube_node n;
	struct kube_exec *x;

	if (kube_node_child(user, "exec", &n, e) < 0)
		return -1;
	if (!n.value)
		return 0;
	x = out->exec = MEM_NEW(struct kube_exec);
	if (kube_node_str(&n, "command", &command, e) < 0 || kube_node_str(&n, "apiVersion", &x->api_version, e) < 0 ||
	    kube_node_str(&n, "installHint", &x->install_hint, e) < 0 ||
	    kube_node_str(&n, "interactiveMode", &mode, e) < 0 ||
	    kube_node_bool(&n, "provideClusterInfo", &x->cluster_info, e) < 0 ||
	    kube_node_strs(&n, "args", &x->args, e) < 0 || read_env(&n, x, e) < 0)
		return -1;
	x->always_interactive = str_eq(mode, "Always");
	if (command)
		x->command = strchr(command, '/') ? kube_node_path(&n, command) : mem_str(command);
	return check_exec(&n, x, mode, e);
}

/* Removed from kubectl in 1.26; each kind has a plug-in that replaces it. */
static int check_provider(const struct kube_node *user, const struct kube_user *out, struct err *e)
{
	static const char *const replaced[][2] = {
		{"gcp", "gke-gcloud-auth-plugin (then: gcloud container clusters get-credentials CLUSTER)"},
		{"azure", "kubelogin (then: kubelogin convert-kubeconfig)"},
		{"oidc", "kubelogin, also called kubectl oidc-login (kubectl krew install oidc-login)"},
	};
	const char *name = json_str_at(user->value, "auth-provider.name"),
		   *plugin = "the exec plug-in of your provider";
	size_t i;

	if (!json_is_object(json_object_get(user->value, "auth-provider")))
		return 0;
	for (i = 0; i < ARRAY_LEN(replaced); i++)
		if (str_eq(name, replaced[i][0]))
			plugin = replaced[i][1];
	return kube_node_err(user, "auth-provider", e,
			     "\"%s\" of user \"%s\" is no longer supported by Kubernetes clients; use %s",
			     str_or(name, "?"), out->name, plugin);
}

static int add_header(const struct kube_node *n, const char *key, struct kube_user *out, size_t *count, char *line,
		      struct err *e)
{
	if (*count >= MAX_IMPERSONATE) {
		free(line);
		return kube_node_err(n, key, e, "holds more than %u entries", MAX_IMPERSONATE);
	}
	out->impersonate[(*count)++] = line;
	return check_line(n, key, line, e);
}

static int read_extra(const struct kube_node *n, struct kube_user *out, size_t *count, struct err *e)
{
	struct kube_node extra;
	const char *key;
	json_t *values, *v;
	size_t i;

	if (kube_node_child(n, "as-user-extra", &extra, e) < 0)
		return -1;
	if (!extra.value)
		return 0;
	json_object_foreach(json_object_get(n->value, "as-user-extra"), key, values)
		json_array_foreach(values, i, v) {
			auto_buf struct buf name = BUF_INIT(4096);

			url_encode_to(&name, key);
			if (!json_is_string(v) || name.over)
				return kube_node_err(&extra, key, e, "must be a list of strings");
			if (add_header(&extra, key, out, count,
				       mem_printf("Impersonate-Extra-%s: %s", buf_cstr(&name), json_string_value(v)),
				       e) < 0)
				return -1;
		}
	return 0;
}

static void free_strs(char ***list)
{
	str_list_free(*list);
}

static int read_impersonation(const struct kube_node *n, struct kube_user *out, struct err *e)
{
	auto_free char *as = NULL;
	auto_free char *uid = NULL;
	CLEANUP(free_strs) char **groups = NULL;
	size_t count = 0, i;

	if (kube_node_str(n, "as", &as, e) < 0 || kube_node_str(n, "as-uid", &uid, e) < 0 ||
	    kube_node_strs(n, "as-groups", &groups, e) < 0)
		return -1;
	out->impersonate = mem_zero((MAX_IMPERSONATE + 1) * sizeof(*out->impersonate));
	if (as && add_header(n, "as", out, &count, mem_printf("Impersonate-User: %s", as), e) < 0)
		return -1;
	if (uid && add_header(n, "as-uid", out, &count, mem_printf("Impersonate-Uid: %s", uid), e) < 0)
		return -1;
	for (i = 0; groups && groups[i]; i++)
		if (add_header(n, "as-groups", out, &count, mem_printf("Impersonate-Group: %s", groups[i]), e) < 0)
			return -1;
	if (read_extra(n, out, &count, e) < 0)
		return -1;
	if (count > 0 && !as)
		return kube_node_err(n, NULL, e, "user \"%s\" has as-uid, as-groups or as-user-extra without as",
				     out->name);
	return 0;
}

int kube_user_read(const struct kube_node *n, struct kube_user *out, struct err *e)
{
	if (check_provider(n, out, e) < 0 || read_certificate(n, out, e) < 0 || read_token(n, out, e) < 0 ||
	    read_exec(n, out, e) < 0 || read_impersonation(n, out, e) < 0)
		return -1;
	return 0;
}
