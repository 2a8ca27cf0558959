/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/jsonpath.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/reply.h"

#define STEPS_MAX 32u	 /* deeper than any API object */
#define VALUES_MAX 1000u /* [*] of [*] */

enum step_type { STEP_KEY, STEP_INDEX, STEP_ALL, STEP_FILTER };

struct step {
	enum step_type type;
	bool differs; /* filter: != instead of == */
	long index;
	char *key;	       /* key; of a filter: the text compared with */
	struct jsonpath *left; /* of a filter: the path after @ */
};

struct jsonpath {
	struct step steps[STEPS_MAX];
	size_t count;
};

struct scan {
	const char *text, *at, *end;
	char *why;
	size_t why_size;
};

static bool fail(struct scan *s, const char *what)
{
	snprintf(s->why, s->why_size, "JSON path \"%s\", character %zu: %s", s->text, (size_t)(s->at - s->text) + 1,
		 what);
	return false;
}

static struct step *add(struct jsonpath *p, enum step_type type)
{
	if (p->count >= STEPS_MAX)
		return NULL;
	p->steps[p->count] = (struct step){.type = type};
	return &p->steps[p->count++];
}

/* Text up to the closing quote; at stands behind it afterwards. */
static char *quoted(struct scan *s)
{
	char mark = *s->at++;
	const char *from = s->at;
	char *text;

	while (s->at < s->end && *s->at != mark)
		s->at++;
	if (s->at == s->end) {
		fail(s, "the quote is not closed");
		return NULL;
	}
	text = alloc_strn(from, (size_t)(s->at - from));
	s->at++;
	return text;
}

static bool plain_key(struct scan *s, struct jsonpath *p)
{
	struct reply key = {.max = 512};
	struct step *step;

	while (s->at < s->end && *s->at != '.' && *s->at != '[') {
		if (*s->at == '\\' && s->at + 1 < s->end)
			s->at++;
		rep_putn(&key, s->at++, 1);
	}
	if (!key.len) {
		rep_free(&key);
		return fail(s, "a name is missing");
	}
	step = add(p, strcmp(key.text, "*") == 0 ? STEP_ALL : STEP_KEY);
	if (!step) {
		rep_free(&key);
		return fail(s, "too deep");
	}
	step->key = key.text;
	return true;
}

/* ?(@.type=="Ready"), at behind the question mark. */
static bool filter(struct scan *s, struct jsonpath *p)
{
	struct step *step = add(p, STEP_FILTER);
	const char *from, *close;

	if (!step)
		return fail(s, "too deep");
	if (s->end - s->at < 3 || s->at[0] != '(' || s->at[1] != '@')
		return fail(s, "a filter is [?(@.field==\"value\")]");
	s->at += 2;
	from = s->at;
	while (s->at < s->end && *s->at != '=' && *s->at != '!')
		s->at++;
	if (s->end - s->at < 2 || s->at[1] != '=')
		return fail(s, "a filter compares with == or !=");
	close = s->at;
	while (close > from && close[-1] == ' ')
		close--;
	drop_text char *left = alloc_strn(from, (size_t)(close - from));
	step->left = jsonpath_parse(left, s->why, s->why_size);
	if (!step->left)
		return false;
	step->differs = *s->at == '!';
	s->at += 2;
	while (s->at < s->end && *s->at == ' ')
		s->at++;
	if (s->at < s->end && (*s->at == '"' || *s->at == '\'')) {
		step->key = quoted(s);
		if (!step->key)
			return false;
	} else {
		from = s->at;
		while (s->at < s->end && *s->at != ')')
			s->at++;
		step->key = alloc_strn(from, (size_t)(s->at - from));
	}
	while (s->at < s->end && *s->at == ' ')
		s->at++;
	if (s->at == s->end || *s->at++ != ')')
		return fail(s, "the filter is not closed");
	return true;
}

static bool bracket(struct scan *s, struct jsonpath *p)
{
	struct step *step;
	char *stop;

	s->at++;
	if (s->at < s->end && *s->at == '?') {
		s->at++;
		if (!filter(s, p))
			return false;
	} else if (s->at < s->end && (*s->at == '\'' || *s->at == '"')) {
		char *key = quoted(s);

		if (!key)
			return false;
		step = add(p, STEP_KEY);
		if (!step) {
			free(key);
			return fail(s, "too deep");
		}
		step->key = key;
	} else if (s->at < s->end && *s->at == '*') {
		s->at++;
		if (!add(p, STEP_ALL))
			return fail(s, "too deep");
	} else {
		long index = strtol(s->at, &stop, 10);

		if (stop == s->at || stop > s->end)
			return fail(s, "a number, *, 'name' or ?(...) is missing after [");
		step = add(p, STEP_INDEX);
		if (!step)
			return fail(s, "too deep");
		step->index = index;
		s->at = stop;
	}
	if (s->at >= s->end || *s->at != ']')
		return fail(s, "] is missing");
	s->at++;
	return true;
}

struct jsonpath *jsonpath_parse(const char *text, char *why, size_t why_size)
{
	struct jsonpath *p = alloc_zero(1, sizeof(*p));
	size_t n = strlen(text);
	struct scan s = {text, text, text + n, why, why_size};
	bool good = true;

	if (n && *text == '{') {
		if (text[n - 1] != '}' || n < 2)
			good = fail(&s, "the brace is not closed");
		s.at++;
		s.end--;
	}
	if (good && s.at < s.end && *s.at == '$')
		s.at++;
	while (good && s.at < s.end) {
		if (*s.at == '[') {
			good = bracket(&s, p);
			continue;
		}
		if (*s.at == '.')
			s.at++;
		if (s.at == s.end && p->count == 0)
			break; /* "." is the object itself */
		good = s.at < s.end && *s.at == '[' ? bracket(&s, p) : plain_key(&s, p);
	}
	if (good)
		return p;
	jsonpath_free(p);
	return NULL;
}

void jsonpath_free(struct jsonpath *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++) {
		free(p->steps[i].key);
		jsonpath_free(p->steps[i].left);
	}
	free(p);
}

char *jsonpath_value_text(const json_t *value)
{
	char *text;

	if (json_is_string(value))
		return alloc_str(json_string_value(value));
	if (!value || json_is_null(value))
		return alloc_str("");
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	return text ? text : alloc_str("");
}

static void walk(const struct jsonpath *p, size_t at, json_t *value, json_t *out);

static void walk_filter(const struct jsonpath *p, size_t at, json_t *value, json_t *out)
{
	const struct step *step = &p->steps[at];
	json_t *item;
	size_t i;

	json_array_foreach (value, i, item) {
		drop_text char *left = jsonpath_text(step->left, item);

		if ((strcmp(left, step->key) == 0) != step->differs)
			walk(p, at + 1, item, out);
	}
}

static void walk_all(const struct jsonpath *p, size_t at, json_t *value, json_t *out)
{
	const char *key;
	json_t *item;
	size_t i;

	json_array_foreach (value, i, item)
		walk(p, at + 1, item, out);
	if (json_is_object(value))
		json_object_foreach (value, key, item)
			walk(p, at + 1, item, out);
}

static void walk(const struct jsonpath *p, size_t at, json_t *value, json_t *out)
{
	const struct step *step = &p->steps[at];
	long n = (long)json_array_size(value);

	if (!value || json_array_size(out) >= VALUES_MAX)
		return;
	if (at == p->count) {
		json_array_append(out, value);
		return;
	}
	switch (step->type) {
	case STEP_KEY:
		walk(p, at + 1, json_object_get(value, step->key), out);
		break;
	case STEP_INDEX:
		if (step->index < n && step->index >= -n)
			walk(p, at + 1,
			     json_array_get(value, (size_t)(step->index < 0 ? step->index + n : step->index)), out);
		break;
	case STEP_ALL:
		walk_all(p, at, value, out);
		break;
	case STEP_FILTER:
		walk_filter(p, at, value, out);
		break;
	}
}

json_t *jsonpath_find(const struct jsonpath *p, json_t *root)
{
	json_t *out = json_array();

	walk(p, 0, root, out);
	return out;
}

char *jsonpath_text(const struct jsonpath *p, json_t *root)
{
	json_t *hits = jsonpath_find(p, root), *hit;
	struct reply out = {.max = 64 * 1024};
	size_t i;

	json_array_foreach (hits, i, hit) {
		drop_text char *text = jsonpath_value_text(hit);

		if (i)
			rep_put(&out, ",");
		rep_put(&out, text);
	}
	json_decref(hits);
	return out.text ? out.text : alloc_str("");
}
