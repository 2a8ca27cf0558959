/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table of commands and options: from it come the parser, --help, the man page, completion and the reference
 * of the config. What
 * no code stands behind is not in it.
 */
#ifndef AGENT_FACE_CLI_H
#define AGENT_FACE_CLI_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct options;

/* Exit statuses of the contract. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FINDINGS = 1,
	EXIT_USAGE = 2,
	EXIT_UNREADABLE = 3,
	EXIT_MODEL = 4,
	EXIT_BUDGET = 5,
	EXIT_INTERRUPTED = 130,
};

struct command {
	const char *name;         /* NULL ends the table */
	const char *args;         /* "\"QUESTION\"", "[list|show ID]" */
	const char *summary;      /* one line */
	const char *text;         /* more, for its own help */
	const char *examples;     /* lines, or NULL */
	const char *const *actions; /* first words it knows, or NULL */
	int (*run)(struct options *o); /* exit status */
};

enum option_kind {
	OPTION_FLAG,     /* bool at offset */
	OPTION_COUNT,    /* int at offset, one more each time */
	OPTION_TEXT,     /* const char * at offset, last one counts */
	OPTION_MAYBE,    /* likewise, "" without a value; a next word is its value only when it begins with a digit */
	OPTION_LIST,     /* struct texts at offset, each time one more */
	OPTION_COMMAS,   /* struct texts at offset, split at commas */
	OPTION_CONFIG,   /* a key of the config, checked by its own rules */
};

struct option {
	const char *name;         /* "max-steps"; NULL ends the table */
	char letter;              /* 'n', or 0 */
	const char *value;        /* "N", "FILE"; NULL for flags */
	const char *help;
	const char *commands;     /* " ask triage ": which take it; NULL: all */
	enum option_kind kind;
	size_t offset;
	const char *key;          /* OPTION_CONFIG: the key; a flag sets fixed */
	const char *fixed;        /* OPTION_CONFIG without value: what it sets */
	const char *choices;      /* "text json markdown", or NULL */
	const char *complete;     /* "file", "dir", "namespace", ...: for the shell; NULL: nothing */
};

extern const struct command cli_commands[];
extern const struct option cli_options[];

struct texts {
	char **items; /* NULL-terminated, or NULL */
	size_t count;
};

struct setting {
	const char *key, *text, *flag;
};

/* What the command line said. Borrowed from argv but for the lists; options_fini frees them. */
struct options {
	const struct command *command;
	struct texts words;       /* after the command */
	struct texts snapshots, contexts, attach, only, skip;
	const char *config_file, *output, *fail_on, *since, *watch;
	bool all_namespaces, offline, show_tool_output, quiet, help, version_flag, man;
	int verbose;
	struct setting settings[64];
	size_t setting_count;
};

/* -1: e says what is wrong, with the nearest right one. */
int options_parse(struct options *o, int argc, char **argv, struct err *e) MUST_CHECK;
void options_fini(struct options *o);
const struct command *cli_command(const char *name);
bool cli_takes(const struct option *opt, const struct command *c);

#endif
