/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence of one question: texts that were really read, each with the place it stood at. Ids are 1, 2, ... (E1, E2 in
 * print), the same (cluster, source, pointer, quote) has one id. Secrets in quotes are masked when they come in, so that
 * no document and no prompt holds them. Thread-safe.
 */
#ifndef AGENT_TOOLS_EVIDENCE_H
#define AGENT_TOOLS_EVIDENCE_H

#include "agent/base/attr.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct evidence;

struct evidence_item {         /* borrowed strings */
	const char *cluster;
	const char *source;    /* "GET /api/v1/namespaces/x/pods/y" */
	const char *pointer;   /* "/status/phase", "line 12" */
	const char *quote;
	bool derived;          /* computed or shaped; inputs say from what */
	bool masked;           /* the quote went through the masker already */
	const int *inputs;     /* ids, 0 ends; NULL: none */
};

struct evidence *evidence_new(void);
void evidence_free(struct evidence *e);
int evidence_add(struct evidence *e, const struct evidence_item *item); /* its id */
int evidence_count(struct evidence *e);
/* The text of one; borrowed until evidence_free; NULL for no such id. */
const char *evidence_quote(struct evidence *e, int id);
/*
 * As in the contract: {"id","cluster","source","pointer","quote"[,"derived","inputs"]}. New reference; NULL for
 * no such id.
 */
json_t *evidence_json(struct evidence *e, int id);
/* Where it was read; borrowed likewise. */
const char *evidence_source(struct evidence *e, int id);
/* Ids that one was computed from, 0 ends; NULL: none. Borrowed until the next renumbering. */
const int *evidence_inputs(struct evidence *e, int id);
/*
 * New numbers: order[i] becomes i + 1, the others are dropped. After it old ids mean nothing; map (size
 * evidence_count() + 1 before the call)
 * receives old id to new, 0 for dropped ones.
 */
void evidence_renumber(struct evidence *e, const int *order, int count, int *map);
/* "E12" to 12, 0 when it is no such name. */
int evidence_id(const char *name);

#endif
