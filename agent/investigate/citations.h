/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proof: every quote of a report is looked up in the evidence that the model saw, and mapped back to the place
 * in the cluster where it
 * stands. Nothing is hidden: what is not found is marked.
 */
#ifndef AGENT_INVESTIGATE_CITATIONS_H
#define AGENT_INVESTIGATE_CITATIONS_H

#include "agent/investigate/inquiry_state.h"

/*
 * Adds "verified" to each citation (and mends its "evidence" when the quote stands elsewhere, or at a more
 * precise place), completes
 * each "object" from the cluster, and sets "unverified": the claims without any verified quote and the quotes
 * not found. Returns how many quotes were
 * not found.
 */
size_t citations_verify(struct inquiry *q, json_t *report);
/* What to tell the model about the quotes that were not found. The caller's. */
char *citations_complaint(const json_t *report);

/*
 * locate.c: evidence of the place in the cluster that holds the quote of a tool result; 0 when it is not one text there, or
 * when several places hold the words and nothing tells which one is meant. *part: NULL, or what of the quote stands there
 * (a line's number or a field's name that the tool printed before it is left out); the caller's.
 */
int locate_quote(struct inquiry *q, int evidence, const char *quote, const char *cause, char **part);

#endif
