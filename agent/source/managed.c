/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/managed.h"

#include <stdbool.h>
#include <string.h>

static const char start[] = "\"managedFields\":[{\"manager\":";
#define START_LEN (sizeof(start) - 1)
#define VALUE_AT (sizeof("\"managedFields\":") - 1)

/* Behind the value at p, by its brackets; end when they do not match. */
static const char *behind_value(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end; p++) {
		switch (*p) {
		case '"':
			p++;
			while (p < end && *p != '"')
				p += *p == '\\' && end - p > 1 ? 2 : 1;
			break;
		case '[':
		case '{':
			depth++;
			break;
		case ']':
		case '}':
			if (--depth == 0)
				return p + 1;
			break;
		default:
			break;
		}
	}
	return end;
}

/* The next member that can go, from its key to behind its value with the comma that goes with it. */
static bool next_member(const char *s, const char *from, const char *end, const char **begin, const char **behind)
{
	for (const char *p = from; (p = memmem(p, (size_t)(end - p), start, START_LEN)); p++) {
		const char *stop = behind_value(p + VALUE_AT, end);

		/* in a text the quote would be escaped; and cut off, it stays: the decoder says what is wrong */
		if (p == s || p[-1] == '\\' || stop == end)
			continue;
		if (*stop == ',')
			stop++;
		else if (p[-1] == ',')
			p--;
		*begin = p;
		*behind = stop;
		return true;
	}
	return false;
}

size_t managed_cut(const char *s, size_t n, char *to)
{
	const char *at = s, *end = s + n, *begin, *behind;
	size_t len = 0;

	while (next_member(s, at, end, &begin, &behind)) {
		if (begin < at) /* its comma went with the one before */
			begin = at;
		memcpy(to + len, at, (size_t)(begin - at));
		len += (size_t)(begin - at);
		at = behind;
	}
	memcpy(to + len, at, (size_t)(end - at));
	return len + (size_t)(end - at);
}
