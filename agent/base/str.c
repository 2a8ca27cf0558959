/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/str.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"

/* The C library's versions ask the locale; names here are ASCII in every language. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_eq_nocase(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool str_starts(const char *s, const char *prefix)
{
	return s && prefix && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n, k;

	if (!s || !suffix)
		return false;
	n = strlen(s);
	k = strlen(suffix);
	return n >= k && memcmp(s + n - k, suffix, k) == 0;
}

bool str_empty(const char *s)
{
	return !s || !*s;
}

const char *str_or(const char *s, const char *fallback)
{
	return str_empty(s) ? fallback : s;
}

const char *str_find_nocase(const char *hay, const char *needle)
{
	size_t n;

	if (!hay || !needle)
		return NULL;
	n = strlen(needle);
	if (n == 0)
		return hay;
	for (; *hay; hay++) {
		size_t i = 0;

		while (i < n && lower(hay[i]) == lower(needle[i]))
			i++;
		if (i == n)
			return hay;
	}
	return NULL;
}

char *str_trim(char *s)
{
	size_t n;

	while (blank(*s))
		s++;
	n = strlen(s);
	while (n > 0 && blank(s[n - 1]))
		s[--n] = '\0';
	return s;
}

char *str_lower(char *s)
{
	for (char *p = s; *p; p++)
		*p = lower(*p);
	return s;
}

static char **split(const char *s, char sep, bool words)
{
	char **list = NULL;
	size_t count = 0, cap = 0;

	for (;;) {
		const char *end = strchr(s, sep);
		const char *from = s, *to = end ? end : s + strlen(s);

		if (words) {
			while (from < to && blank(*from))
				from++;
			while (to > from && blank(to[-1]))
				to--;
		}
		if (!words || to > from) {
			MEM_GROW(list, count, cap);
			list[count++] = mem_strn(from, (size_t)(to - from));
		}
		if (!end)
			break;
		s = end + 1;
	}
	MEM_GROW(list, count, cap);
	list[count] = NULL;
	return list;
}

char **str_split(const char *s, char sep)
{
	return split(s ? s : "", sep, false);
}

char **str_split_words(const char *s, char sep)
{
	return split(s ? s : "", sep, true);
}

size_t str_list_len(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

void str_list_free(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

char *str_join(char *const *list, const char *sep)
{
	auto_buf struct buf b = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; list && list[i]; i++) {
		if (i)
			buf_str(&b, sep);
		buf_str(&b, list[i]);
	}
	return buf_steal(&b);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t length_gap(size_t n, size_t m)
{
	return n > m ? n - m : m - n;
}

size_t str_distance(const char *a, const char *b, size_t limit)
{
	enum { MAX = 128 };
	size_t rows[3][MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	size_t n = strnlen(a, MAX + 1), m = strnlen(b, MAX + 1);

	if (n > MAX || m > MAX || length_gap(n, m) > limit)
		return limit + 1;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *spare = before, best = i;

		before = last;
		last = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);

			row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1);
			best = least(best, row[j]);
		}
		/* A swap reaches back over one row and adds one, so only a row beyond that can end it. */
		if (best > limit + 1)
			return limit + 1;
	}
	return row[m] > limit ? limit + 1 : row[m];
}

/* Half a name is a name that was not typed to its end: the shortest one that goes on. */
static const char *begins_with(const char *s, const char *const *list)
{
	const char *found = NULL;

	for (; strlen(s) >= 3 && *list; list++)
		if (str_find_nocase(*list, s) == *list && (!found || strlen(*list) < strlen(found)))
			found = *list;
	return found;
}

const char *str_nearest(const char *s, const char *const *list)
{
	const char *const *start = list;
	const char *found = NULL;
	size_t n, limit, gap = SIZE_MAX;

	if (str_empty(s) || !list)
		return NULL;
	n = strlen(s);
	limit = n / 3 < 2 ? 2 : n / 3;
	/* A distance of all its letters would make everything of that length near. */
	if (limit >= n)
		limit = n - 1;
	for (; *list; list++) {
		size_t d = str_distance(s, *list, limit), g = length_gap(n, strlen(*list));

		if (d > limit || (found && d == limit && g >= gap))
			continue;
		found = *list;
		limit = d;
		gap = g;
	}
	return found ? found : begins_with(s, start);
}
