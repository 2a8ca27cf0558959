/* SPDX-License-Identifier: Apache-2.0 */
/* Life of one child: start, feed, collect, stop. The spawning itself is in proc_spawn.c. */
#include "agent/io/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/io/proc_spawn.h"

#define DEFAULT_MAX_OUT ((size_t)1 << 20)
#define DEFAULT_MAX_ERR ((size_t)64 << 10)
#define TERM_GRACE_MS 500  /* between TERM and KILL */
#define PIPE_GRACE_MS 200  /* for a grandchild that holds a pipe of a child that ended */
#define KILL_WAIT_MS 1000  /* a process that even KILL does not end (a dead disk) is left behind */
#define TICK_MS 20         /* where the kernel has no pidfd */
#define MAX_WAIT_MS 60000

enum stop_reason { STOP_NONE, STOP_CANCEL, STOP_DEADLINE, STOP_OUT, STOP_ERR, STOP_POLL };

struct child {
	const struct proc_run *run;
	pid_t pid;
	int pidfd;               /* -1: poll with waitid instead */
	int in, out, err;        /* our ends; -1 once closed */
	size_t in_done;
	bool exited;             /* a zombie until collect(): its process group cannot be reused before */
	int64_t grace;           /* after the exit: when to stop waiting for the pipes */
	struct buf out_buf, err_buf;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A write to a program that ended must not kill us, even where SIGPIPE is not ignored. */
static ssize_t write_quietly(int fd, const void *p, size_t n)
{
	static const struct timespec now = {0, 0};
	sigset_t pipe_set, old, pending;
	ssize_t done;
	int saved;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &old);
	done = write(fd, p, n);
	saved = errno;
	if (done < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe_set, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return done;
}

static void feed_input(struct child *c)
{
	const char *p = (const char *)c->run->input + c->in_done;
	ssize_t n = write_quietly(c->in, p, c->run->input_len - c->in_done);

	if (n >= 0)
		c->in_done += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		close_end(&c->in); /* it does not want the rest: its exit status will tell */
	if (c->in_done == c->run->input_len)
		close_end(&c->in);
}

/* One read, so that no pipe starves the others. */
static void drain(int *fd, struct buf *b)
{
	char chunk[16384];
	ssize_t n = read(*fd, chunk, sizeof(chunk));

	if (n > 0)
		buf_add(b, chunk, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_end(fd);
}

static void notice_exit(struct child *c)
{
	siginfo_t info = {0};
	int rc;

	if (c->exited)
		return;
	rc = waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	if (rc < 0 ? errno == ECHILD : info.si_pid == c->pid) {
		c->exited = true;
		c->grace = clock_deadline(PIPE_GRACE_MS);
		close_end(&c->in);
	}
}

static int wait_ms(const struct child *c, int64_t deadline)
{
	int64_t left = clock_left(deadline);

	if (!c->exited && c->pidfd < 0 && left > TICK_MS)
		return TICK_MS;
	return (int)(left < MAX_WAIT_MS ? left : MAX_WAIT_MS);
}

/* Waits for something to happen until the deadline and handles it. -1: poll itself failed. */
static int step(struct child *c, int cancel, int64_t deadline)
{
	struct pollfd fds[] = {
		{.fd = cancel, .events = POLLIN},
		{.fd = c->exited ? -1 : c->pidfd, .events = POLLIN},
		{.fd = c->in, .events = POLLOUT},
		{.fd = c->out, .events = POLLIN},
		{.fd = c->err, .events = POLLIN},
	};

	if (poll(fds, ARRAY_LEN(fds), wait_ms(c, deadline)) < 0)
		return errno == EINTR ? 0 : -1;
	if (fds[2].revents)
		feed_input(c);
	if (fds[3].revents)
		drain(&c->out, &c->out_buf);
	if (fds[4].revents)
		drain(&c->err, &c->err_buf);
	if (fds[1].revents || c->pidfd < 0)
		notice_exit(c);
	return 0;
}

static bool is_over(const struct child *c)
{
	return c->exited && c->out < 0 && c->err < 0;
}

static enum stop_reason attend(struct child *c)
{
	const struct proc_run *r = c->run;

	while (!is_over(c)) {
		if (c->out_buf.over)
			return STOP_OUT;
		if (c->err_buf.over)
			return STOP_ERR;
		if (cancel_fired(r->cancel))
			return STOP_CANCEL;
		if (c->exited && clock_left(c->grace) == 0)
			return STOP_NONE;
		if (!c->exited && clock_left(r->deadline) == 0)
			return STOP_DEADLINE;
		if (step(c, cancel_fd(r->cancel), c->exited ? c->grace : r->deadline) < 0)
			return STOP_POLL;
	}
	return c->out_buf.over ? STOP_OUT : c->err_buf.over ? STOP_ERR : STOP_NONE;
}

/* TERM, time to obey, KILL: to the whole group. What it still writes is read away (and kept as far as the caps go). */
static void stop_group(struct child *c)
{
	int64_t deadline = clock_deadline(TERM_GRACE_MS);

	close_end(&c->in);
	kill(-c->pid, SIGTERM);
	while (!is_over(c) && clock_left(deadline) > 0 && step(c, -1, deadline) == 0)
		;
	kill(-c->pid, SIGKILL);
	deadline = clock_deadline(KILL_WAIT_MS);
	while (!c->exited && clock_left(deadline) > 0) {
		struct pollfd gone = {.fd = c->pidfd, .events = POLLIN};

		poll(&gone, 1, wait_ms(c, deadline));
		notice_exit(c);
	}
}

/* Reaps the child: exit status, or 128 + signal. */
static int collect(const struct child *c)
{
	siginfo_t info = {0};

	if (!c->exited || waitid(P_PID, (id_t)c->pid, &info, WEXITED) < 0)
		return 128;
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

/* "; it last said: ..." of standard error: where a login helper waits for a person, that is the reason. */
static char *last_words(const struct child *c)
{
	auto_buf struct buf clean = BUF_INIT(1024);
	auto_free char *tail = NULL;
	const char *line;
	size_t n = c->err_buf.len < 600 ? c->err_buf.len : 600;

	if (!n)
		return mem_str("");
	tail = mem_strn(c->err_buf.data + c->err_buf.len - n, n);
	line = str_trim(tail);
	if (strrchr(line, '\n'))
		line = strrchr(line, '\n') + 1;
	utf8_clean(&clean, line, strlen(line));
	buf_cut(&clean, utf8_cut(buf_cstr(&clean), clean.len, 200));
	return clean.len ? mem_printf("; it last said: %s", buf_cstr(&clean)) : mem_str("");
}

static int explain_stop(const struct child *c, enum stop_reason why, int64_t started, struct err *e)
{
	const char *name = c->run->argv[0];
	int saved = errno; /* of a failed poll */
	auto_free char *words = last_words(c);
	char size[24] = "";

	str_from_size(why == STOP_OUT ? c->out_buf.max : c->err_buf.max, size);
	switch (why) {
	case STOP_CANCEL:
		return err_set(e, ERR_CANCELED, "\"%.120s\" was cancelled", name);
	case STOP_DEADLINE:
		return err_set(e, ERR_TIMEOUT, "\"%.120s\" did not end within %.1f s and was stopped%s", name,
			       (double)(clock_mono_ms() - started) / 1000.0, words);
	case STOP_OUT:
		return err_set(e, ERR_LIMIT,
			       "\"%.120s\" wrote more than %s to standard output and was stopped", name, size);
	case STOP_ERR:
		return err_set(e, ERR_LIMIT,
			       "\"%.120s\" wrote more than %s to standard error and was stopped%s", name, size,
			       words);
	case STOP_POLL:
	case STOP_NONE:
		break;
	}
	errno = saved;
	return err_sys(e, "cannot wait for \"%.120s\"", name);
}

static int start(struct child *c, struct err *e)
{
	struct proc_ends ends;

	if (proc_spawn(c->run, &ends, e) < 0)
		return -1;
	c->pid = ends.pid;
	c->in = ends.in;
	c->out = ends.out;
	c->err = ends.err;
	c->pidfd = pidfd_open(c->pid, 0);
	if (c->pidfd >= 0)
		fcntl(c->pidfd, F_SETFD, FD_CLOEXEC);
	return 0;
}

int proc_run(const struct proc_run *r, struct proc_result *out, struct err *e)
{
	struct child c = {.run = r, .pidfd = -1, .in = -1, .out = -1, .err = -1};
	int64_t started = clock_mono_ms();
	enum stop_reason why;
	int status, rc = -1;

	*out = (struct proc_result){0};
	if (cancel_fired(r->cancel))
		return err_set(e, ERR_CANCELED, "\"%.120s\" was cancelled before it started", r->argv[0]);
	if (clock_left(r->deadline) == 0)
		return err_set(e, ERR_TIMEOUT, "no time was left to run \"%.120s\"", r->argv[0]);
	if (start(&c, e) < 0)
		return -1;
	buf_init(&c.out_buf, r->max_out ? r->max_out : DEFAULT_MAX_OUT);
	buf_init(&c.err_buf, r->max_err ? r->max_err : DEFAULT_MAX_ERR);
	why = attend(&c);
	if (why != STOP_NONE) {
		explain_stop(&c, why, started, e);
		stop_group(&c);
	}
	status = collect(&c);
	if (why == STOP_NONE) {
		out->status = status;
		out->out_len = c.out_buf.len;
		out->err_len = c.err_buf.len;
		out->out = buf_steal(&c.out_buf);
		out->err = buf_steal(&c.err_buf);
		rc = 0;
	}
	close_end(&c.pidfd);
	close_end(&c.in);
	close_end(&c.out);
	close_end(&c.err);
	buf_fini(&c.out_buf);
	buf_fini(&c.err_buf);
	return rc;
}

void proc_result_fini(struct proc_result *r)
{
	free(r->out);
	free(r->err);
	*r = (struct proc_result){0};
}
