/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/managed.h"

#include <stdbool.h>
#include <string.h>

#include "agent/data/span.h"

static const char start[] = "\"managedFields\":[{\"manager\":";
#define START_LEN (sizeof(start) - 1)
#define VALUE_AT (sizeof("\"managedFields\":") - 1)

/* Behind the string, array or object that begins at p; end when it does not close. */
static const char *behind_value(const char *p, const char *end)
{
	struct span v = span_value(p, end);

	return v.s ? v.s + v.n : end;
}

/* "key":value of an entry, from its quote to behind the value. */
struct member {
	const char *at, *value, *behind;
	size_t key_len; /* with its quotes */
};

/* false: not as an API server writes it. */
static bool read_member(const char *p, const char *end, struct member *m)
{
	if (p >= end || *p != '"')
		return false;
	m->at = p;
	p = behind_value(p, end);
	m->key_len = (size_t)(p - m->at);
	if (end - p < 2 || *p != ':')
		return false;
	m->value = ++p;
	if (*p != '"' && *p != '{' && *p != '[')
		return false;
	m->behind = behind_value(p, end);
	return m->behind < end;
}

static bool is_text(const char *s, size_t n, const char *want)
{
	return n == strlen(want) && memcmp(s, want, n) == 0;
}

static bool is_kept(const struct member *m)
{
	static const char *const keys[] = {"\"manager\"", "\"operation\"", "\"time\"", "\"subresource\""};

	for (size_t i = 0; *m->value == '"' && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_text(m->at, m->key_len, keys[i]))
			return true;
	return false;
}

static bool of_status(const struct member *m)
{
	return is_text(m->at, m->key_len, "\"subresource\"") &&
	       is_text(m->value, (size_t)(m->behind - m->value), "\"status\"");
}

/* Where a shorter list grows. It never gets longer than what was read of the long one. */
struct shorter {
	char *to;
	size_t len;
	size_t kept; /* entries that tell something */
};

static void put(struct shorter *out, const char *s, size_t n)
{
	memcpy(out->to + out->len, s, n);
	out->len += n;
}

/* The entry at p ('{'); returns behind it, NULL when it is not as an API server writes it. */
static const char *shorten_entry(const char *p, const char *end, struct shorter *out)
{
	size_t was = out->len;
	bool first = true, status = false;
	struct member m;

	put(out, "{", 1);
	do {
		if (!read_member(p + 1, end, &m))
			return NULL;
		if (is_kept(&m)) {
			if (!first)
				put(out, ",", 1);
			put(out, m.at, (size_t)(m.behind - m.at));
			first = false;
		}
		status = status || of_status(&m);
		p = m.behind;
	} while (*p == ',');
	if (*p != '}')
		return NULL;
	put(out, "}", 1);
	if (first || status) {
		/* its place stays, so that pointers to the others hold; an entry is longer than this */
		out->len = was;
		put(out, "null", 4);
		return p + 1;
	}
	out->kept++;
	return p + 1;
}

/* The array at p, shortened; returns behind it, NULL as above. */
static const char *shorten(const char *p, const char *end, struct shorter *out)
{
	put(out, "[", 1);
	while (end - p > 1 && p[1] == '{') {
		p = shorten_entry(p + 1, end, out);
		if (!p || p >= end)
			return NULL;
		if (*p == ']') {
			put(out, "]", 1);
			return p + 1;
		}
		if (*p != ',')
			return NULL;
		put(out, ",", 1);
	}
	return NULL;
}

/* The next one, and behind its value. */
static const char *next_member(const char *s, const char *from, const char *end, const char **behind)
{
	for (const char *p = from; (p = memmem(p, (size_t)(end - p), start, START_LEN)); p++) {
		/* in a text the quote would be escaped */
		if (p == s || p[-1] == '\\')
			continue;
		*behind = behind_value(p + VALUE_AT, end);
		/* cut off, it stays: the decoder says what is wrong */
		if (*behind != end)
			return p;
	}
	return NULL;
}

/* Leaves the member at p out, with the comma that goes with it; returns from where to go on. */
static const char *leave_out(const char *p, const char *behind, struct shorter *out)
{
	if (*behind == ',')
		return behind + 1;
	if (p[-1] == ',' && out->len && out->to[out->len - 1] == ',')
		out->len--;
	return behind;
}

static size_t cut(const char *s, size_t n, char *to, bool keep)
{
	const char *at = s, *end = s + n, *behind, *p;
	struct shorter out = {.to = to};

	while ((p = next_member(s, at, end, &behind))) {
		size_t was;

		put(&out, at, (size_t)(p - at));
		was = out.len;
		if (!keep) {
			at = leave_out(p, behind, &out);
			continue;
		}
		out.kept = 0;
		put(&out, p, VALUE_AT);
		at = shorten(p + VALUE_AT, end, &out);
		if (at && out.kept)
			continue;
		out.len = was;
		if (at) {
			at = leave_out(p, behind, &out);
		} else {
			put(&out, p, (size_t)(behind - p));
			at = behind;
		}
	}
	put(&out, at, (size_t)(end - at));
	return out.len;
}

size_t managed_cut(const char *s, size_t n, char *to)
{
	return cut(s, n, to, false);
}

size_t managed_keep(const char *s, size_t n, char *to)
{
	return cut(s, n, to, true);
}
