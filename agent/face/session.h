/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command needs, opened from the command line: config, clusters, store, toolsets. Errors are printed
 * once, here.
 */
#ifndef AGENT_FACE_SESSION_H
#define AGENT_FACE_SESSION_H

#include "agent/base/pool.h"
#include "agent/config/config.h"
#include "agent/face/cli.h"
#include "agent/face/term.h"
#include "agent/investigate/inquiry.h"
#include <jansson.h>

#define SESSION_THREADS 16   /* workers for tool calls and reading ahead */
#define SESSION_WAITING 1024 /* jobs that may wait for one */

struct session {
	struct options *options;
	struct config *config;
	struct registry *registry;
	struct world *world;
	struct store *store;
	struct pool *pool;
	struct prompts *prompts;
	struct runbooks *runbooks;
	struct cancel *cancel;   /* fired by SIGINT, SIGTERM */
	struct term out, err;
	const char *nothing_to_spend; /* the flag that sets a budget to 0; NULL: none does */
	bool recorded;           /* set before session_world: what is read is for the record of an investigation */
	bool patient;            /* what is wrong with the kubeconfig may pass: it makes a cluster unreadable, no more */
	bool unread;             /* work may still run in the background: nothing is freed */
};

/* Config and terminal; SIGINT and SIGTERM are taken over. 0, or the exit status after the error was printed. */
int session_open(struct session *s, struct options *o);
/* Each of these: 0, or the exit status after the error was printed. */
int session_toolsets(struct session *s);
int session_world(struct session *s);
/* After the toolsets: checks named in triage.suppress are known; those that ended are told. */
int session_suppressions(const struct session *s);
/* needed: false when a database that cannot be opened is only a warning, and memory is used instead. */
int session_store(struct session *s, bool needed);
int session_texts(struct session *s);
/* Frees all and returns status; ends the process here when work is still running. */
int session_close(struct session *s, int status);
/* "dupin: MESSAGE" on standard error, wrapped. Returns status. */
int session_fail(const struct session *s, int status, const char *message);
/* Writes an answer to standard output; a closed pipe is no error, a full disk is. */
int session_print(const struct session *s, const char *text);
/* A document as one line of JSON. */
int session_print_json(const struct session *s, const json_t *document);
bool session_interrupted(const struct session *s);
/* The output format: "text", "json", "markdown". */
const char *session_format(const struct session *s);

#endif
