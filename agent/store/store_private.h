/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the store share. */
#ifndef AGENT_STORE_STORE_PRIVATE_H
#define AGENT_STORE_STORE_PRIVATE_H

#include "agent/store/db.h"
#include "agent/store/owner.h"
#include "agent/store/store.h"

struct store {
	struct db *db;
	bool broken; /* once true, for good; first says why and is constant from then on */
	struct err first;
	char owner[OWNER_TEXT];
};

/*
 * One transaction with the store's lock. Always begin, then end, whatever begin said:
 *
 *	rc = store_tx_write(&t, s);
 *	if (rc == 0)
 *		rc = ...(&t.why);
 *	return store_tx_end(&t, rc, e);
 */
struct store_tx {
	struct store *s;
	bool open, write;
	struct err why;
};

/* Fails at once, with the first error, when the store is broken. */
int store_tx_write(struct store_tx *t, struct store *s) MUST_CHECK;
int store_tx_read(struct store_tx *t, struct store *s) MUST_CHECK;
/*
 * Commits when rc is 0, else rolls back and copies why to e. A failed write breaks the store, unless the caller's data
 * was wrong.
 */
int store_tx_end(struct store_tx *t, int rc, struct err *e);

/* --- within a transaction --- */

/* Row number of an id. ERR_NOT_FOUND. */
int store_number(struct store *s, const char *id, int64_t *n, struct err *e) MUST_CHECK;
/* When something last happened in the investigation i of a query. */
#define STORE_LAST_TIME                                                                                                \
	"coalesce((SELECT time FROM events WHERE investigation = i.n ORDER BY seq DESC LIMIT 1), i.created)"
/* "cancelled" for "running" ones whose process is gone, else what the row says. */
const char *store_status(const char *status, const char *owner, int64_t last_ms);

/* Content-addressed bodies (store_body.c). put gives the row and the SHA-256 in hex. */
int store_body_put(struct store *s, const void *data, size_t len, int64_t *row, char sha256[static 65],
		   struct err *e) MUST_CHECK;
/* The caller's, NUL-terminated. NULL when there is none or it cannot be read. */
char *store_body_get(struct store *s, int64_t row, size_t *len, struct err *e);
/* Removes the bodies that only this investigation's reads refer to; the reads have to go in the same transaction. */
int store_body_drop(struct store *s, int64_t investigation, struct err *e) MUST_CHECK;

/* The text index (search.c). A text of the same kind and ref is replaced. NULL and empty texts are left out. */
int search_add(struct store *s, int64_t investigation, const char *kind, const char *ref, const char *text,
	       struct err *e) MUST_CHECK;
int search_drop(struct store *s, int64_t investigation, struct err *e) MUST_CHECK;

/* Arrays of everything recorded, for documents and dumps (store_rows.c). New references; NULL on failure. */
json_t *store_rows_messages(struct store *s, int64_t n, struct err *e);
json_t *store_rows_calls(struct store *s, int64_t n, bool results, struct err *e);
json_t *store_rows_evidence(struct store *s, int64_t n, struct err *e);
json_t *store_rows_findings(struct store *s, int64_t n, struct err *e);
json_t *store_rows_reads(struct store *s, int64_t n, bool bodies, struct err *e);
json_t *store_rows_events(struct store *s, int64_t n, int64_t after, int64_t limit, struct err *e);
json_t *store_rows_usage(struct store *s, int64_t n, struct err *e);	 /* one a request */
json_t *store_rows_usage_sum(struct store *s, int64_t n, struct err *e); /* as in the contract */

#endif
