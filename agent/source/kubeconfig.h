/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubeconfig as kubectl reads it: one context with its cluster and user, certificates loaded and checked. Several files
 * are merged by name, the first one to define a name wins. Unknown fields are ignored.
 */
#ifndef AGENT_SOURCE_KUBECONFIG_H
#define AGENT_SOURCE_KUBECONFIG_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define KUBECONFIG_MAX_BYTES (8u << 20)
#define KUBECONFIG_MAX_FILES 64u
#define KUBE_ACCOUNT_FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"

/* A credential plug-in: "exec" of a user. */
struct kube_exec {
	char *command;      /* with a slash: as it is; else looked up in PATH */
	char **args, **env; /* NULL-terminated; env as "NAME=value" */
	char *api_version;  /* "client.authentication.k8s.io/v1" or ".../v1beta1" */
	char *install_hint;
	bool always_interactive; /* says that it cannot work without a person at the terminal */
	bool cluster_info;       /* wants to know the cluster in KUBERNETES_EXEC_INFO */
};

struct kube_user {
	char *name;
	char *cert_pem, *key_pem; /* both or neither */
	char *token, *token_file;
	char *login, *password;
	struct kube_exec *exec;
	char **impersonate; /* header lines "Impersonate-User: x", NULL-terminated; NULL: none */
};

struct kube_cluster {
	char *name;
	char *server; /* URL with scheme, may have a path */
	char *ca_pem; /* NULL: the system's authorities */
	char *tls_server_name, *proxy;
	bool insecure, uncompressed;
	json_t *exec_config; /* extension client.authentication.k8s.io/exec, or NULL */
};

struct kube_context {
	char *name, *namespace; /* namespace NULL: not said */
	char *from;             /* the file that defines it, for messages */
	struct kube_cluster cluster;
	struct kube_user user;
};

/*
 * file: --kubeconfig, or NULL: $KUBECONFIG (several, ':' between), ~/.kube/config, the service account of a pod.
 * context NULL: the current one. ERR_NOT_FOUND: no file (the message lists where it looked); ERR_ARG: no such context, or
 * none is current; ERR_PARSE: a file is wrong; else a certificate file cannot be read.
 */
int kubeconfig_load(const char *file, const char *context, struct kube_context *out, struct err *e) MUST_CHECK;
/* One text; name stands for the file in messages, and relative paths are relative to its folder. */
int kubeconfig_parse(const char *text, size_t len, const char *name, const char *context, struct kube_context *out,
		     struct err *e) MUST_CHECK;
/* The service account that a pod finds in folder; the address is in KUBERNETES_SERVICE_HOST and _PORT. */
bool kubeconfig_in_pod(const char *folder);
int kubeconfig_from_pod(const char *folder, struct kube_context *out, struct err *e) MUST_CHECK;

void kube_context_fini(struct kube_context *c);

#endif
