/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/kubenode.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "agent/base/buf.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/pem.h"

static int node_line(const struct kube_node *n, const char *key)
{
	auto_buf struct buf at = BUF_INIT(1024);
	int line;

	buf_str(&at, n->pointer);
	if (key)
		json_pointer_add(&at, key);
	line = n->file->lines ? yaml_line_of(n->file->lines, buf_cstr(&at)) : 0;
	return line > 0 ? line : n->file->lines ? yaml_line_of(n->file->lines, n->pointer) : 0;
}

int kube_node_err(const struct kube_node *n, const char *key, struct err *e, const char *fmt, ...)
{
	auto_buf struct buf text = BUF_INIT(sizeof(e->msg));
	int line = node_line(n, key);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	return err_set(e, ERR_PARSE, "%s:%d: %s%s%s", n->file->name, line > 0 ? line : 1, key ? key : "",
		       key ? " " : "", buf_cstr(&text));
}

int kube_node_child(const struct kube_node *n, const char *key, struct kube_node *out, struct err *e)
{
	const json_t *v = json_object_get(n->value, key);

	*out = *n;
	out->value = NULL;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_object(v))
		return kube_node_err(n, key, e, "must be a mapping");
	out->value = v;
	snprintf(out->pointer, sizeof(out->pointer), "%.120s/%.30s", n->pointer, key);
	return 0;
}

int kube_node_str(const struct kube_node *n, const char *key, char **out, struct err *e)
{
	const json_t *v = json_object_get(n->value, key);

	*out = NULL;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v))
		return kube_node_err(n, key, e, "must be a string (put it in quotes)");
	if (json_string_length(v) != strlen(json_string_value(v)))
		return kube_node_err(n, key, e, "holds a NUL byte");
	if (*json_string_value(v))
		*out = mem_str(json_string_value(v));
	return 0;
}

int kube_node_bool(const struct kube_node *n, const char *key, bool *out, struct err *e)
{
	const json_t *v = json_object_get(n->value, key);

	*out = false;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_boolean(v))
		return kube_node_err(n, key, e, "must be true or false");
	*out = json_is_true(v);
	return 0;
}

int kube_node_strs(const struct kube_node *n, const char *key, char ***out, struct err *e)
{
	const json_t *v = json_object_get(n->value, key), *item;
	char **list;
	size_t i;

	*out = NULL;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_array(v))
		return kube_node_err(n, key, e, "must be a list of strings");
	list = mem_zero((json_array_size(v) + 1) * sizeof(*list));
	json_array_foreach(v, i, item) {
		if (!json_is_string(item)) {
			str_list_free(list);
			return kube_node_err(n, key, e,
					     "must be a list of strings: entry %zu is none (put it in quotes)", i + 1);
		}
		list[i] = mem_str(json_string_value(item));
	}
	*out = list;
	return 0;
}

char *kube_node_path(const struct kube_node *n, const char *path)
{
	const char *slash = strrchr(n->file->name, '/');
	auto_free char *folder = slash ? mem_strn(n->file->name, (size_t)(slash - n->file->name) + 1) : mem_str("./");

	return path ? file_join(folder, path) : NULL;
}

int kube_node_named(const struct kube_file *f, const char *list, const char *inner, const char *name,
		    struct kube_node *out, struct err *e)
{
	const json_t *all = json_object_get(f->doc, list), *entry;
	struct kube_node at = {.file = f, .value = f->doc};
	int found = 0;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (!all || json_is_null(all))
		return 0;
	if (!json_is_array(all))
		return kube_node_err(&at, list, e, "must be a list");
	json_array_foreach(all, i, entry) {
		snprintf(at.pointer, sizeof(at.pointer), "/%s/%zu", list, i);
		if (!json_is_object(entry) || !json_is_string(json_object_get(entry, "name")))
			return kube_node_err(&at, NULL, e, "entry %zu of %s must be a mapping with a name", i + 1,
					     list);
		if (!str_eq(json_key_str(entry, "name"), name))
			continue;
		if (found)
			return kube_node_err(&at, NULL, e, "the name \"%s\" stands in %s twice", name, list);
		found = 1;
		at.value = entry;
		if (kube_node_child(&at, inner, out, e) < 0)
			return -1;
	}
	return found;
}

int kube_node_pem(const struct kube_node *n, const char *key, char **out, struct err *e)
{
	auto_free char *data_key = mem_printf("%s-data", key);
	auto_free char *data = NULL, *path = NULL, *full = NULL;
	size_t len;

	*out = NULL;
	if (kube_node_str(n, data_key, &data, e) < 0 || kube_node_str(n, key, &path, e) < 0)
		return -1;
	if (data) {
		*out = base64_decode(data, &len);
		if (!*out || len != strlen(*out)) {
			free(*out);
			*out = NULL;
			return kube_node_err(n, data_key, e, "is no base64 of a PEM text");
		}
		return 0;
	}
	if (!path)
		return 0;
	full = kube_node_path(n, path);
	*out = file_read(full, PEM_MAX_BYTES, NULL, e);
	if (!*out)
		return err_wrap(e, "%s:%d: %s", n->file->name, node_line(n, key), key);
	return 0;
}
