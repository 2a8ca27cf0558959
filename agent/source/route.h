/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a GET path asks for. Everything that is not a plain read is refused here: watches, exec, attach, port-forward,
 * paths that a server could read differently from us ("..", "//", encoded slashes, control bytes).
 */
#ifndef AGENT_SOURCE_ROUTE_H
#define AGENT_SOURCE_ROUTE_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { ROUTE_SEGMENTS = 64, ROUTE_PATH_MAX = 16384 };

struct route {
	char *text; /* the decoded segments, each NUL-terminated; what the others point into */
	const char *segments[ROUTE_SEGMENTS];
	size_t count;
	const char *group, *version;	  /* NULL: no API path. "" is the core group */
	const char *ns, *resource, *name; /* NULL when the path has none */
	const char *sub;		  /* "log", "proxy", "status" */
	char *container;		  /* of a log */
	bool previous;			  /* log of the container's last run */
	bool log;			  /* plain text of a container */
	bool whole;			  /* API objects: read whole, because values of Secrets are looked for */
	bool secrets;			  /* the objects are Secrets */
};

/* ERR_ARG with the reason. On failure nothing needs route_fini. */
int route_parse(struct route *r, const char *path, const char *accept, struct err *e) MUST_CHECK;
void route_fini(struct route *r);
/* How a blind spot calls it: "pods in all namespaces", "pods/log web-1 in namespace shop". The caller's. */
char *route_what(const struct route *r);

#endif
