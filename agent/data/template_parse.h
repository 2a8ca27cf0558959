/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the template: the text as a flat list of parts, sections closed and nested right. */
#ifndef AGENT_DATA_TEMPLATE_PARSE_H
#define AGENT_DATA_TEMPLATE_PARSE_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stddef.h>

enum template_part_type {
	TEMPLATE_TEXT,
	TEMPLATE_VALUE,
	TEMPLATE_SECTION,
	TEMPLATE_INVERTED,
	TEMPLATE_CLOSE,
	TEMPLATE_PARTIAL
};

struct template_part {
	enum template_part_type type;
	const char *s; /* in the template: literal text, or the name in the tag */
	size_t n;
	size_t close; /* of a section: the index of its TEMPLATE_CLOSE */
	int line;
};

struct template_parts {
	struct template_part *items;
	size_t count, cap;
};

int template_parse(const char *text, const char *name, struct template_parts *out, struct err *e) MUST_CHECK;
void template_parts_fini(struct template_parts *parts);

#endif
