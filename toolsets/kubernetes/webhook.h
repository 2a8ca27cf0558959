/* SPDX-License-Identifier: Apache-2.0 */
/* Admission webhooks: which configuration a refusal comes from, and why the webhook fails. */
#ifndef TOOLSETS_KUBERNETES_WEBHOOK_H
#define TOOLSETS_KUBERNETES_WEBHOOK_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"
#include "toolsets/lib/workload.h"

/* Fills a finding from the API server's words ('failed calling webhook "x": ...', 'admission webhook "x" denied the
 * request: ...'). */
void webhook_fill(const struct view *v, struct diagnosis *d, const struct workload *wl, const char *text);
/* A key as part of a JSON pointer. */
const char *webhook_key(const char *key, char out[static 300]);

#endif
