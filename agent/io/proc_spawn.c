/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/io/proc_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/mem.h"

/* Descriptors 0 to 2 are what the child's are moved onto: ours must not sit there, even if we run with them closed. */
static int move_high(int *fd)
{
	int high;

	if (*fd > 2)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (high < 0)
		return -1;
	close(*fd);
	*fd = high;
	return 0;
}

static int open_pipe(int ends[2], int ours, struct err *e)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe for a child process");
	if (move_high(&ends[0]) < 0 || move_high(&ends[1]) < 0 || fcntl(ends[ours], F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "cannot prepare a pipe for a child process");
	return 0;
}

static void close_both(int ends[2])
{
	for (int i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			close(ends[i]);
		ends[i] = -1;
	}
}

static size_t list_len(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return strncmp(a, b, n) == 0 && b[n] == '=';
}

/* Our environment with the added entries in place of those of the same name. Only the list is the caller's. */
static char **merge_env(const char *const *added)
{
	size_t ours = list_len(environ), more = 0, n = 0;
	char **env;

	while (added && added[more])
		more++;
	env = mem_resize_array(NULL, ours + more + 1, sizeof(*env));
	for (size_t i = 0; i < ours; i++) {
		bool replaced = false;

		for (size_t k = 0; k < more && !replaced; k++)
			replaced = same_name(added[k], environ[i]);
		if (!replaced)
			env[n++] = environ[i];
	}
	for (size_t k = 0; k < more; k++)
		env[n++] = (char *)(uintptr_t)added[k]; /* posix_spawn does not write to it */
	env[n] = NULL;
	return env;
}

static int set_attributes(posix_spawnattr_t *attr)
{
	static const int ours[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD,
				    SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2};
	sigset_t none, reset;
	int rc;

	sigemptyset(&none);
	sigemptyset(&reset);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		sigaddset(&reset, ours[i]);
	rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!rc)
		rc = posix_spawnattr_setpgroup(attr, 0);
	if (!rc)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (!rc)
		rc = posix_spawnattr_setsigdefault(attr, &reset);
	return rc;
}

static int set_actions(posix_spawn_file_actions_t *fa, int in, int out, int err, int dir)
{
	int rc = dir >= 0 ? posix_spawn_file_actions_addfchdir_np(fa, dir) : 0;

	if (!rc && in >= 0)
		rc = posix_spawn_file_actions_adddup2(fa, in, 0);
	else if (!rc)
		rc = posix_spawn_file_actions_addopen(fa, 0, "/dev/null", O_RDONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(fa, out, 1);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(fa, err, 2);
	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(fa, 3);
	return rc;
}

static int explain(const char *name, int why, struct err *e)
{
	errno = why;
	switch (why) {
	case ENOENT:
		err_set(e, ERR_NOT_FOUND, "cannot run \"%.160s\": %s", name,
			strchr(name, '/') ? "there is no such program; check the path"
					  : "it is not in PATH; install it or give its full path");
		break;
	case EACCES:
		err_set(e, ERR_DENIED,
			"cannot run \"%.160s\": permission denied; check that it may be executed (chmod +x)", name);
		break;
	case ENOEXEC:
		err_set(e, ERR_IO,
			"cannot run \"%.160s\": it is no program for this machine, and no script with a #! line", name);
		break;
	default:
		return err_sys(e, "cannot run \"%.160s\"", name);
	}
	if (e)
		e->sys = why;
	return -1;
}

static int spawn(const struct proc_run *r, int in, int out, int err, int dir, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	auto_free char **env = merge_env(r->env);
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc)
		return rc;
	rc = posix_spawnattr_init(&attr);
	if (!rc) {
		rc = set_actions(&actions, in, out, err, dir);
		if (!rc)
			rc = set_attributes(&attr);
		if (!rc)
			rc = posix_spawnp(pid, r->argv[0], &actions, &attr, (char *const *)(uintptr_t)r->argv, env);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static int open_dir(const char *path, int *dir, struct err *e)
{
	if (!path)
		return 0;
	*dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0 || move_high(dir) < 0)
		return err_sys(e, "cannot use \"%.160s\" as working folder", path);
	return 0;
}

int proc_spawn(const struct proc_run *r, struct proc_ends *ends, struct err *e)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1}, dir = -1, rc = -1, why;

	if (!r->argv || !r->argv[0] || !r->argv[0][0])
		return err_set(e, ERR_ARG, "no program was named to run");
	if (open_dir(r->dir, &dir, e) < 0)
		goto out;
	if ((r->input_len && open_pipe(in, 1, e) < 0) || open_pipe(out, 0, e) < 0 || open_pipe(err, 0, e) < 0)
		goto out;
	why = spawn(r, in[0], out[1], err[1], dir, &ends->pid);
	if (why) {
		explain(r->argv[0], why, e);
		goto out;
	}
	ends->in = in[1];
	ends->out = out[0];
	ends->err = err[0];
	in[1] = out[0] = err[0] = -1;
	rc = 0;
out:
	close_both(in);
	close_both(out);
	close_both(err);
	if (dir >= 0)
		close(dir);
	return rc;
}
