/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and evaluation in one pass: expressions are short, and every operand is wanted anyway. */
#include "toolsets/lib/cel.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/cel_value.h"

#define DEPTH_MAX 40
#define ARGUMENTS_MAX 4

static struct cel_value expression(struct cel *c);

static struct cel_value syntax(struct cel *c)
{
	if (!c->bad)
		snprintf(c->why, sizeof(c->why), "cannot be read from \"%.40s\" on",
			 c->at < c->end ? c->at : "its end");
	c->bad = true;
	c->at = c->end;
	return cel_unknown();
}

static void blank(struct cel *c)
{
	while (c->at < c->end && isspace((unsigned char)*c->at))
		c->at++;
}

static bool take(struct cel *c, const char *mark)
{
	size_t n = strlen(mark);

	blank(c);
	if ((size_t)(c->end - c->at) < n || memcmp(c->at, mark, n) != 0)
		return false;
	c->at += n;
	return true;
}

static bool word_char(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_';
}

static bool take_word(struct cel *c, const char *word)
{
	const char *before = c->at;

	if (take(c, word) && (c->at == c->end || !word_char(*c->at)))
		return true;
	c->at = before;
	return false;
}

static bool identifier(struct cel *c, const char **name, size_t *len)
{
	blank(c);
	*name = c->at;
	if (c->at == c->end || (!isalpha((unsigned char)*c->at) && *c->at != '_'))
		return false;
	while (c->at < c->end && word_char(*c->at))
		c->at++;
	*len = (size_t)(c->at - *name);
	return true;
}

static bool word_is(const char *name, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(name, word, len) == 0;
}

static struct cel_value string_literal(struct cel *c, char quote)
{
	char *out = c->pool + c->used;
	size_t n = 0;

	while (c->at < c->end && *c->at != quote) {
		char ch = *c->at++;

		if (ch == '\\' && c->at < c->end) {
			ch = *c->at++;
			ch = ch == 'n' ? '\n' : ch == 't' ? '\t' : ch;
		}
		if (c->used + n + 1 >= CEL_POOL_BYTES)
			return syntax(c);
		out[n++] = ch;
	}
	if (c->at == c->end)
		return syntax(c);
	c->at++;
	out[n] = '\0';
	c->used += n + 1;
	return cel_string(out, n);
}

static struct cel_value number_literal(struct cel *c)
{
	char text[64], *end;
	size_t n = 0;
	bool real = false;

	while (c->at < c->end && n + 1 < sizeof(text) && (isdigit((unsigned char)*c->at) || *c->at == '.')) {
		real = real || *c->at == '.';
		text[n++] = *c->at++;
	}
	text[n] = '\0';
	if (c->at < c->end && *c->at == 'u')
		c->at++;
	if (real)
		return (struct cel_value){.type = CEL_V_DOUBLE, .real = strtod(text, &end)};
	return (struct cel_value){.type = CEL_V_INT, .number = strtoll(text, &end, 10)};
}

static struct cel_value list_literal(struct cel *c)
{
	struct cel_value *items = c->values + c->value_count, out;
	size_t n = 0;

	if (take(c, "]"))
		return (struct cel_value){.type = CEL_V_LIST};
	/* the room is taken before the items are read, since they may be lists too */
	if (c->value_count + CEL_LIST_MAX > CEL_POOL_VALUES)
		return syntax(c);
	c->value_count += CEL_LIST_MAX;
	do {
		if (n >= CEL_LIST_MAX)
			return syntax(c);
		items[n++] = expression(c);
	} while (take(c, ","));
	if (!take(c, "]"))
		return syntax(c);
	out = (struct cel_value){.type = CEL_V_LIST, .items = items, .count = n};
	for (size_t i = 0; i < n; i++)
		if (items[i].type <= CEL_V_ERROR)
			return items[i];
	return out;
}

static bool arguments(struct cel *c, struct cel_value *out, size_t max, size_t *count)
{
	*count = 0;
	if (take(c, ")"))
		return true;
	do {
		struct cel_value v = expression(c);

		if (*count < max)
			out[*count] = v;
		(*count)++;
	} while (!c->bad && take(c, ","));
	if (!take(c, ")"))
		syntax(c);
	return !c->bad && *count <= max;
}

static struct cel_value function(struct cel *c, const char *name, size_t len)
{
	struct cel_value a[ARGUMENTS_MAX] = {{0}};
	size_t n;

	if (!arguments(c, a, ARGUMENTS_MAX, &n))
		return c->bad ? cel_unknown() : cel_give_up(c, "it calls a function that is not known here");
	return cel_call(c, name, len, a, n);
}

static struct cel_value method(struct cel *c, struct cel_value base, const char *name, size_t len)
{
	struct cel_value a[ARGUMENTS_MAX] = {{0}};
	size_t n;

	if (!arguments(c, a, ARGUMENTS_MAX, &n))
		return c->bad ? cel_unknown() : cel_give_up(c, "it calls a method that is not known here");
	return cel_method(c, base, name, len, a, n);
}

static struct cel_value primary(struct cel *c)
{
	const char *name;
	size_t len;
	struct cel_value v;

	blank(c);
	if (c->at == c->end)
		return syntax(c);
	if (take(c, "(")) {
		v = expression(c);
		return take(c, ")") ? v : syntax(c);
	}
	if (take(c, "["))
		return list_literal(c);
	if (*c->at == '"' || *c->at == '\'') {
		c->at++;
		return string_literal(c, c->at[-1]);
	}
	if (isdigit((unsigned char)*c->at))
		return number_literal(c);
	if (!identifier(c, &name, &len))
		return syntax(c);
	if (word_is(name, len, "true") || word_is(name, len, "false"))
		return cel_bool(*name == 't');
	if (word_is(name, len, "null"))
		return (struct cel_value){.type = CEL_V_NULL};
	if (take(c, "("))
		return function(c, name, len);
	if (word_is(name, len, "device"))
		return (struct cel_value){.type = CEL_V_DEVICE};
	return cel_give_up(c, "it uses a variable that is not known here");
}

static struct cel_value postfix(struct cel *c)
{
	struct cel_value v = primary(c);
	const char *name;
	size_t len;

	while (!c->bad) {
		bool optional;

		if (take(c, "[")) {
			struct cel_value key;

			optional = take(c, "?");
			key = expression(c);
			if (!take(c, "]"))
				return syntax(c);
			if (key.type != CEL_V_STRING)
				v = key.type <= CEL_V_ERROR ? key : cel_give_up(c, "its key is no text");
			else
				v = cel_field(c, v, key.text, key.len, optional);
			continue;
		}
		if (!take(c, "."))
			return v;
		optional = take(c, "?");
		if (!identifier(c, &name, &len))
			return syntax(c);
		if (take(c, "("))
			v = method(c, v, name, len);
		else
			v = cel_field(c, v, name, len, optional);
	}
	return cel_unknown();
}

static struct cel_value unary(struct cel *c)
{
	struct cel_value v;
	int nots = 0;

	blank(c);
	while (c->at < c->end && *c->at == '!' && !(c->at + 1 < c->end && c->at[1] == '=')) {
		c->at++;
		nots++;
		blank(c);
	}
	if (take(c, "-")) {
		v = postfix(c);
		v.number = -v.number;
		v.real = -v.real;
		return v.type == CEL_V_INT || v.type == CEL_V_DOUBLE || v.type <= CEL_V_ERROR
			       ? v
			       : cel_give_up(c, "it negates what is no number");
	}
	v = postfix(c);
	if (!nots || v.type <= CEL_V_ERROR)
		return v;
	if (v.type != CEL_V_BOOL)
		return cel_fail(c, "no such overload: ", "!", 1);
	return cel_bool(v.truth != (nots % 2 == 1));
}

static struct cel_value contained(struct cel *c, const struct cel_value *a, const struct cel_value *in)
{
	bool ok;

	if (in->type == CEL_V_DOMAIN && a->type == CEL_V_STRING) {
		struct cel_value v = cel_member(in, c->device->driver, a->text, a->len);

		return v.type == CEL_V_UNKNOWN ? v : cel_bool(v.type != CEL_V_NONE);
	}
	if (in->type != CEL_V_LIST)
		return cel_give_up(c, "it looks into something that is no list here");
	for (size_t i = 0; i < in->count; i++)
		if (cel_compare(a, &in->items[i], &ok) == 0 && ok)
			return cel_bool(true);
	return cel_bool(false);
}

static struct cel_value relate(struct cel *c, const char *op, const struct cel_value *a, const struct cel_value *b)
{
	bool ok, equal = op[0] == '=', differ = op[0] == '!';
	int d;

	if (a->type <= CEL_V_ERROR || b->type <= CEL_V_ERROR)
		return a->type == CEL_V_UNKNOWN || b->type == CEL_V_UNKNOWN ? cel_unknown()
		       : a->type == CEL_V_ERROR				    ? *a
									    : *b;
	if (op[0] == 'i')
		return contained(c, a, b);
	d = cel_compare(a, b, &ok);
	if (!ok && (equal || differ))
		return cel_bool(differ); /* values of different types are never equal */
	if (!ok)
		return cel_fail(c, "no such overload: ", op, strlen(op));
	if (equal || differ)
		return cel_bool((d == 0) == equal);
	if (op[0] == '<')
		return cel_bool(op[1] ? d <= 0 : d < 0);
	return cel_bool(op[1] ? d >= 0 : d > 0);
}

static struct cel_value relation(struct cel *c)
{
	static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">"};
	struct cel_value v = unary(c);

	for (;;) {
		const char *op = NULL;
		struct cel_value b;

		for (size_t i = 0; i < 6 && !op; i++)
			if (take(c, ops[i]))
				op = ops[i];
		if (!op && take_word(c, "in"))
			op = "in";
		if (!op)
			return v;
		b = unary(c);
		v = relate(c, op, &v, &b);
	}
}

/* An error beside a false is false, beside a true (of ||) true: the order of operands does not count. */
static struct cel_value join(struct cel *c, struct cel_value a, struct cel_value b, bool wins)
{
	if ((a.type == CEL_V_BOOL && a.truth == wins) || (b.type == CEL_V_BOOL && b.truth == wins)) {
		c->why[0] = c->bad ? c->why[0] : '\0';
		return cel_bool(wins);
	}
	if (a.type == CEL_V_UNKNOWN || b.type == CEL_V_UNKNOWN)
		return cel_unknown();
	if (a.type == CEL_V_BOOL && b.type == CEL_V_BOOL)
		return cel_bool(!wins);
	return a.type == CEL_V_ERROR ? a : b.type == CEL_V_ERROR ? b : cel_fail(c, "no such overload: ", "&&", 2);
}

static struct cel_value conjunction(struct cel *c)
{
	struct cel_value v = relation(c);

	while (take(c, "&&"))
		v = join(c, v, relation(c), false);
	return v;
}

static struct cel_value expression(struct cel *c)
{
	struct cel_value v, yes, no;

	if (++c->depth > DEPTH_MAX)
		return syntax(c);
	v = conjunction(c);
	while (take(c, "||"))
		v = join(c, v, conjunction(c), true);
	if (take(c, "?")) {
		yes = expression(c);
		no = take(c, ":") ? expression(c) : syntax(c);
		if (v.type == CEL_V_BOOL)
			v = v.truth ? yes : no;
	}
	c->depth--;
	return v;
}

enum cel_result cel_eval(const char *text, const struct cel_device *device, const struct cel_regex *regex, char *why,
			 size_t why_size)
{
	struct cel *c = alloc_zero(1, sizeof(*c));
	struct cel_value v;
	enum cel_result result = CEL_UNKNOWN;

	*c = (struct cel){.at = text, .end = text + strlen(text), .device = device, .regex = regex};
	v = expression(c);
	blank(c);
	if (c->at != c->end)
		syntax(c);
	if (c->bad)
		result = CEL_UNKNOWN;
	else if (v.type == CEL_V_BOOL)
		result = v.truth ? CEL_TRUE : CEL_FALSE;
	else if (v.type == CEL_V_ERROR)
		result = CEL_ERROR;
	if (why && why_size)
		snprintf(why, why_size, "%s", result >= CEL_ERROR ? c->why : "");
	free(c);
	return result;
}

/* Is the whole joined by || or ?: instead? Then no part of it is false alone. */
static bool joined_otherwise(const char *text)
{
	char quote = 0;
	int depth = 0;

	for (const char *p = text; *p; p++) {
		if (quote) {
			if (*p == '\\' && p[1])
				p++;
			else if (*p == quote)
				quote = 0;
		} else if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if (!depth && ((p[0] == '|' && p[1] == '|') || (p[0] == '?' && p > text && p[-1] == ' '))) {
			return true;
		} else {
			depth += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
		}
	}
	return false;
}

/* Where the next && at the top is, or the end. */
static const char *next_and(const char *p)
{
	char quote = 0;
	int depth = 0;

	for (; *p; p++) {
		if (quote) {
			if (*p == '\\' && p[1])
				p++;
			else if (*p == quote)
				quote = 0;
		} else if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if (!depth && p[0] == '&' && p[1] == '&') {
			return p;
		} else {
			depth += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
		}
	}
	return p;
}

bool cel_part(const char *text, size_t i, const char **part, size_t *len)
{
	const char *start = text, *end = joined_otherwise(text) ? text + strlen(text) : next_and(text);

	for (; i && *end; i--) {
		start = end + 2;
		end = next_and(start);
	}
	if (i)
		return false;
	while (start < end && isspace((unsigned char)*start))
		start++;
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	*part = start;
	*len = (size_t)(end - start);
	return *len > 0;
}
