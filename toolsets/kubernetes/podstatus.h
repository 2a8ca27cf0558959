/* SPDX-License-Identifier: Apache-2.0 */
/* STATUS, READY and RESTARTS of a pod as the API server's own table prints them, and what its containers say. */
#ifndef TOOLSETS_KUBERNETES_PODSTATUS_H
#define TOOLSETS_KUBERNETES_PODSTATUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct pod_status {
	char word[96]; /* "Running", "Init:0/1", "CrashLoopBackOff", "Terminating", ... */
	int ready, total;
	int64_t restarts;
	const char *last_restart; /* RFC 3339 or NULL */
};

void kubernetes_pod_status(json_t *pod, struct pod_status *out);
/* Running with all containers ready, or finished well. */
bool kubernetes_pod_healthy(json_t *pod);
/* The spec of the pods an object makes: a Pod's own, a workload's template, a CronJob's; NULL for other kinds. */
json_t *kubernetes_pod_spec(const json_t *object);
/* Likewise the labels its pods get. */
json_t *kubernetes_pod_labels(const json_t *object);

#endif
