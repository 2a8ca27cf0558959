/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's final answer in one shape, whether it came by the report tool, as JSON in its text, or as prose:
 * {"summary","root_causes":[{"cause","object","confidence","citations":[{"evidence","quote"}]}],"not_seen":[],"f
 * ix":[]}.
 */
#ifndef AGENT_INVESTIGATE_REPORT_H
#define AGENT_INVESTIGATE_REPORT_H

#include "agent/base/err.h"
#include <jansson.h>

/* The report tool as offered to the model. New reference. */
json_t *report_schema(void);
/* Arguments of a report call. NULL: e says what the model must mend. New reference. */
json_t *report_from_arguments(const char *text, size_t len, struct err *e);
/* A text that is meant to be the answer. Never NULL. New reference. */
json_t *report_from_text(const char *text);

#endif
