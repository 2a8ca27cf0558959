/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/decisive_rules.h"

#include <string.h>
#include <strings.h>

#define LEVEL_WITHIN 160 /* a level stands near the start of a line */

struct name {
	const char *name;
	enum level level;
};

static const struct name names[] = {
    {"fatal", LEVEL_FATAL},	 {"panic", LEVEL_FATAL},     {"critical", LEVEL_FATAL}, {"crit", LEVEL_FATAL},
    {"emerg", LEVEL_FATAL},	 {"emergency", LEVEL_FATAL}, {"alert", LEVEL_FATAL},	{"severe", LEVEL_ERROR},
    {"ftl", LEVEL_FATAL},	 {"dpanic", LEVEL_FATAL},    {"error", LEVEL_ERROR},	{"err", LEVEL_ERROR},
    {"eror", LEVEL_ERROR},	 {"failure", LEVEL_ERROR},   {"warn", LEVEL_WARN},	{"warning", LEVEL_WARN},
    {"wrn", LEVEL_WARN},	 {"info", LEVEL_INFO},	     {"inf", LEVEL_INFO},	{"notice", LEVEL_INFO},
    {"information", LEVEL_INFO}, {"log", LEVEL_INFO},	     {"note", LEVEL_INFO},	{"hint", LEVEL_INFO},
    {"detail", LEVEL_INFO},	 {"statement", LEVEL_INFO},  {"context", LEVEL_INFO},	{"debug", LEVEL_DEBUG},
    {"dbg", LEVEL_DEBUG},	 {"trace", LEVEL_DEBUG},     {"verbose", LEVEL_DEBUG},	{"fine", LEVEL_DEBUG},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static enum level by_name(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == n && strncasecmp(s, names[i].name, n) == 0)
			return names[i].level;
	return LEVEL_NONE;
}

/* Level of klog's header: I0501 10:00:00.123456. */
static enum level klog_level(const char *s, size_t n)
{
	static const char form[] = "I0000 00:00:00";

	for (size_t i = 1; i < sizeof form - 1; i++)
		if (i >= n || (form[i] == '0' ? !is_digit(s[i]) : s[i] != form[i]))
			return LEVEL_NONE;
	return s[0] == 'F'   ? LEVEL_FATAL
	       : s[0] == 'E' ? LEVEL_ERROR
	       : s[0] == 'W' ? LEVEL_WARN
	       : s[0] == 'I' ? LEVEL_INFO
			     : LEVEL_NONE;
}

/* pino and bunyan count: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
static enum level by_number(const char *s, size_t n)
{
	if (n < 2 || s[1] != '0' || (n > 2 && is_digit(s[2])))
		return LEVEL_NONE;
	switch (s[0]) {
	case '6':
		return LEVEL_FATAL;
	case '5':
		return LEVEL_ERROR;
	case '4':
		return LEVEL_WARN;
	case '3':
		return LEVEL_INFO;
	case '2':
	case '1':
		return LEVEL_DEBUG;
	default:
		return LEVEL_NONE;
	}
}

/* MongoDB writes {"s":"F"}. */
static enum level by_letter(char c)
{
	return c == 'F'	  ? LEVEL_FATAL
	       : c == 'E' ? LEVEL_ERROR
	       : c == 'W' ? LEVEL_WARN
	       : c == 'I' ? LEVEL_INFO
			  : LEVEL_NONE;
}

/* The level after a key such as "level": or level=. */
static enum level value_level(const char *s, size_t n)
{
	size_t i = 0, from;

	while (i < n && (s[i] == ' ' || s[i] == '"' || s[i] == '\''))
		i++;
	from = i;
	while (i < n && is_letter(s[i]))
		i++;
	if (i == from)
		return by_number(s + i, n - i);
	return i - from == 1 ? by_letter(s[from]) : by_name(s + from, i - from);
}

/* 1 found, 0 no level key in the line. */
static int keyed_level(const char *s, size_t n, enum level *out)
{
	static const char *const json_keys[] = {
	    "\"level\":", "\"severity\":",  "\"lvl\":",	  "\"s\":",	   "\"loglevel\":", "\"log.level\":",
	    "\"@l\":",	  "\"levelname\":", "\"Level\":", "\"LogLevel\":", "\"log_level\":"};
	static const char *const text_keys[] = {"level=", "lvl=", "severity=", "levelname=", "loglevel="};
	bool json = n && s[0] == '{';
	const char *const *keys = json ? json_keys : text_keys;
	size_t count = json ? sizeof json_keys / sizeof *json_keys : sizeof text_keys / sizeof *text_keys;

	if (!json && n > LEVEL_WITHIN * 2)
		n = LEVEL_WITHIN * 2;
	for (size_t i = 0; i < count; i++) {
		const char *at = memmem(s, n, keys[i], strlen(keys[i]));

		if (!at || (!json && at > s && is_letter(at[-1])))
			continue;
		at += strlen(keys[i]);
		*out = value_level(at, n - (size_t)(at - s));
		if (*out != LEVEL_NONE)
			return 1;
	}
	return json;
}

/* A word counts when it is all capitals, or stands in brackets, or ends in a colon at the start of the line. */
static bool is_marked(const char *s, size_t n, size_t from, size_t to)
{
	bool capitals = true;

	for (size_t i = from; i < to; i++)
		capitals = capitals && s[i] >= 'A' && s[i] <= 'Z';
	if (capitals && to - from >= 3) {
		char after = to < n ? s[to] : ' ', before = from ? s[from - 1] : ' ';

		return !strchr("_-./=", after) && !strchr("_-./\"'(", before);
	}
	if (from && to < n &&
	    ((s[from - 1] == '[' && (s[to] == ']' || s[to] == ':')) || (s[from - 1] == '<' && s[to] == '>')))
		return true;
	return to < n && s[to] == ':' && from == 0 && n - to > 1 && s[to + 1] == ' ';
}

enum level decisive_level(const char *s, size_t n)
{
	enum level level = klog_level(s, n);
	size_t limit = n > LEVEL_WITHIN ? LEVEL_WITHIN : n;

	if (level != LEVEL_NONE || keyed_level(s, n, &level))
		return level;
	for (size_t i = 0; i < limit;) {
		size_t from = i;

		while (i < limit && is_letter(s[i]))
			i++;
		if (i > from && (from == 0 || !is_digit(s[from - 1])) && is_marked(s, n, from, i)) {
			level = by_name(s + from, i - from);
			if (level != LEVEL_NONE)
				return level;
		}
		if (i == from)
			i++;
	}
	return LEVEL_NONE;
}
