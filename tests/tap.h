/* SPDX-License-Identifier: Apache-2.0 */
/* Test Anything Protocol for the unit tests. Arguments are evaluated in any order: call first, then ok(). */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static int tap_ok(int good, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	tap_count++;
	if (!good)
		tap_failed++;
	printf("%sok %d - ", good ? "" : "not ", tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!good)
		printf("# failed at %s:%d\n", file, line);
	fflush(stdout);
	return good;
}

__attribute__((unused)) static int tap_str(const char *got, const char *want, const char *file, int line, const char *name)
{
	int good = got == want || (got && want && strcmp(got, want) == 0);

	tap_ok(good, file, line, "%s", name);
	if (!good)
		printf("#  got: %s\n# want: %s\n", got ? got : "(null)", want ? want : "(null)");
	return good;
}

__attribute__((unused)) static int tap_int(long long got, long long want, const char *file, int line, const char *name)
{
	int good = got == want;

	tap_ok(good, file, line, "%s", name);
	if (!good)
		printf("#  got: %lld\n# want: %lld\n", got, want);
	return good;
}

/* got holds part. */
__attribute__((unused)) static int tap_like(const char *got, const char *part, const char *file, int line, const char *name)
{
	int good = got && strstr(got, part);

	tap_ok(good, file, line, "%s", name);
	if (!good)
		printf("#  got: %s\n# want, as a part: %s\n", got ? got : "(null)", part);
	return good;
}

#define ok(cond, ...) tap_ok(!!(cond), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, name) tap_str((got), (want), __FILE__, __LINE__, (name))
#define is_int(got, want, name) tap_int((long long)(got), (long long)(want), __FILE__, __LINE__, (name))
#define like(got, part, name) tap_like((got), (part), __FILE__, __LINE__, (name))
#define tap_skip(why) printf("ok %d # SKIP %s\n", ++tap_count, (why))
/* Last statement of main. */
#define done() (printf("1..%d\n", tap_count), tap_failed != 0)

#endif
