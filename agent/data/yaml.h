/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML to json_t by libyaml events: JSON core types only ("on", "no" and the like stay strings), merge keys are honoured,
 * duplicate keys are an error. Bounds against bombs: nodes (after aliases), depth 128, input size is the caller's.
 */
#ifndef AGENT_DATA_YAML_H
#define AGENT_DATA_YAML_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define YAML_MAX_NODES 4000000u

/* Where each value stood. Opaque; look up by RFC 6901 pointer. */
struct yaml_lines;

/*
 * First document (an empty one is JSON null). name is for messages: "NAME:LINE: ...". lines: NULL, or receives a table of
 * the lines of keys and values (free with yaml_lines_free).
 */
json_t *yaml_parse(const char *s, size_t n, const char *name, struct yaml_lines **lines, struct err *e);
/*
 * Each document of a stream in turn; fn owns doc (index from 0) and returns non-zero to stop, which is returned. A broken
 * document ends the walk with -1 after the ones before it were delivered. max_nodes as for one document, over the whole
 * stream.
 */
int yaml_each(const char *s, size_t n, const char *name, size_t max_nodes,
	      int (*fn)(void *ctx, size_t index, json_t *doc), void *ctx, struct err *e) MUST_CHECK;

int yaml_line_of(const struct yaml_lines *l, const char *pointer); /* 1-based; 0 when unknown */
void yaml_lines_free(struct yaml_lines *l);

/*
 * j as block YAML for people: keys in order, multi-line strings as literal blocks, quoted where YAML needs it. Reads back
 * as the same value. Beyond max_bytes it ends after a whole line with a comment that says so. The caller's.
 */
char *yaml_dump(const json_t *j, size_t max_bytes);

#endif
