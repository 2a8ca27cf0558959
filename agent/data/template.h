/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logic-less template over json_t, a subset of mustache: {{name}} {{a.b}} {{.}} {{#list}}..{{/list}} {{^absent}}..{{/absent}}
 * {{>partial}} {{! comment }}. No HTML escaping; a section, partial or comment alone on its line takes the line with it.
 * A section is left out for what is absent, null, false, 0, "" or []. Objects and lists print as JSON. Depth, repetition
 * and output (out's maximum: ERR_LIMIT) are capped.
 */
#ifndef AGENT_DATA_TEMPLATE_H
#define AGENT_DATA_TEMPLATE_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include "agent/base/err.h"
#include <jansson.h>

/* Returns the text of a partial (borrowed) or NULL when there is none. */
typedef const char *template_partial(void *ctx, const char *name);

/* Checks syntax alone: "NAME:LINE: section {{#x}} is not closed". */
int template_check(const char *text, const char *name, struct err *e) MUST_CHECK;
/* An unknown name renders as nothing. A missing partial is an error with file and line. */
int template_render(struct buf *out, const char *text, const char *name, const json_t *data, template_partial *partial,
		    void *ctx, struct err *e) MUST_CHECK;

#endif
