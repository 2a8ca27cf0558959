/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One investigation from question to proven answer: triage first, then the model with its tools (when there is
 * one), every quote
 * looked up before it counts, everything recorded as it happens.
 */
#ifndef AGENT_INVESTIGATE_INQUIRY_H
#define AGENT_INVESTIGATE_INQUIRY_H

#include "agent/base/pool.h"
#include "agent/config/config.h"
#include "agent/investigate/prompt.h"
#include "agent/investigate/runbook.h"
#include "agent/store/store.h"
#include "agent/tools/registry.h"
#include "agent/tools/world.h"

struct inquiry_setup {              /* all borrowed */
	const char *question;
	const json_t *attachments;  /* [{"name","text"}] or NULL */
	struct world *world;
	struct registry *registry;
	struct pool *pool;
	struct store *store;
	const struct config *config;
	const struct prompts *prompts;
	const struct runbooks *runbooks;
	struct cancel *cancel;
	bool offline;               /* no model */
	const char *offline_why;    /* why there is none, for people; NULL: it was asked for */
	/* Progress, in order, on the calling thread: the same events as in the store. */
	void (*on_event)(void *ctx, const char *kind, const json_t *data);
	void *ctx;
};

enum inquiry_end {
	INQUIRY_ANSWERED = 0,
	INQUIRY_USAGE = 2,          /* the namespace to judge is in no cluster */
	INQUIRY_UNREADABLE = 3,     /* no cluster could be read */
	INQUIRY_FAILED = 4,         /* the model failed and triage had nothing either */
	INQUIRY_BUDGET = 5,
	INQUIRY_CANCELED = 130,
};

struct inquiry_result {
	json_t *document;           /* dupin.investigation/v1; owned. NULL only when unreadable */
	enum inquiry_end end;       /* the exit status that goes with it */
	bool left_running;          /* a worker was deaf to the end: nothing that was lent may be freed */
	char why[480];              /* what people must be told on standard error; "" when nothing */
};

/* Always fills the result; free document with json_decref. */
void inquiry_run(const struct inquiry_setup *s, struct inquiry_result *out);

/*
 * The answer part of a document as Markdown with the headings Root causes, Evidence, Could not see, Fix. The
 * caller's.
 */
char *inquiry_markdown(const json_t *document);

#endif
