/* SPDX-License-Identifier: Apache-2.0 */
/* The document of an investigation (dupin.investigation/v1), from whatever there is when it ends. */
#ifndef AGENT_INVESTIGATE_DOCUMENT_H
#define AGENT_INVESTIGATE_DOCUMENT_H

#include "agent/investigate/inquiry_state.h"

/* status: answered, partial, failed, cancelled. from_model: q->answer is the answer, else triage is. New reference. */
json_t *document_build(struct inquiry *q, const char *status, bool from_model, const char *note);

/* What stands in place of root causes when a document holds none: a sentence for people. */
const char *document_no_causes(const json_t *document);
/* Likewise in place of a fix. */
const char *document_no_fix(const json_t *document);

/*
 * offline.c: triage as an answer, in the shape of report.h with verified citations; causes that the question
 * names come first. New reference.
 */
json_t *offline_report(struct inquiry *q);

#endif
