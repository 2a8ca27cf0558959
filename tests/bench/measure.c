/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs commands in turn and prints one line for each run: number of the command, start (ns, the clock that all
 * processes share), wall time (ns), CPU time (us), peak memory (KiB), exit status. It is small on purpose: a child is
 * charged at least with the memory of who started it.
 *
 * measure RUNS [-o FILE] COMMAND [ARG...] [-- COMMAND [ARG...]]...      FILE gets standard output, else nobody does
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define COMMANDS_MAX 8

extern char **environ;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t micros(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static int run(int number, char **argv, const posix_spawn_file_actions_t *actions)
{
	int64_t start = now_ns(), end;
	struct rusage used;
	int status, rc;
	pid_t pid;

	rc = posix_spawnp(&pid, argv[0], actions, NULL, argv, environ);
	if (rc) {
		fprintf(stderr, "measure: %s: %s\n", argv[0], strerror(rc));
		return -1;
	}
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return -1;
	end = now_ns();
	printf("%d %" PRId64 " %" PRId64 " %" PRId64 " %ld %d\n", number, start, end - start,
	       micros(used.ru_utime) + micros(used.ru_stime), used.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

int main(int argc, char **argv)
{
	char **commands[COMMANDS_MAX] = {0};
	posix_spawn_file_actions_t actions;
	const char *out = "/dev/null";
	int count = 1, runs, at = 2;

	if (argc > 4 && strcmp(argv[2], "-o") == 0) {
		out = argv[3];
		at = 4;
	}
	if (argc <= at || (runs = atoi(argv[1])) < 1) {
		fprintf(stderr, "usage: measure RUNS [-o FILE] COMMAND [ARG...] [-- COMMAND [ARG...]]...\n");
		return 2;
	}
	commands[0] = &argv[at];
	for (int i = at; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0 || count == COMMANDS_MAX)
			continue;
		argv[i] = NULL;
		commands[count++] = &argv[i + 1];
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	for (int r = 0; r < runs; r++)
		for (int i = 0; i < count; i++)
			if (run(i, commands[i], &actions) < 0)
				return 1;
	return 0;
}
