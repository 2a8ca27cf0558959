/* SPDX-License-Identifier: Apache-2.0 */
/* dupin toolset: what can be looked at. */
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/face/commands.h"
#include "agent/face/session.h"
#include "agent/tools/work.h"

static size_t count_tools(const struct toolset *t)
{
	size_t n = 0;

	while (t->tools && t->tools[n])
		n++;
	return n;
}

static size_t count_checks(const struct toolset *t)
{
	size_t n = 0;

	while (t->checks && t->checks[n])
		n++;
	return n;
}

static json_t *named(const char *name, const char *help)
{
	return json_pack("{s:o,s:o}", "name", json_text0(name), "help", json_text0(help));
}

/* The words of check.reads; none for a plug-in that was built before there were any. */
static json_t *reads(const struct check *c)
{
	json_t *list = json_array();
	char **words;

	if (c->size < offsetof(struct check, reads) + sizeof(c->reads) || !c->reads)
		return list;
	words = str_split_words(c->reads, ' ');
	for (size_t i = 0; words[i]; i++)
		json_array_append_new(list, json_text0(words[i]));
	str_list_free(words);
	return list;
}

static json_t *describe(const struct registry_entry *entry)
{
	const struct toolset *t = entry->toolset;
	json_t *tools = json_array(), *checks = json_array(), *o = named(t->name, t->help);

	for (size_t i = 0; i < count_tools(t); i++)
		json_array_append_new(tools, named(t->tools[i]->name, t->tools[i]->help));
	for (size_t i = 0; i < count_checks(t); i++) {
		json_t *check = named(t->checks[i]->name, t->checks[i]->help);

		json_object_set_new(check, "reads", reads(t->checks[i]));
		json_array_append_new(checks, check);
	}
	json_object_set_new(o, "origin", json_text0(entry->origin));
	json_object_set_new(o, "enabled", json_boolean(entry->enabled));
	json_object_set_new(o, "tools", tools);
	json_object_set_new(o, "checks", checks);
	return o;
}

static int list(struct session *s)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);
	auto_json json_t *all = json_array();

	for (size_t i = 0; i < registry_count(s->registry); i++) {
		const struct registry_entry *entry = registry_at(s->registry, i);
		size_t tools = count_tools(entry->toolset), checks = count_checks(entry->toolset);

		json_array_append_new(all, describe(entry));
		term_on(&b, &s->out, STYLE_BOLD);
		buf_printf(&b, "%-14s", entry->toolset->name);
		term_off(&b, &s->out);
		buf_printf(&b, " %2zu tool%s %2zu check%s  %s%s%s\n", tools, tools == 1 ? " " : "s", checks,
			   checks == 1 ? " " : "s", entry->toolset->help, entry->enabled ? "" : " (disabled)",
			   str_eq(entry->origin, "built in") ? "" : " (loaded)");
	}
	if (str_eq(session_format(s), "json"))
		return session_print_json(s, all);
	return session_print(s, buf_cstr(&b));
}

static void row(struct buf *b, const struct term *t, const char *name, const char *help)
{
	size_t w = utf8_width(name, strlen(name)), left = t->width < 72 ? 4 : 34; /* two columns need room */

	buf_str(b, "  ");
	term_style(b, t, STYLE_BOLD, name);
	if (w + 3 > left) {
		buf_char(b, '\n');
		buf_repeat(b, ' ', left);
	} else {
		buf_repeat(b, ' ', left - 2 - w);
	}
	term_wrap(b, t, help, left, left);
	buf_char(b, '\n');
}

/* "reads pods, events, pods/log" below the sentence, in the words that kubectl takes. */
static void reads_row(struct buf *b, const struct term *t, const struct check *c)
{
	auto_json json_t *list = reads(c);
	auto_buf struct buf line = BUF_INIT(65536);
	const json_t *word;
	size_t i;

	if (!json_array_size(list))
		return;
	buf_str(&line, "reads ");
	json_array_foreach (list, i, word) {
		buf_printf(&line, "%s%s", i ? ", " : "", json_string_value(word));
	}
	buf_repeat(b, ' ', t->width < 72 ? 4 : 34);
	term_on(b, t, STYLE_DIM);
	term_wrap(b, t, buf_cstr(&line), t->width < 72 ? 4 : 34, t->width < 72 ? 4 : 34);
	term_off(b, t);
	buf_char(b, '\n');
}

static int show(struct session *s, const struct registry_entry *entry)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);
	const struct toolset *t = entry->toolset;
	auto_json json_t *one = describe(entry);

	if (str_eq(session_format(s), "json"))
		return session_print_json(s, one);
	auto_free char *title = mem_printf("%s: %s (%s)", t->name, t->help, entry->origin);

	term_wrap(&b, &s->out, title, 0, 0);
	buf_char(&b, '\n');
	if (count_tools(t))
		term_style(&b, &s->out, STYLE_HEADING, "\nTools\n");
	for (size_t i = 0; i < count_tools(t); i++)
		row(&b, &s->out, t->tools[i]->name, t->tools[i]->help);
	if (count_checks(t))
		term_style(&b, &s->out, STYLE_HEADING, "\nChecks\n");
	for (size_t i = 0; i < count_checks(t); i++) {
		row(&b, &s->out, t->checks[i]->name, t->checks[i]->help);
		reads_row(&b, &s->out, t->checks[i]);
	}
	return session_print(s, buf_cstr(&b));
}

static enum probe_state probe(struct session *s, const struct toolset *t, struct cluster *c, char *why, size_t why_size)
{
	enum probe_state state = PROBE_READY;
	struct work w;

	if (c->broken) {
		snprintf(why, why_size, "%s", c->broken);
		return PROBE_UNKNOWN;
	}
	work_init(&w, s->world, c, s->cancel);
	w.check = "probe";
	if (t->probe)
		state = t->probe(&work_host, &w, why, why_size);
	work_fini(&w);
	return state;
}

/* Probes it against each cluster. Exit 3 when it is there in none. */
static int test(struct session *s, const struct registry_entry *entry)
{
	static const char *const names[] = {"ready", "absent", "unknown"};
	auto_buf struct buf b = BUF_INIT(1u << 16);
	json_t *list = json_array(), *out;
	int status = session_world(s);
	bool any = false;

	for (size_t i = 0; !status && i < s->world->count; i++) {
		struct cluster *c = &s->world->clusters[i];
		char why[480] = "";
		enum probe_state state = probe(s, entry->toolset, c, why, sizeof(why));

		any |= state == PROBE_READY;
		buf_printf(&b, "%s: %s in cluster %s%s%s\n", entry->toolset->name, names[state], c->name,
			   *why ? ": " : "", why);
		json_array_append_new(list, json_pack("{s:o,s:s,s:o}", "cluster", json_text0(c->name), "state",
						      names[state], "why", json_text0(why)));
	}
	out = json_pack("{s:s,s:o}", "toolset", entry->toolset->name, "clusters", list);
	if (!status) {
		auto_free char *safe = term_safe(buf_cstr(&b));

		status = str_eq(session_format(s), "json") ? session_print_json(s, out) : session_print(s, safe);
		status = status ? status : any ? EXIT_DONE : EXIT_UNREADABLE;
	}
	json_decref(out);
	return status;
}

static int unknown(struct session *s, const char *name)
{
	const char *names[128] = {0};
	auto_free char *why = NULL;
	const char *near;

	for (size_t i = 0; i < registry_count(s->registry) && i + 1 < ARRAY_LEN(names); i++)
		names[i] = registry_at(s->registry, i)->toolset->name;
	near = str_nearest(name, names);
	why = mem_printf("there is no toolset \"%.64s\"%s%s%s (`dupin toolset list` shows them)", name,
			 near ? "; did you mean \"" : "", str_or(near, ""), near ? "\"?" : "");
	return session_fail(s, EXIT_USAGE, why);
}

static int dispatch(struct session *s)
{
	const struct texts *w = &s->options->words;
	const char *action = w->count ? w->items[0] : "list";
	const struct registry_entry *entry;

	if (str_eq(action, "list") && w->count < 2)
		return list(s);
	if (w->count != 2 || !(str_eq(action, "show") || str_eq(action, "test")))
		return session_fail(s, EXIT_USAGE, "use it as: dupin toolset [list|show NAME|test NAME]");
	entry = registry_find(s->registry, w->items[1]);
	if (!entry)
		return unknown(s, w->items[1]);
	return str_eq(action, "show") ? show(s, entry) : test(s, entry);
}

int command_toolset(struct options *o)
{
	struct session s;
	int status = session_open(&s, o);

	if (!status)
		status = session_toolsets(&s);
	if (!status)
		status = dispatch(&s);
	return session_close(&s, status);
}
