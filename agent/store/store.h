/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record: everything that happened in an investigation, appended as it happens. No SQL and no sqlite3 type leaves
 * agent/store/. Thread-safe; several processes may share one database (WAL). Strings go in and out as UTF-8; lists and
 * documents as json_t.
 *
 * A store that cannot be written (full disk, read-only home) does not end an investigation: the caller opens it
 * in memory
 * instead and says so.
 */
#ifndef AGENT_STORE_STORE_H
#define AGENT_STORE_STORE_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/*
 * Creates folder (0700) and file (0600), migrates. path ":memory:": nothing is kept. A newer schema than ours:
 * ERR_STATE, told.
 */
struct store *store_open(const char *path, struct err *e);
void store_close(struct store *s); /* NULL allowed */
const char *store_path(const struct store *s);
/* First write error since open, or NULL: the database stopped growing and the user must be told. */
const char *store_broken(struct store *s);

/* --- writing an investigation (store_investigation.c) --- */

struct store_begin {
	const char *question;
	const char *mode;      /* "model", "offline" */
	const char *model;     /* NULL when offline */
	const char *version;   /* of the program */
	const json_t *clusters; /* names and places */
	const json_t *setup;   /* settings that matter for a replay: scope, toolsets, prompt hash */
	int64_t now_ms;        /* cluster time */
};

#define STORE_ID 28 /* room for an id: 26 characters, sortable by time (ULID) */

/*
 * The status is "running" until store_end; a killed run stays so and is shown as "interrupted" once its process
 * is gone.
 */
int store_begin(struct store *s, const struct store_begin *b, char id[static STORE_ID], struct err *e) MUST_CHECK;
/*
 * Appends one event to the stream that every face reads: kind such as "delta", "tool_start", "note". Returns its
 * number, or -1.
 */
int64_t store_event(struct store *s, const char *id, const char *kind, const json_t *data);
/* A chat message as sent to or received from the model, in order. */
int store_message(struct store *s, const char *id, const json_t *message, struct err *e);
/* Several at once, all or none: much cheaper than one by one. */
int store_messages(struct store *s, const char *id, const json_t *messages, struct err *e);

struct store_call {
	const char *call_id, *tool, *status; /* status: ok, no_data, error, denied, timeout */
	const json_t *arguments;
	const char *result;      /* text that the model saw */
	size_t result_len;
	int64_t started_ms, duration_ms; /* wall */
	uint64_t bytes;
	const json_t *evidence;  /* array of ids ("E3") */
};
int store_call(struct store *s, const char *id, const struct store_call *c, struct err *e);

/* One answer of a source. Bodies are kept once per content (SHA-256) over all investigations. */
struct store_read {
	const char *cluster, *path, *accept, *state, *why, *type, *sha256;
	int status;
	const char *body;       /* NULL: too large, only sha256 and bytes stand */
	size_t body_len;
	uint64_t bytes;
	int64_t duration_ms;
	bool cached;
};
int store_read(struct store *s, const char *id, const struct store_read *r, struct err *e);

/* Evidence as in the contract: {"id","source","pointer","quote","cluster"[,"derived"]}. Replaces one of the same id. */
int store_evidence(struct store *s, const char *id, const json_t *evidence, struct err *e);
/* A finding as in the contract. */
int store_finding(struct store *s, const char *id, const json_t *finding, struct err *e);
/* Arrays of them, all or none: a commit for each of thousands would take seconds. */
int store_evidences(struct store *s, const char *id, const json_t *list, struct err *e);
int store_findings(struct store *s, const char *id, const json_t *list, struct err *e);
/* Adds to the sums: {"requests","prompt_tokens","completion_tokens","cached_tokens","cost_usd"}. */
int store_usage(struct store *s, const char *id, const char *model, const json_t *usage, struct err *e);
/* The final document (ask -o json) and status: answered, partial, failed, cancelled. */
int store_end(struct store *s, const char *id, const char *status, const json_t *document, struct err *e);

/* --- reading (store_history.c) --- */

struct store_filter {
	const char *status;  /* NULL: any */
	const char *before;  /* id: older than this */
	size_t limit;        /* 0: 50 */
};
/*
 * Newest first:
 * [{"id","question","status","mode","model","created","duration_ms","title","severity","clusters"}]. New
 * reference.
 */
json_t *store_list(struct store *s, const struct store_filter *f, struct err *e);
/*
 * id may be any unique beginning of one (at least 4 characters), or "last". ERR_NOT_FOUND, ERR_ARG (several:
 * they are named).
 */
int store_resolve(struct store *s, const char *id_part, char id[static STORE_ID], struct err *e) MUST_CHECK;
/*
 * The document; for a run that did not end it is put together from what was recorded, status "cancelled" or
 * "running". New reference.
 */
json_t *store_document(struct store *s, const char *id, struct err *e);
/*
 * Everything: {"investigation","messages","tool_calls","evidence","findings","reads","events","usage"}; bodies
 * with with_bodies. New reference.
 */
json_t *store_dump(struct store *s, const char *id, bool with_bodies, struct err *e);
/* Events with number > after, at most limit. New reference: [{"seq","time","kind","data"}]. */
json_t *store_events(struct store *s, const char *id, int64_t after, size_t limit, struct err *e);
/*
 * A recorded read for replay and evidence: {"state","status","type","why","bytes"}, body the caller's or NULL.
 * NULL: none such.
 * cluster NULL: any. accept NULL: application/json. Of several the newest that reached the source.
 */
json_t *store_find_read(struct store *s, const char *id, const char *cluster, const char *path, const char *accept, char **body,
			size_t *len);
/* Removes one and bodies that nothing else refers to. ERR_STATE while it still runs. */
int store_delete(struct store *s, const char *id, struct err *e) MUST_CHECK;

/* --- search (search.c) --- */
/*
 * Words anywhere in question, answer, causes, objects, evidence:
 * [{"id","question","status","created","snippet"}]. New reference.
 */
json_t *store_search(struct store *s, const char *words, size_t limit, struct err *e);

#endif
