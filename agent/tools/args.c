/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/args.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define STRING_MAX 4096 /* of one parameter: nothing a tool takes is longer */
#define STRINGS_MAX 64

static json_t *param_schema(const struct param *p)
{
	static const char *const types[] = {"string", "integer", "boolean", "array"};
	json_t *o = json_object();

	json_object_set_new(o, "type", json_string(types[p->type]));
	if (p->type == PARAM_STRINGS)
		json_object_set_new(o, "items", json_pack("{s:s}", "type", "string"));
	if (!str_empty(p->help))
		json_object_set_new(o, "description", json_text0(p->help));
	if (p->choices) {
		json_t *list = json_array();

		for (const char *const *c = p->choices; *c; c++)
			json_array_append_new(list, json_text0(*c));
		json_object_set_new(o, "enum", list);
	}
	if (p->type == PARAM_INT && p->min != p->max) {
		json_object_set_new(o, "minimum", json_integer(p->min));
		json_object_set_new(o, "maximum", json_integer(p->max));
	}
	return o;
}

json_t *args_schema(const struct tool *t, const char *const *clusters)
{
	json_t *properties = json_object(), *required = json_array(), *schema = json_object(), *fn = json_object();

	for (const struct param *p = t->params; p && p->name; p++) {
		json_object_set_new(properties, p->name, param_schema(p));
		if (p->required)
			json_array_append_new(required, json_string(p->name));
	}
	if (clusters) {
		struct param p = {
			.name = "cluster", .help = "which cluster; the first when left out", .choices = clusters};

		json_object_set_new(properties, p.name, param_schema(&p));
	}
	json_object_set_new(schema, "type", json_string("object"));
	json_object_set_new(schema, "properties", properties);
	if (json_array_size(required))
		json_object_set(schema, "required", required);
	json_decref(required);
	json_object_set_new(schema, "additionalProperties", json_false());
	json_object_set_new(fn, "name", json_string(t->name));
	json_object_set_new(fn, "description", json_text0(t->help));
	json_object_set_new(fn, "parameters", schema);
	return json_pack("{s:s,s:o}", "type", "function", "function", fn);
}

static const struct param *param_find(const struct tool *t, const char *name)
{
	for (const struct param *p = t->params; p && p->name; p++)
		if (str_eq(p->name, name))
			return p;
	return NULL;
}

static int unknown(const struct tool *t, const char *name, struct err *e)
{
	const char *names[64] = {0};
	auto_free char *all = NULL;
	size_t n = 0;

	for (const struct param *p = t->params; p && p->name && n + 1 < ARRAY_LEN(names); p++)
		names[n++] = p->name;
	if (n && str_nearest(name, names))
		return err_set(e, ERR_ARG, "%s has no parameter \"%.64s\"; did you mean \"%s\"?", t->name, name,
			       str_nearest(name, names));
	{
		char *list[64] = {0};

		for (size_t i = 0; i < n; i++)
			list[i] = mem_str(names[i]);
		all = n ? str_join(list, ", ") : mem_str("none");
		for (size_t i = 0; i < n; i++)
			free(list[i]);
	}
	return err_set(e, ERR_ARG, "%s has no parameter \"%.64s\"; it takes: %s", t->name, name, all);
}

static json_t *as_string(const struct tool *t, const struct param *p, json_t *v, struct err *e)
{
	json_t *out = NULL;

	if (json_is_string(v))
		out = json_incref(v);
	else if (json_is_integer(v) || json_is_real(v) || json_is_boolean(v)) {
		auto_free char *text = json_dumps(v, JSON_ENCODE_ANY);

		out = json_text0(text);
	} else {
		err_set(e, ERR_ARG, "%s: parameter \"%s\" must be a string", t->name, p->name);
		return NULL;
	}
	if (json_string_length(out) > STRING_MAX || strlen(json_string_value(out)) != json_string_length(out)) {
		err_set(e, ERR_ARG, "%s: parameter \"%s\" is longer than %d bytes or holds a NUL", t->name, p->name,
			STRING_MAX);
		json_decref(out);
		return NULL;
	}
	for (const char *const *c = p->choices; c; c++) {
		if (!*c) {
			err_set(e, ERR_ARG, "%s: parameter \"%s\" cannot be \"%.64s\"; did you mean \"%s\"?", t->name,
				p->name, json_string_value(out),
				str_or(str_nearest(json_string_value(out), p->choices), p->choices[0]));
			json_decref(out);
			return NULL;
		}
		if (str_eq_nocase(*c, json_string_value(out))) {
			json_decref(out);
			return json_string(*c);
		}
	}
	return out;
}

static json_t *as_int(const struct tool *t, const struct param *p, json_t *v, struct err *e)
{
	int64_t n = 0;

	if (json_is_integer(v))
		n = json_integer_value(v);
	else if (json_is_real(v) && json_real_value(v) > -9e15 && json_real_value(v) < 9e15)
		n = (int64_t)json_real_value(v);
	else if (!json_is_string(v) || str_to_i64(json_string_value(v), &n, NULL) < 0) {
		err_set(e, ERR_ARG, "%s: parameter \"%s\" must be a whole number", t->name, p->name);
		return NULL;
	}
	if (p->min != p->max) /* a model that asks for more than there may be gets the most there is */
		n = n < p->min ? p->min : n > p->max ? p->max : n;
	return json_integer(n);
}

static json_t *as_bool(const struct tool *t, const struct param *p, json_t *v, struct err *e)
{
	if (json_is_boolean(v))
		return json_incref(v);
	if (json_is_string(v) && str_eq_nocase(json_string_value(v), "true"))
		return json_true();
	if (json_is_string(v) && str_eq_nocase(json_string_value(v), "false"))
		return json_false();
	err_set(e, ERR_ARG, "%s: parameter \"%s\" must be true or false", t->name, p->name);
	return NULL;
}

static json_t *as_strings(const struct tool *t, const struct param *p, json_t *v, struct err *e)
{
	json_t *out = json_array(), *item;
	size_t i;

	if (!json_is_array(v)) {
		item = as_string(t, p, v, e);
		if (item)
			json_array_append_new(out, item);
	} else {
		json_array_foreach (v, i, item) {
			json_t *s = i < STRINGS_MAX ? as_string(t, p, item, e) : NULL;

			if (i >= STRINGS_MAX)
				err_set(e, ERR_ARG, "%s: parameter \"%s\" takes at most %d entries", t->name, p->name,
					STRINGS_MAX);
			if (!s) {
				json_decref(out);
				return NULL;
			}
			json_array_append_new(out, s);
		}
		return out;
	}
	if (!json_array_size(out)) {
		json_decref(out);
		return NULL;
	}
	return out;
}

static json_t *convert(const struct tool *t, const struct param *p, json_t *v, struct err *e)
{
	switch (p->type) {
	case PARAM_STRING:
		return as_string(t, p, v, e);
	case PARAM_INT:
		return as_int(t, p, v, e);
	case PARAM_BOOL:
		return as_bool(t, p, v, e);
	case PARAM_STRINGS:
		return as_strings(t, p, v, e);
	}
	return NULL;
}

static bool absent(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

static json_t *check_all(const struct tool *t, json_t *given, char **cluster, struct err *e)
{
	json_t *out = json_object(), *v;
	const char *name;

	json_object_foreach (given, name, v) {
		const struct param *p = param_find(t, name);
		json_t *good;

		if (!p && str_eq(name, "cluster")) {
			if (json_is_string(v) && !absent(v))
				*cluster = mem_str(json_string_value(v));
			continue;
		}
		if (!p) {
			unknown(t, name, e);
			goto bad;
		}
		if (absent(v))
			continue;
		good = convert(t, p, v, e);
		if (!good)
			goto bad;
		json_object_set_new(out, name, good);
	}
	for (const struct param *p = t->params; p && p->name; p++) {
		if (p->required && !json_object_get(out, p->name)) {
			err_set(e, ERR_ARG, "%s: parameter \"%s\" is missing (%s)", t->name, p->name,
				str_or(p->help, "required"));
			goto bad;
		}
	}
	return out;
bad:
	free(*cluster);
	*cluster = NULL;
	json_decref(out);
	return NULL;
}

json_t *args_parse(const struct tool *t, const char *text, size_t len, char **cluster, struct err *e)
{
	auto_json json_t *given = NULL;

	*cluster = NULL;
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (!len)
		given = json_object();
	else
		given = json_parse(text, len, "arguments", e);
	if (!given) {
		err_wrap(e, "%s was called with broken JSON", t->name);
		return NULL;
	}
	if (json_is_string(given)) { /* some models encode the object twice */
		json_t *inner = json_parse(json_string_value(given), json_string_length(given), "arguments", NULL);

		if (inner) {
			json_decref(given);
			given = inner;
		}
	}
	if (json_is_null(given)) {
		json_decref(given);
		given = json_object();
	}
	if (!json_is_object(given)) {
		err_set(e, ERR_ARG, "%s: arguments must be a JSON object", t->name);
		return NULL;
	}
	return check_all(t, given, cluster, e);
}
