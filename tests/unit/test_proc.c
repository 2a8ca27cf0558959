/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/io/proc.h"
#include "tests/tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define SH(script) ((const char *const[]){"sh", "-c", (script), NULL})

static int64_t took_ms;
static struct err last;

static int run(const struct proc_run *r, struct proc_result *out)
{
	int64_t began = clock_mono_ms();
	int rc;

	last = (struct err){0};
	rc = proc_run(r, out, &last);
	took_ms = clock_mono_ms() - began;
	return rc;
}

static void test_simple(void)
{
	struct proc_run r = {.argv = SH("echo out; echo err >&2; exit 3")};
	struct proc_result out;
	int rc = run(&r, &out);

	is_int(rc, 0, "ran");
	is_int(out.status, 3, "exit status");
	is_str(out.out, "out\n", "standard output");
	is_str(out.err, "err\n", "standard error");
	is_int(out.out_len, 4, "length");
	proc_result_fini(&out);
	ok(!out.out && !out.err, "fini clears");

	r.argv = SH("kill -9 $$");
	rc = run(&r, &out);
	is_int(rc, 0, "killed by itself");
	is_int(out.status, 128 + 9, "128 + signal");
	is_str(out.out, "", "no output is an empty text");
	proc_result_fini(&out);
}

static void test_surroundings(void)
{
	struct proc_result out;
	struct proc_run r = {
		.argv = SH("pwd; echo $DUPIN_A-$HOME-$DUPIN_C; wc -c"),
		.env = (const char *const[]){"DUPIN_A=1", "HOME=/nowhere", "DUPIN_C=x=y", NULL},
		.dir = "/",
	};
	const struct sigaction ignore = {.sa_handler = SIG_IGN}, dflt = {.sa_handler = SIG_DFL};
	int fd = open("/dev/null", O_RDONLY); /* without close-on-exec, as curl's sockets are */
	int rc;

	setenv("DUPIN_A", "old", 1);
	rc = run(&r, &out);
	is_int(rc, 0, "ran");
	is_str(out.out, "/\n1-/nowhere-x=y\n0\n", "folder, environment, empty standard input");
	proc_result_fini(&out);

	r = (struct proc_run){.argv = SH("ls /proc/self/fd | wc -l; "
					       "test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo leader; "
					       "kill -PIPE $$; echo alive")};
	sigaction(SIGPIPE, &ignore, NULL);
	rc = run(&r, &out);
	is_int(rc, 0, "ran");
	ok(out.out && strncmp(out.out, "4\n", 2) == 0, "only 0, 1, 2 (and ls's own) are open");
	ok(out.out && strstr(out.out, "leader"), "a process group of its own");
	ok(out.out && !strstr(out.out, "alive"), "SIGPIPE is not ignored in the child");
	is_int(out.status, 128 + SIGPIPE, "so it dies of it");
	proc_result_fini(&out);
	sigaction(SIGPIPE, &dflt, NULL);
	if (fd >= 0)
		close(fd);
}

static void fails(const struct proc_run *r, enum err_code code, const char *part)
{
	struct proc_result out;
	int rc = run(r, &out);

	is_int(rc, -1, "refused");
	is_int(last.code, code, "code");
	like(last.msg, part, "message");
	ok(!out.out && !out.err, "no result");
	proc_result_fini(&out);
}

static void test_cannot_start(void)
{
	struct proc_run r = {.argv = (const char *const[]){"dupin-no-such-program", "x", NULL}};

	fails(&r, ERR_NOT_FOUND, "\"dupin-no-such-program\": it is not in PATH");
	r.argv = (const char *const[]){"/no/such/program", NULL};
	fails(&r, ERR_NOT_FOUND, "/no/such/program");
	r.argv = (const char *const[]){"/etc/passwd", NULL};
	fails(&r, ERR_DENIED, "permission denied");
	r.argv = (const char *const[]){NULL};
	fails(&r, ERR_ARG, "no program");
	r = (struct proc_run){.argv = SH("true"), .dir = "/no/such/folder"};
	fails(&r, ERR_NOT_FOUND, "/no/such/folder");
}

static void test_input(void)
{
	size_t n = 3 << 20; /* far more than a pipe holds, so that reading and writing must alternate */
	char *big = mem_alloc(n);
	struct proc_result out;
	struct proc_run r = {.argv = (const char *const[]){"cat", NULL}, .input = "hello", .input_len = 5};
	int rc = run(&r, &out);

	is_int(rc, 0, "ran");
	is_str(out.out, "hello", "cat gives the input back");
	proc_result_fini(&out);

	for (size_t i = 0; i < n; i++)
		big[i] = (char)(i * 7 % 251);
	r = (struct proc_run){.argv = (const char *const[]){"cat", NULL}, .input = big, .input_len = n, .max_out = n};
	rc = run(&r, &out);
	is_int(rc, 0, "ran: exactly the cap is allowed");
	ok(out.out_len == n && memcmp(out.out, big, n) == 0, "3 MiB through cat");
	proc_result_fini(&out);

	/* SIGPIPE has its default here: it would end this test. */
	r = (struct proc_run){.argv = SH("exec 0<&-; echo done"), .input = big, .input_len = n};
	rc = run(&r, &out);
	is_int(rc, 0, "a program that does not read its input");
	is_str(out.out, "done\n", "is no failure");
	proc_result_fini(&out);
	free(big);
}

static void test_caps(void)
{
	struct proc_run r = {.argv = SH("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyy; done"), .max_out = 100000};

	fails(&r, ERR_LIMIT, "more than 97.7 KiB to standard output");
	ok(took_ms < 5000, "an endless writer is stopped (%lld ms)", (long long)took_ms);
	r.argv = SH("echo the last word >&2; while :; do echo nnnnnnnnnnnnnnnnnnnn >&2; done");
	r.max_err = 1000;
	fails(&r, ERR_LIMIT, "to standard error");
	r = (struct proc_run){.argv = SH("printf 12345"), .max_out = 4};
	fails(&r, ERR_LIMIT, "standard output");
}

static void test_deadline(void)
{
	struct proc_run r = {.argv = SH("trap '' TERM; echo login at https://x >&2; while :; do sleep 1; done")};

	r.deadline = clock_deadline(300);
	fails(&r, ERR_TIMEOUT, "it last said: login at https://x");
	ok(took_ms >= 750 && took_ms < 2500, "ignores TERM, so KILL after 500 ms (%lld ms)", (long long)took_ms);
	r.argv = (const char *const[]){"sleep", "100", NULL};
	r.deadline = clock_deadline(100);
	fails(&r, ERR_TIMEOUT, "\"sleep\" did not end within 0.");
	ok(took_ms < 450, "obeys TERM, so no wait (%lld ms)", (long long)took_ms);
	r.deadline = clock_mono_ms() - 5;
	fails(&r, ERR_TIMEOUT, "no time was left");
}

/* A whole tree that ignores TERM is gone after the deadline: the last holder of the pipe closes it. */
static void test_group(void)
{
	int ends[2];
	char byte;
	ssize_t n;
	auto_free char *script = NULL;
	struct proc_run r = {.deadline = clock_deadline(200)};

	if (pipe(ends) < 0)
		return;
	/* The write end reaches the tree through /proc, since proc_run closes what it could inherit. */
	script = mem_printf("exec 9>/proc/%d/fd/%d; trap '' TERM; "
			    "(trap '' TERM; sleep 100; sleep 100) & sleep 100; sleep 100",
			    (int)getpid(), ends[1]);
	r.argv = SH(script);
	fails(&r, ERR_TIMEOUT, "did not end");
	close(ends[1]);
	n = read(ends[0], &byte, 1);
	is_int(n, 0, "nobody of the group is left");
	close(ends[0]);
}

static void test_grandchild(void)
{
	struct proc_result out;
	struct proc_run r = {.argv = SH("echo quick; sleep 5 & exit 0")};
	int rc = run(&r, &out);

	is_int(rc, 0, "the child ended");
	is_int(out.status, 0, "its status");
	is_str(out.out, "quick\n", "its output");
	ok(took_ms < 2000, "a grandchild that holds the pipe does not hold us (%lld ms)", (long long)took_ms);
	proc_result_fini(&out);

	r.argv = SH("(sleep 0.05; echo late) & exit 0");
	rc = run(&r, &out);
	is_int(rc, 0, "a grandchild that ends soon");
	is_str(out.out, "late\n", "is heard");
	proc_result_fini(&out);
}

static void *fire(void *arg)
{
	cancel_fire(arg);
	return NULL;
}

/* The child itself says when it runs: its file appears through a FIFO that the canceller opens. */
struct canceller {
	const char *fifo;
	struct cancel *cancel;
};

static void *fire_when_running(void *arg)
{
	const struct canceller *c = arg;
	int fd = open(c->fifo, O_RDONLY); /* returns once the child has opened its end */

	close(fd);
	return fire(c->cancel);
}

static void test_cancel(void)
{
	char dir[] = "/tmp/dupin-proc-XXXXXX";
	auto_free char *fifo = NULL, *script = NULL;
	struct canceller c = {.cancel = cancel_new(NULL)};
	struct proc_run r = {.cancel = c.cancel};
	pthread_t thread;

	if (!mkdtemp(dir))
		return;
	fifo = mem_printf("%s/up", dir);
	script = mem_printf("echo > %s; exec sleep 100", fifo);
	c.fifo = fifo;
	if (mkfifo(fifo, 0600) < 0)
		return;
	pthread_create(&thread, NULL, fire_when_running, &c);
	r.argv = SH(script);
	fails(&r, ERR_CANCELED, "\"sh\" was cancelled");
	ok(took_ms < 450, "at once (%lld ms)", (long long)took_ms);
	pthread_join(thread, NULL);
	fails(&r, ERR_CANCELED, "before it started");
	cancel_free(c.cancel);
	unlink(fifo);
	rmdir(dir);
}

int main(void)
{
	test_simple();
	test_surroundings();
	test_cannot_start();
	test_input();
	test_caps();
	test_deadline();
	test_group();
	test_grandchild();
	test_cancel();
	return done();
}
