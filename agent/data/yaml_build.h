/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the YAML reader: from the parser's events to values, with anchors, merge keys, lines and bounds. */
#ifndef AGENT_DATA_YAML_BUILD_H
#define AGENT_DATA_YAML_BUILD_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include "agent/base/err.h"
#include "agent/base/map.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

struct yaml_lines;

struct yaml_build {
	yaml_parser_t parser;
	const char *text, *name;
	size_t len;
	size_t nodes, max_nodes;  /* values of the whole stream, aliases expanded */
	size_t alias_bytes;	  /* text that stands in several places by aliases */
	struct map *anchors;	  /* of this document: name to json_t */
	struct yaml_lines *lines; /* NULL: not wanted */
	struct buf pointer;	  /* of the value being built, kept only for lines */
	struct err *e;
};

void yaml_build_init(struct yaml_build *b, const char *s, size_t n, const char *name, size_t max_nodes, struct err *e);
void yaml_build_fini(struct yaml_build *b);
/* The next event, to be deleted by the caller. -1: the text is broken, b->e says where. */
int yaml_build_next(struct yaml_build *b, yaml_event_t *event) MUST_CHECK;
/* Sets b->e to "NAME:LINE: ..." and returns -1. line counts from 1. */
int yaml_build_fail(struct yaml_build *b, enum err_code code, size_t line, const char *fmt, ...) PRINTF(4, 5);
/* The value that begins with *event (deleted here). NULL: failed. */
json_t *yaml_build_value(struct yaml_build *b, yaml_event_t *event, int depth);

/* The table of lines. */
struct yaml_lines *yaml_lines_new(void);
void yaml_lines_add(struct yaml_lines *l, const char *pointer, size_t line);

#endif
