/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/draft_calls.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

static struct draft_call *new_call(struct draft *d, int64_t index, struct err *e)
{
	struct draft_call *c;

	if (d->count >= DRAFT_CALLS_MAX) {
		err_set(e, ERR_LIMIT, "the model asked for more than %d tool calls in one turn: the turn was stopped",
			DRAFT_CALLS_MAX);
		return NULL;
	}
	MEM_GROW(d->calls, d->count, d->cap);
	c = &d->calls[d->count++];
	*c = (struct draft_call){.index = index, .args = BUF_INIT(DRAFT_ARGS_MAX)};
	return c;
}

/*
 * The call a delta goes on with, or NULL for a new one. With an index it is the last of that index, unless the id says
 * that it is another one. Without: the last call, unless an id or a name begins a new one.
 */
static struct draft_call *find_call(struct draft *d, const char *id, int64_t index, const char *name, bool has_args)
{
	struct draft_call *c = NULL;

	for (size_t i = d->count; i-- > 0 && !c;)
		if (index < 0 || d->calls[i].index == index)
			c = &d->calls[i];
	if (!c || (!str_empty(id) && c->id && !str_eq(id, c->id)))
		return NULL;
	if (index >= 0 || str_empty(name))
		return c;
	/* A name without an index: the name again of an unfinished call, or the next call. */
	if (c->whole || (c->name && !str_eq(name, c->name)))
		return NULL;
	return c->args.len == 0 && !has_args && c->name ? NULL : c;
}

static void set_name(struct draft_call *c, const char *name)
{
	if (str_empty(name) || str_eq(name, c->name))
		return;
	if (!c->name) {
		c->name = mem_strn(name, strnlen(name, DRAFT_NAME_MAX));
	} else if (c->args.len == 0 && strlen(c->name) + strlen(name) <= DRAFT_NAME_MAX) {
		/* The rest of a name that comes in pieces. */
		char *both = mem_printf("%s%s", c->name, name);

		free(c->name);
		c->name = both;
	}
}

/* Follows braces and strings far enough to know when the outermost value is closed. */
static void follow(struct draft_call *c, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c->escaped) {
			c->escaped = false;
		} else if (c->in_string) {
			c->escaped = s[i] == '\\';
			c->in_string = s[i] != '"';
		} else if (s[i] == '"') {
			c->in_string = true;
		} else if (s[i] == '{' || s[i] == '[') {
			c->depth++;
		} else if ((s[i] == '}' || s[i] == ']') && --c->depth == 0) {
			c->whole = true;
		}
	}
}

static int add_args(struct draft *d, struct draft_call *c, const char *s, size_t n, struct err *e)
{
	if (d->args_bytes + n > DRAFT_TURN_ARGS_MAX)
		return err_set(
			e, ERR_LIMIT,
			"the arguments of the model's tool calls are over %zu MiB in one turn: the turn was stopped",
			DRAFT_TURN_ARGS_MAX >> 20);
	buf_add(&c->args, s, n);
	if (c->args.over)
		return err_set(e, ERR_LIMIT,
			       "the model's call of %.80s has arguments over %zu KiB: the turn was stopped",
			       str_or(c->name, "a tool"), DRAFT_ARGS_MAX >> 10);
	d->args_bytes += n;
	follow(c, s, n);
	return 0;
}

static int add_arguments(struct draft *d, struct draft_call *c, const json_t *args, bool mended, struct err *e)
{
	if (json_is_string(args)) {
		buf_clear(&d->piece);
		if (mended)
			mend_restore(&d->piece, json_string_value(args), json_string_length(args));
		else
			buf_add(&d->piece, json_string_value(args), json_string_length(args));
		return add_args(d, c, buf_cstr(&d->piece), d->piece.len, e);
	}
	if (json_is_object(args) || json_is_array(args)) {
		auto_free char *text = json_dump(args, false);

		return add_args(d, c, text, strlen(text), e);
	}
	return 0;
}

int draft_function(struct draft *d, const char *id, int64_t index, const json_t *function, bool mended, struct err *e)
{
	const json_t *args = json_object_get(function, "arguments");
	const char *name = json_key_str(function, "name");
	bool has_args = json_is_object(args) || json_string_length(args) > 0;
	struct draft_call *c = find_call(d, id, index, name, has_args);

	if (!c) {
		if (str_empty(id) && str_empty(name) && !has_args)
			return 0;
		c = new_call(d, index, e);
		if (!c)
			return -1;
	}
	d->began = true;
	if (!c->id && !str_empty(id))
		c->id = mem_strn(id, strnlen(id, DRAFT_NAME_MAX));
	set_name(c, name);
	return add_arguments(d, c, args, mended, e);
}

int draft_call(struct draft *d, const json_t *call, bool mended, struct err *e)
{
	const json_t *function = json_object_get(call, "function"), *index = json_object_get(call, "index");

	if (!json_is_object(call))
		return 0;
	/* Some send name and arguments without the object around them. */
	if (!json_is_object(function))
		function = call;
	return draft_function(d, json_key_str(call, "id"), json_is_integer(index) ? json_int_at(call, "index", -1) : -1,
			      function, mended, e);
}

static bool has_id(const struct model_reply *r, const char *id)
{
	for (size_t i = 0; i < r->call_count; i++)
		if (str_eq(r->calls[i].id, id))
			return true;
	return false;
}

static char *text_of_args(const struct buf *raw)
{
	struct buf out = BUF_INIT(raw->len * 3 + 8);
	struct mend_join join = {.n = 0};

	mend_join(&join, &out, buf_cstr(raw), raw->len);
	mend_flush(&join, &out);
	return buf_steal(&out);
}

static bool is_json(const char *text)
{
	auto_json json_t *j = json_parse(text, strlen(text), "arguments", NULL);

	return j != NULL;
}

void draft_take_calls(struct draft *d, struct model_reply *reply, bool cut, unsigned *next_id)
{
	reply->calls = d->count ? mem_zero(d->count * sizeof *reply->calls) : NULL;
	for (size_t i = 0; i < d->count; i++) {
		struct draft_call *c = &d->calls[i];
		struct model_call *to = &reply->calls[reply->call_count];
		char *args = c->args.len ? text_of_args(&c->args) : mem_str("{}");

		/* Nothing may run on half of what was meant. */
		if ((cut && (!c->whole || !is_json(args))) || (!c->name && c->args.len == 0)) {
			free(args);
			continue;
		}
		to->arguments = args;
		to->name = c->name ? c->name : mem_str("");
		to->id = c->id && !has_id(reply, c->id) ? mem_str(c->id) : NULL;
		while (!to->id || has_id(reply, to->id)) {
			free(to->id);
			to->id = mem_printf("call_dupin_%u", ++*next_id);
		}
		c->name = NULL;
		reply->call_count++;
	}
}
