/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/logs/pattern.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/alloc.h"

/* "(?:", "(?i)", "(?<name>" and the like: groups that only group, name or set options. */
static bool simple_group(const char *s)
{
	if (s[1] == '*')
		return false;
	if (s[1] != '?')
		return true;
	s += s[2] == 'P' ? 3 : 2;
	if (*s == '<')
		return isalpha((unsigned char)s[1]);
	s += strspn(s, "imsx-");
	return *s == ':' || *s == ')';
}

/* A sign taken for itself, or a kind of character; not a code, a reference or an end of the whole text. */
static bool known_escape(const char *s)
{
	return s[1] && (!isalnum((unsigned char)s[1]) || strchr("bBdDwWsSnrtf", s[1]));
}

/*
 * Would a search over several lines find every line that matches by itself? Any match within one line is one of the
 * ways to match there too, unless the pattern looks around, refuses to give back what it took, or asks for the ends of
 * the whole text.
 */
static bool one_line_or_many(const char *text)
{
	bool quantified = false;

	for (const char *s = text; *s; s++) {
		bool was_quantified = quantified;

		quantified = strchr("*+?}", *s) != NULL;
		if (*s == '\\') {
			if (!known_escape(s))
				return false;
			s++;
		} else if ((*s == '+' && was_quantified) || (*s == '(' && !simple_group(s))) {
			return false;
		}
	}
	return true;
}

/* Behind a class that begins at s: "[^]a-z[:digit:]]". */
static const char *behind_class(const char *s)
{
	s += s[1] == '^' ? 2 : 1;
	s += *s == ']';
	while (*s && *s != ']') {
		const char *end = *s == '[' && s[1] == ':' ? strstr(s, ":]") : NULL;

		s = end ? end + 2 : s + (*s == '\\' && s[1] ? 2 : 1);
	}
	return s + (*s == ']');
}

/* Behind a sign that is no character of its own. NULL: an escape of which nothing is known here. */
static const char *behind_sign(const char *s)
{
	if (*s == '[')
		return behind_class(s);
	if (*s == '\\')
		return known_escape(s) ? s + 2 : NULL;
	s += *s == '{' ? strcspn(s, "}") : 0;
	return s + (*s != '\0');
}

/* The longest run of characters that stand in every match, outside of groups and classes. Its length; 0: none. */
static size_t needed(const char *text, const char **from)
{
	size_t best = 0, run = 0;
	int depth = 0;

	if (strstr(text, "(?") || strstr(text, "(*"))
		return 0;
	for (const char *s = text; s;) {
		bool optional = *s && strchr("?*{", *s); /* the character before it may be there or not */

		if (*s && !depth && !strchr("\\^$.|?*+()[]{}", *s)) {
			run++;
			s++;
			continue;
		}
		run -= run && optional;
		if (run > best) {
			best = run;
			*from = s - run - optional;
		}
		run = 0;
		if (!*s)
			return best;
		if (*s == '|' && !depth)
			return 0;
		depth += (*s == '(') - (*s == ')');
		s = behind_sign(s);
	}
	return 0;
}

/* The character of s that is met least in logs, roughly: only speed depends on it. */
static size_t rarest(const char *s, size_t n)
{
	static const char common[] = " etaionsrdlc0mu1pgh2:/.345-6789f\"bvykw_";
	size_t best = 0, rank = 0;

	for (size_t i = 0; i < n; i++) {
		const char *at = memchr(common, tolower((unsigned char)s[i]), sizeof(common) - 1);
		size_t r = at ? (size_t)(at - common) + 1 : sizeof(common);

		if (r > rank) {
			rank = r;
			best = i;
		}
	}
	return best;
}

void logs_pattern_init(struct pattern *p, const struct host *h, struct work *w, const char *text)
{
	const char *need = text;

	*p = (struct pattern){.h = h, .w = w, .text = text, .len = strlen(text)};
	p->plain = p->len > 0 && !strpbrk(text, "\\^$.|?*+()[]{}");
	for (const char *s = text; *s; s++)
		p->plain =
			p->plain && (unsigned char)*s < 0x80; /* case of other letters is for those who know Unicode */
	p->many = p->plain || one_line_or_many(text);
	p->end = !p->plain && strchr(text, '$');
	/* On a single line the option changes nothing, and a pattern that stays the same stays compiled. */
	if (!p->plain)
		p->regex = p->many ? alloc_printf("(?m)%s", text) : alloc_str(text);
	p->need_len = p->plain ? p->len : needed(text, &need);
	for (size_t i = 0; i < p->need_len; i++)
		if ((unsigned char)need[i] >= 0x80)
			p->need_len = 0;
	if (p->need_len) {
		p->need = alloc_strn(need, p->need_len);
		p->rare = rarest(p->need, p->need_len);
	}
}

/* The next c from at on, or end. */
static const char *next_char(const char *at, const char *end, char c)
{
	const char *found = at < end ? memchr(at, c, (size_t)(end - at)) : NULL;

	return found ? found : end;
}

/* Goes from one place of the rare character to the next, each case for itself: one of them may be far away. */
static bool has_needed(const struct pattern *p, const char *s, size_t n)
{
	char low = (char)tolower((unsigned char)p->need[p->rare]),
	     high = (char)toupper((unsigned char)p->need[p->rare]);
	const char *end, *a, *b;

	if (n < p->need_len)
		return false;
	end = s + n - (p->need_len - 1 - p->rare);
	a = next_char(s + p->rare, end, low);
	b = low == high ? end : next_char(s + p->rare, end, high);
	while (a < end || b < end) {
		const char *at = a < b ? a : b;

		if (strncasecmp(at - p->rare, p->need, p->need_len) == 0)
			return true;
		if (a < b)
			a = next_char(a + 1, end, low);
		else
			b = next_char(b + 1, end, high);
	}
	return false;
}

static int match(struct pattern *p, const char *line, size_t len)
{
	int found = p->h->match(p->w, p->regex, true, line, len, p->why, sizeof(p->why));

	if (found < 0) /* the words are to be about what was asked for */
		p->h->match(p->w, p->text, true, line, len, p->why, sizeof(p->why));
	return found;
}

int logs_pattern_match(struct pattern *p, const char *line, size_t len)
{
	return p->plain ? has_needed(p, line, len) : match(p, line, len);
}

void logs_pattern_fini(struct pattern *p)
{
	free(p->regex);
	free(p->need);
	p->regex = p->need = NULL;
}

static bool is_ascii(const char *s, size_t n)
{
	uint64_t seen = 0, word;

	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&word, s, 8);
		seen |= word;
	}
	while (n--)
		seen |= (unsigned char)*s++;
	return !(seen & UINT64_C(0x8080808080808080));
}

bool logs_pattern_absent(struct pattern *p, const char *lines, size_t len)
{
	char why[sizeof(p->why)];
	int found;

	if (p->plain)
		return !has_needed(p, lines, len);
	/* what is no ASCII may be the other case of a letter, and what is no character changes what the others are */
	if (!is_ascii(lines, len))
		return false;
	if (p->need && !has_needed(p, lines, len))
		return true;
	/* '$' stands before "\r\n" of a line alone only */
	if (!p->many || (p->end && memchr(lines, '\r', len)))
		return false;
	found = p->h->match(p->w, p->regex, true, lines, len, why, sizeof(why));
	p->many = found >= 0; /* too much at once: then line by line from here on */
	return found == 0;
}
