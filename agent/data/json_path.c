/* SPDX-License-Identifier: Apache-2.0 */
/* Ways into a document: dotted paths, RFC 6901 pointers, all leaves. */
#include "agent/data/json.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

#define LEAF_DEPTH_MAX 1024

/* Getters take const and hand out what the document owns, as jansson's own do. */
static json_t *borrow(const json_t *j)
{
	return (json_t *)(uintptr_t)j;
}

/* An array index without sign or leading zeros; SIZE_MAX when it is none. */
static size_t index_of(const char *s, size_t n)
{
	size_t v = 0;

	if (n == 0 || n > 9 || (n > 1 && s[0] == '0'))
		return SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return SIZE_MAX;
		v = v * 10 + (size_t)(s[i] - '0');
	}
	return v;
}

static json_t *child(const json_t *j, const char *key, size_t n)
{
	if (json_is_object(j))
		return json_object_getn(j, key, n);
	if (json_is_array(j))
		return json_array_get(j, index_of(key, n));
	return NULL;
}

/* A segment with backslashes in it: rare, so it may allocate. */
static json_t *escaped_child(const json_t *j, const char *segment, size_t n)
{
	auto_free char *key = mem_strn(segment, n);
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		if (key[i] == '\\' && i + 1 < n)
			i++;
		key[to++] = key[i];
	}
	return child(j, key, to);
}

json_t *json_at(const json_t *j, const char *path)
{
	json_t *at;

	if (!j || !path)
		return NULL;
	at = borrow(j);
	if (!*path)
		return at;
	for (;;) {
		bool escaped = false;
		size_t n = 0;

		while (path[n] && path[n] != '.') {
			if (path[n] == '\\' && path[n + 1]) {
				escaped = true;
				n++;
			}
			n++;
		}
		at = escaped ? escaped_child(at, path, n) : child(at, path, n);
		if (!at || !path[n])
			return at;
		path += n + 1;
	}
}

const char *json_str_at(const json_t *j, const char *path)
{
	return json_string_value(json_at(j, path));
}

const char *json_str_or(const json_t *j, const char *path, const char *fallback)
{
	const char *s = json_str_at(j, path);

	return s ? s : fallback;
}

int64_t json_int_at(const json_t *j, const char *path, int64_t fallback)
{
	const json_t *at = json_at(j, path);
	int64_t v;

	if (json_is_integer(at))
		return json_integer_value(at);
	if (json_is_real(at)) {
		double d = json_real_value(at);

		if (d >= 9223372036854775808.0)
			return INT64_MAX;
		return d < -9223372036854775808.0 ? INT64_MIN : (int64_t)d;
	}
	if (json_is_string(at) && str_to_i64(json_string_value(at), &v, NULL) == 0)
		return v;
	return fallback;
}

bool json_bool_at(const json_t *j, const char *path, bool fallback)
{
	const json_t *at = json_at(j, path);

	return json_is_boolean(at) ? json_is_true(at) : fallback;
}

const char *json_key_str(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

/* Undoes ~1 and ~0; false when a tilde stands alone. */
static bool unescape_token(char *s, size_t *n)
{
	size_t to = 0;

	for (size_t i = 0; i < *n; i++) {
		if (s[i] == '~') {
			i++;
			if (i >= *n || (s[i] != '0' && s[i] != '1'))
				return false;
			s[to++] = s[i] == '0' ? '~' : '/';
		} else {
			s[to++] = s[i];
		}
	}
	*n = to;
	return true;
}

json_t *json_pointer(const json_t *j, const char *pointer)
{
	json_t *at = borrow(j);

	if (!pointer || (*pointer && *pointer != '/'))
		return NULL;
	while (at && *pointer == '/') {
		size_t n = strcspn(++pointer, "/");

		if (memchr(pointer, '~', n)) {
			auto_free char *token = mem_strn(pointer, n);
			size_t k = n;

			at = unescape_token(token, &k) ? child(at, token, k) : NULL;
		} else {
			at = child(at, pointer, n);
		}
		pointer += n;
	}
	return at;
}

void json_pointer_add(struct buf *b, const char *token)
{
	buf_char(b, '/');
	for (; *token; token++) {
		if (*token == '~')
			buf_str(b, "~0");
		else if (*token == '/')
			buf_str(b, "~1");
		else
			buf_char(b, *token);
	}
}

struct leaves {
	int (*fn)(void *, const char *, const char *);
	void *ctx;
	struct buf pointer;
};

static int each_leaf(struct leaves *l, const json_t *j, int depth)
{
	size_t keep = l->pointer.len;
	char number[JSON_NUMBER_TEXT];
	const char *key;
	json_t *v;
	size_t i;
	int rc = 0;

	if (depth > LEAF_DEPTH_MAX)
		return 0;
	if (json_is_string(j))
		return l->fn(l->ctx, buf_cstr(&l->pointer), json_string_value(j));
	if (json_is_number(j)) {
		json_number_text(j, number);
		return l->fn(l->ctx, buf_cstr(&l->pointer), number);
	}
	if (json_is_array(j)) {
		json_array_foreach (j, i, v) {
			buf_printf(&l->pointer, "/%zu", i);
			rc = each_leaf(l, v, depth + 1);
			buf_cut(&l->pointer, keep);
			if (rc)
				break;
		}
		return rc;
	}
	if (!json_is_object(j))
		return 0;
	json_object_foreach (borrow(j), key, v) {
		json_pointer_add(&l->pointer, key);
		rc = each_leaf(l, v, depth + 1);
		buf_cut(&l->pointer, keep);
		if (rc)
			break;
	}
	return rc;
}

int json_each_leaf(const json_t *j, int (*fn)(void *ctx, const char *pointer, const char *text), void *ctx)
{
	struct leaves l = {.fn = fn, .ctx = ctx, .pointer = BUF_INIT(64u << 20)};
	int rc = each_leaf(&l, j, 0);

	buf_fini(&l.pointer);
	return rc;
}
