/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts for bash, zsh and fish, from the tables. */
#include "agent/face/help.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/face/commands.h"
#include "agent/face/session.h"

static void command_names(struct buf *b)
{
	for (const struct command *c = cli_commands; c->name; c++)
		buf_printf(b, "%s%s", c == cli_commands ? "" : " ", c->name);
}

static void command_words(struct buf *b, const struct command *c)
{
	for (const char *const *a = c->actions; a && *a; a++)
		buf_printf(b, "%s ", *a);
	for (const struct option *o = cli_options; o->name; o++)
		if (cli_takes(o, c))
			buf_printf(b, "--%s ", o->name);
}

static void bash_values(struct buf *b)
{
	for (const struct option *o = cli_options; o->name; o++) {
		if (!o->value)
			continue;
		buf_printf(b, "\t--%s", o->name);
		if (o->letter)
			buf_printf(b, "|-%c", o->letter);
		if (o->choices)
			buf_printf(b, ") COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", o->choices);
		else if (o->complete)
			buf_str(b, ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
		else
			buf_str(b, ") return ;;\n");
	}
}

static void bash_script(struct buf *b)
{
	buf_str(b, "# bash completion for dupin\n_dupin()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
		   "prev=${COMP_WORDS[COMP_CWORD-1]} "
		   "cmd= w\n\tCOMPREPLY=()\n\tcase $prev in\n");
	bash_values(b);
	buf_str(b, "\tesac\n\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $w in -*) ;; *) cmd=$w; break "
		   ";; esac\n\tdone\n"
		   "\tcase $cmd in\n");
	for (const struct command *c = cli_commands; c->name; c++) {
		buf_printf(b, "\t%s) COMPREPLY=($(compgen -W \"", c->name);
		command_words(b, c);
		if (str_eq(c->name, "help"))
			command_names(b);
		buf_str(b, "\" -- \"$cur\")) ;;\n");
	}
	buf_str(b, "\t*) COMPREPLY=($(compgen -W \"");
	command_names(b);
	buf_str(b,
		" --help --version\" -- \"$cur\")) ;;\n\tesac\n}\ncomplete -o default -F _dupin dupin kubectl-dupin\n");
}

/* In single quotes of the shell. */
static void quoted(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			buf_str(b, "'\\''");
		else if (*s == '[' || *s == ']' || *s == ':')
			buf_printf(b, "\\%c", *s);
		else
			buf_char(b, *s);
	}
}

static void zsh_option(struct buf *b, const struct option *o)
{
	buf_printf(b, " '%s--%s[", o->kind == OPTION_LIST ? "*" : "", o->name);
	quoted(b, o->help);
	buf_char(b, ']');
	if (o->value && o->choices)
		buf_printf(b, ":%s:(%s)", o->name, o->choices);
	else if (o->value)
		buf_printf(b, ":%s:%s", o->name, o->complete ? "_files" : "");
	buf_char(b, '\'');
}

static void zsh_script(struct buf *b)
{
	buf_str(b, "#compdef dupin kubectl-dupin\n_dupin() {\n  local -a commands\n  commands=(\n");
	for (const struct command *c = cli_commands; c->name; c++) {
		buf_printf(b, "    '%s:", c->name);
		quoted(b, c->summary);
		buf_str(b, "'\n");
	}
	buf_str(b, "  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n  local "
		   "command=$words[2]\n  shift words\n  "
		   "(( CURRENT-- ))\n  case $command in\n");
	for (const struct command *c = cli_commands; c->name; c++) {
		buf_printf(b, "    %s) _arguments", c->name);
		for (const struct option *o = cli_options; o->name; o++)
			if (cli_takes(o, c))
				zsh_option(b, o);
		if (c->actions) {
			buf_str(b, " '1:action:(");
			for (const char *const *a = c->actions; *a; a++)
				buf_printf(b, "%s%s", a == c->actions ? "" : " ", *a);
			buf_str(b, ")'");
		}
		buf_str(b, " ;;\n");
	}
	buf_str(b, "  esac\n}\n_dupin \"$@\"\n");
}

static void fish_option(struct buf *b, const struct command *c, const struct option *o)
{
	buf_printf(b, "complete -c dupin -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name);
	if (o->letter)
		buf_printf(b, " -s %c", o->letter);
	if (o->value && o->choices)
		buf_printf(b, " -x -a '%s'", o->choices);
	else if (o->value)
		buf_str(b, o->complete ? " -r -F" : " -x");
	buf_str(b, " -d '");
	for (const char *p = o->help; *p; p++) {
		if (*p == '\'')
			buf_char(b, '\\');
		buf_char(b, *p);
	}
	buf_str(b, "'\n");
}

static void fish_script(struct buf *b)
{
	buf_str(b, "# fish completion for dupin\ncomplete -c dupin -f\n");
	for (const struct command *c = cli_commands; c->name; c++) {
		buf_printf(b, "complete -c dupin -n __fish_use_subcommand -a %s -d '%s'\n", c->name, c->summary);
		for (const char *const *a = c->actions; a && *a; a++)
			buf_printf(b, "complete -c dupin -n '__fish_seen_subcommand_from %s' -a %s\n", c->name, *a);
		for (const struct option *o = cli_options; o->name; o++)
			if (cli_takes(o, c))
				fish_option(b, c, o);
	}
}

char *help_completion(const char *shell)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);

	if (str_eq(shell, "bash"))
		bash_script(&b);
	else if (str_eq(shell, "zsh"))
		zsh_script(&b);
	else if (str_eq(shell, "fish"))
		fish_script(&b);
	else
		return NULL;
	return buf_steal(&b);
}

int command_completion(struct options *o)
{
	struct session s = {.err = term_of(stderr, "auto")};
	auto_free char *text = o->words.count == 1 ? help_completion(o->words.items[0]) : NULL;

	if (!text)
		return session_fail(&s, EXIT_USAGE, "name the shell: dupin completion bash|zsh|fish");
	return session_print(&s, text);
}
