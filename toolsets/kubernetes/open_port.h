/* SPDX-License-Identifier: Apache-2.0 */
/* Does a program listen on a port that no container of its pod declares? Declaring a port opens nothing, so that other
 * signs decide. */
#ifndef TOOLSETS_KUBERNETES_OPEN_PORT_H
#define TOOLSETS_KUBERNETES_OPEN_PORT_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

enum port_verdict {
	PORT_MAYBE,  /* nothing tells */
	PORT_OPEN,   /* a probe of a ready container asks it, or the log says that it listens there */
	PORT_CLOSED, /* the log names another port */
};

struct open_port {
	enum port_verdict verdict;
	int listening; /* PORT_CLOSED: where the program says that it listens */
	struct log_text log;
	const char *line; /* that says it, into log.text */
	size_t len, number;
};

void open_port_of(const struct view *v, json_t *pod, int port, struct open_port *out);
/*
 * A port that the pod declares for its clients (not for metrics, health or the like) and that none of the Services
 * that select it sends to: then the one that sends elsewhere most likely means this one.
 */
bool open_port_left_over(const struct view *v, const json_t *pod);

#endif
