/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/config/suppress.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define DAY_MS INT64_C(86400000)
#define RULES_MAX 10000

static const struct {
	const char *name;
	size_t offset;
} members[] = {
	{"check", offsetof(struct suppression, check)},	  {"cluster", offsetof(struct suppression, cluster)},
	{"namespace", offsetof(struct suppression, ns)},  {"kind", offsetof(struct suppression, kind)},
	{"name", offsetof(struct suppression, name)},	  {"until", offsetof(struct suppression, until)},
	{"reason", offsetof(struct suppression, reason)},
};

/* What is being read, for messages. */
struct reading {
	const char *file;
	const struct yaml_lines *lines;
	size_t index;
	struct err *e;
};

static int line_of(const struct reading *r, const char *key)
{
	auto_free char *pointer = mem_printf("/triage/suppress/%zu%s%s", r->index, key ? "/" : "", str_or(key, ""));

	return yaml_line_of(r->lines, pointer);
}

static char **member(struct suppression *s, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (str_eq(members[i].name, key))
			return (char **)(void *)((char *)s + members[i].offset);
	return NULL;
}

static int unknown_key(const struct reading *r, const char *key)
{
	const char *names[ARRAY_LEN(members) + 1] = {0};
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		names[i] = members[i].name;
	near = str_nearest(key, names);
	return err_set(r->e, ERR_CONFIG, "%s:%d: unknown key \"%.80s\" in triage.suppress%s%s%s", r->file,
		       line_of(r, NULL), key, near ? ": did you mean \"" : "", str_or(near, ""),
		       near ? "\"?" : " (known: check, cluster, namespace, kind, name, until, reason)");
}

/* "2026-12-31" and nothing else. */
static bool parse_day(const char *s, int64_t *ends_ms)
{
	static const char shape[] = "dddd-dd-dd";
	auto_free char *time = NULL;
	char back[CLOCK_TEXT];
	int64_t start;

	if (strlen(s) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i])
			return false;
	time = mem_printf("%sT00:00:00Z", s);
	if (!clock_parse(time, &start))
		return false;
	clock_format(start, back);
	*ends_ms = start + DAY_MS;
	return strncmp(back, s, strlen(s)) == 0; /* 31 November is no day */
}

static int check_entry(const struct reading *r, struct suppression *s)
{
	if (!s->check && !s->cluster && !s->ns && !s->kind && !s->name)
		return err_set(r->e, ERR_CONFIG,
			       "%s:%d: triage.suppress: this would hide every finding; say which (check, cluster, "
			       "namespace, kind, name; check: \"*\" when all are meant)",
			       r->file, line_of(r, NULL));
	if (!s->until)
		return err_set(r->e, ERR_CONFIG,
			       "%s:%d: triage.suppress: until is missing: until which day is this accepted? (until: "
			       "2026-12-31)",
			       r->file, line_of(r, NULL));
	if (!parse_day(s->until, &s->ends_ms))
		return err_set(r->e, ERR_CONFIG,
			       "%s:%d: triage.suppress: until must be a day such as 2026-12-31, not \"%.40s\"", r->file,
			       line_of(r, "until"), s->until);
	if (!s->reason)
		return err_set(r->e, ERR_CONFIG,
			       "%s:%d: triage.suppress: reason is missing: say why this is accepted, for those who read "
			       "it later",
			       r->file, line_of(r, NULL));
	return 0;
}

static int read_entry(const struct reading *r, struct suppression *s, const json_t *entry)
{
	const char *key;
	json_t *v;

	if (!json_is_object(entry))
		return err_set(r->e, ERR_CONFIG,
			       "%s:%d: each entry of triage.suppress must be a mapping of check, cluster, namespace, "
			       "kind, name, until, reason",
			       r->file, line_of(r, NULL));
	json_object_foreach ((json_t *)(uintptr_t)entry, key, v) {
		char **into = member(s, key);
		char number[JSON_NUMBER_TEXT];

		if (!into)
			return unknown_key(r, key);
		if (json_is_null(v)) /* as if it were not there */
			continue;
		if (json_is_number(v))
			json_number_text(v, number);
		else if (!json_is_string(v) || !*json_string_value(v))
			return err_set(r->e, ERR_CONFIG, "%s:%d: triage.suppress: %s must be a text that is not empty",
				       r->file, line_of(r, key), key);
		*into = mem_str(json_is_number(v) ? number : json_string_value(v));
	}
	return check_entry(r, s);
}

int suppressions_load(struct suppressions *s, const json_t *tree, const char *file, const struct yaml_lines *lines,
		      struct err *e)
{
	struct reading r = {.file = file, .lines = lines, .e = e};
	const json_t *entry;

	if (!tree || json_is_null(tree))
		return 0;
	if (!json_is_array(tree))
		return err_set(e, ERR_CONFIG, "%s:%d: triage.suppress must be a list", file,
			       yaml_line_of(lines, "/triage/suppress"));
	if (json_array_size(tree) > RULES_MAX)
		return err_set(e, ERR_CONFIG, "%s:%d: triage.suppress has more than %d entries", file,
			       yaml_line_of(lines, "/triage/suppress"), RULES_MAX);
	s->items = mem_zero((json_array_size(tree) + 1) * sizeof(*s->items));
	json_array_foreach (tree, r.index, entry) {
		s->items[s->count].place = mem_printf("%s:%d", file, line_of(&r, NULL));
		if (read_entry(&r, &s->items[s->count++], entry) < 0)
			return -1;
	}
	return 0;
}

void suppressions_fini(struct suppressions *s)
{
	for (size_t i = 0; i < s->count; i++) {
		for (size_t k = 0; k < ARRAY_LEN(members); k++)
			free(*member(&s->items[i], members[k].name));
		free(s->items[i].place);
	}
	free(s->items);
	*s = (struct suppressions){0};
}

static bool fits(const char *pattern, const char *text, int flags)
{
	return !pattern || fnmatch(pattern, str_or(text, ""), flags) == 0;
}

bool suppression_over(const struct suppression *s, int64_t now_ms)
{
	return now_ms >= s->ends_ms;
}

const struct suppression *suppressions_match(const struct suppressions *s, int64_t now_ms, const char *check,
					     const char *cluster, const char *ns, const char *kind, const char *name)
{
	for (size_t i = 0; s && i < s->count; i++) {
		const struct suppression *r = &s->items[i];

		if (!suppression_over(r, now_ms) && fits(r->check, check, 0) && fits(r->cluster, cluster, 0) &&
		    fits(r->ns, ns, 0) && fits(r->kind, kind, FNM_CASEFOLD) && fits(r->name, name, 0))
			return r;
	}
	return NULL;
}
