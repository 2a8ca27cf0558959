/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/arena.h"

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/mem.h"
#include "tests/tap.h"

static char order[16];

static void note(void *p)
{
	size_t n = strlen(order);

	order[n] = *(char *)p;
	order[n + 1] = '\0';
}

static void allocating(void)
{
	struct arena *a = arena_new(0);
	int bad = 0;
	char *s;

	for (size_t n = 0; n < 3000; n++) {
		unsigned char *p = arena_alloc(a, n);

		bad += ((uintptr_t)p % 16) != 0;
		for (size_t i = 0; i < n; i++)
			bad += p[i] != 0;
		memset(p, 0xaa, n);
	}
	is_int(bad, 0, "zeroed and aligned");
	s = arena_alloc(a, 1 << 20);
	s[(1 << 20) - 1] = 'x';
	is_str(arena_str(a, "text"), "text", "str");
	ok(arena_str(a, NULL) == NULL, "str of NULL");
	is_str(arena_strn(a, "text", 2), "te", "strn");
	is_str(arena_printf(a, "%d-%s", 7, "x"), "7-x", "printf");
	ok(arena_bytes(a) > (5u << 20), "bytes are counted");
	ok(!arena_over(a), "not over");
	arena_reset(a);
	is_int(arena_bytes(a), 0, "reset forgets");
	s = arena_alloc(a, 64);
	ok(s[0] == 0 && s[63] == 0, "zeroed after a reset too");
	arena_free(a);
	arena_free(NULL);
}

static void owning(void)
{
	struct arena *a = arena_new(0);
	char *first = arena_str(a, "1"), *second = arena_str(a, "2"), *heap;

	ok(arena_own(a, note, first) == first, "own returns what it owns");
	arena_own(a, note, second);
	heap = mem_str("heap");
	arena_own(a, free, heap);
	arena_reset(a);
	is_str(order, "21", "newest first");
	arena_own(a, note, arena_str(a, "3"));
	arena_free(a);
	is_str(order, "213", "free runs them too");
}

static void limits(void)
{
	struct arena *a = arena_new(1000);
	pid_t child;
	int status = 0;

	arena_alloc(a, 1000);
	ok(arena_over(a) || arena_bytes(a) <= 1008, "at the limit");
	arena_alloc(a, 100);
	ok(arena_over(a), "over the soft limit is a mark");
	child = fork();
	if (child == 0) {
		close(2);
		arena_alloc(a, 4000);
		_exit(0);
	}
	waitpid(child, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == 6, "four times the limit aborts");
	arena_free(a);
}

int main(void)
{
	allocating();
	owning();
	limits();
	return done();
}
