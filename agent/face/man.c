/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page, from the same tables as the help. */
#include "agent/face/help.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/config/config.h"

/* roff: backslashes, and dots and quotes that begin a line. */
static void roff(struct buf *b, const char *s)
{
	bool start = true;

	for (; *s; s++) {
		if (start && (*s == '.' || *s == '\''))
			buf_str(b, "\\&");
		if (*s == '\\')
			buf_str(b, "\\e");
		else if (*s == '-')
			buf_str(b, "\\-");
		else
			buf_char(b, *s);
		start = *s == '\n';
	}
}

static void option_item(struct buf *b, const struct option *o)
{
	buf_str(b, ".TP\n\\fB");
	if (o->letter)
		buf_printf(b, "\\-%c\\fR, \\fB", o->letter);
	buf_str(b, "\\-\\-");
	roff(b, o->name);
	buf_str(b, "\\fR");
	if (o->value) {
		buf_str(b, " \\fI");
		roff(b, o->value);
		buf_str(b, "\\fR");
	}
	buf_char(b, '\n');
	roff(b, o->help);
	buf_char(b, '\n');
}

static void command_section(struct buf *b, const struct command *c)
{
	buf_str(b, ".SS \"dupin ");
	roff(b, c->name);
	for (const char *p = c->args; *p; p++) {
		if (p == c->args)
			buf_char(b, ' ');
		if (*p == '"')
			buf_str(b, "\\(dq");
		else
			buf_char(b, *p);
	}
	buf_str(b, "\"\n");
	roff(b, str_or(c->text, c->summary));
	buf_char(b, '\n');
	for (const struct option *o = cli_options; o->name; o++)
		if (o->commands && cli_takes(o, c))
			option_item(b, o);
	if (c->examples) {
		buf_str(b, ".PP\nExamples:\n.PP\n.nf\n.RS\n");
		roff(b, c->examples);
		buf_str(b, "\n.RE\n.fi\n");
	}
}

static int key_item(void *ctx, const char *path, const struct key *k)
{
	struct buf *b = ctx;
	char type[160];

	if (k->type == KEY_GROUP)
		return 0;
	keys_type_text(k, type, sizeof(type));
	buf_str(b, ".TP\n\\fB");
	roff(b, path);
	buf_str(b, "\\fR (");
	roff(b, type);
	if (k->fallback) {
		buf_str(b, ", default ");
		roff(b, k->fallback);
	}
	buf_str(b, ")\n");
	roff(b, k->help);
	buf_char(b, '\n');
	return 0;
}

static const char environment[] =
	".SH ENVIRONMENT\n.TP\n\\fBDUPIN_MODEL\\fR, \\fBDUPIN_BASE_URL\\fR, \\fBDUPIN_API_KEY\\fR\nThe model; stronger "
	"than the config "
	"file.\n.TP\n\\fBOPENAI_MODEL\\fR, \\fBOPENAI_BASE_URL\\fR, \\fBOPENAI_API_BASE\\fR, "
	"\\fBOPENAI_API_KEY\\fR\nThe "
	"model; weaker "
	"than the config file.\n.TP\n\\fBAZURE_OPENAI_ENDPOINT\\fR, \\fBAZURE_OPENAI_API_KEY\\fR, "
	"\\fBAZURE_OPENAI_DEPLOYMENT\\fR, "
	"\\fBAZURE_OPENAI_API_VERSION\\fR\nA model at Azure OpenAI.\n.TP\n\\fBDUPIN_CONFIG\\fR, "
	"\\fBDUPIN_DB\\fR\nConfig "
	"file and "
	"database.\n.TP\n\\fBKUBECONFIG\\fR\nKubeconfig files, separated by colons.\n.TP\n\\fBNO_COLOR\\fR\nNo "
	"colours.\n";

static const char statuses[] = ".SH \"EXIT STATUS\"\n.TP\n0\ndone (triage: nothing at or above "
			       "\\-\\-fail\\-on)\n.TP\n1\ntriage found something at or above "
			       "\\-\\-fail\\-on\n.TP\n2\nwrong usage or config\n.TP\n3\nthe cluster or snapshot cannot "
			       "be read\n.TP\n4\nthe model failed and "
			       "nothing could be answered\n.TP\n5\na budget ended it; the partial answer was "
			       "printed\n.TP\n130\ninterrupted; what was found "
			       "so far was printed and kept\n";

char *help_man(void)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);

	buf_str(&b, ".TH DUPIN 1 \"\" \"dupin " DUPIN_VERSION
		    "\" \"User Commands\"\n.SH NAME\ndupin \\- troubleshooting agent for "
		    "Kubernetes whose claims are proven\n.SH SYNOPSIS\n");
	for (const struct command *c = cli_commands; c->name; c++) {
		buf_str(&b, c == cli_commands ? "" : ".br\n");
		buf_printf(&b, "\\fBdupin %s\\fR ", c->name);
		roff(&b, c->args);
		buf_char(&b, '\n');
	}
	buf_str(&b, ".SH DESCRIPTION\nDupin reads a Kubernetes cluster, or a snapshot of one, runs deterministic "
		    "checks over it, and lets "
		    "an OpenAI\\-compatible model look further with read\\-only tools. Every quote in an answer is "
		    "looked up in what was "
		    "read before it is shown; what could not be read is listed beside the answer. Every investigation "
		    "is recorded.\n"
		    ".SH COMMANDS\n");
	for (const struct command *c = cli_commands; c->name; c++)
		command_section(&b, c);
	buf_str(&b, ".SH OPTIONS\nFor every command:\n");
	for (const struct option *o = cli_options; o->name; o++)
		if (!o->commands)
			option_item(&b, o);
	buf_str(&b, ".SH CONFIG\nYAML. \\-\\-config, $DUPIN_CONFIG, $XDG_CONFIG_HOME/dupin/config.yaml, "
		    "/etc/dupin/config.yaml.\n");
	keys_each(config_keys, key_item, &b);
	buf_str(&b, environment);
	buf_str(&b, statuses);
	return buf_steal(&b);
}
