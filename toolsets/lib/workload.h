/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody edits when a pod is wrong: its Deployment, StatefulSet, CronJob or other top owner; the pod itself when
 * nobody owns it (or only its node does, as with static pods). Owners that were not read are known by name from the
 * pod.
 */
#ifndef TOOLSETS_LIB_WORKLOAD_H
#define TOOLSETS_LIB_WORKLOAD_H

#include "toolsets/toolset.h"
#include "toolsets/lib/diagnosis.h"

struct workload {
	json_t *object;	     /* NULL: it was not read */
	json_t *spec;	     /* its pods' spec, of its template where that was read, else of the pod; borrowed */
	json_t *spec_object; /* the object that holds spec */
	const char *pointer; /* where spec stands in spec_object: "/spec", "/spec/template/spec", ... */
	char api_version[128], kind[128], ns[64], name[254];
};

void workload_of(const struct host *h, struct work *w, json_t *pod, struct workload *out);
/* A workload (anything with a pod template) itself. */
void workload_is(json_t *object, struct workload *out);
/* The pod template's spec in an object, and its JSON pointer; NULL: it makes no pods. */
json_t *workload_template(const json_t *object, const char **pointer);
/* metadata.labels of the pods it makes. */
json_t *workload_labels(const json_t *object);

void workload_about(struct diagnosis *d, const struct workload *wl);
/* "Deployment shop/web". */
const char *workload_text(const struct workload *wl, char out[static 400]);
/* "deployment/web -n shop", for kubectl. */
const char *workload_arg(const struct workload *wl, char out[static 400]);
const char *workload_arg_of(const json_t *object, char out[static 400]);
/* Where a container of the pod stands in spec_object: pointer + "/containers/0"; "" when the template lacks it. */
const char *workload_container(const struct workload *wl, const char *container, char out[static 128]);

#endif
