/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words to investigations, by FTS5. Each text (question, answer, cause, finding, evidence) is a row of its own; an
 * investigation is found when all words are in it, in whichever of its texts. The best text ranks it and gives the
 * snippet.
 */
#include "agent/store/store_private.h"

#include <string.h>
#include <utf8proc.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"

/* More is no question of a person, and each word is a scan. */
#define MAX_WORDS 16
#define MAX_WORD_BYTES 128
/* Beyond, a text is a log or a dump, whose decisive lines are evidence anyway. */
#define MAX_TEXT_BYTES 65536

static int find_text(struct store *s, int64_t investigation, const char *kind, const char *ref, int64_t *n,
		     struct err *e)
{
	struct db_stmt *q =
	    db_prepare(s->db, "SELECT n FROM search_texts WHERE investigation = ? AND kind = ? AND ref = ?", e);
	int rc;

	db_bind_int(q, investigation);
	db_bind_text(q, kind);
	db_bind_text(q, ref);
	rc = db_step(q, e);
	if (rc == 1)
		*n = db_int(q, 0);
	db_release(q);
	return rc;
}

/* The index does not hold the texts: to forget one it has to be told what it was. */
static int drop_text(struct store *s, int64_t n, struct err *e)
{
	struct db_stmt *q = db_prepare(
	    s->db, "INSERT INTO search (search, rowid, text) SELECT 'delete', n, text FROM search_texts WHERE n = ?",
	    e);

	db_bind_int(q, n);
	if (db_run(q, e))
		return -1;
	q = db_prepare(s->db, "DELETE FROM search_texts WHERE n = ?", e);
	db_bind_int(q, n);
	return db_run(q, e);
}

int search_add(struct store *s, int64_t investigation, const char *kind, const char *ref, const char *text,
	       struct err *e)
{
	struct db_stmt *q;
	int64_t n = 0;
	int rc = find_text(s, investigation, kind, ref, &n, e);

	if (rc < 0 || (rc == 1 && drop_text(s, n, e)))
		return -1;
	if (str_empty(text))
		return 0;
	q = db_prepare(s->db, "INSERT INTO search_texts (investigation, kind, ref, text) VALUES (?, ?, ?, ?)", e);
	db_bind_int(q, investigation);
	db_bind_text(q, kind);
	db_bind_text(q, ref);
	db_bind_textn(q, text, utf8_cut(text, strlen(text), MAX_TEXT_BYTES));
	if (db_run(q, e) || find_text(s, investigation, kind, ref, &n, e) != 1)
		return -1;
	q = db_prepare(s->db, "INSERT INTO search (rowid, text) SELECT n, text FROM search_texts WHERE n = ?", e);
	db_bind_int(q, n);
	return db_run(q, e);
}

int search_drop(struct store *s, int64_t investigation, struct err *e)
{
	struct db_stmt *q = db_prepare(s->db,
				       "INSERT INTO search (search, rowid, text)"
				       " SELECT 'delete', n, text FROM search_texts WHERE investigation = ?",
				       e);

	db_bind_int(q, investigation);
	if (db_run(q, e))
		return -1;
	q = db_prepare(s->db, "DELETE FROM search_texts WHERE investigation = ?", e);
	db_bind_int(q, investigation);
	return db_run(q, e);
}

/* What the tokenizer makes tokens of: letters, numbers, private use. A word without any would match nothing at all. */
static bool has_token(const char *s, size_t n)
{
	utf8proc_int32_t c;

	for (size_t i = 0; i < n;) {
		utf8proc_ssize_t step =
		    utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(n - i), &c);
		utf8proc_category_t cat;

		if (step <= 0)
			return false;
		cat = utf8proc_category(c);
		if ((cat >= UTF8PROC_CATEGORY_LU && cat <= UTF8PROC_CATEGORY_LO) ||
		    (cat >= UTF8PROC_CATEGORY_ND && cat <= UTF8PROC_CATEGORY_NO) || cat == UTF8PROC_CATEGORY_CO)
			return true;
		i += (size_t)step;
	}
	return false;
}

/*
 * What was typed as FTS5 phrases: split at blanks and quotes, each part in quotes, where no character means anything
 * but a quote. A part such as gpu-h100 is then the phrase "gpu h100". The last one is a beginning, since it may not be
 * typed to its end yet.
 */
static size_t split_words(const char *typed, char *phrases[static MAX_WORDS])
{
	auto_buf struct buf clean = BUF_INIT((size_t)MAX_WORDS * MAX_WORD_BYTES * 4);
	size_t count = 0;
	const char *p;

	utf8_clean(&clean, typed, strlen(typed));
	for (p = buf_cstr(&clean); *p && count < MAX_WORDS;) {
		size_t n = strcspn(p, " \t\r\n\v\f\"");
		size_t kept = n > MAX_WORD_BYTES ? utf8_cut(p, n, MAX_WORD_BYTES) : n;

		if (kept && has_token(p, kept))
			phrases[count++] = mem_printf("\"%.*s\"", (int)kept, p);
		p += n + (p[n] != '\0');
	}
	if (count > 0) {
		char *last = phrases[count - 1];

		phrases[count - 1] = mem_printf("%s*", last);
		free(last);
	}
	return count;
}

#define MATCHES "SELECT t.investigation FROM search JOIN search_texts t ON t.n = search.rowid WHERE search MATCH ?"

/* One statement for each number of words, so that the cache of statements stays small. */
static void write_query(struct buf *sql, size_t words)
{
	buf_str(sql, "SELECT i.id, i.question, i.status, i.owner, i.created, h.n, " STORE_LAST_TIME ", min(h.k) FROM"
		     " (SELECT t.investigation AS investigation, t.n AS n, rank AS k"
		     "  FROM search JOIN search_texts t ON t.n = search.rowid WHERE search MATCH ?) h"
		     " JOIN investigations i ON i.n = h.investigation WHERE 1");
	for (size_t i = 0; i < words; i++)
		buf_str(sql, " AND h.investigation IN (" MATCHES ")");
	buf_str(sql, " GROUP BY h.investigation ORDER BY min(h.k), i.id DESC LIMIT ?");
}

/* The text around the words on one line, the words in brackets. New reference. */
static json_t *get_snippet(struct store *s, const char *any, int64_t n, struct err *e)
{
	struct db_stmt *q = db_prepare(
	    s->db,
	    "SELECT snippet(search, 0, '[', ']', '\xe2\x80\xa6', 24) FROM search WHERE search MATCH ? AND rowid = ?",
	    e);
	json_t *snippet = NULL;

	db_bind_text(q, any);
	db_bind_int(q, n);
	if (db_step(q, e) == 1) {
		auto_free char *text = mem_str(str_or(db_text(q, 0), ""));
		size_t len = 0;

		for (const char *p = text; *p; p++) {
			bool blank = *p == ' ' || (*p >= '\t' && *p <= '\r');

			if (!blank)
				text[len++] = *p;
			else if (len && text[len - 1] != ' ')
				text[len++] = ' ';
		}
		snippet = json_text(text, len);
	}
	db_release(q);
	return snippet;
}

static int run_query(struct store *s, char *const *phrases, size_t count, size_t limit, json_t *out, struct err *e)
{
	auto_buf struct buf sql = BUF_INIT(16384), any = BUF_INIT(16384);
	struct db_stmt *q;
	int rc;

	write_query(&sql, count);
	for (size_t i = 0; i < count; i++)
		buf_printf(&any, "%s%s", i ? " OR " : "", phrases[i]);
	q = db_prepare(s->db, buf_cstr(&sql), e);
	db_bind_text(q, buf_cstr(&any));
	for (size_t i = 0; i < count; i++)
		db_bind_text(q, phrases[i]);
	db_bind_int(q, (int64_t)limit);
	while ((rc = db_step(q, e)) == 1) {
		json_t *snippet = get_snippet(s, buf_cstr(&any), db_int(q, 5), e);

		if (!snippet) {
			rc = -1;
			break;
		}
		json_array_append_new(out, json_pack("{s:o, s:o, s:s, s:o, s:o}", "id", db_json_text(q, 0), "question",
						     db_json_text(q, 1), "status",
						     store_status(db_text(q, 2), db_text(q, 3), db_int(q, 6)),
						     "created", db_json_time(q, 4), "snippet", snippet));
	}
	db_release(q);
	return rc;
}

json_t *store_search(struct store *s, const char *words, size_t limit, struct err *e)
{
	char *phrases[MAX_WORDS];
	size_t count = split_words(words ? words : "", phrases);
	auto_json json_t *out = json_array();
	struct store_tx t;
	int rc;

	if (count == 0) {
		err_set(e, ERR_ARG, "there is nothing to search for in \"%.80s\"; give at least one word",
			words ? words : "");
		return NULL;
	}
	rc = store_tx_read(&t, s);
	if (rc == 0)
		rc = run_query(s, phrases, count, limit ? limit : 50, out, &t.why);
	rc = store_tx_end(&t, rc, e);
	for (size_t i = 0; i < count; i++)
		free(phrases[i]);
	return rc == 0 ? json_incref(out) : NULL;
}
