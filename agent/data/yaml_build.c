/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/yaml_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/data/yaml_scalar.h"

#define DEPTH_MAX 128
#define ALIAS_BYTES_MAX (256u << 20)

static size_t line_of(const yaml_event_t *event)
{
	return event->start_mark.line + 1;
}

static int count_node(struct yaml_build *b, size_t line)
{
	if (++b->nodes <= b->max_nodes)
		return 0;
	return yaml_build_fail(
		b, ERR_LIMIT, line,
		"more than %zu values, aliases counted where they are used: the file is too large to be read",
		b->max_nodes);
}

/* A copy, so that nobody who changes one place changes them all. Scalars are never changed and stay shared. */
static json_t *expand(struct yaml_build *b, json_t *j, size_t line, int depth)
{
	json_t *copy, *v;
	const char *key;
	size_t i;

	if (count_node(b, line) != 0)
		return NULL;
	if (depth > DEPTH_MAX) {
		yaml_build_fail(b, ERR_LIMIT, line, "nested deeper than %d levels through aliases", DEPTH_MAX);
		return NULL;
	}
	if (json_is_string(j)) {
		b->alias_bytes += json_string_length(j);
		if (b->alias_bytes <= ALIAS_BYTES_MAX)
			return json_incref(j);
		yaml_build_fail(b, ERR_LIMIT, line, "aliases repeat more than %u MiB of text", ALIAS_BYTES_MAX >> 20);
		return NULL;
	}
	if (json_is_array(j)) {
		copy = json_array();
		json_array_foreach (j, i, v) {
			json_t *item = expand(b, v, line, depth + 1);

			if (!item)
				goto failed;
			json_array_append_new(copy, item);
		}
		return copy;
	}
	if (!json_is_object(j))
		return json_incref(j);
	copy = json_object();
	json_object_foreach (j, key, v) {
		json_t *item = expand(b, v, line, depth + 1);

		if (!item)
			goto failed;
		json_object_set_new_nocheck(copy, key, item);
	}
	return copy;
failed:
	json_decref(copy);
	return NULL;
}

static json_t *find_anchor(struct yaml_build *b, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	json_t *j = map_get(b->anchors, name);

	if (!j)
		yaml_build_fail(b, ERR_PARSE, line_of(event), "the alias *%s has no anchor &%s before it", name, name);
	return j;
}

static void drop_json(void *j)
{
	json_decref(j);
}

static void keep_anchor(struct yaml_build *b, const yaml_char_t *name, json_t *j)
{
	if (!name)
		return;
	if (!b->anchors)
		b->anchors = map_new(drop_json);
	/* Setting an equal value again would not count the reference. */
	map_remove(b->anchors, (const char *)name);
	map_set(b->anchors, (const char *)name, json_incref(j));
}

static json_t *scalar(const yaml_event_t *event)
{
	const char *s = (const char *)event->data.scalar.value, *tag = (const char *)event->data.scalar.tag;
	size_t n = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (tag)
		plain = str_eq(tag, YAML_INT_TAG) || str_eq(tag, YAML_FLOAT_TAG) || str_eq(tag, YAML_BOOL_TAG) ||
			str_eq(tag, YAML_NULL_TAG);
	return plain ? yaml_scalar_plain(s, n) : json_text(s, n);
}

struct entry_key {
	char *text;
	size_t line;
	bool merge;
};

/* Keys of JSON are text, so 8080: and true: stand for "8080" and "true". */
static int take_key(struct yaml_build *b, yaml_event_t *event, struct entry_key *key)
{
	auto_json json_t *text = NULL;
	json_t *j;
	int rc = 0;

	key->line = line_of(event);
	if (event->type == YAML_SCALAR_EVENT) {
		text = json_text((const char *)event->data.scalar.value, event->data.scalar.length);
		key->merge = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag &&
			     str_eq((const char *)event->data.scalar.value, "<<");
		keep_anchor(b, event->data.scalar.anchor, text);
		key->text = mem_str(json_string_value(text));
	} else if (event->type == YAML_ALIAS_EVENT) {
		j = find_anchor(b, event);
		if (json_is_string(j))
			key->text = mem_str(json_string_value(j));
		else
			rc = j ? yaml_build_fail(b, ERR_PARSE, key->line, "only text can be a key, and *%s is not",
						 (const char *)event->data.alias.anchor)
			       : -1;
	} else {
		rc = yaml_build_fail(b, ERR_PARSE, key->line, "a mapping or a list cannot be a key");
	}
	yaml_event_delete(event);
	return rc;
}

static int check_merge(struct yaml_build *b, const json_t *from, size_t line)
{
	json_t *v;
	size_t i;

	if (json_is_object(from))
		return 0;
	if (!json_is_array(from))
		return yaml_build_fail(b, ERR_PARSE, line, "the merge key << needs a mapping or a list of mappings");
	json_array_foreach (from, i, v)
		if (!json_is_object(v))
			return yaml_build_fail(b, ERR_PARSE, line,
					       "the merge key << has a list that holds more than mappings");
	return 0;
}

static void merge_one(json_t *into, json_t *from)
{
	const char *key;
	json_t *v;

	json_object_foreach (from, key, v)
		if (!json_object_get(into, key))
			json_object_set_nocheck(into, key, v);
}

/* What stands in the mapping itself wins, then the earlier of several. */
static void merge(json_t *into, json_t *from)
{
	json_t *v;
	size_t i;

	if (json_is_object(from))
		merge_one(into, from);
	json_array_foreach (from, i, v)
		merge_one(into, v);
}

static json_t *child(struct yaml_build *b, const char *token, size_t line, yaml_event_t *event, int depth)
{
	size_t keep = b->pointer.len;
	json_t *j;

	if (b->lines) {
		json_pointer_add(&b->pointer, token);
		yaml_lines_add(b->lines, buf_cstr(&b->pointer), line);
	}
	j = yaml_build_value(b, event, depth + 1);
	buf_cut(&b->pointer, keep);
	return j;
}

/* One key and its value. *merged receives the value of a merge key. */
static int take_entry(struct yaml_build *b, yaml_event_t *event, json_t *object, json_t **merged, int depth)
{
	struct entry_key key = {0};
	json_t *v = NULL;
	int rc = take_key(b, event, &key);

	if (rc != 0)
		goto out;
	if (key.merge ? *merged != NULL : json_object_get(object, key.text) != NULL) {
		rc = yaml_build_fail(b, ERR_PARSE, key.line, "the key \"%s\" stands twice in one mapping; remove one",
				     key.text);
		goto out;
	}
	rc = yaml_build_next(b, event);
	if (rc != 0)
		goto out;
	v = child(b, key.text, key.line, event, depth);
	if (!v) {
		rc = -1;
	} else if (key.merge) {
		*merged = v;
		rc = check_merge(b, v, key.line);
	} else {
		json_object_set_new_nocheck(object, key.text, v);
	}
out:
	free(key.text);
	return rc;
}

static json_t *mapping(struct yaml_build *b, int depth)
{
	json_t *object = json_object(), *merged = NULL;
	yaml_event_t event;
	int rc;

	for (;;) {
		rc = yaml_build_next(b, &event);
		if (rc != 0)
			break;
		if (event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			break;
		}
		rc = take_entry(b, &event, object, &merged, depth);
		if (rc != 0)
			break;
	}
	if (rc == 0 && merged)
		merge(object, merged);
	json_decref(merged);
	if (rc == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *sequence(struct yaml_build *b, int depth)
{
	json_t *array = json_array(), *v;
	yaml_event_t event;
	char index[24];

	while (yaml_build_next(b, &event) == 0) {
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return array;
		}
		snprintf(index, sizeof(index), "%zu", json_array_size(array));
		v = child(b, index, line_of(&event), &event, depth);
		if (!v)
			break;
		json_array_append_new(array, v);
	}
	json_decref(array);
	return NULL;
}

json_t *yaml_build_value(struct yaml_build *b, yaml_event_t *event, int depth)
{
	size_t line = line_of(event);
	char *anchor = NULL;
	json_t *j = NULL;

	if (event->type == YAML_ALIAS_EVENT) {
		j = find_anchor(b, event);
		if (j)
			j = expand(b, j, line, depth);
	} else if (count_node(b, line) != 0) {
		j = NULL;
	} else if (depth > DEPTH_MAX) {
		yaml_build_fail(b, ERR_LIMIT, line, "nested deeper than %d levels", DEPTH_MAX);
	} else if (event->type == YAML_SCALAR_EVENT) {
		anchor = mem_str((const char *)event->data.scalar.anchor);
		j = scalar(event);
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = mem_str((const char *)event->data.mapping_start.anchor);
		j = mapping(b, depth);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = mem_str((const char *)event->data.sequence_start.anchor);
		j = sequence(b, depth);
	} else {
		yaml_build_fail(b, ERR_PARSE, line, "a value is missing");
	}
	yaml_event_delete(event);
	if (j && anchor)
		keep_anchor(b, (const yaml_char_t *)anchor, j);
	free(anchor);
	return j;
}
