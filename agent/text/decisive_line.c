/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/decisive_rules.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static unsigned pair_of(char a, char b)
{
	return ((unsigned)(unsigned char)a * 61 + (unsigned char)b) & 4095;
}

/* Length of an RFC 3339 time and the blank after it ("2026-05-01T10:00:00.123456789Z "), which runtimes put before
 * lines. */
static size_t stamp_length(const char *s, size_t n)
{
	static const char form[] = "0000-00-00T00:00:00";
	size_t i = 0;

	for (; i < sizeof form - 1; i++)
		if (i >= n || (form[i] == '0' ? !is_digit(s[i]) : s[i] != form[i]))
			return 0;
	while (i < n && (is_digit(s[i]) || strchr(".:+-Z", s[i])) && s[i])
		i++;
	return i < n && s[i] == ' ' ? i + 1 : 0;
}

static bool may_have(const struct line *l, const char *p)
{
	for (int i = 0; i < 4 && p[0] && p[1] && p[0] != '*' && p[1] != '*' && p[1] != '$'; i++, p++) {
		unsigned bit = pair_of(p[0], p[1]);

		if (!(l->pairs[bit / 8] & (1u << bit % 8)))
			return false;
	}
	return true;
}

static void blank_benign(struct line *l)
{
	for (size_t i = 0; (i = index_next(&l->hits, INDEX_BENIGN, i)) != SIZE_MAX; i++) {
		const char *phrase = decisive_benign[i];
		size_t len = strlen(phrase);

		if (!may_have(l, phrase))
			continue;
		for (char *at = l->low; (at = strstr(at, phrase)); at += len) {
			if (at > l->low && is_alnum(at[-1]) && is_alnum(*phrase))
				continue;
			memset(at, ' ', len);
		}
	}
}

void decisive_line_read(struct line *l, const char *s, size_t n)
{
	size_t skip;

	if (n && s[n - 1] == '\r')
		n--;
	skip = stamp_length(s, n);
	l->text = s + skip;
	l->len = n - skip;
	l->indented = l->len && (l->text[0] == ' ' || l->text[0] == '\t');
	l->low_len = 0;
	memset(l->pairs, 0, sizeof l->pairs);
	for (size_t i = 0; i < l->len && l->low_len < LINE_SEEN; i++) {
		char c = l->text[i];

		if (c == '\x1b' && i + 1 < l->len && l->text[i + 1] == '[') { /* colours */
			for (i += 2; i < l->len && !(l->text[i] >= '@' && l->text[i] <= '~'); i++)
				;
			continue;
		}
		c = c == '\0' || c == '\t' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
		l->low[l->low_len++] = c;
	}
	l->low[l->low_len] = '\0';
	for (size_t i = 0; i + 1 < l->low_len; i++) {
		unsigned bit = pair_of(l->low[i], l->low[i + 1]);

		l->pairs[bit / 8] |= (unsigned char)(1u << bit % 8);
	}
	index_look(l->low, l->low_len, &l->hits);
	l->empty = strspn(l->low, " ") == l->low_len;
	l->level = decisive_level(l->text, l->len);
	blank_benign(l);
}

/* The last piece of a pattern: '$' wants nothing but blanks after it. */
static bool ends_with_rest(const char *at, const char *piece, bool start)
{
	size_t len = strcspn(piece, "$");

	if (piece[len] == '\0')
		return start ? strncmp(at, piece, len) == 0 : strstr(at, piece) != NULL;
	for (; *at; at++) {
		if (strncmp(at, piece, len) == 0 && at[len + strspn(at + len, " ")] == '\0')
			return true;
		if (start)
			return false;
	}
	return false;
}

bool decisive_has(const struct line *l, const char *pattern)
{
	const char *at = l->low, *star;
	bool start = *pattern == '^';

	pattern += start;
	if (!may_have(l, pattern))
		return false;
	at += start ? strspn(at, " ") : 0;
	while ((star = strchr(pattern, '*'))) {
		size_t len = (size_t)(star - pattern);

		at = start ? (strncmp(at, pattern, len) == 0 ? at : NULL)
			   : memmem(at, l->low_len - (size_t)(at - l->low), pattern, len);
		if (!at)
			return false;
		at += len;
		pattern = star + 1;
		start = false;
	}
	return ends_with_rest(at, pattern, start);
}

bool decisive_any(const struct line *l, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (decisive_has(l, *patterns))
			return true;
	return false;
}

/* The same for a whole list of decisive_rules.h. */
static bool has_any(const struct line *l, enum index_list list, const char *const *patterns)
{
	for (size_t i = 0; (i = index_next(&l->hits, list, i)) != SIZE_MAX; i++)
		if (decisive_has(l, patterns[i]))
			return true;
	return false;
}

bool decisive_follows(const struct line *l)
{
	return has_any(l, INDEX_CONSEQUENCES, decisive_consequences);
}

bool decisive_is_noise(const struct line *l)
{
	return has_any(l, INDEX_NOISE, decisive_noise);
}

static bool tells_trouble(const struct line *l)
{
	return has_any(l, INDEX_TROUBLE, decisive_trouble);
}

const struct rule *decisive_content_of(const struct line *l)
{
	for (size_t i = 0; (i = index_next(&l->hits, INDEX_CONTENT, i)) != SIZE_MAX; i++)
		if (decisive_has(l, decisive_content[i].pattern))
			return &decisive_content[i];
	return NULL;
}

static bool ends_like_exception(const char *s, size_t n)
{
	static const char *const tails[] = {"Error", "Exception", "Exit", "Fault", "Interrupt", "Failure", "Errors"};

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		size_t len = strlen(tails[i]);

		if (n >= len && memcmp(s + n - len, tails[i], len) == 0)
			return true;
	}
	return false;
}

bool decisive_is_exception(const struct line *l)
{
	static const char *const before[] = {"Uncaught ", "Unhandled exception. ",
					     "Unhandled Exception: ", "Exception in thread "};
	size_t i = 0, from;

	for (size_t k = 0; k < sizeof before / sizeof *before; k++) {
		size_t len = strlen(before[k]);

		if (l->len > len && memcmp(l->text, before[k], len) == 0)
			return true;
	}
	while (i < l->len && l->text[i] == ' ')
		i++;
	from = i;
	while (i < l->len && i - from < 200 && (is_alnum(l->text[i]) || strchr("_.$", l->text[i])) && l->text[i])
		i++;
	if (i == from || !ends_like_exception(l->text + from, i - from))
		return false;
	/* "Error" alone must be followed by its message; a class may stand for itself. */
	if (i == l->len)
		return i - from > 9;
	return l->text[i] == ':' ||
	       (l->len - i > 2 && l->text[i] == ' ' && (l->text[i + 1] == '[' || l->text[i + 1] == '('));
}

/* A line that does not say its level. */
static int points_by_words(const struct line *l, const struct rule *about, bool weak, bool follows)
{
	if (about)
		return about->points ? about->points : 500;
	if (!tells_trouble(l))
		return 0;
	if (follows)
		return 180;
	if (decisive_has(l, "^fatal") || decisive_has(l, "fatal error") || decisive_has(l, "^panic"))
		return 800;
	if (weak)
		return 400;
	if (decisive_is_exception(l))
		return 720;
	return decisive_has(l, "^error") ? 600 : 420;
}

static int points_by_level(const struct line *l, const struct rule *about, bool weak, bool follows)
{
	int floor = about ? about->points : 0;

	switch (l->level) {
	case LEVEL_FATAL:
		if (about)
			return floor > 940 ? floor : 940;
		return follows ? 300 : weak ? 500 : 900;
	case LEVEL_ERROR:
		if (about)
			return floor > 800 ? floor : 800;
		return follows ? 250 : weak ? 430 : 620;
	case LEVEL_WARN:
		return about ? (floor >= 900 ? 700 : 450) : tells_trouble(l) && !follows ? 280 : 0;
	case LEVEL_INFO:
	case LEVEL_DEBUG:
		return about && floor > 600 ? (floor >= 900 ? 600 : 220) : 0;
	case LEVEL_NONE:
		break;
	}
	return points_by_words(l, about, weak, follows);
}

int decisive_points(const struct line *l, const char **kind)
{
	const struct rule *about;
	bool follows, weak;
	int points;

	*kind = "";
	if (l->empty || decisive_is_noise(l))
		return 0;
	about = decisive_content_of(l);
	follows = decisive_follows(l);
	weak = has_any(l, INDEX_WEAK, decisive_weak);
	points = points_by_level(l, about, weak, follows);
	if (points == 0)
		return 0;
	*kind = about ? about->kind : decisive_is_exception(l) ? "exception" : "error";
	/* An attempt that will be made again did not end the program. */
	if (decisive_has(l, "retrying") || decisive_has(l, "will retry") || decisive_has(l, "trying again") ||
	    decisive_has(l, "ignoring"))
		points -= points / 5;
	if (about && follows && about->points < 800)
		points -= points / 8;
	return points;
}
