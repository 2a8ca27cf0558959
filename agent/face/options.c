/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing the command line against the table. Options may stand anywhere; "--" ends them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/face/cli.h"
#include "agent/face/commands.h"

#define NAMES_MAX 64

const struct command *cli_command(const char *name)
{
	for (const struct command *c = cli_commands; c->name; c++)
		if (str_eq(c->name, name))
			return c;
	return NULL;
}

bool cli_takes(const struct option *opt, const struct command *c)
{
	char word[64];

	if (!opt->commands)
		return true;
	if (!c)
		return false;
	snprintf(word, sizeof(word), " %s ", c->name);
	return strstr(opt->commands, word) != NULL;
}

static void texts_add(struct texts *t, const char *s)
{
	t->items = mem_resize_array(t->items, t->count + 2, sizeof(char *));
	t->items[t->count++] = mem_str(s);
	t->items[t->count] = NULL;
}

static const char *nearest_command(const char *word)
{
	const char *names[NAMES_MAX] = {0};
	size_t n = 0;

	for (const struct command *c = cli_commands; c->name && n + 1 < NAMES_MAX; c++)
		names[n++] = c->name;
	return str_nearest(word, names);
}

static const char *nearest_option(const char *word, const struct command *c)
{
	const char *names[NAMES_MAX] = {0};
	size_t n = 0;

	for (const struct option *o = cli_options; o->name && n + 1 < NAMES_MAX; o++)
		if (cli_takes(o, c))
			names[n++] = o->name;
	return str_nearest(word, names);
}

static const struct option *option_by_name(const char *name, size_t len)
{
	for (const struct option *o = cli_options; o->name; o++)
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static const struct option *option_by_letter(char letter)
{
	for (const struct option *o = cli_options; o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static int check_choice(const struct option *opt, const char *value, struct err *e)
{
	auto_free char *padded = NULL;
	auto_free char *word = NULL;

	if (!opt->choices)
		return 0;
	padded = mem_printf(" %s ", opt->choices);
	word = mem_printf(" %s ", value);
	if (*value && !strchr(value, ' ') && strstr(padded, word))
		return 0;
	return err_set(e, ERR_ARG, "--%s takes one of: %s; not \"%s\"", opt->name, opt->choices, value);
}

static int add_setting(struct options *o, const struct option *opt, const char *value, struct err *e)
{
	if (o->setting_count == ARRAY_LEN(o->settings))
		return err_set(e, ERR_ARG, "--%s: too many options", opt->name);
	o->settings[o->setting_count++] = (struct setting){.key = opt->key, .text = value, .flag = opt->name};
	return 0;
}

static int apply(struct options *o, const struct option *opt, const char *value, struct err *e)
{
	char *base = (char *)o;

	if (check_choice(opt, value, e) < 0)
		return -1;
	switch (opt->kind) {
	case OPTION_FLAG:
		*(bool *)(void *)(base + opt->offset) = true;
		break;
	case OPTION_COUNT:
		++*(int *)(void *)(base + opt->offset);
		break;
	case OPTION_TEXT:
	case OPTION_MAYBE:
		*(const char **)(void *)(base + opt->offset) = value;
		break;
	case OPTION_LIST:
		texts_add((struct texts *)(void *)(base + opt->offset), value);
		break;
	case OPTION_COMMAS: {
		char **parts = str_split_words(value, ',');

		for (size_t i = 0; parts[i]; i++)
			texts_add((struct texts *)(void *)(base + opt->offset), parts[i]);
		str_list_free(parts);
		break;
	}
	case OPTION_CONFIG:
		return add_setting(o, opt, opt->fixed ? opt->fixed : value, e);
	}
	return 0;
}

/* The options seen before the command is known are checked against it at the end. */
struct given {
	const struct option *options[256];
	size_t count;
};

static int note(struct given *g, const struct option *opt, struct err *e)
{
	if (g->count == ARRAY_LEN(g->options))
		return err_set(e, ERR_ARG, "more than %zu options", ARRAY_LEN(g->options));
	g->options[g->count++] = opt;
	return 0;
}

static int long_option(struct options *o, struct given *g, int *i, int argc, char **argv, struct err *e)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option *opt = option_by_name(name, len);
	const char *value = "";

	if (!opt) {
		auto_free char *word = mem_strn(name, len);
		const char *near = nearest_option(word, o->command);

		if (near)
			return err_set(e, ERR_ARG, "unknown option --%s; did you mean --%s?", word, near);
		return err_set(e, ERR_ARG, "unknown option --%s; `dupin help%s%s` lists them", word,
			       o->command ? " " : "", o->command ? o->command->name : "");
	}
	if (opt->value && equals)
		value = equals + 1;
	else if (opt->kind == OPTION_MAYBE)
		value = *i + 1 < argc && isdigit((unsigned char)argv[*i + 1][0]) ? argv[++*i] : "";
	else if (opt->value && *i + 1 < argc)
		value = argv[++*i];
	else if (opt->value)
		return err_set(e, ERR_ARG, "--%s needs a value: --%s %s", opt->name, opt->name, opt->value);
	else if (equals)
		return err_set(e, ERR_ARG, "--%s takes no value", opt->name);
	return note(g, opt, e) < 0 ? -1 : apply(o, opt, value, e);
}

static int short_options(struct options *o, struct given *g, int *i, int argc, char **argv, struct err *e)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct option *opt = option_by_letter(*p);
		const char *value = "";

		if (!opt)
			return err_set(e, ERR_ARG, "unknown option -%c; `dupin help%s%s` lists them", *p,
				       o->command ? " " : "", o->command ? o->command->name : "");
		if (opt->value && p[1])
			value = p[1] == '=' ? p + 2 : p + 1;
		else if (opt->value && *i + 1 < argc)
			value = argv[++*i];
		else if (opt->value)
			return err_set(e, ERR_ARG, "-%c needs a value: -%c %s", *p, *p, opt->value);
		if (note(g, opt, e) < 0 || apply(o, opt, value, e) < 0)
			return -1;
		if (opt->value)
			break;
	}
	return 0;
}

static int take_command(struct options *o, const char *word, struct err *e)
{
	const char *near;

	o->command = cli_command(word);
	if (o->command)
		return 0;
	near = nearest_command(word);
	if (near)
		return err_set(e, ERR_ARG, "unknown command \"%.80s\"; did you mean \"dupin %s\"?", word, near);
	if (strchr(word, ' '))
		return err_set(e, ERR_ARG, "\"%.80s\" is no command; to ask a question: dupin ask \"%.80s\"", word,
			       word);
	return err_set(e, ERR_ARG, "unknown command \"%.80s\"; `dupin help` lists them", word);
}

/* Findings can be told as SARIF and JUnit, other answers cannot. */
static int check_format(const struct options *o, struct err *e)
{
	bool findings = str_eq(o->output, "sarif") || str_eq(o->output, "junit");

	if (!findings || o->help || !o->command || o->command->run == command_triage)
		return 0;
	return err_set(e, ERR_ARG, "-o %s is for findings, which dupin triage prints; dupin %s takes text, json or markdown",
		       o->output, o->command->name);
}

int options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	struct given given = {.count = 0};
	bool ended = false;

	*o = (struct options){.output = NULL};
	for (int i = 1; i < argc; i++) {
		int rc = 0;

		if (!ended && str_eq(argv[i], "--"))
			ended = true;
		else if (!ended && str_starts(argv[i], "--"))
			rc = long_option(o, &given, &i, argc, argv, e);
		else if (!ended && argv[i][0] == '-' && argv[i][1])
			rc = short_options(o, &given, &i, argc, argv, e);
		else if (!o->command)
			rc = take_command(o, argv[i], e);
		else
			texts_add(&o->words, argv[i]);
		if (rc < 0)
			return -1;
	}
	if (check_format(o, e) < 0)
		return -1;
	for (size_t i = 0; i < given.count && o->command && !o->help; i++) {
		const struct option *opt = given.options[i];

		if (!cli_takes(opt, o->command))
			return err_set(e, ERR_ARG, "dupin %s takes no --%s; `dupin help %s` lists what it takes",
				       o->command->name, opt->name, o->command->name);
	}
	return 0;
}

static void texts_fini(struct texts *t)
{
	str_list_free(t->items);
	*t = (struct texts){0};
}

void options_fini(struct options *o)
{
	texts_fini(&o->words);
	texts_fini(&o->snapshots);
	texts_fini(&o->contexts);
	texts_fini(&o->attach);
	texts_fini(&o->only);
	texts_fini(&o->skip);
}
