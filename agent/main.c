/* SPDX-License-Identifier: Apache-2.0 */
/* Set-up that the whole process shares, then the command. */
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent/face/commands.h"
#include "agent/face/help.h"
#include "agent/face/session.h"

static int print_help(const struct command *c)
{
	struct session s = {.out = term_of(stdout, "auto"), .err = term_of(stderr, "auto")};
	char *text = c ? help_command(&s.out, c) : help_overview(&s.out);
	int status = session_print(&s, text);

	free(text);
	return status;
}

static int run(struct options *o, int argc, char **argv)
{
	struct session s = {.err = term_of(stderr, "auto")};
	struct err e = {0};

	if (options_parse(o, argc, argv, &e) < 0)
		return session_fail(&s, EXIT_USAGE, e.msg);
	if (o->help)
		return print_help(o->command);
	if (o->version_flag)
		return command_version(o);
	if (!o->command && argc > 1)
		return session_fail(&s, EXIT_USAGE,
				    "name a command, such as dupin triage or dupin ask \"...\"; `dupin help` lists them");
	if (!o->command)
		return print_help(NULL);
	return o->command->run(o);
}

/*
 * Decoded answers are many small values, made by any of the workers. glibc would give each worker a heap of its own,
 * which grows page by page with one system call each.
 */
static void set_memory(void)
{
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_TOP_PAD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

/*
 * A descriptor that the shell closed would be given to the next file that is opened, and what is printed would end in
 * the database. Read-only, so that writing to it fails as it does on a closed one.
 */
static void hold_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options o;
	int status;

	hold_standard_descriptors();
	set_memory();
	setlocale(LC_CTYPE, "");
	sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	json_object_seed(0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	status = run(&o, argc, argv);
	options_fini(&o);
	return status;
}
