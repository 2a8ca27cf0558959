/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind a Service, and who asks for it. */
#ifndef TOOLSETS_KUBERNETES_SERVING_H
#define TOOLSETS_KUBERNETES_SERVING_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"
#include "toolsets/lib/workload.h"

struct serving {
	size_t selected, ready; /* pods that are not finished */
	json_t *sample;		/* one of them, a ready one if there is */
	json_t *makes;		/* a workload whose template has the labels; NULL */
	bool scaled_down;	/* such a workload is scaled to zero */
	bool young;		/* all pods are younger than a minute */
};

/*
 * The Services that are meant to have endpoints made by their selector. On a cluster so large that its pods are only a
 * selection, and with many Services, those whose workload has ready pods are left out, which is noted.
 */
void serving_each(const struct view *v, void (*fn)(void *ctx, json_t *service), void *ctx);
void serving_of(const struct view *v, json_t *service, struct serving *out);
/* A workload or bare pod that the Service most likely means though its labels differ; NULL. */
const json_t *serving_nearest(const struct view *v, const json_t *service);
/*
 * Does something need this Service: an Ingress, a route, the configuration of a running pod? With d the proof is cited
 * and what suffers is noted.
 */
bool serving_wanted(const struct view *v, const json_t *service, struct diagnosis *d);
/* Cites the endpoints object that holds no address, where one was read. */
void serving_cite_empty(const struct view *v, struct diagnosis *d, const json_t *service);

enum port_fit { PORT_FITS, PORT_UNKNOWN, PORT_NUMBER, PORT_PROTOCOL, PORT_NAME };
/* Does a port of a Service meet a pod? PORT_UNKNOWN: the pod declares no ports. */
enum port_fit serving_port(const json_t *port, const json_t *pod);
/* "8080/TCP (http), 53/UDP" of all containers; "no declared port". */
const char *serving_ports_text(const json_t *pod, char out[static 200]);
/* targetPort as text, "" never: port when it is not set. Valid until the next call of this thread. */
const char *serving_target_text(const json_t *port);
const char *serving_key(const char *key, char out[static 300]);

#endif
