/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/conditions.h"

#include <string.h>

#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"

#define DEPTH_MAX 8u
#define LINES_MAX 24u
#define MESSAGE_MAX 600u

/* Types whose True is bad news. All others are good when True. */
static bool negative(const char *type)
{
	static const char *const parts[] = {"Pressure",	      "Failed",		  "Failure",
					    "Degraded",	      "Stalled",	  "Unavailable",
					    "Terminating",    "DisruptionTarget", "Suspended",
					    "Error",	      "Problem",	  "Conflicted",
					    "Evict",	      "Deadlock",	  "ReadonlyFilesystem",
					    "FrequentRestart"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(type, parts[i]))
			return true;
	return false;
}

bool kubernetes_condition_bad(const json_t *c)
{
	const char *type = fld_str(c, "type"), *status = fld_str(c, "status");

	if (negative(type))
		return strcmp(status, "True") == 0;

	return strcmp(status, "True") != 0;
}

struct walk {
	const struct view *v;
	struct reply *out, *good;
	size_t lines, skipped;
};

static bool same_text(const json_t *a, const json_t *b)
{
	return strcmp(fld_str(a, "status"), fld_str(b, "status")) == 0 &&
	       strcmp(fld_str(a, "reason"), fld_str(b, "reason")) == 0 &&
	       strcmp(fld_str(a, "message"), fld_str(b, "message")) == 0;
}

/* Has an earlier bad one of the list said the same? */
static bool told(json_t *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (kubernetes_condition_bad(json_array_get(list, k)) &&
		    same_text(json_array_get(list, k), json_array_get(list, i)))
			return true;
	return false;
}

static void bad_line(struct walk *w, json_t *list, size_t at, const char *where)
{
	json_t *c = json_array_get(list, at), *other;
	char age[AGE_SIZE];
	size_t i;

	if (w->lines++ >= LINES_MAX) {
		w->skipped++;
		return;
	}
	rep_add(w->out, "  %s%s%s", where, *where ? ": " : "", fld_str(c, "type"));
	json_array_foreach (list, i, other)
		if (i > at && kubernetes_condition_bad(other) && same_text(c, other))
			rep_add(w->out, ", %s", fld_str(other, "type"));
	rep_add(w->out, "=%s", *fld_str(c, "status") ? fld_str(c, "status") : "?");
	if (*fld_str(c, "reason"))
		rep_add(w->out, " %s", fld_str(c, "reason"));
	if (*fld_str(c, "message")) {
		rep_put(w->out, ": ");
		rep_clip(w->out, fld_str(c, "message"), strlen(fld_str(c, "message")), MESSAGE_MAX);
	}
	if (*fld_str(c, "lastTransitionTime"))
		rep_add(w->out, " (since %s)", age_since(fld_str(c, "lastTransitionTime"), w->v->now_ms, age));
	rep_put(w->out, "\n");
}

static void conditions_list(struct walk *w, json_t *list, const char *where)
{
	json_t *c;
	size_t i;

	json_array_foreach (list, i, c) {
		if (!kubernetes_condition_bad(c))
			rep_add(w->good, "%s%s=%s", w->good->len ? ", " : "", fld_str(c, "type"), fld_str(c, "status"));
		else if (!told(list, i))
			bad_line(w, list, i, where);
	}
}

static void visit(struct walk *w, json_t *value, const char *where, size_t depth)
{
	struct reply path = {.max = 200};
	json_t *item;
	const char *key;
	size_t i;

	if (depth > DEPTH_MAX)
		return;
	json_object_foreach (value, key, item) {
		if (strcmp(key, "conditions") == 0 && json_is_array(item)) {
			conditions_list(w, item, where);
			continue;
		}
		if (!json_is_object(item) && !json_is_array(item))
			continue;
		rep_clear(&path);
		rep_add(&path, "%s%s%s", where, *where ? "." : "", key);
		visit(w, item, rep_text(&path), depth + 1);
	}
	if (json_is_array(value))
		json_array_foreach (value, i, item) {
			const char *name = *fld_str(item, "name") ? fld_str(item, "name") : fld_str(item, "device");

			if (!json_is_object(item))
				break;
			rep_clear(&path);
			if (*name)
				rep_add(&path, "%s[%s]", where, name);
			else
				rep_add(&path, "%s[%zu]", where, i);
			visit(w, item, rep_text(&path), depth + 1);
		}
	rep_free(&path);
}

void kubernetes_conditions(const struct view *v, json_t *o, struct reply *out)
{
	struct reply bad = {.max = 8000}, good = {.max = 600};
	struct walk w = {.v = v, .out = &bad, .good = &good};

	visit(&w, json_object_get(o, "status"), "", 0);
	if (bad.len)
		rep_add(out, "conditions that are not as they should be:\n%s", rep_text(&bad));
	if (w.skipped)
		rep_add(out, "  … %zu more\n", w.skipped);
	if (good.len)
		rep_add(out, "conditions fine: %s\n", rep_text(&good));
	rep_free(&bad);
	rep_free(&good);
}
