/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/corefile.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void trim(const char **s, size_t *n)
{
	while (*n && isspace((unsigned char)**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n && isspace((unsigned char)(*s)[*n - 1]))
		(*n)--;
}

/* The line at a place, trimmed; the place moves behind it. False: the text ends. */
static bool next_line(const char *text, size_t *at, const char **line, size_t *len)
{
	const char *end;

	if (!text[*at])
		return false;
	end = strchrnul(text + *at, '\n');
	*line = text + *at;
	*len = (size_t)(end - *line);
	*at += *len + (*end != '\0');
	trim(line, len);
	return true;
}

bool corefile_next(const char *text, size_t *at, struct directive *out)
{
	const char *line;
	size_t len, start;

	while (next_line(text, at, &line, &len)) {
		/* ".:53 {" and "example.org:53 {" begin a server block, "}" ends one */
		if (!len || *line == '#' || *line == '}' || (line[len - 1] == '{' && (memchr(line, ':', len) || *line == '.') &&
							     strncmp(line, "forward", 7) != 0 && strncmp(line, "template", 8) != 0))
			continue;
		*out = (struct directive){.line = line, .len = len, .body = ""};
		if (line[len - 1] != '{')
			return true;
		out->len--;
		trim(&out->line, &out->len);
		start = *at;
		out->body = text + start;
		while (next_line(text, at, &line, &len))
			if (len && *line == '}') {
				out->body_len = (size_t)(line - out->body);
				return true;
			}
		out->body_len = *at - start;
		return true;
	}
	return false;
}

bool corefile_word(const char *line, size_t len, size_t n, char *out, size_t size)
{
	size_t i = 0, from;

	for (;;) {
		while (i < len && isspace((unsigned char)line[i]))
			i++;
		from = i;
		while (i < len && !isspace((unsigned char)line[i]))
			i++;
		if (from == i)
			return false;
		if (n-- == 0) {
			snprintf(out, size, "%.*s", (int)(i - from < size ? i - from : size - 1), line + from);
			return true;
		}
	}
}

bool corefile_is(const struct directive *d, const char *name)
{
	char word[40];

	return corefile_word(d->line, d->len, 0, word, sizeof(word)) && strcmp(word, name) == 0;
}

bool corefile_body(const struct directive *d, const char *key, char *out, size_t size)
{
	size_t i = 0, n = strlen(key);

	while (i < d->body_len) {
		const char *end = memchr(d->body + i, '\n', d->body_len - i), *line = d->body + i;
		size_t len = end ? (size_t)(end - line) : d->body_len - i;

		i += len + 1;
		trim(&line, &len);
		if (len <= n || strncmp(line, key, n) != 0 || !isspace((unsigned char)line[n]))
			continue;
		line += n;
		len -= n;
		trim(&line, &len);
		if (len > 1 && *line == '"' && line[len - 1] == '"') {
			line++;
			len -= 2;
		}
		snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), line);
		return true;
	}
	return false;
}
