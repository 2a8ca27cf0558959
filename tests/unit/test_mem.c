/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/mem.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

static void copies(void)
{
	char *s = mem_str("text"), *n = mem_strn("text", 2), *f = mem_printf("%s-%d", "x", 7), *c = mem_copy("a\0b", 4);
	char *z = mem_zero(100), *empty = mem_alloc(0);
	int set = 0;

	for (int i = 0; i < 100; i++)
		set += z[i] != 0;
	is_str(s, "text", "str");
	is_str(n, "te", "strn");
	is_str(f, "x-7", "printf");
	ok(memcmp(c, "a\0b", 4) == 0 && set == 0 && empty, "copy, zero, no bytes");
	ok(mem_str(NULL) == NULL, "str of NULL");
	free(s);
	free(n);
	free(f);
	free(c);
	free(z);
	free(empty);
}

static void growing(void)
{
	size_t count = 0, cap = 0, bad = 0;
	int *items = NULL;

	for (int i = 0; i < 1000; i++) {
		MEM_GROW(items, count, cap);
		items[count++] = i;
	}
	for (size_t i = 0; i < count; i++)
		bad += items[i] != (int)i;
	ok(count == 1000 && cap >= 1000 && bad == 0, "a thousand items");
	free(items);
}

/* What would overflow ends the program, loudly. */
static void overflow(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		close(STDERR_FILENO);
		free(mem_resize_array(NULL, SIZE_MAX / 2, 4));
		_exit(0);
	}
	waitpid(child, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "an array whose size overflows");
}

static int open_and_leave(void)
{
	auto_close int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	auto_close int none = -1;
	auto_free char *text = mem_str("freed on the way out");

	return text && none == -1 ? fd : -1;
}

static void leaving(void)
{
	int fd = open_and_leave();

	ok(fd >= 0 && fcntl(fd, F_GETFD) == -1, "auto_close closes");
}

int main(void)
{
	copies();
	growing();
	overflow();
	leaving();
	return done();
}
