/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads whose pods the API server refuses to create, with its words. */
#ifndef TOOLSETS_KUBERNETES_REFUSAL_H
#define TOOLSETS_KUBERNETES_REFUSAL_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"
#include "toolsets/lib/workload.h"

enum refusal_reason {
	REFUSAL_QUOTA,		/* exceeded quota */
	REFUSAL_QUOTA_DEMANDS,	/* failed quota: must specify */
	REFUSAL_ACCOUNT,	/* service account missing */
	REFUSAL_SECURITY,	/* PodSecurity */
	REFUSAL_LIMITS,		/* LimitRange */
	REFUSAL_WEBHOOK_FAILED, /* the webhook could not be asked */
	REFUSAL_WEBHOOK_DENIED, /* it said no */
	REFUSAL_PRIORITY,	/* priority class missing */
	REFUSAL_OTHER,
};

struct refusal {
	enum refusal_reason reason;
	struct workload workload; /* the top owner */
	json_t *creator;	  /* the ReplicaSet, Job, ... that tried */
	const char *text;
	json_t *object; /* where the text stands, an event or creator */
	char pointer[100];
};

/* One for each creator that is short of pods now because of it. */
void refusals_each(const struct view *v, void (*fn)(void *ctx, const struct refusal *r), void *ctx);
/* Cites the words and notes where it shows. */
void refusal_cite(struct diagnosis *d, const struct refusal *r);
/* Does a condition or a late event of this creator tell that its pods are refused? */
bool refusal_said(const struct view *v, json_t *creator);
/* The word after `before` up to one of `ends`. */
bool refusal_word(const char *text, const char *before, const char *ends, char *out, size_t size);
enum refusal_reason refusal_classify(const char *text);

#endif
