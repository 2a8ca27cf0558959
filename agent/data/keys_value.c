/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/keys_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* The size of what a key's field is, so that it can be cleared without knowing what it is. */
static size_t field_size(enum key_type type)
{
	switch (type) {
	case KEY_BOOL:
		return sizeof(bool);
	case KEY_INT:
	case KEY_DURATION:
		return sizeof(int64_t);
	case KEY_DOUBLE:
		return sizeof(double);
	case KEY_SIZE:
		return sizeof(uint64_t);
	case KEY_STRING:
	case KEY_ENUM:
		return sizeof(char *);
	case KEY_STRINGS:
		return sizeof(char **);
	case KEY_TREE:
		return sizeof(json_t *);
	case KEY_GROUP:
		break;
	}
	return 0;
}

void keys_value_clear(const struct key *k, void *field)
{
	if (k->type == KEY_STRING || k->type == KEY_ENUM)
		free(*(char **)field);
	else if (k->type == KEY_STRINGS)
		str_list_free(*(char ***)field);
	else if (k->type == KEY_TREE)
		json_decref(*(json_t **)field);
	memset(field, 0, field_size(k->type));
}

static int wrong(const struct key *k, const char *text, struct err *e)
{
	char type[200];

	keys_type_text(k, type, sizeof(type));
	if (k->secret || !text)
		return err_set(e, ERR_CONFIG, "must be %s", type);
	return err_set(e, ERR_CONFIG, "must be %s, not \"%.80s\"", type, text);
}

static int out_of_range(const struct key *k, const char *text, struct err *e)
{
	return err_set(e, ERR_CONFIG, "must be between %" PRId64 " and %" PRId64 "%s, not %s", k->min, k->max,
		       k->type == KEY_DURATION ? " milliseconds"
		       : k->type == KEY_SIZE   ? " bytes"
					       : "",
		       text);
}

static bool in_range(const struct key *k, double v)
{
	return k->min == k->max || (v >= (double)k->min && v <= (double)k->max);
}

static int set_bool(const struct key *k, bool *field, const char *text, struct err *e)
{
	static const char *const yes[] = {"true", "yes", "on", "1", NULL}, *const no[] = {"false", "no", "off", "0",
											  NULL};

	for (size_t i = 0; yes[i]; i++) {
		if (!str_eq_nocase(text, yes[i]) && !str_eq_nocase(text, no[i]))
			continue;
		*field = str_eq_nocase(text, yes[i]);
		return 0;
	}
	return wrong(k, text, e);
}

static int set_number(const struct key *k, void *field, const char *text, struct err *e)
{
	uint64_t size = 0;
	int64_t whole = 0;
	double real = 0;
	int rc = -1;

	if (k->type == KEY_INT) {
		rc = str_to_i64(text, &whole, NULL);
		real = (double)whole;
	} else if (k->type == KEY_DURATION) {
		rc = clock_parse_duration(text, &whole, NULL);
		real = (double)whole;
	} else if (k->type == KEY_SIZE) {
		rc = str_to_size(text, &size, NULL);
		real = (double)size;
	} else {
		rc = str_to_double(text, &real, NULL);
	}
	if (rc != 0)
		return wrong(k, text, e);
	if (!in_range(k, real))
		return out_of_range(k, text, e);
	if (k->type == KEY_SIZE)
		*(uint64_t *)field = size;
	else if (k->type == KEY_DOUBLE)
		*(double *)field = real;
	else
		*(int64_t *)field = whole;
	return 0;
}

static int set_string(const struct key *k, char **field, const char *text)
{
	keys_value_clear(k, field);
	*field = mem_str(text);
	return 0;
}

static int set_enum(const struct key *k, char **field, const char *text, struct err *e)
{
	const char *near;

	for (size_t i = 0; k->choices && k->choices[i]; i++)
		if (str_eq(text, k->choices[i]))
			return set_string(k, field, text);
	wrong(k, text, e);
	near = str_nearest(text, k->choices);
	return near && e ? err_set(e, ERR_CONFIG, "%s: did you mean \"%s\"?", e->msg, near) : -1;
}

int keys_value_from_text(const struct key *k, void *field, const char *text, struct err *e)
{
	json_t *tree;

	switch (k->type) {
	case KEY_STRING:
		return set_string(k, field, text);
	case KEY_ENUM:
		return set_enum(k, field, text, e);
	case KEY_BOOL:
		return set_bool(k, field, text, e);
	case KEY_INT:
	case KEY_DOUBLE:
	case KEY_SIZE:
	case KEY_DURATION:
		return set_number(k, field, text, e);
	case KEY_STRINGS:
		keys_value_clear(k, field);
		*(char ***)field = str_split_words(text, ',');
		return 0;
	case KEY_TREE:
		tree = yaml_parse(text, strlen(text), "the value", NULL, e);
		if (!tree)
			return -1;
		keys_value_clear(k, field);
		*(json_t **)field = tree;
		return 0;
	case KEY_GROUP:
		break;
	}
	return err_set(e, ERR_CONFIG, "is a group of keys; name one of them");
}

static int set_list(const struct key *k, char ***field, const json_t *j, struct err *e)
{
	size_t n = json_array_size(j);
	char **list;
	json_t *v;
	size_t i;

	if (json_is_string(j)) {
		list = mem_resize_array(NULL, 2, sizeof(*list));
		list[0] = mem_str(json_string_value(j));
		list[1] = NULL;
	} else {
		if (!json_is_array(j))
			return wrong(k, NULL, e);
		json_array_foreach (j, i, v)
			if (!json_is_string(v))
				return err_set(e, ERR_CONFIG,
					       "must be a list of texts, and item %zu is none; put it in quotes",
					       i + 1);
		list = mem_resize_array(NULL, n + 1, sizeof(*list));
		json_array_foreach (j, i, v)
			list[i] = mem_str(json_string_value(v));
		list[n] = NULL;
	}
	keys_value_clear(k, field);
	*field = list;
	return 0;
}

static const char *kind_of(const json_t *j)
{
	switch (json_typeof(j)) {
	case JSON_OBJECT:
		return "a mapping";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "text";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "nothing";
	}
	return "something else";
}

static int wrong_kind(const struct key *k, const json_t *j, struct err *e)
{
	bool quote = (k->type == KEY_STRING || k->type == KEY_ENUM) && (json_is_number(j) || json_is_boolean(j));
	char type[200];

	keys_type_text(k, type, sizeof(type));
	return err_set(e, ERR_CONFIG, "must be %s, not %s%s", type, kind_of(j), quote ? "; put it in quotes" : "");
}

int keys_value_from_json(const struct key *k, void *field, const json_t *j, struct err *e)
{
	char number[JSON_NUMBER_TEXT];

	if (k->type == KEY_TREE) {
		/* Counted here, whoever frees the document. */
		json_t *tree = json_incref((json_t *)(uintptr_t)j);

		keys_value_clear(k, field);
		*(json_t **)field = tree;
		return 0;
	}
	if (k->type == KEY_STRINGS)
		return set_list(k, field, j, e);
	if (json_is_string(j))
		return keys_value_from_text(k, field, json_string_value(j), e);
	if (json_is_boolean(j) && k->type == KEY_BOOL) {
		*(bool *)field = json_is_true(j);
		return 0;
	}
	if (json_is_number(j) &&
	    (k->type == KEY_INT || k->type == KEY_DOUBLE || k->type == KEY_SIZE || k->type == KEY_DURATION)) {
		json_number_text(j, number);
		return keys_value_from_text(k, field, number, e);
	}
	return wrong_kind(k, j, e);
}
