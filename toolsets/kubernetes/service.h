/* SPDX-License-Identifier: Apache-2.0 */
/* A Service: its ports, whom it selects, who of them answers. */
#ifndef TOOLSETS_KUBERNETES_SERVICE_H
#define TOOLSETS_KUBERNETES_SERVICE_H

#include "toolsets/kubernetes/view.h"

struct service_endpoints {
	size_t ready, total, slices;
	enum seen seen;
};

/* Counted over its EndpointSlices. */
struct service_endpoints kubernetes_service_endpoints(const struct view *v, json_t *service);
/* Everything, for describe. */
void kubernetes_service(const struct view *v, json_t *service, struct reply *out);
/* In one line: "web (ClusterIP, 80->8080; endpoints 1/3 ready)". */
void kubernetes_service_line(const struct view *v, json_t *service, struct reply *out);

#endif
