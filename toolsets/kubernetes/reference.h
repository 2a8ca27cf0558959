/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod takes from ConfigMaps and Secrets, and what of it keeps the pod from starting. */
#ifndef TOOLSETS_KUBERNETES_REFERENCE_H
#define TOOLSETS_KUBERNETES_REFERENCE_H

#include "toolsets/kubernetes/view.h"

struct reference {
	bool secret;
	bool said;		  /* the kubelet itself said that it is missing */
	char name[254], key[254]; /* key "": all of it */
	char pointer[128];	  /* where the pod refers to it, "" when only the kubelet's words are known */
};

/* Reads 'configmap "x" not found', "couldn't find key k in Secret ns/x", 'references non-existent secret key: k'. */
bool reference_said(const char *text, struct reference *out);
bool reference_has_key(const json_t *object, const char *key);
/*
 * Of a pod that waits for its containers to be created: references that may be missing, those that the kubelet names,
 * and all that are not optional. The receiver looks them up.
 */
void references_missing(const struct view *v, json_t *pod,
			void (*fn)(void *ctx, json_t *pod, const struct reference *ref), void *ctx);

#endif
