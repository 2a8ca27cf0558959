/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/logs/alarm.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_LOOKED 400u /* the level stands in front */

static const char *const words[] = {
	"error", "fatal", "panic", "exception", "traceback", "critical", "severe",
	"emerg", "segfault", "segmentation fault", "out of memory", "oomkilled", "failed", "err\"", "err ",
};

/* What follows "error" and makes it harmless. */
static const char *const tails[] = {
	"=nil", "=<nil>", "=null", "=none", "=\"\"", "=0", "s=0", "=false", ": 0", "s: 0",
	": nil", ": null", ": none", "\":null", "\":\"\"",
};

static bool word_at(const char *line, size_t len, size_t at, const char *word)
{
	size_t n = strlen(word);

	return at + n <= len && strncasecmp(line + at, word, n) == 0;
}

static bool harmless(const char *line, size_t len, size_t end)
{
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if (word_at(line, len, end, tails[i]))
			return true;
	return false;
}

static bool counted_zero(const char *line, size_t at)
{
	/* "0 errors", "no error", "without error" */
	return (at >= 2 && strncmp(line + at - 2, "0 ", 2) == 0 &&
		(at == 2 || !isdigit((unsigned char)line[at - 3]))) ||
	       (at >= 3 && strncasecmp(line + at - 3, "no ", 3) == 0) ||
	       (at >= 8 && strncasecmp(line + at - 8, "without ", 8) == 0);
}

/* klog: "E0131 10:00:00.000000", "F0131 ..." */
static bool klog(const char *line, size_t len)
{
	if (len < 6 || (line[0] != 'E' && line[0] != 'F') || line[5] != ' ')
		return false;
	for (size_t i = 1; i < 5; i++)
		if (!isdigit((unsigned char)line[i]))
			return false;
	return true;
}

bool logs_alarm_line(const char *line, size_t len)
{
	if (len > LINE_MAX_LOOKED)
		len = LINE_MAX_LOOKED;
	if (klog(line, len))
		return true;
	for (size_t at = 0; at < len; at++) {
		char c = line[at];

		/* Only where a word begins: "NullPointerException" is one more place. */
		if (!isalpha((unsigned char)c) ||
		    (at && isalpha((unsigned char)line[at - 1]) && !(c == 'E' && islower((unsigned char)line[at - 1]))))
			continue;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (word_at(line, len, at, words[i]) && !harmless(line, len, at + strlen(words[i])) &&
			    !counted_zero(line, at))
				return true;
	}
	return false;
}

size_t logs_alarm_count(const char *text, size_t len, size_t *lines)
{
	size_t count = 0;

	*lines = 0;
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		(*lines)++;
		count += logs_alarm_line(text, n);
		n += end != NULL;
		text += n;
		len -= n;
	}
	return count;
}
