/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/selector.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"

#define TERMS_MAX 32u
#define VALUES_MAX 64u

enum term_type { TERM_IN, TERM_NOT_IN, TERM_EXISTS, TERM_ABSENT };

struct term {
	enum term_type type;
	char *key;
	struct jsonpath *path; /* of a field */
	char *values[VALUES_MAX];
	size_t count;
};

struct selector {
	struct term terms[TERMS_MAX];
	size_t count;
};

static char *trimmed(const char *s, size_t n)
{
	while (n && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	return alloc_strn(s, n);
}

/* Length of the next term: up to a comma outside of brackets, quotes and filters. */
static size_t term_length(const char *s)
{
	size_t n, depth = 0;

	for (n = 0; s[n] && (depth || s[n] != ','); n++) {
		if (s[n] == '(' || s[n] == '[')
			depth++;
		else if ((s[n] == ')' || s[n] == ']') && depth)
			depth--;
	}
	return n;
}

/* The values in "(a, b)"; false without the brackets. */
static bool parse_set(struct term *t, const char *s)
{
	size_t n = strlen(s);

	if (n < 2 || *s != '(' || s[n - 1] != ')')
		return false;
	s++;
	n -= 2;
	for (;;) {
		size_t len = 0;

		while (len < n && s[len] != ',')
			len++;
		if (t->count < VALUES_MAX)
			t->values[t->count++] = trimmed(s, len);
		if (len == n)
			return true;
		s += len + 1;
		n -= len + 1;
	}
}

/* " in " or " notin " outside of the key; returns where the set begins. */
static const char *set_word(const char *s, struct term *t)
{
	const char *in = strstr(s, " in "), *out = strstr(s, " notin ");

	if (!in && !out) {
		in = strstr(s, " in(");
		out = strstr(s, " notin(");
	}
	if (in || out) {
		t->type = in ? TERM_IN : TERM_NOT_IN;
		t->key = trimmed(s, (size_t)((in ? in : out) - s));
		s = in ? in + 3 : out + 6;
		return s + strspn(s, " ");
	}
	return NULL;
}

static bool parse_label(struct term *t, const char *s)
{
	const char *set = set_word(s, t), *sign;

	if (set)
		return parse_set(t, set);
	sign = strchr(s, '=');
	if (!sign) {
		t->type = *s == '!' ? TERM_ABSENT : TERM_EXISTS;
		t->key = trimmed(s + (*s == '!'), strlen(s) - (*s == '!'));
		return *t->key != '\0' && !strchr(t->key, ' ');
	}
	t->type = sign > s && sign[-1] == '!' ? TERM_NOT_IN : TERM_IN;
	t->key = trimmed(s, (size_t)(sign - s) - (t->type == TERM_NOT_IN));
	sign += 1 + (sign[1] == '=');
	t->values[t->count++] = trimmed(sign, strlen(sign));
	return *t->key != '\0';
}

/* The comparison of a field: the last = that is in no bracket. */
static const char *field_sign(const char *s)
{
	size_t depth = 0;

	for (; *s; s++) {
		if (*s == '[' || *s == '(')
			depth++;
		else if ((*s == ']' || *s == ')') && depth)
			depth--;
		else if (!depth && *s == '=')
			return s;
	}
	return NULL;
}

static bool parse_field(struct term *t, const char *s, char *why, size_t why_size)
{
	const char *sign = field_sign(s);

	if (!sign)
		return false;
	t->type = sign > s && sign[-1] == '!' ? TERM_NOT_IN : TERM_IN;
	t->key = trimmed(s, (size_t)(sign - s) - (t->type == TERM_NOT_IN));
	sign += 1 + (sign[1] == '=');
	t->values[t->count++] = trimmed(sign, strlen(sign));
	t->path = jsonpath_parse(t->key, why, why_size);
	return t->path != NULL;
}

static struct selector *parse(const char *text, bool fields, char *why, size_t why_size)
{
	struct selector *s = alloc_zero(1, sizeof(*s));
	bool good = true;

	while (good && *text) {
		size_t n = term_length(text);
		drop_text char *term = trimmed(text, n);
		struct term *t = &s->terms[s->count];

		text += n + (text[n] == ',');
		if (!*term)
			continue;
		if (s->count == TERMS_MAX) {
			snprintf(why, why_size, "a selector has at most %u terms", TERMS_MAX);
			good = false;
			break;
		}
		s->count++;
		snprintf(why, why_size, "the selector term \"%.100s\" is not understood: write %s", term,
			 fields ? "path=value or path!=value" : "key=value, key!=value, key in (a,b), key or !key");
		good = fields ? parse_field(t, term, why, why_size) : parse_label(t, term);
	}
	if (good)
		return s;
	selector_free(s);
	return NULL;
}

struct selector *selector_labels(const char *text, char *why, size_t why_size)
{
	return parse(text, false, why, why_size);
}

struct selector *selector_fields(const char *text, char *why, size_t why_size)
{
	return parse(text, true, why, why_size);
}

void selector_free(struct selector *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++) {
		struct term *t = &s->terms[i];

		for (size_t k = 0; k < t->count; k++)
			free(t->values[k]);
		jsonpath_free(t->path);
		free(t->key);
	}
	free(s);
}

static bool term_match(const struct term *t, json_t *object)
{
	const char *text;
	bool in = false;

	drop_text char *found = t->path ? jsonpath_text(t->path, object) : NULL;
	text = found ? found : json_string_value(json_object_get(fld_at(object, "metadata.labels"), t->key));
	for (size_t i = 0; text && i < t->count && !in; i++)
		in = strcmp(t->values[i], text) == 0;
	switch (t->type) {
	case TERM_IN:
		return in;
	case TERM_NOT_IN:
		return !in;
	case TERM_EXISTS:
		return text != NULL;
	case TERM_ABSENT:
		return text == NULL;
	}
	return false;
}

bool selector_match(const struct selector *s, json_t *object)
{
	for (size_t i = 0; s && i < s->count; i++)
		if (!term_match(&s->terms[i], object))
			return false;
	return true;
}
