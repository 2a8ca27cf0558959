/* SPDX-License-Identifier: Apache-2.0 */
/* An answer without a model: the findings of triage, those that the question is about first. */
#include "agent/investigate/document.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define NAME_MIN 3 /* a shorter name stands in any sentence */

/* Does the text hold the name as a word of its own? */
static bool mentions(const char *text, const char *name)
{
	size_t n = name ? strlen(name) : 0;

	if (n < NAME_MIN)
		return false;
	for (const char *p = text; (p = str_find_nocase(p, name)); p++) {
		bool left = p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '-');
		bool right = !(isalnum((unsigned char)p[n]) || (p[n] == '-' && isalnum((unsigned char)p[n + 1])));

		if (left && right)
			return true;
	}
	return false;
}

/* web-7d9f-x2x is meant by "web" as well. */
static bool mentions_base(const char *text, const char *name)
{
	auto_free char *base = mem_str(name);
	char *dash;

	while (base && (dash = strrchr(base, '-'))) {
		*dash = '\0';
		if (mentions(text, base))
			return true;
	}
	return false;
}

static int ref_rank(const char *question, const struct work_ref *r)
{
	if (mentions(question, r->name))
		return 3;
	if (r->name && mentions_base(question, r->name))
		return 2;
	return mentions(question, r->ns) ? 1 : 0;
}

/* How much a finding is what the question asks about: 3 names it, 2 its workload, 1 its namespace. */
static int relevance(const char *question, const struct triage_finding *f)
{
	int best = ref_rank(question, &f->f.object);

	for (size_t i = 0; i < f->f.affects_count; i++) {
		int r = ref_rank(question, &f->f.affects[i]);

		best = r > best ? r : best;
	}
	return best;
}

static int relevance_all(const struct inquiry *q, const struct triage_finding *f)
{
	int best = relevance(q->setup->question, f);

	for (const int *s = f->symptoms; s && *s; s++) {
		const struct triage_finding *sf = triage_find(q->triage, *s);
		int r = sf ? relevance(q->setup->question, sf) : 0;

		best = r > best ? r : best;
	}
	return best;
}

static json_t *cause_of(const struct inquiry *q, const struct triage_finding *f, int rank)
{
	auto_json json_t *whole = triage_finding_json(q->triage, f);
	json_t *o = json_object(), *cites = json_array();

	json_object_set_new(o, "cause", json_text0(f->f.cause));
	json_object_set(o, "object", json_object_get(whole, "object"));
	json_object_set_new(o, "confidence",
			    json_string(f->f.score >= 0.85  ? "high"
					: f->f.score >= 0.6 ? "medium"
							    : "low"));
	for (size_t i = 0; i < ARRAY_LEN(f->f.evidence) && f->f.evidence[i]; i++) {
		const char *quote = evidence_quote(q->setup->world->evidence, f->f.evidence[i]);
		char id[16];

		if (!quote)
			continue;
		snprintf(id, sizeof(id), "E%d", f->f.evidence[i]);
		json_array_append_new(
			cites, json_pack("{s:s,s:o,s:b}", "evidence", id, "quote", json_text0(quote), "verified", 1));
	}
	json_object_set_new(o, "citations", cites);
	json_object_set(o, "finding", json_object_get(whole, "id"));
	json_object_set(o, "symptoms", json_object_get(whole, "symptoms"));
	json_object_set_new(o, "relevance", json_integer(rank));
	return o;
}

static char *summary(const struct inquiry *q, size_t causes, int best)
{
	const struct triage *t = q->triage;
	auto_buf struct buf b = BUF_INIT(4096);

	if (!t) {
		buf_str(&b, "The checks did not end, so nothing is known yet.");
		return buf_steal(&b);
	}
	if (!t->checks_run) {
		buf_str(&b, "No check ran, so nothing is known: no toolset with checks is enabled (toolsets.disable).");
		return buf_steal(&b);
	}
	if (!causes) {
		buf_printf(&b, "The checks found nothing that is failing now (%zu checks)%s.", t->checks_run,
			   t->suppressed_count ? " but what the config suppresses" : "");
		return buf_steal(&b);
	}
	if (causes == 1)
		buf_str(&b, "The checks found one root cause of what is failing now.");
	else
		buf_printf(&b, "The checks found %zu root causes of what is failing now.", causes);
	if (best >= 2)
		buf_str(&b, " The first is what the question names.");
	else if (causes > 1)
		buf_str(&b, " None of them is on an object that the question names; the most likely stands first.");
	return buf_steal(&b);
}

json_t *offline_report(struct inquiry *q)
{
	json_t *o = json_object(), *causes = json_array(), *fix = json_array();
	auto_free char *text = NULL;
	int best = 0;

	for (int rank = 3; rank >= 0 && q->triage; rank--) {
		for (const int *r = q->triage->root_causes; r && *r; r++) {
			const struct triage_finding *f = triage_find(q->triage, *r);

			if (relevance_all(q, f) != rank)
				continue;
			json_array_append_new(causes, cause_of(q, f, rank));
			best = rank > best ? rank : best;
			for (size_t i = 0; i < ARRAY_LEN(f->f.fix) && f->f.fix[i]; i++)
				json_array_append_new(fix, json_text0(f->f.fix[i]));
		}
	}
	text = summary(q, json_array_size(causes), best);
	json_object_set_new(o, "summary", json_text0(text));
	json_object_set_new(o, "root_causes", causes);
	json_object_set_new(o, "fix", fix);
	json_object_set_new(o, "not_seen", json_array());
	json_object_set_new(o, "unverified", json_array());
	return o;
}
