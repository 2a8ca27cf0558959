/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/lines.h"

#include <ctype.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/level.h"
#include "toolsets/lib/words.h"

#define END_LINES 30 /* what counts as the end of a log */
#define COMPLAINTS 3 /* of them at least so many complain */
#define LAST_LINES 8 /* and one of these */
#define SPARSE_COMPLAINTS 3 /* of a program that mostly does well */
#define SPARSE_LAST 60	    /* the last of them is one of these lines */

bool lines_before(const char *text, size_t *end, const char **line, size_t *len)
{
	size_t stop = *end, start;

	if (stop == (size_t)-1)
		return false;
	start = stop;
	while (start > 0 && text[start - 1] != '\n')
		start--;
	*line = text + start;
	*len = stop - start;
	if (*len && (*line)[*len - 1] == '\r')
		(*len)--;
	*end = start ? start - 1 : (size_t)-1;
	return true;
}

static bool blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isspace((unsigned char)s[i]))
			return false;
	return true;
}

size_t lines_number(const char *text, const char *line)
{
	size_t n = 1;

	for (const char *p = text; (p = memchr(p, '\n', (size_t)(line - p))); p++)
		n++;
	return n;
}

size_t lines_last(const char *text, size_t len, const char **line, size_t *line_len)
{
	size_t end = len;

	while (lines_before(text, &end, line, line_len))
		if (!blank(*line, *line_len))
			return lines_number(text, *line);
	return 0;
}

static bool begins(const char *s, size_t n, const char *word)
{
	size_t k = 0;

	while (word[k] && k < n && tolower((unsigned char)s[k]) == tolower((unsigned char)word[k]))
		k++;
	return !word[k];
}

/* Behind the first place of a word, in any case; 0 when it is not there. */
static size_t behind(const char *s, size_t n, const char *word)
{
	char low = (char)tolower((unsigned char)*word), high = (char)toupper((unsigned char)*word);

	for (size_t i = 0; i < n; i++)
		if ((s[i] == low || s[i] == high) && begins(s + i, n - i, word))
			return i + strlen(word);
	return 0;
}

static bool holds(const char *s, size_t n, const char *word)
{
	return behind(s, n, word) > 0;
}

size_t lines_last_with(const char *text, size_t len, const char *word, const char **line, size_t *line_len)
{
	size_t end = len;

	while (lines_before(text, &end, line, line_len))
		if (*line_len && holds(*line, *line_len, word))
			return lines_number(text, *line);
	return 0;
}

/* Words of a line that says that something went wrong. */
static const char *const marks[] = {"bad address",    "could not",	"cannot", "can't",   "denied",	    "error",
				    "exception",      "enotfound",	"eai_again", "fail", "fatal",	    "forbidden",
				    "no such host",   "not known",	"not authorized", "noauth", "panic", "refused",
				    "timeout",	      "timed out",	"unable", "unreachable", "warn",    NULL};

bool lines_marked(const char *s, size_t n)
{
	static struct words set = {.list = marks};

	return words_in(&set, s, n);
}

/* Words about something that a program depends on. */
static const char *const complaints[] = {
	"connection refused",
	"econnrefused",
	"no such host",
	"name or service not known",
	"enotfound",
	"eai_again",
	"temporary failure in name resolution",
	"i/o timeout",
	"connection timed out",
	"connect timeout",
	"connect timed out",
	"connection attempt failed",
	"etimedout",
	"context deadline exceeded",
	"deadline exceeded",
	"no route to host",
	"network is unreachable",
	"connection reset",
	"access denied",
	"authentication failed",
	"permission denied",
	"using password",
	"login failed for user",
	"unauthorized",
	"wrongpass",
	"noauth",
	"too many connections",
	"too many clients",
	"connection slots are reserved",
	"read-only option",
	"read-only transaction",
	"read-only file system",
	"read-only mode",
	"read only replica",
	"readonly ",
	"is forbidden",
	"unknownhost",
	"could not connect",
	"unable to connect",
	"failed to connect",
	"connection error",
	"communications link failure",
	"upstream",
	"x509",
	"tls handshake",
	"could not translate host",
	"can't resolve",
	"could not resolve",
	"resolution failed",
	"no space left",
	"unavailable",
	"statuscode",
	"status code 5",
	"bad address",
	"lag ",
	"not authorized",
	"no suitable servers",
	"server selection",
	"serverselection",
	"unknown database",
	"unknown_topic_or_partition",
	"nosuchbucket",
	"flood-stage",
	"error deserializing",
	"too many open files",
	"cannot assign requested address",
	"dns resolution failed",
	"failed to resolve",
	NULL,
};

bool lines_complains(const char *line, size_t len)
{
	static struct words set = {.list = complaints};

	/* what a server says of clients that hang up, as probes and scanners do */
	return words_in(&set, line, len) && lines_marked(line, len) && !holds(line, len, "tls handshake error from");
}

size_t lines_complaint(const char *text, size_t len, const char **line, size_t *line_len)
{
	size_t end = len, seen = 0, count = 0, n = 0;
	const char *at, *found = NULL;
	size_t found_len = 0;

	while (seen < END_LINES && lines_before(text, &end, &at, &n)) {
		if (blank(at, n))
			continue;
		seen++;
		if (!lines_complains(at, n) || level_is_mild(at, n))
			continue;
		if (!found && seen > LAST_LINES)
			return 0;
		if (!found) {
			found = at;
			found_len = n;
		}
		count++;
	}
	/* of a short log every line counts */
	if (count < COMPLAINTS || count * 4 < seen)
		return 0;
	*line = found;
	*line_len = found_len;
	return lines_number(text, found);
}

size_t lines_sparse(const char *text, size_t len, const char **line, size_t *line_len)
{
	size_t end = len, seen = 0, count = 0, n = 0, found_len = 0;
	const char *at, *found = NULL;

	while (lines_before(text, &end, &at, &n)) {
		if (blank(at, n))
			continue;
		seen++;
		if (!found && seen > SPARSE_LAST)
			return 0;
		if (!lines_complains(at, n) || level_is_mild(at, n))
			continue;
		if (!found) {
			found = at;
			found_len = n;
		}
		count++;
	}
	if (count < SPARSE_COMPLAINTS)
		return 0;
	*line = found;
	*line_len = found_len;
	return lines_number(text, found);
}

/* "E0714 09:38:40.000022       1 main.go:180] " of klog. */
static size_t klog_in_front(const char *s, size_t n)
{
	const char *end = n > 22 && strchr("IWEF", s[0]) && isdigit((unsigned char)s[1]) && s[5] == ' ' && s[8] == ':'
				  ? memchr(s, ']', n < 120 ? n : 120)
				  : NULL;

	return end ? (size_t)(end - s) + 1 : 0;
}

/* "2026-01-02T03:04:05.678Z", "2026/01/02 03:04:05 UTC", "[...]": what stands in front of the words. */
static size_t time_in_front(const char *s, size_t n)
{
	size_t i = klog_in_front(s, n), digits = 0, signs = 0;

	if (i)
		return i;
	while (i < n && i < 40 && (isdigit((unsigned char)s[i]) || strchr("-/:.,TZ+[ ]", s[i]))) {
		digits += isdigit((unsigned char)s[i]) != 0;
		signs += s[i] == ':' || s[i] == '-' || s[i] == '/';
		i++;
	}
	if (digits < 6 || signs < 2)
		return 0;
	if (i && s[i - 1] == '[') /* of what follows: "[error]" */
		i--;
	return i + 4 <= n && memcmp(s + i, "UTC ", 4) == 0 ? i + 4 : i;
}

/* The words of a structured line: {"level":"error","msg":"cannot open","error":"refused"}. False: it is not one. */
static bool structured(const char *line, size_t len, char out[static 260])
{
	static const char *const messages[] = {"message", "msg", "log", "event"}, *const errors[] = {"error", "err",
												     "exception",
												     "cause"};
	json_t *o = len && *line == '{' ? json_loadb(line, len, 0, NULL) : NULL;
	const char *message = NULL, *error = NULL;
	int n;

	for (size_t i = 0; i < 4; i++) {
		if (!message)
			message = json_string_value(json_object_get(o, messages[i]));
		if (!error)
			error = json_string_value(json_object_get(o, errors[i]));
	}
	if (message || error) {
		n = snprintf(out, 240, "%s%s%s", message ? message : "", message && error ? ": " : "",
			     error ? error : "");
		if (n >= 240) { /* cut: what is left of a character goes too */
			for (n = 239; n && ((unsigned char)out[n - 1] & 0xC0) == 0x80; n--)
				;
			out[n && (unsigned char)out[n - 1] >= 0xC0 ? n - 1 : 239] = '\0';
		}
	}
	json_decref(o);
	return message || error;
}

const char *lines_words(const char *line, size_t len, char out[static 260])
{
	size_t skip = time_in_front(line, len), n = 0;

	if (structured(line, len, out))
		return out;
	line += skip;
	len -= skip;
	while (len && isspace((unsigned char)*line)) {
		line++;
		len--;
	}
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	for (size_t i = 0; i < len && n < 240; i++)
		out[n++] = (unsigned char)line[i] < 0x20 || line[i] == 0x7f ? ' ' : line[i];
	if (n < len) {
		while (n && ((unsigned char)line[n] & 0xC0) == 0x80)
			n--;
		memcpy(out + n, "...", 3);
		n += 3;
	}
	out[n] = '\0';
	return out;
}

/* The first number that can be a port: not a part of an IP address, a time or a word. */
static int port_in(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = i + 1;
		int port = 0;

		if (!strchr(": =", s[i]))
			continue;
		while (k < n && k - i < 7 && isdigit((unsigned char)s[k]))
			port = port * 10 + (s[k++] - '0');
		if (k - i < 3 || k - i > 6 || port > 65535)
			continue;
		if (k >= n || !(isalnum((unsigned char)s[k]) || strchr(":-.", s[k])) || (s[k] == '.' && k + 1 >= n))
			return port;
	}
	return 0;
}

int lines_listening(const char *text, size_t len, int wanted, const char **line, size_t *line_len, size_t *number)
{
	static const char *const words[] = {"listening on",
					    "listening at",
					    "listen on",
					    "listening for",
					    "started on port",
					    "running on http",
					    "server started on",
					    "serving on",
					    "serving http on",
					    "listening port",
					    "started server on",
					    "started at :",
					    "port(s):",
					    "starting server on",
					    "starting http server",
					    NULL};
	static struct words set = {.list = words};
	const char *at;
	size_t end = len, n;
	int found = 0;

	while (lines_before(text, &end, &at, &n)) {
		if (!words_in(&set, at, n))
			continue;
		for (size_t i = 0; words[i]; i++) {
			size_t from = behind(at, n, words[i]);
			int port = from ? port_in(at + from, n - from) : 0;

			if (!port || (found && port != wanted))
				continue;
			found = port;
			*line = at;
			*line_len = n;
			*number = lines_number(text, at);
			if (!wanted || port == wanted)
				return port;
		}
	}
	return found;
}
