/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of answers, each content once over all investigations, named by its SHA-256. */
#include "agent/store/store_private.h"

#include <string.h>

#define ERR_STATE openssl_err_state /* a type of theirs, an error code of ours */
#include <openssl/evp.h>
#undef ERR_STATE

#include "agent/base/mem.h"

static void hex_sha256(const void *data, size_t len, char out[static 65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(data, len, sum, &n, EVP_sha256(), NULL) != 1 || n != 32)
		abort(); /* libcrypto without SHA-256: nothing could be trusted */
	for (unsigned i = 0; i < n; i++) {
		out[2 * i] = digits[sum[i] >> 4];
		out[2 * i + 1] = digits[sum[i] & 15];
	}
	out[64] = '\0';
}

static int find(struct store *s, const char *sha256, int64_t *row, struct err *e)
{
	struct db_stmt *q = db_prepare(s->db, "SELECT n FROM bodies WHERE sha256 = ?", e);
	int rc;

	db_bind_text(q, sha256);
	rc = db_step(q, e);
	if (rc == 1)
		*row = db_int(q, 0);
	db_release(q);
	return rc;
}

/* The sum is computed here, always: a wrong one from a caller would give another investigation the wrong body. */
int store_body_put(struct store *s, const void *data, size_t len, int64_t *row, char sha256[static 65], struct err *e)
{
	struct db_stmt *q;
	int rc;

	hex_sha256(data, len, sha256);
	rc = find(s, sha256, row, e);
	if (rc)
		return rc == 1 ? 0 : -1;
	q = db_prepare(s->db, "INSERT INTO bodies (sha256, data) VALUES (?, ?)", e);
	db_bind_text(q, sha256);
	db_bind_bytes(q, data, len);
	if (db_run(q, e))
		return -1;
	return find(s, sha256, row, e) == 1 ? 0 : -1;
}

char *store_body_get(struct store *s, int64_t row, size_t *len, struct err *e)
{
	struct db_stmt *q = db_prepare(s->db, "SELECT data FROM bodies WHERE n = ?", e);
	char *body = NULL;
	const char *data;

	db_bind_int(q, row);
	if (db_step(q, e) == 1) {
		data = db_bytes(q, 0, len);
		body = mem_strn(data ? data : "", *len);
	}
	db_release(q);
	return body;
}

int store_body_drop(struct store *s, int64_t investigation, struct err *e)
{
	struct db_stmt *q =
	    db_prepare(s->db,
		       "DELETE FROM bodies WHERE n IN"
		       " (SELECT body FROM reads WHERE investigation = ?1 AND body IS NOT NULL)"
		       " AND NOT EXISTS (SELECT 1 FROM reads r WHERE r.body = bodies.n AND r.investigation <> ?1)",
		       e);

	db_bind_int(q, investigation);
	return db_run(q, e);
}
