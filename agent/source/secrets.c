/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/secrets.h"

#include <stdint.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/certificate.h"
#include "agent/source/pem.h"

/* As deep as json_parse lets a document be. */
enum { DEPTH_MAX = 520 };
/* Larger values (a Helm release has a megabyte) are neither certificates nor repeated in an annotation, and not
 * decoded. */
enum { VALUE_MAX = 256 << 10 };

bool secrets_suspected(const char *body, size_t len)
{
	return memmem(body, len, "\"Secret", 7) != NULL;
}

static bool is_secret_kind(const json_t *o)
{
	const char *kind = json_key_str(o, "kind");

	return str_eq(kind, "Secret") || str_eq(kind, "SecretList");
}

bool secrets_listed(const json_t *doc)
{
	const json_t *items = json_object_get(doc, "items");
	const json_t *item;
	size_t i;

	if (is_secret_kind(doc))
		return true;
	json_array_foreach (items, i, item)
		if (is_secret_kind(item) || json_object_get(item, "items"))
			return true;
	return false;
}

static json_t *hidden(size_t bytes)
{
	char text[48];

	snprintf(text, sizeof(text), "<hidden, %zu byte%s>", bytes, bytes == 1 ? "" : "s");
	return json_string(text);
}

/* What may be shown of a value; encoded: it is base64, as under "data". */
static json_t *shown_value(const json_t *value, bool encoded)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), n = len;
	char *plain = NULL;
	struct buf about = BUF_INIT(65536);
	json_t *out;

	if (!text)
		return hidden(0);
	if (len > VALUE_MAX)
		return hidden(encoded ? len / 4 * 3 - (text[len - 1] == '=') - (text[len - 2] == '=') : len);
	if (encoded)
		plain = base64_decode(text, &n);
	if (certificate_describe(&about, plain ? plain : text, plain ? n : len) > 0)
		out = json_text(about.data, about.len);
	else
		out = hidden(plain ? n : len);
	buf_fini(&about);
	free(plain);
	return out;
}

static json_t *shown_values(const json_t *values, bool encoded)
{
	json_t *out = json_object(), *value;
	const char *key;

	json_object_foreach ((json_t *)(uintptr_t)values, key, value)
		json_object_set_new(out, key, shown_value(value, encoded));
	return out;
}

/* Does text repeat one of the values, encoded or not? Values under four bytes are found in anything. */
static bool repeats(const char *text, const json_t *values, bool encoded)
{
	json_t *value;
	const char *key;

	json_object_foreach ((json_t *)(uintptr_t)values, key, value) {
		const char *v = json_string_value(value);
		char *plain;
		size_t n;
		bool found;

		if (!v || json_string_length(value) < 4 || json_string_length(value) > VALUE_MAX)
			continue;
		if (strstr(text, v))
			return true;
		plain = encoded ? base64_decode(v, &n) : NULL;
		found = plain && n >= 4 && memmem(text, strlen(text), plain, n);
		free(plain);
		if (found)
			return true;
	}
	return false;
}

/* Labels and annotations of a Secret. Tools keep copies of what they applied in them, packed in ways of their own. */
static json_t *shown_notes(const json_t *secret, const json_t *notes)
{
	json_t *out = json_object(), *value;
	const char *key;

	json_object_foreach ((json_t *)(uintptr_t)notes, key, value) {
		const char *text = json_string_value(value);

		if (str_find_nocase(key, "applied") || (text && strlen(text) > 4096) ||
		    (text && (repeats(text, json_object_get(secret, "data"), true) ||
			      repeats(text, json_object_get(secret, "stringData"), false))))
			json_object_set_new(out, key, hidden(json_string_length(value)));
		else
			json_object_set(out, key, value);
	}
	return out;
}

static json_t *hide_secret(json_t *secret)
{
	json_t *out = json_copy(secret), *metadata = json_object_get(secret, "metadata");
	static const char *const values[] = {"data", "stringData"}, *const notes[] = {"annotations", "labels"};

	for (size_t i = 0; i < 2; i++) {
		json_t *v = json_object_get(secret, values[i]);

		if (json_is_object(v))
			json_object_set_new(out, values[i], shown_values(v, i == 0));
		else if (v && !json_is_null(v))
			json_object_set_new(out, values[i], hidden(json_string_length(v)));
	}
	if (!json_is_object(metadata))
		return out;
	metadata = json_copy(metadata);
	for (size_t i = 0; i < 2; i++) {
		const json_t *n = json_object_get(metadata, notes[i]);

		if (json_is_object(n))
			json_object_set_new(metadata, notes[i], shown_notes(secret, n));
	}
	json_object_set_new(out, "metadata", metadata);
	return out;
}

static json_t *walk(json_t *j, bool all, int depth);

static json_t *walk_array(json_t *array, bool all, int depth)
{
	json_t *out = NULL, *item;
	size_t i;

	json_array_foreach (array, i, item) {
		json_t *seen = walk(item, all, depth);

		if (seen == item) {
			json_decref(seen);
			continue;
		}
		if (!out)
			out = json_copy(array);
		json_array_set_new(out, i, seen);
	}
	return out ? out : json_incref(array);
}

/* Where objects of a list or a table stand: below them "all" still holds, elsewhere only the kind counts. */
static bool carries(const char *key)
{
	return str_eq(key, "items") || str_eq(key, "rows") || str_eq(key, "object");
}

static json_t *walk_object(json_t *o, bool all, int depth)
{
	json_t *out = NULL, *value;
	const char *key;

	json_object_foreach (o, key, value) {
		json_t *seen = walk(value, (all || is_secret_kind(o)) && carries(key), depth);

		if (seen == value) {
			json_decref(seen);
			continue;
		}
		if (!out)
			out = json_copy(o);
		json_object_set_new(out, key, seen);
	}
	return out ? out : json_incref(o);
}

static json_t *walk(json_t *j, bool all, int depth)
{
	if (depth > DEPTH_MAX)
		return json_null();
	if (json_is_array(j))
		return walk_array(j, all, depth + 1);
	if (!json_is_object(j))
		return json_incref(j);
	if (str_eq(json_key_str(j, "kind"), "Secret") ||
	    (all && (json_object_get(j, "data") || json_object_get(j, "stringData"))))
		return hide_secret(j);
	/* A list or a table holds Secrets without being one; what is left has annotations only. */
	if (all && json_object_get(j, "metadata") && !json_object_get(j, "items") && !json_object_get(j, "rows"))
		return hide_secret(j);
	return walk_object(j, all, depth + 1);
}

json_t *secrets_hide(json_t *doc, bool all)
{
	return walk(doc, all, 0);
}
