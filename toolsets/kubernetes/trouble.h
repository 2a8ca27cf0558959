/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workloads in trouble, each with the line of its log that tells most: what the checks of log lines (addresses,
 * permissions, credentials) look at. One for each workload and container, whatever number of replicas fails.
 */
#ifndef TOOLSETS_KUBERNETES_TROUBLE_H
#define TOOLSETS_KUBERNETES_TROUBLE_H

#include "toolsets/kubernetes/patient.h"

enum {
	TROUBLE_CRASH = 1,   /* ends by itself, again and again */
	TROUBLE_UNREADY = 2, /* runs, but is not ready for minutes */
	TROUBLE_INIT = 4,    /* an init container does not come to its end */
	TROUBLE_ERRORS = 8,  /* runs and is ready, but its log ends in errors that repeat */
	TROUBLE_ANY = 15,
	TROUBLE_MUTE = 32,   /* runs, is ready, and has no log that could be read: no part of TROUBLE_ANY */
	TROUBLE_SPARSE = 16, /* also those ready programs that complain now and then: why is TROUBLE_ERRORS, sparse */
};

struct trouble {
	int why; /* one of the first four, or TROUBLE_MUTE */
	bool sparse; /* it complains now and then: the line proves only what objects confirm */
	bool recurs; /* sparse, but one kind of complaint, again and again until now */
	json_t *pod, *container, *status;
	const char *name;	       /* of the container */
	const struct patient *patient; /* TROUBLE_CRASH only */
	struct workload workload;
	struct log_text log;
	const char *line; /* into log.text, not terminated; "" when the log tells nothing */
	size_t len, number;
	const char *word; /* the kind of the line, "" */
};

/* Borrowed until the next one. kinds: a sum of the above. */
void troubles_each(const struct view *v, int kinds, void (*fn)(void *ctx, const struct trouble *t), void *ctx);

/* A line as it is quoted in a cause: without the time in front, cut to what one sentence can hold. */
const char *trouble_words(const struct trouble *t, char out[static 260]);
/* Cites the line, if there is one. */
void trouble_cite(struct diagnosis *d, const struct trouble *t);
/* Other lines of the log that hold a word, from the end: the number of the last one, 0 when none. line and len are set.
 */
size_t trouble_last_line(const struct trouble *t, const char *word, const char **line, size_t *len);

#endif
