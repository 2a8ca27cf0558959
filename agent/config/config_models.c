/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/config/config_models.h"

#include "agent/base/str.h"
#include "agent/data/json.h"

static const char *const known[] = {"input", "cached", "output", "context", NULL};

static int line_of(const struct yaml_lines *lines, const char *model, const char *key)
{
	auto_buf struct buf b = BUF_INIT(4096);

	buf_str(&b, "/models");
	json_pointer_add(&b, model);
	if (key)
		json_pointer_add(&b, key);
	return yaml_line_of(lines, buf_cstr(&b));
}

static int check_one(const char *model, const json_t *entry, const char *file, const struct yaml_lines *lines,
		     struct err *e)
{
	const char *key;
	json_t *v;

	if (!json_is_object(entry))
		return err_set(e, ERR_CONFIG, "%s:%d: models.%s must be a mapping of input, cached, output, context",
			       file, line_of(lines, model, NULL), model);
	json_object_foreach ((json_t *)(uintptr_t)entry, key, v) {
		const char *near = str_nearest(key, known);
		bool good = false;

		for (size_t i = 0; known[i]; i++)
			good |= str_eq(known[i], key);
		if (!good)
			return err_set(e, ERR_CONFIG, "%s:%d: unknown key \"%s\" in models.%s%s%s%s", file,
				       line_of(lines, model, key), key, model, near ? ": did you mean \"" : "",
				       str_or(near, ""), near ? "\"?" : " (known: input, cached, output, context)");
		if (!json_is_number(v) || json_number_value(v) < 0)
			return err_set(e, ERR_CONFIG, "%s:%d: models.%s.%s must be a number that is not negative", file,
				       line_of(lines, model, key), model, key);
	}
	return 0;
}

int config_check_models(const json_t *models, const char *file, const struct yaml_lines *lines, struct err *e)
{
	const char *model;
	json_t *entry;

	if (!models)
		return 0;
	if (!json_is_object(models))
		return err_set(e, ERR_CONFIG, "%s:%d: models must be a mapping from model names to prices", file,
			       yaml_line_of(lines, "/models"));
	json_object_foreach ((json_t *)(uintptr_t)models, model, entry) {
		if (check_one(model, entry, file, lines, e) < 0)
			return -1;
	}
	return 0;
}
