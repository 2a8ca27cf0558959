/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/outcry.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/level.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/lib/when.h"
#include "toolsets/lib/words.h"

#define END_LINES 20u
#define ERRORS_MIN 8u
#define TIME_WITHIN 160u /* bytes from the start of a line in which its time stands */

static bool holds(const char *s, size_t n, const char *word)
{
	size_t m = strlen(word);

	for (size_t i = 0; i + m <= n; i++) {
		size_t k = 0;

		while (k < m && tolower((unsigned char)s[i + k]) == tolower((unsigned char)word[k]))
			k++;
		if (k == m && (i == 0 || !isalnum((unsigned char)s[i - 1])) &&
		    (i + m == n || !isalnum((unsigned char)s[i + m])))
			return true;
	}
	return false;
}

/* Lines of a trace belong to the one above them. */
static bool goes_on(const char *s, size_t n)
{
	return isspace((unsigned char)s[0]) || (n > 3 && memcmp(s, "at ", 3) == 0) ||
	       (n > 9 && memcmp(s, "Caused by", 9) == 0) || (n > 9 && memcmp(s, "Traceback", 9) == 0);
}

/* Answers to probes and scrapes go on whatever happens to the work. */
static bool is_probe(const char *s, size_t n)
{
	static const char *const words[] = {"/healthz",		"/readyz",  "/livez",	  "/health ", "/health\"",
					    "/actuator/health", "/metrics", "kube-probe", "/ping ",   "heartbeat", NULL};

	for (size_t i = 0; words[i]; i++)
		if (memmem(s, n, words[i], strlen(words[i])))
			return true;
	return false;
}

/* E0312 09:57:01.123456 */
static bool is_klog_error(const char *s, size_t n)
{
	return n > 5 && s[0] == 'E' && isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[2]) &&
	       isdigit((unsigned char)s[3]) && isdigit((unsigned char)s[4]);
}

static bool is_error(const char *s, size_t n)
{
	static const char *const words[] = {"error", "fatal", "critical", "panic", "exception", "err", NULL};
	static struct words set = {.list = words};

	if (!words_in(&set, s, n)) /* most lines */
		return is_klog_error(s, n);
	if (holds(s, n, "0 errors") || holds(s, n, "no error") || holds(s, n, "error=null") ||
	    holds(s, n, "\"error\":null"))
		return false;
	for (size_t i = 0; words[i]; i++)
		if (holds(s, n, words[i]))
			return true;
	if (memmem(s, n, "Exception", 9) || memmem(s, n, "Error:", 6)) /* IllegalStateException, ValueError: */
		return true;
	return is_klog_error(s, n);
}

size_t outcry_find(const char *text, size_t len, const char **line, size_t *line_len)
{
	size_t end = len, n, seen = 0, errors = 0, found_len = 0;
	const char *at, *found = NULL;

	while (seen < END_LINES && lines_before(text, &end, &at, &n)) {
		if (!n || goes_on(at, n))
			continue;
		if (!is_error(at, n) || level_is_mild(at, n)) {
			seen += !is_probe(at, n);
			continue;
		}
		seen++;
		if (!found && seen > 3)
			return 0;
		if (!found) {
			found = at;
			found_len = n;
		}
		errors++;
	}
	if (errors < ERRORS_MIN || errors * 3 < seen * 2)
		return 0;
	*line = found;
	*line_len = found_len;
	return lines_number(text, found);
}

static bool digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* "2026-03-12T09:57:01", also with / and a blank. */
static bool date_at(const char *s, int64_t *ms)
{
	char text[24];

	if (!digits(s, 4) || !(s[4] == '-' || s[4] == '/') || !digits(s + 5, 2) || s[7] != s[4] || !digits(s + 8, 2) ||
	    !(s[10] == 'T' || s[10] == ' ') || !digits(s + 11, 2) || s[13] != ':' || !digits(s + 14, 2) ||
	    s[16] != ':' || !digits(s + 17, 2))
		return false;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.8sZ", s, s + 5, s + 8, s + 11);
	return when_parse(text, ms);
}

int64_t outcry_time(const char *line, size_t len)
{
	size_t n = len < TIME_WITHIN ? len : TIME_WITHIN;
	const char *ts;
	int64_t ms;

	for (size_t i = 0; i + 19 <= n; i++)
		if (date_at(line + i, &ms))
			return ms;
	ts = memmem(line, n, "\"ts\":", 5);
	if (!ts)
		return 0;
	ms = 0;
	for (ts += 5; ts < line + len && isdigit((unsigned char)*ts) && ms < 10000000000; ts++)
		ms = ms * 10 + (*ts - '0');
	return ms > 1000000000 ? ms * 1000 : 0;
}
