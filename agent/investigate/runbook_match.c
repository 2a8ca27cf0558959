/* SPDX-License-Identifier: Apache-2.0 */
/* Which runbook fits: an alert says more than a check, that more than a kind with words, that more than words alone. */
#include "agent/investigate/runbook.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "agent/base/str.h"
#include "agent/investigate/runbook_load.h"

/* What is known, and what it is worth: a tier counts more than everything below it. */
enum tier {
	TIER = 1000,
	BY_WORDS = 1 * TIER,
	BY_KIND = 2 * TIER,
	BY_CHECK = 3 * TIER,
	BY_GLOB = 4 * TIER,
	BY_ALERT = 5 * TIER
};

#define GLOB_STEPS 100000
#define HITS_MAX 50
#define KIND_BONUS 100  /* more than any number of words */
#define CHECK_BONUS 200 /* more than a kind */
#define POSITIONS 100

/* * stands for any text; case does not count. Gives up (no match) on patterns that were made to be slow. */
static bool glob_match(const char *pattern, const char *s)
{
	const char *star = NULL, *back = NULL;
	size_t steps = 0;

	while (*s) {
		if (++steps > GLOB_STEPS)
			return false;
		if (*pattern == '*') {
			star = pattern++;
			back = s;
		} else if (tolower((unsigned char)*pattern) == tolower((unsigned char)*s)) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool is_word(int c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The word or phrase stands in text by itself, or in the plural. */
static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; n && (p = str_find_nocase(p, word)); p++) {
		const char *end = p + n;

		if (p > text && is_word(p[-1]) && is_word(*word))
			continue;
		if (tolower((unsigned char)*end) == 's' && is_word(end[-1]))
			end++;
		if (!is_word(*end) || !is_word(end[-1]))
			return true;
	}
	return false;
}

static bool listed(char *const *list, const char *name)
{
	for (; !str_empty(name) && *list; list++)
		if (str_eq_nocase(*list, name))
			return true;
	return false;
}

static bool check_listed(char *const *list, const char *check)
{
	for (; !str_empty(check) && *list; list++)
		if (glob_match(*list, check))
			return true;
	return false;
}

static int alert_score(const struct runbook *b, const char *alert)
{
	int best = 0;

	for (char *const *a = b->alerts; !str_empty(alert) && *a; a++) {
		int score = 0;

		if (str_eq_nocase(*a, alert))
			score = BY_ALERT;
		else if (strchr(*a, '*') && glob_match(*a, alert)) /* the longer pattern says more */
			score = BY_GLOB + (strlen(*a) < TIER / 4 ? (int)strlen(*a) : TIER / 4);
		if (score > best)
			best = score;
	}
	return best;
}

static int word_hits(const struct runbook *b, const char *question)
{
	int hits = 0;

	for (char *const *w = b->words; !str_empty(question) && *w && hits < HITS_MAX; w++)
		hits += has_word(question, *w);
	return hits;
}

/* A kind that stands in the question, and is not one of the words already. */
static bool names_kind(const struct runbook *b, const char *question)
{
	for (char *const *k = b->kinds; !str_empty(question) && *k; k++)
		if (!listed(b->words, *k) && has_word(question, *k))
			return true;
	return false;
}

/* An alert that is named first in a runbook is more its own than one that is named last. */
static int position_of(const struct runbook *b, const char *alert)
{
	int n = 0;

	while (n < POSITIONS - 1 && b->alerts[n] && !str_eq_nocase(b->alerts[n], str_or(alert, "")))
		n++;
	return n;
}

static int score(const struct runbook *b, const char *alert, const char *check, const char *kind, const char *question)
{
	int hits = word_hits(b, question), sum = alert_score(b, alert);
	bool of_kind = listed(b->kinds, kind), of_check = check_listed(b->checks, check);

	if (!sum && of_check)
		sum = BY_CHECK;
	if (!sum && of_kind && hits)
		sum = BY_KIND;
	/* "why is my pod OOMKilled": the kind is a word of the question too, but it alone says nothing */
	if (!sum && hits && hits + names_kind(b, question) >= 2)
		sum = BY_WORDS;
	return sum ? sum + hits + (of_kind ? KIND_BONUS : 0) + (of_check ? CHECK_BONUS : 0) : 0;
}

const struct runbook *runbooks_match(const struct runbooks *r, const char *alert, const char *check, const char *kind,
				     const char *question)
{
	const struct volume *best = NULL;
	long best_rank = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct volume *v = r->items[i];
		long s = score(&v->pub, alert, check, kind, question), own = v->folder != 0;
		/* of equals, people's own goes before the built-in one, and what names the alert early before what names it late */
		long rank = (s * 2 + own) * POSITIONS - position_of(&v->pub, alert);

		if (s && rank > best_rank) {
			best = v;
			best_rank = rank;
		}
	}
	return best ? &best->pub : NULL;
}
