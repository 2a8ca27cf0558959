/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts and ports as they stand in logs, environment variables and configuration, and the Services they mean. */
#ifndef TOOLSETS_KUBERNETES_ADDRESS_H
#define TOOLSETS_KUBERNETES_ADDRESS_H

#include "toolsets/kubernetes/view.h"

struct address {
	char host[254];	   /* lower case as written */
	int port;	   /* 0: none given */
	bool unresolved;   /* the text says that this name does not resolve */
	size_t start, len; /* where it stands */
};

/*
 * The next word of text[*at..len) that can be a host: "db", "db:5432", "tcp://db.shop:5432", "10.96.0.7:6379". *at
 * moves behind it. Bare words without a port are given too: whether they are names is known only by asking for a
 * Service of that name.
 */
bool address_next(const char *text, size_t len, size_t *at, struct address *out);
/* The name that a resolver's complaint is about ("lookup db on 10.96.0.10:53: no such host"); false: the text is none.
 */
bool address_unresolved(const char *text, size_t len, struct address *out);

/* Is the host in a form that only a cluster Service has ("db", "db.shop", "db.shop.svc.cluster.local")? name and ns
 * receive its parts. */
bool address_in_cluster(const struct view *v, const char *host, const char *from_ns, char name[static 64],
			char ns[static 64]);
/* The Service of a host: by name, DNS name or cluster IP. seen: what became of the look-up. */
json_t *address_service(const struct view *v, const char *host, const char *from_ns, enum seen *seen);
/* Does the Service have this port (number)? */
bool address_port_open(const json_t *service, int port);

#endif
