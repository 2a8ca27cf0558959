/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/help.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/config/config.h"
#include "agent/face/commands.h"
#include "agent/face/session.h"

#define LEFT 28 /* columns of the left side */

static void heading(struct buf *b, const struct term *t, const char *text)
{
	term_style(b, t, STYLE_HEADING, text);
	buf_char(b, '\n');
}

/* "  left      right", the right side wrapped. */
static void row(struct buf *b, const struct term *t, const char *left, const char *right, size_t column)
{
	size_t w = 2 + utf8_width(left, strlen(left));

	buf_str(b, "  ");
	term_style(b, t, STYLE_BOLD, left);
	if (w + 2 > column) {
		buf_char(b, '\n');
		w = 0;
	}
	buf_repeat(b, ' ', column - w);
	term_wrap(b, t, right, column, column);
	buf_char(b, '\n');
}

static void option_rows(struct buf *b, const struct term *t, const struct command *c)
{
	for (const struct option *o = cli_options; o->name; o++) {
		char letter[8] = "    ";
		auto_free char *left = NULL;

		if (!cli_takes(o, c))
			continue;
		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		left = mem_printf("%s--%s%s%s", letter, o->name, o->value ? " " : "", str_or(o->value, ""));
		row(b, t, left, o->help, LEFT + 4);
	}
}

char *help_overview(const struct term *t)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);

	term_wrap(&b, t, "Dupin finds out why something in a Kubernetes cluster does not work, and proves what it says.", 0, 0);
	buf_str(&b, "\n\n");
	heading(&b, t, "Commands");
	for (const struct command *c = cli_commands; c->name; c++) {
		auto_free char *left = mem_printf("%s%s%s", c->name, *c->args ? " " : "", c->args);

		row(&b, t, left, c->summary, LEFT);
	}
	buf_char(&b, '\n');
	heading(&b, t, "For every command");
	option_rows(&b, t, NULL);
	buf_char(&b, '\n');
	heading(&b, t, "Start here");
	row(&b, t, "dupin triage", "what is broken in the current cluster", LEFT);
	row(&b, t, "dupin ask \"why is web-1 not ready?\"", "one question; DUPIN_MODEL and DUPIN_BASE_URL name a model",
	    LEFT);
	row(&b, t, "dupin help ask", "all options of a command", LEFT);
	row(&b, t, "dupin help config", "every key of the config file", LEFT);
	buf_char(&b, '\n');
	term_wrap(&b, t,
		  "Dupin only reads. Exit status: 0 done, 1 triage found something at or above --fail-on, 2 wrong usage or "
		  "config, 3 the cluster cannot be read, 4 the model failed and nothing could be answered, 5 a budget ended "
		  "it, 130 interrupted.",
		  0, 0);
	buf_char(&b, '\n');
	return buf_steal(&b);
}

char *help_command(const struct term *t, const struct command *c)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);

	buf_printf(&b, "dupin %s%s%s\n\n", c->name, *c->args ? " " : "", c->args);
	if (!c->text)
		buf_printf(&b, "%s\n\n", c->summary);
	if (c->text) {
		term_wrap(&b, t, c->text, 0, 0);
		buf_str(&b, "\n\n");
	}
	heading(&b, t, "Options");
	option_rows(&b, t, c);
	if (c->examples) {
		char **lines = str_split(c->examples, '\n');

		buf_char(&b, '\n');
		heading(&b, t, "Examples");
		for (size_t i = 0; lines[i]; i++)
			buf_printf(&b, "  %s\n", lines[i]);
		str_list_free(lines);
	}
	return buf_steal(&b);
}

struct reference {
	struct buf *b;
	const struct term *t;
};

static int key_row(void *ctx, const char *path, const struct key *k)
{
	struct reference *r = ctx;
	auto_free char *text = NULL;
	char type[160];

	if (k->type == KEY_GROUP)
		return 0;
	keys_type_text(k, type, sizeof(type));
	text = mem_printf("%s (%s%s%s)", k->help, type, k->fallback ? ", default " : "", str_or(k->fallback, ""));
	row(r->b, r->t, path, text, LEFT + 10);
	return 0;
}

char *help_config(const struct term *t)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);
	struct reference r = {&b, t};

	term_wrap(&b, t,
		  "The config file is YAML: --config, $DUPIN_CONFIG, $XDG_CONFIG_HOME/dupin/config.yaml "
		  "(~/.config/dupin/config.yaml), /etc/dupin/config.yaml; the first that is there counts. Flags are stronger "
		  "than DUPIN_MODEL, DUPIN_BASE_URL, DUPIN_API_KEY and DUPIN_DB, those than the file, the file than "
		  "OPENAI_MODEL, OPENAI_BASE_URL (OPENAI_API_BASE), OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT, _API_KEY, "
		  "_DEPLOYMENT, _API_VERSION. A key is never a flag.",
		  0, 0);
	buf_str(&b, "\n\n");
	heading(&b, t, "Keys");
	keys_each(config_keys, key_row, &r);
	return buf_steal(&b);
}

int command_help(struct options *o)
{
	struct term t = term_of(stdout, "auto");
	struct session s = {.err = term_of(stderr, "auto")};
	const char *topic = o->words.count ? o->words.items[0] : NULL;
	auto_free char *text = NULL;

	if (o->man)
		text = help_man();
	else if (!topic)
		text = help_overview(&t);
	else if (str_eq(topic, "config"))
		text = help_config(&t);
	else if (cli_command(topic))
		text = help_command(&t, cli_command(topic));
	else {
		auto_free char *why = mem_printf(
			"there is no help on \"%.80s\": name a command (`dupin help` lists them) or config", topic);

		return session_fail(&s, EXIT_USAGE, why);
	}
	return session_print(&s, text);
}
