/* SPDX-License-Identifier: Apache-2.0 */
/* A place in a kubeconfig file: typed reading with messages that name file and line. Private to kubeconfig*.c. */
#ifndef AGENT_SOURCE_KUBENODE_H
#define AGENT_SOURCE_KUBENODE_H

#include "agent/data/yaml.h"
#include "agent/source/kubeconfig.h"

struct kube_file {
	char *name;
	json_t *doc;
	struct yaml_lines *lines;
};

struct kube_node {
	const struct kube_file *file;
	const json_t *value; /* a mapping, or NULL: nothing there */
	char pointer[160];   /* RFC 6901, for the line */
};

/* Sets the error "FILE:LINE: KEY what"; always -1. key NULL: the node itself. */
int kube_node_err(const struct kube_node *n, const char *key, struct err *e, const char *fmt, ...) PRINTF(4, 5);
/* Child mapping. 0 also when absent (out->value NULL); -1 when it is something else. */
int kube_node_child(const struct kube_node *n, const char *key, struct kube_node *out, struct err *e) MUST_CHECK;
/* Absent, null and "" give NULL. The caller's. */
int kube_node_str(const struct kube_node *n, const char *key, char **out, struct err *e) MUST_CHECK;
int kube_node_bool(const struct kube_node *n, const char *key, bool *out, struct err *e) MUST_CHECK;
/* NULL-terminated list, the caller's (str_list_free); absent gives NULL. */
int kube_node_strs(const struct kube_node *n, const char *key, char ***out, struct err *e) MUST_CHECK;
/* A path relative to the folder of the file in which it stands. NULL in, NULL out. The caller's. */
char *kube_node_path(const struct kube_node *n, const char *path);
/* Entry `name` of the list clusters, contexts or users; its inner mapping goes to out. 1 found, 0 not, -1. */
int kube_node_named(const struct kube_file *f, const char *list, const char *inner, const char *name,
		    struct kube_node *out, struct err *e) MUST_CHECK;

/* kubeconfig_cluster.c and kubeconfig_user.c: fill what the node says. */
int kube_cluster_read(const struct kube_node *n, struct kube_cluster *out, struct err *e) MUST_CHECK;
int kube_user_read(const struct kube_node *n, struct kube_user *out, struct err *e) MUST_CHECK;
/* PEM from KEY-data (base64), else from the file at KEY. NULL when neither is set. */
int kube_node_pem(const struct kube_node *n, const char *key, char **out, struct err *e) MUST_CHECK;

#endif
