/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/rare.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/tap.h"

static char text[400000];
static size_t len;

__attribute__((format(printf, 1, 2))) static void add(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	len += (size_t)vsnprintf(text + len, sizeof(text) - len, fmt, ap);
	va_end(ap);
}

/* Errors now and then among n ordinary lines. */
static void fill(int n, int every, const char *error)
{
	len = 0;
	for (int i = 1; i <= n; i++) {
		if (every && i % every == 0)
			add("%s\n", error);
		else
			add("INFO GET /item/%d 200\n", i);
	}
}

static size_t found(const char **line)
{
	size_t n;

	return rare_find(text, len, 0, line, &n);
}

int main(void)
{
	const char *line = "";

	fill(2000, 100, "ERROR Error 1040: Too many connections");
	ok(found(&line) == 2000, "the last of an error that recurs until the end");
	for (int i = 0; i < 1200; i++)
		add("INFO GET /item/%d 200\n", i);
	ok(found(&line) == 0, "errors that are over");
	fill(2000, 700, "ERROR Error 1040: Too many connections");
	ok(found(&line) == 0, "two errors are not many");
	fill(2000, 100, "ERROR i/o timeout, retrying");
	ok(found(&line) == 0, "who tries again carries on");
	fill(2000, 100, "INFO i/o timeout");
	ok(found(&line) == 0, "what the line itself calls information");
	fill(2000, 50, "ERROR order 17 failed: context deadline exceeded");
	ok(found(&line) == 2000, "a complaint of no known wording");
	fill(2000, 50, "ERROR lost: connection reset by peer");
	add("INFO reconnected\n");
	ok(found(&line) == 0, "somebody who got over it");
	len = 0;
	ok(found(&line) == 0, "an empty log");
	return done();
}
