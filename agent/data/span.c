/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/span.h"

#include <string.h>

#include "agent/data/json.h"

static const char *skip_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* Behind the string whose opening quote is at p; NULL: it does not end. */
static const char *behind_string(const char *p, const char *end)
{
	const char *quote = p, *escape;

	for (p++; p < end;) {
		if (quote < p)
			quote = memchr(p, '"', (size_t)(end - p));
		if (!quote)
			return NULL;
		escape = memchr(p, '\\', (size_t)(quote - p));
		if (!escape)
			return quote + 1;
		p = escape + 2; /* what is escaped may be a quote */
	}
	return NULL;
}

static const char *behind_nested(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		switch (*p) {
		case '"':
			p = behind_string(p, end);
			if (!p)
				return NULL;
			continue;
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
		p++;
	}
	return NULL;
}

struct span span_value(const char *s, const char *end)
{
	const char *p = skip_blank(s, end), *stop = p;

	if (p >= end)
		return (struct span){NULL, 0};
	if (*p == '"')
		stop = behind_string(p, end);
	else if (*p == '{' || *p == '[')
		stop = behind_nested(p, end);
	else
		while (stop < end && !memchr(",]} \n\t\r:\"", *stop, 10))
			stop++;
	return stop && stop > p ? (struct span){p, (size_t)(stop - p)} : (struct span){NULL, 0};
}

void span_walk(struct span_walk *w, struct span c)
{
	*w = (struct span_walk){.broken = true};
	if (c.n < 2 || (*c.s != '{' && *c.s != '['))
		return;
	*w = (struct span_walk){.at = c.s + 1, .end = c.s + c.n - 1, .object = *c.s == '{'};
}

static bool stop(struct span_walk *w, bool broken)
{
	w->broken = w->broken || broken;
	w->at = w->end;
	return false;
}

bool span_next(struct span_walk *w, struct span *key, struct span *value)
{
	const char *p;

	if (w->broken || w->at >= w->end)
		return false;
	p = skip_blank(w->at, w->end);
	if (p == w->end)
		return stop(w, false);
	*key = (struct span){NULL, 0};
	if (w->object) {
		*key = span_value(p, w->end);
		if (!key->s || *key->s != '"')
			return stop(w, true);
		p = skip_blank(key->s + key->n, w->end);
		if (p == w->end || *p != ':')
			return stop(w, true);
		p++;
		key->s++;
		key->n -= 2;
	}
	*value = span_value(p, w->end);
	if (!value->s)
		return stop(w, true);
	p = skip_blank(value->s + value->n, w->end);
	if (p < w->end && *p != ',')
		return stop(w, true);
	w->at = p < w->end ? p + 1 : p;
	return true;
}

bool span_is(struct span s, const char *text)
{
	return s.s && strlen(text) == s.n && memcmp(s.s, text, s.n) == 0;
}

struct span span_member(struct span object, const char *name)
{
	struct span_walk w;
	struct span key, value;

	span_walk(&w, object);
	while (w.object && span_next(&w, &key, &value))
		if (span_is(key, name))
			return value;
	return (struct span){NULL, 0};
}

bool span_text(struct span v, char *to, size_t n)
{
	auto_json json_t *decoded = NULL;
	const char *text;
	size_t len;

	to[0] = '\0';
	if (!v.s || v.n < 2 || *v.s != '"')
		return false;
	text = v.s + 1;
	len = v.n - 2;
	if (memchr(text, '\\', len)) {
		decoded = json_parse(v.s, v.n, "text", NULL);
		if (!decoded)
			return false;
		text = json_string_value(decoded);
		len = strlen(text);
	}
	if (len >= n)
		return false;
	memcpy(to, text, len);
	to[len] = '\0';
	return memchr(to, '\0', len) == NULL;
}
