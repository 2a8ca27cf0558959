/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reply in the making: deltas of a stream or one whole message become text, tool calls and usage, under caps. What
 * servers do wrong with tool calls (no index, no id, the name again and again, an object for arguments) is put right
 * here.
 */
#ifndef AGENT_MODEL_DRAFT_H
#define AGENT_MODEL_DRAFT_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include "agent/base/err.h"
#include "agent/model/mend.h"
#include "agent/model/model.h"

#define DRAFT_TEXT_MAX ((size_t)1 << 20)
#define DRAFT_ARGS_MAX ((size_t)1 << 20)      /* of one call */
#define DRAFT_TURN_ARGS_MAX ((size_t)4 << 20) /* of all calls of a turn */
#define DRAFT_CALLS_MAX 256
#define DRAFT_NAME_MAX 256 /* bytes of a name or an id */

struct draft_call {
	char *id, *name;
	int64_t index; /* as the server says, -1 unknown */
	struct buf args;
	int depth;			/* of braces and brackets so far */
	bool in_string, escaped, whole; /* whole: the outermost brace was closed */
};

struct draft {
	void (*on_text)(void *ctx, const char *text, size_t len); /* or NULL */
	void *ctx;
	struct buf text, reasoning, piece;
	struct mend_join join;
	struct draft_call *calls;
	size_t count, cap, args_bytes;
	char *finish;
	struct model_usage usage;
	bool began; /* something of worth has come: no retry from here on */
	bool has_usage;
};

void draft_init(struct draft *d);
void draft_fini(struct draft *d);
/* A choice with "delta" or "message". mended: the JSON went through mend_json. -1 ERR_LIMIT at a cap. */
int draft_choice(struct draft *d, const json_t *choice, bool mended, struct err *e) MUST_CHECK;
void draft_usage(struct draft *d, const json_t *usage);
/*
 * Moves what came into reply (text, reasoning, calls, finish, usage). cut: the stream broke; calls with unfinished
 * arguments are dropped and finish is "cut". next_id: counter for ids that the server did not give.
 */
void draft_take(struct draft *d, struct model_reply *reply, bool cut, unsigned *next_id);

#endif
