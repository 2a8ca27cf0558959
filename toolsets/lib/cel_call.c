/* SPDX-License-Identifier: Apache-2.0 */
/* Functions, methods and members: what an expression can call and read. */
#include "toolsets/lib/cel_value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is(const char *name, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(name, word, len) == 0;
}

struct cel_value cel_give_up(struct cel *c, const char *why)
{
	if (!c->bad && !c->why[0])
		snprintf(c->why, sizeof(c->why), "%s", why);
	return cel_unknown();
}

struct cel_value cel_fail(struct cel *c, const char *what, const char *name, size_t len)
{
	if (!c->why[0])
		snprintf(c->why, sizeof(c->why), "%s%.*s", what, (int)(len > 100 ? 100 : len), name);
	return (struct cel_value){.type = CEL_V_ERROR};
}

struct cel_value cel_call(struct cel *c, const char *name, size_t len, struct cel_value *a, size_t n)
{
	struct cel_value out;
	bool ok;

	if (is(name, len, "has") && n == 1) {
		if (a[0].type == CEL_V_UNKNOWN)
			return a[0];
		c->why[0] = '\0'; /* that the key is missing is the answer here */
		return cel_bool(a[0].type != CEL_V_ERROR && a[0].type != CEL_V_NONE);
	}
	if (n == 1 && a[0].type <= CEL_V_ERROR)
		return a[0];
	if (is(name, len, "quantity") && n == 1 && a[0].type == CEL_V_STRING) {
		out = (struct cel_value){.type = CEL_V_QUANTITY};
		return quantity_parse(a[0].text, &out.quantity) ? out
								: cel_fail(c, "not a quantity: ", a[0].text, a[0].len);
	}
	if (is(name, len, "semver") && n == 1 && a[0].type == CEL_V_STRING) {
		cel_semver_compare(a[0].text, a[0].len, a[0].text, a[0].len, &ok);
		a[0].type = CEL_V_SEMVER;
		return ok ? a[0] : cel_fail(c, "not a version: ", a[0].text, a[0].len);
	}
	if (is(name, len, "size") && n == 1 && (a[0].type == CEL_V_STRING || a[0].type == CEL_V_LIST))
		return (struct cel_value){.type = CEL_V_INT,
					  .number = (long long)(a[0].type == CEL_V_LIST ? a[0].count : a[0].len)};
	return cel_give_up(c, "it calls a function that is not known here");
}

static struct cel_value device_field(struct cel *c, const char *name, size_t len)
{
	if (is(name, len, "driver"))
		return cel_string(c->device->driver, strlen(c->device->driver));
	if (is(name, len, "attributes"))
		return (struct cel_value){.type = CEL_V_DOMAINS, .map = c->device->attributes};
	if (is(name, len, "capacity"))
		return (struct cel_value){.type = CEL_V_DOMAINS, .map = c->device->capacity, .capacity = true};
	if (is(name, len, "allowMultipleAllocations"))
		return cel_bool(c->device->shared);
	return cel_fail(c, "no such field: ", name, len);
}

static struct cel_value optional_of(struct cel_value v)
{
	if (v.type == CEL_V_NONE || v.type <= CEL_V_ERROR || v.type == CEL_V_SOME)
		return v;
	v.inner = v.type;
	v.type = CEL_V_SOME;
	return v;
}

struct cel_value cel_field(struct cel *c, struct cel_value base, const char *name, size_t len, bool optional)
{
	struct cel_value v;

	if (base.type == CEL_V_NONE || base.type <= CEL_V_ERROR)
		return base;
	if (base.type == CEL_V_SOME) { /* once optional, the rest of the way is */
		base.type = base.inner;
		optional = true;
	}
	if (base.type == CEL_V_DEVICE)
		return device_field(c, name, len);
	if (base.type == CEL_V_DOMAINS) {
		v = base;
		v.type = CEL_V_DOMAIN;
		v.text = name;
		v.len = len;
		return optional ? optional_of(v) : v;
	}
	if (base.type != CEL_V_DOMAIN)
		return cel_give_up(c, "it reads a field of something that is no map here");
	v = cel_member(&base, c->device->driver, name, len);
	if (v.type == CEL_V_NONE && !optional)
		return cel_fail(c, "no such key: ", name, len);
	return optional ? optional_of(v) : v;
}

static struct cel_value text_method(struct cel *c, const struct cel_value *s, const char *name, size_t len,
				    const struct cel_value *a)
{
	bool has = a && a->type == CEL_V_STRING && a->len <= s->len;

	if (is(name, len, "startsWith"))
		return cel_bool(has && memcmp(s->text, a->text, a->len) == 0);
	if (is(name, len, "endsWith"))
		return cel_bool(has && memcmp(s->text + s->len - a->len, a->text, a->len) == 0);
	if (is(name, len, "contains"))
		return cel_bool(has && memmem(s->text, s->len, a->text, a->len));
	if (is(name, len, "lowerAscii") || is(name, len, "upperAscii")) {
		char *out = c->pool + c->used;

		if (c->used + s->len + 1 > CEL_POOL_BYTES)
			return cel_give_up(c, "its texts are too long");
		for (size_t i = 0; i < s->len; i++)
			out[i] = (char)(*name == 'l' ? tolower((unsigned char)s->text[i])
						     : toupper((unsigned char)s->text[i]));
		out[s->len] = '\0';
		c->used += s->len + 1;
		return cel_string(out, s->len);
	}
	if (is(name, len, "matches") && a && a->type == CEL_V_STRING && c->regex) {
		int found = c->regex->match(c->regex->ctx, a->text, s->text, s->len);

		return found < 0 ? cel_give_up(c, "its pattern cannot be used") : cel_bool(found == 1);
	}
	return cel_give_up(c, "it calls a method that is not known here");
}

struct cel_value cel_method(struct cel *c, struct cel_value base, const char *name, size_t len, struct cel_value *a,
			    size_t n)
{
	bool ok;
	int d;

	if (base.type == CEL_V_UNKNOWN)
		return base;
	if (is(name, len, "orValue") && n == 1) {
		if (base.type == CEL_V_NONE)
			return a[0];
		if (base.type == CEL_V_SOME)
			base.type = base.inner;
		return base;
	}
	if (is(name, len, "hasValue") && n == 0)
		return base.type == CEL_V_ERROR ? base : cel_bool(base.type == CEL_V_SOME);
	if (base.type == CEL_V_ERROR || (n && a[0].type <= CEL_V_ERROR))
		return base.type == CEL_V_ERROR ? base : a[0];
	if (base.type == CEL_V_STRING)
		return text_method(c, &base, name, len, n ? &a[0] : NULL);
	if ((base.type == CEL_V_QUANTITY || base.type == CEL_V_SEMVER) && n == 1) {
		d = cel_compare(&base, &a[0], &ok);
		if (!ok)
			return cel_fail(c, "no such overload: ", name, len);
		if (is(name, len, "compareTo"))
			return (struct cel_value){.type = CEL_V_INT, .number = d};
		if (is(name, len, "isGreaterThan"))
			return cel_bool(d > 0);
		if (is(name, len, "isLessThan"))
			return cel_bool(d < 0);
	}
	return cel_give_up(c, "it calls a method that is not known here");
}
