/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/face/cli.h"
#include "agent/face/help.h"

/* Parses one line of words; the message or "". */
static const char *parse(struct options *o, const char *line)
{
	static char message[512];
	static char **words; /* options borrow them until the next call */
	struct err e = {0};

	str_list_free(words);
	words = str_split_words(line, ' ');
	message[0] = '\0';
	if (options_parse(o, (int)str_list_len(words), words, &e) < 0)
		snprintf(message, sizeof(message), "%s", e.msg);
	return message;
}

static void test_good(void)
{
	struct options o;

	is_str(parse(&o, "dupin ask -n shop why --snapshot a --snapshot=b -o json --offline -vv"), "", "a full line");
	is_str(o.command ? o.command->name : NULL, "ask", "command");
	is_str(o.words.count == 1 ? o.words.items[0] : NULL, "why", "word");
	is_int(o.snapshots.count, 2, "repeated option");
	is_str(o.output, "json", "value after a letter");
	ok(o.offline && o.verbose == 2, "flags");
	is_str(o.setting_count ? o.settings[0].key : NULL, "cluster.namespace", "a flag is a key of the config");
	options_fini(&o);
	is_str(parse(&o, "dupin -nshop triage --only a,b,,c"), "", "options before the command");
	is_int(o.only.count, 3, "comma list without empty parts");
	is_str(o.settings[0].text, "shop", "value joined to its letter");
	options_fini(&o);
	is_str(parse(&o, "dupin ask -- --weird"), "", "after -- everything is a word");
	is_str(o.words.items[0], "--weird", "the word");
	options_fini(&o);
	is_str(parse(&o, "dupin"), "", "nothing");
	ok(!o.command, "no command");
	options_fini(&o);
	is_str(parse(&o, "dupin ask x --no-stream"), "", "a flag that sets a key");
	is_str(o.settings[0].text, "false", "to its fixed value");
	options_fini(&o);
}

static void test_bad(void)
{
	static const char *const table[][2] = {
		{"dupin akk q", "did you mean \"dupin ask\""},
		{"dupin ask q --offlin", "did you mean --offline"},
		{"dupin ask q --zzzzzzzzzz", "unknown option --zzzzzzzzzz"},
		{"dupin ask q -Z", "unknown option -Z"},
		{"dupin triage --offline", "triage takes no --offline"},
		{"dupin ask q -o xml", "one of: text json markdown"},
		{"dupin ask q --max-steps", "--max-steps needs a value"},
		{"dupin ask q --offline=yes", "takes no value"},
		{"dupin ask q -o", "-o needs a value"},
		{"dupin triage --fail-on fatal", "one of: critical warning info"},
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct options o;
		const char *message = parse(&o, table[i][0]);

		like(message, table[i][1], table[i][0]);
		options_fini(&o);
	}
}

/* Whatever the table holds stands in the help, the manual and the completions. */
static void test_texts(void)
{
	struct term t = {.width = 80};
	char *man = help_man(), *bash = help_completion("bash"), *zsh = help_completion("zsh"), *fish = help_completion("fish");
	size_t missing = 0;

	for (const struct command *c = cli_commands; c->name; c++) {
		char *help = help_command(&t, c);

		for (const struct option *opt = cli_options; opt->name; opt++) {
			char flag[64];

			snprintf(flag, sizeof(flag), "--%s", opt->name);
			if (cli_takes(opt, c) && (!strstr(help, flag) || !strstr(bash, flag) || !strstr(zsh, flag)))
				missing++;
		}
		missing += !strstr(man, c->name) || !strstr(fish, c->name) || !c->run;
		free(help);
	}
	is_int(missing, 0, "every command and option is in help, manual and completions");
	ok(!help_completion("tcsh"), "no script for a shell we do not know");
	free(man);
	free(bash);
	free(zsh);
	free(fish);
}

int main(void)
{
	test_good();
	test_bad();
	test_texts();
	return done();
}
