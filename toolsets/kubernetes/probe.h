/* SPDX-License-Identifier: Apache-2.0 */
/* Probes of a container, read into one shape, and the ports they may ask. */
#ifndef TOOLSETS_KUBERNETES_PROBE_H
#define TOOLSETS_KUBERNETES_PROBE_H

#include <jansson.h>
#include <stdbool.h>

struct probe {
	json_t *object;
	const char *field;  /* "readinessProbe" */
	const char *action; /* "httpGet", "tcpSocket", "grpc", "exec" */
	const char *path;   /* "" */
	int number;	    /* of the port; 0: given by name */
	const char *name;   /* of the port, "" */
	char port_text[64];
};

/* kind: "readiness", "liveness", "startup". False: the container has none. */
bool probe_read(const json_t *container, const char *kind, struct probe *out);
/* The number it asks; 0: a name that the container does not have. */
int probe_port(const struct probe *p, const json_t *container);
/* Does any container of the pod declare it? */
bool probe_port_declared(const struct probe *p, const json_t *pod);
/* "8080 (http), 9090": the ports a container declares; "no ports". */
const char *probe_ports_text(const json_t *container, char out[static 200]);

#endif
