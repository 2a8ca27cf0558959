/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML as Jenkins and GitLab read it: a suite for each cluster, a test case for each check. A check fails with what it
 * found now, in one element, because Jenkins keeps but the first. It is skipped when it found nothing and could not see all
 * that it reads, or when only suppressed findings are left of it: that it passed would be a lie. A cluster that cannot be
 * read is an error.
 */
#include "agent/face/export.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/tools/blind.h"

#define TEXT_MAX (4u << 20)
#define DESCRIBED_MAX 100 /* findings of one check that are told in full */

struct suite {
	const struct export_setup *s;
	const struct cluster *cluster;
	json_t *spots;         /* blind spots of the cluster */
	struct buf cases;
	size_t tests, failures, skipped, errors;
};

/* Escaped for attributes and for text. Bytes that no XML may hold become visible or U+FFFD. */
static void xml(struct buf *b, const char *s)
{
	auto_buf struct buf safe = BUF_INIT(2 * TEXT_MAX);

	utf8_printable(&safe, s, strlen(s));
	for (const char *p = buf_cstr(&safe); *p; p++) {
		const unsigned char *u = (const unsigned char *)p;

		if (*p == '&')
			buf_str(b, "&amp;");
		else if (*p == '<')
			buf_str(b, "&lt;");
		else if (*p == '>')
			buf_str(b, "&gt;");
		else if (*p == '"')
			buf_str(b, "&quot;");
		else if (*p == '\n')
			buf_str(b, "&#10;");
		else if (u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe) { /* U+FFFE and U+FFFF */
			buf_str(b, "\xef\xbf\xbd");
			p += 2;
		} else
			buf_char(b, *p);
	}
}

static void attribute(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, " %s=\"", name);
	xml(b, value);
	buf_char(b, '"');
}

/* Text between tags keeps its lines. */
static void lines(struct buf *b, const char *s)
{
	char **list = str_split(s, '\n');

	for (size_t i = 0; list[i]; i++) {
		if (i)
			buf_char(b, '\n');
		xml(b, list[i]);
	}
	str_list_free(list);
}

static enum severity least(const char *fail_on)
{
	return str_eq(fail_on, "critical") ? SEVERITY_CRITICAL : str_eq(fail_on, "info") ? SEVERITY_INFO : SEVERITY_WARNING;
}

static const char *const severity_names[] = {"info", "warning", "critical"};

static void describe(struct buf *b, const struct suite *q, const struct triage_finding *f)
{
	const struct work_ref *o = &f->f.object;
	const struct triage *t = q->s->triage;

	buf_printf(b, "F%d %s %s %s%s%s (score %.2f): %s\n", f->id, severity_names[f->f.severity], str_or(o->kind, "object"),
		   str_or(o->ns, ""), str_empty(o->ns) ? "" : "/", str_or(o->name, ""), f->f.score, f->f.cause);
	if (f->caused_by) {
		auto_free char *title = triage_title(t, triage_find(t, f->caused_by));

		buf_printf(b, "  caused by F%d %s\n", f->caused_by, title);
	}
	for (size_t i = 0; i < ARRAY_LEN(f->f.evidence) && f->f.evidence[i]; i++) {
		const json_t *e = json_array_get(json_object_get(q->s->document, "evidence"), (size_t)f->f.evidence[i] - 1);

		buf_printf(b, "  %s \"%s\" %s %s\n", json_str_or(e, "id", ""), json_str_or(e, "quote", ""),
			   json_str_or(e, "source", ""), json_str_or(e, "pointer", ""));
	}
	for (size_t i = 0; i < ARRAY_LEN(f->f.fix) && f->f.fix[i]; i++)
		buf_printf(b, "  fix: %s\n", f->f.fix[i]);
}

/* Does the blind spot hide something that the check reads? "secrets in ns x", "pods/log of ..." */
static bool concerns(const struct check *c, const char *what)
{
	auto_free char *word = mem_strn(what, strcspn(what, " "));

	return export_reads(c, word);
}

/* Why a check that found nothing did not pass; NULL: it did. The caller's. */
static char *skip_reason(const struct suite *q, const struct check *c)
{
	const struct triage *t = q->s->triage;
	const json_t *s;
	size_t i;

	for (i = 0; i < t->suppressed_count; i++)
		if (t->suppressed[i].f.cluster == q->cluster && str_eq(t->suppressed[i].f.check, c->name))
			return mem_str(t->suppressed[i].why);
	json_array_foreach (q->spots, i, s) {
		if (concerns(c, json_str_or(s, "what", "")))
			return mem_printf("could not see %s: %s", json_str_or(s, "what", ""), json_str_or(s, "why", ""));
	}
	return q->s->complete ? NULL : mem_str("not every check ran");
}

/* What the check found: failures and, in notes, what counts for none. Returns the most severe failure; NULL: none. */
static const struct triage_finding *sort_findings(const struct suite *q, const struct check *c, struct buf *failed,
						  struct buf *notes, size_t *count)
{
	const struct triage *t = q->s->triage;
	const struct triage_finding *worst = NULL;
	size_t described = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct triage_finding *f = &t->findings[i];
		bool fails = f->f.severity >= least(q->s->fail_on) && (f->now || f->f.severity == SEVERITY_INFO);

		if (f->f.cluster != q->cluster || !str_eq(f->f.check, c->name))
			continue;
		if (described++ < DESCRIBED_MAX)
			describe(fails ? failed : notes, q, f);
		*count += fails;
		if (fails && !worst)
			worst = f; /* they are ordered by severity */
	}
	if (described > DESCRIBED_MAX)
		buf_printf(failed, "and %zu more (-o json lists all)\n", described - DESCRIBED_MAX);
	return worst;
}

static void check_case(struct suite *q, const struct check *c, const char *toolset)
{
	auto_buf struct buf failed = BUF_INIT(TEXT_MAX), notes = BUF_INIT(TEXT_MAX);
	auto_free char *class = mem_printf("%s.%s", q->cluster->name, toolset);
	size_t count = 0;
	const struct triage_finding *worst = sort_findings(q, c, &failed, &notes, &count);
	auto_free char *skip = worst ? NULL : skip_reason(q, c);

	q->tests++;
	buf_str(&q->cases, "    <testcase");
	attribute(&q->cases, "classname", class);
	attribute(&q->cases, "name", c->name);
	buf_str(&q->cases, " time=\"0\">\n");
	if (worst) {
		auto_free char *more = count > 1 ? mem_printf(" (and %zu more)", count - 1) : mem_str("");
		auto_free char *title = mem_printf("%s%s", worst->f.cause, more);

		q->failures++;
		buf_str(&q->cases, "      <failure");
		attribute(&q->cases, "message", title);
		attribute(&q->cases, "type", severity_names[worst->f.severity]);
		buf_char(&q->cases, '>');
		lines(&q->cases, buf_cstr(&failed));
		buf_str(&q->cases, "</failure>\n");
	} else if (skip) {
		q->skipped++;
		buf_str(&q->cases, "      <skipped");
		attribute(&q->cases, "message", skip);
		buf_str(&q->cases, "/>\n");
	}
	if (notes.len) {
		buf_str(&q->cases, "      <system-out>");
		lines(&q->cases, buf_cstr(&notes));
		buf_str(&q->cases, "</system-out>\n");
	}
	buf_str(&q->cases, "    </testcase>\n");
}

/* Nothing in the cluster could be read: the one test that there is did not come to a result. */
static void broken_case(struct suite *q)
{
	q->tests++;
	q->errors++;
	buf_str(&q->cases, "    <testcase");
	attribute(&q->cases, "classname", q->cluster->name);
	buf_str(&q->cases, " name=\"the cluster can be read\" time=\"0\">\n      <error");
	attribute(&q->cases, "message", q->cluster->broken);
	buf_str(&q->cases, " type=\"unreadable\"/>\n    </testcase>\n");
}

static json_t *spots_of(const struct export_setup *s, const struct cluster *c)
{
	auto_json json_t *all = blind_suppressed(json_object_get(s->document, "blind_spots"), false);
	json_t *list = json_array(), *spot;
	size_t i;

	json_array_foreach (all, i, spot) {
		if (str_eq(json_str_at(spot, "cluster"), c->name))
			json_array_append(list, spot);
	}
	return list;
}

static void suite_close(struct suite *q, size_t number, struct buf *out)
{
	const json_t *spot;
	size_t i;

	buf_str(out, "  <testsuite");
	attribute(out, "name", q->cluster->name);
	buf_printf(out, " id=\"%zu\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\" ", number,
		   q->tests, q->failures, q->errors, q->skipped);
	buf_printf(out, "timestamp=\"%.19s\" hostname=\"localhost\">\n", json_str_or(q->s->document, "now", ""));
	buf_str(out, buf_cstr(&q->cases));
	if (json_array_size(q->spots)) {
		buf_str(out, "    <system-err>");
		json_array_foreach (q->spots, i, spot) {
			auto_free char *line = mem_printf("could not see %s: %s", json_str_or(spot, "what", ""),
							  json_str_or(spot, "why", ""));

			xml(out, line);
			buf_char(out, '\n');
		}
		buf_str(out, "</system-err>\n");
	}
	buf_str(out, "  </testsuite>\n");
	buf_fini(&q->cases);
	json_decref(q->spots);
}

char *export_junit(const struct export_setup *s)
{
	auto_buf struct buf out = BUF_INIT(32u << 20), suites = BUF_INIT(32u << 20);
	const struct world *w = s->triage->world;
	size_t tests = 0, failures = 0, errors = 0, skipped = 0;
	const char *toolset;

	for (size_t i = 0; i < w->count; i++) {
		struct suite q = {.s = s, .cluster = &w->clusters[i], .cases = BUF_INIT(32u << 20)};
		const struct check *c;

		q.spots = spots_of(s, q.cluster);
		if (q.cluster->broken)
			broken_case(&q);
		for (size_t k = 0; !q.cluster->broken && (c = export_check(s, k, &toolset)); k++)
			check_case(&q, c, toolset);
		tests += q.tests;
		failures += q.failures;
		errors += q.errors;
		skipped += q.skipped;
		suite_close(&q, i, &suites);
	}
	buf_str(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_printf(&out, "<testsuites name=\"dupin triage\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" ",
		   tests, failures, errors, skipped);
	buf_str(&out, "time=\"0\">\n");
	buf_str(&out, buf_cstr(&suites));
	buf_str(&out, "</testsuites>\n");
	return buf_steal(&out);
}
