/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/level.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define FRONT 160u /* a level stands in front of the words */

/* Of a whole word that is a level: 1 mild, -1 not, 0 no level at all. */
static int weigh(const char *s, size_t n)
{
	static const char *const mild[] = {"trace", "debug", "info", "information", "note", "notice", "verbose", NULL};
	static const char *const grave[] = {"warn", "warning",	"error", "err",	   "fatal",
					    "crit", "critical", "panic", "severe", NULL};

	for (size_t i = 0; mild[i]; i++)
		if (strlen(mild[i]) == n && strncasecmp(s, mild[i], n) == 0)
			return 1;
	for (size_t i = 0; grave[i]; i++)
		if (strlen(grave[i]) == n && strncasecmp(s, grave[i], n) == 0)
			return -1;
	return 0;
}

static bool all_upper(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isupper((unsigned char)s[i]))
			return false;
	return n > 0;
}

/* "level":"info", level=info, "severity": "INFO". */
static int keyed(const char *s, size_t n)
{
	static const char *const keys[] = {"\"level\":", "\"severity\":", "\"lvl\":", "level=", "lvl=", NULL};

	for (size_t i = 0; keys[i]; i++) {
		const char *at = memmem(s, n, keys[i], strlen(keys[i])), *end = s + n;
		size_t m = 0;

		if (!at)
			continue;
		for (at += strlen(keys[i]); at < end && (*at == ' ' || *at == '"'); at++)
			;
		while (at + m < end && isalpha((unsigned char)at[m]))
			m++;
		return weigh(at, m);
	}
	return 0;
}

/* The first word in front that is a level: in capitals, in brackets, or with a colon behind it. */
static int spelled(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t k = i;
		int found;

		while (k < n && isalpha((unsigned char)s[k]))
			k++;
		if (k == i) {
			i++;
			continue;
		}
		found = weigh(s + i, k - i);
		if (found &&
		    (all_upper(s + i, k - i) || (i && strchr("[<(", s[i - 1])) || (!i && k < n && s[k] == ':')))
			return found;
		i = k;
	}
	return 0;
}

bool level_is_mild(const char *line, size_t len)
{
	size_t n = len < FRONT ? len : FRONT;
	bool klog = len > 5 && isdigit((unsigned char)line[1]) && isdigit((unsigned char)line[2]) &&
		    isdigit((unsigned char)line[3]) && isdigit((unsigned char)line[4]) && line[5] == ' ';

	if (klog && strchr("IWEF", line[0])) /* I0312 09:57:01.123456 */
		return line[0] == 'I';
	if (len && line[0] == '{')
		return keyed(line, len) > 0; /* the keys of an object have no order */
	return (keyed(line, n) ? keyed(line, n) : spelled(line, n)) > 0;
}
