/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define MAX_TERMS 100

enum op { OP_EXISTS, OP_ABSENT, OP_IN, OP_NOT_IN };

struct term {
	enum op op;
	char *key;
	char **values; /* of IN and NOT_IN */
	bool field;
};

struct snap_select {
	struct term terms[MAX_TERMS];
	size_t count;
};

static bool add(struct snap_select *s, enum op op, char *key, char **values, bool field)
{
	if (s->count == MAX_TERMS || !key[0]) {
		free(key);
		if (values)
			str_list_free(values);
		return false;
	}
	s->terms[s->count++] = (struct term){op, key, values, field};
	return true;
}

static char *word(const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	return mem_strn(from, (size_t)(to - from));
}

static char **one(char *value)
{
	char **list = mem_resize_array(NULL, 2, sizeof(char *));

	list[0] = value;
	list[1] = NULL;
	return list;
}

/* "key in (a, b)" and "key notin (a)"; n up to the closing parenthesis. */
static bool add_set(struct snap_select *s, const char *at, const char *open, size_t n)
{
	const char *end = open, *op;
	char *inner auto_free = mem_strn(open + 1, n - (size_t)(open + 1 - at));
	bool is_not;

	while (end > at && end[-1] == ' ')
		end--;
	is_not = end - at > 6 && memcmp(end - 5, "notin", 5) == 0;
	op = end - (is_not ? 5 : 2);
	if (op <= at || op[-1] != ' ' || (!is_not && memcmp(op, "in", 2) != 0))
		return false;
	return add(s, is_not ? OP_NOT_IN : OP_IN, word(at, op), str_split_words(inner, ','), false);
}

/* One term of n bytes: key, !key, key=v, key==v, key!=v. Fields know only the last three. */
static bool add_plain(struct snap_select *s, const char *at, size_t n, bool field)
{
	const char *eq = memchr(at, '=', n), *value, *key_end;

	if (!eq) {
		while (n && *at == ' ')
			at++, n--;
		if (field)
			return false;
		if (n && *at == '!')
			return add(s, OP_ABSENT, word(at + 1, at + n), NULL, false);
		return add(s, OP_EXISTS, word(at, at + n), NULL, false);
	}
	key_end = eq > at && eq[-1] == '!' ? eq - 1 : eq;
	value = eq + 1;
	if (key_end == eq && value < at + n && *value == '=')
		value++;
	return add(s, key_end == eq ? OP_IN : OP_NOT_IN, word(at, key_end), one(word(value, at + n)), field);
}

static bool parse(struct snap_select *s, const char *text, bool field)
{
	while (*text) {
		size_t n = strcspn(text, ",");
		const char *open = field ? NULL : memchr(text, '(', n);
		const char *close = open ? strchr(open, ')') : NULL;

		if (open && !close)
			return false;
		if (open) {
			n = (size_t)(close - text);
			if (!add_set(s, text, open, n))
				return false;
			n++;
			n += strspn(text + n, " ");
		} else if (!add_plain(s, text, n, field)) {
			return false;
		}
		text += n;
		if (*text && *text != ',')
			return false;
		text += *text == ',';
	}
	return true;
}

struct snap_select *snap_select_new(const char *labels, const char *fields, struct err *e)
{
	struct snap_select *s = MEM_NEW(struct snap_select);

	if (labels && !parse(s, labels, false)) {
		err_set(e, ERR_ARG, "400 Bad Request: \"%.100s\" is no label selector", labels);
	} else if (fields && !parse(s, fields, true)) {
		err_set(e, ERR_ARG, "400 Bad Request: \"%.100s\" is no field selector", fields);
	} else {
		return s;
	}
	snap_select_free(s);
	return NULL;
}

void snap_select_free(struct snap_select *s)
{
	for (size_t i = 0; s && i < s->count; i++) {
		free(s->terms[i].key);
		if (s->terms[i].values)
			str_list_free(s->terms[i].values);
	}
	free(s);
}

/* The value of a field as text; "" when absent, as the server has it. Events of both forms answer to both names. */
static const char *field_text(const json_t *object, const char *path, char number[static 32])
{
	static const char *const same[][2] = {{"involvedObject.", "regarding."},
					      {"regarding.", "involvedObject."},
					      {"reason", "reason"},
					      {"source", "deprecatedSource.component"},
					      {"reportingComponent", "reportingController"}};
	const json_t *value = json_at(object, path);

	for (size_t i = 0; !value && i < ARRAY_LEN(same); i++) {
		char *other auto_free = NULL;

		if (!str_starts(path, same[i][0]))
			continue;
		other = mem_printf("%s%s", same[i][1], path + strlen(same[i][0]));
		value = json_at(object, other);
	}
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_integer(value))
		snprintf(number, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		snprintf(number, 32, "%s", json_is_true(value) ? "true" : json_is_false(value) ? "false" : "");
	return number;
}

static bool among(const char *value, char **values)
{
	for (; values && *values; values++)
		if (str_eq(value, *values))
			return true;
	return false;
}

static bool term_match(const struct term *t, const json_t *object, const json_t *labels)
{
	char number[32];
	const char *value = t->field ? field_text(object, t->key, number) : json_key_str(labels, t->key);

	switch (t->op) {
	case OP_EXISTS:
		return value != NULL;
	case OP_ABSENT:
		return value == NULL;
	case OP_IN:
		return value && among(value, t->values);
	case OP_NOT_IN:
		return !value || !among(value, t->values);
	}
	return false;
}

bool snap_select_match(const struct snap_select *s, const json_t *object)
{
	const json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");

	for (size_t i = 0; i < s->count; i++)
		if (!term_match(&s->terms[i], object, labels))
			return false;
	return true;
}
