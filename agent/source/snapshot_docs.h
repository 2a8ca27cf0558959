/* SPDX-License-Identifier: Apache-2.0 */
/* Text to documents: multi-document YAML, JSON, several JSON documents after one another (or one a line). */
#ifndef AGENT_SOURCE_SNAPSHOT_DOCS_H
#define AGENT_SOURCE_SNAPSHOT_DOCS_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stddef.h>

/*
 * Calls fn (which owns doc) for each document. -1 when the text breaks: the documents before were delivered and e says
 * "NAME:LINE: why". json: the text should be JSON; else it is YAML, which may be JSON too.
 */
int snap_docs_each(const char *text, size_t len, const char *name, int json, void (*fn)(void *ctx, json_t *doc),
		   void *ctx, struct err *e) MUST_CHECK;
/*
 * The kinds of objects that broken text seems to hold, from its shallowest "kind" keys ("PodList" gives "Pod"), each
 * once; at most max. Returns how many; each is the caller's.
 */
size_t snap_docs_kinds(const char *text, size_t len, char **out, size_t max);

#endif
