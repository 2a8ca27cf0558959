/* SPDX-License-Identifier: Apache-2.0 */
/* A triage for other programs: code scanning (SARIF 2.1.0) and build servers (JUnit XML). */
#ifndef AGENT_FACE_EXPORT_H
#define AGENT_FACE_EXPORT_H

#include "agent/tools/registry.h"
#include "agent/triage/triage.h"

struct export_setup {
	const struct triage *triage;
	const json_t *document;           /* dupin.triage/v1 of it */
	const struct registry *registry;
	const struct triage_options *options; /* which checks ran */
	const char *fail_on;              /* JUnit: from which severity on a finding fails its test; NULL: warning */
	bool complete;                    /* false: interrupted, or nothing could be read */
};

/* New reference. */
json_t *export_sarif(const struct export_setup *s);
/* The caller's. */
char *export_junit(const struct export_setup *s);

/* The i-th check that was asked to run, over all toolsets, with its toolset's name; NULL when there are no more. */
const struct check *export_check(const struct export_setup *s, size_t i, const char **toolset);
/* Is the word ("pods", "pods/log") among what the check reads, itself or as an owner of pods? */
bool export_reads(const struct check *c, const char *word);
/* What stays the same from run to run: check, cluster and object, and which of several it is. */
void export_fingerprint(const struct work_finding *f, size_t nth, char hex[static 65]);

#endif
