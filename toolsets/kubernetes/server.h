/* SPDX-License-Identifier: Apache-2.0 */
/* The store or broker in the cluster that a complaint is about, and who else uses it. */
#ifndef TOOLSETS_KUBERNETES_SERVER_H
#define TOOLSETS_KUBERNETES_SERVER_H

#include "toolsets/kubernetes/complaint.h"
#include "toolsets/kubernetes/trouble.h"

struct server {
	json_t *service; /* NULL: not in the cluster, or not known */
	json_t *pod;	 /* one of those behind it; NULL */
	struct workload workload; /* of the pod */
	char variable[128]; /* in which the client has its address, "" when that is not known */
};

/* By the line, the client's configuration, the rest of its log, or because there is but one in its namespace. */
bool server_of(const struct view *v, const struct trouble *t, const struct complaint *c, struct server *out);
/* Is the program itself a server of the product (then it complains of its clients)? Fills out with itself. */
bool server_is(const struct view *v, const struct trouble *t, const struct complaint *c, struct server *out);

#define CLIENTS_MAX 40

struct clients {
	struct workload at[CLIENTS_MAX];
	const char *container[CLIENTS_MAX];
	size_t count;
};

/* Workloads that are not scaled to zero and whose configuration names the server's Service. */
void server_clients(const struct view *v, const struct server *s, struct clients *out);

/* A setting of the server itself, in its arguments, environment or files, by one of several names. */
struct server_setting {
	json_t *object;
	char pointer[320], quote[160], name[80]; /* quote: the text that holds name and value */
	char value[80];
};

bool server_setting(const struct view *v, const struct server *s, const char *const *names, struct server_setting *out);

#endif
