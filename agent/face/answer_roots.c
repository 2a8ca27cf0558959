/* SPDX-License-Identifier: Apache-2.0 */
/* What the text and the Markdown of a triage say of its root causes. */
#include "agent/face/answer_part.h"

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/tools/blind.h"

json_t *part_roots(const json_t *triage)
{
	json_t *list = json_array(), *id;
	size_t i;

	json_array_foreach (json_object_get(triage, "root_causes"), i, id) {
		const json_t *f = part_by_id(json_object_get(triage, "findings"), json_string_value(id));

		if (f)
			json_array_append_new(list, json_incref((json_t *)(uintptr_t)f));
	}
	return list;
}

json_t *part_fixes(const json_t *causes, size_t shown)
{
	auto_json json_t *known = json_object();
	json_t *fix = json_array(), *item;
	size_t i;

	for (size_t n = 0; n < shown; n++) {
		json_array_foreach (json_object_get(json_array_get(causes, n), "fix"), i, item) {
			if (json_object_get(known, json_string_value(item)))
				continue;
			json_object_set_new(known, json_string_value(item), json_true());
			json_array_append(fix, item);
		}
	}
	return fix;
}

char *part_headline(const json_t *triage)
{
	size_t roots = json_array_size(json_object_get(triage, "root_causes")), symptoms = 0, i;
	const json_t *f;

	json_array_foreach (json_object_get(triage, "findings"), i, f) {
		symptoms += json_is_string(json_object_get(f, "caused_by"));
	}
	if (!roots)
		return mem_str("");
	return mem_printf("%zu root cause%s, %zu symptom%s", roots, roots == 1 ? "" : "s", symptoms,
			  symptoms == 1 ? "" : "s");
}

const char *part_no_causes(const json_t *triage)
{
	auto_json json_t *suppressed = blind_suppressed(json_object_get(triage, "blind_spots"), true);

	return json_array_size(suppressed) ? "none but what the config suppresses"
					   : "none: nothing that was read is failing now";
}
