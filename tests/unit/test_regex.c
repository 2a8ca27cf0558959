/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/regex.h"

#include <pthread.h>

#include "agent/base/clock.h"
#include "tests/tap.h"

static int match(const char *pattern, int flags, const char *s, size_t n)
{
	struct err e = {0};
	struct regex *r = regex_new(pattern, flags, &e);
	int rc = r ? regex_match(r, s, n, NULL, 0) : -9;

	if (!r)
		printf("# %s\n", e.msg);
	regex_free(r);
	return rc;
}

static void matching(void)
{
	is_int(match("o.m", 0, "xx oom", 6), 1, "found");
	is_int(match("o.m", 0, "xx oo", 5), 0, "not found");
	is_int(match("OOM", REGEX_NOCASE, "oom", 3), 1, "without case");
	is_int(match("\xc3\x89", REGEX_NOCASE, "\xc3\xa9", 2), 1, "without case, beyond ASCII");
	is_int(match("a.b[", REGEX_LITERAL, "xa.b[", 5), 1, "literal");
	is_int(match("a.b", REGEX_LITERAL, "aXb", 3), 0, "literal dot");
	is_int(match("A.B", REGEX_LITERAL | REGEX_NOCASE | REGEX_MULTILINE, "a.b", 3), 1, "literal without case");
	is_int(match("^b$", 0, "a\nb\nc", 5), 0, "one line");
	is_int(match("^b$", REGEX_MULTILINE, "a\nb\nc", 5), 1, "many lines");
	is_int(match("^.$", 0, "\xc3\xa9", 2), 1, "a character is one");
	is_int(match("a.b", 0,
		     "a\xff"
		     "b",
		     3),
	       1, "invalid UTF-8 goes by bytes");
	is_int(match("\\x{1F600}.*x", 0, "\xff\xf0\x9f\x98\x80 x", 7), 1, "a pattern that means nothing for bytes");
	is_int(match("b", 0, "a\0b", 3), 1, "behind a NUL");
	is_int(match("", 0, "", 0), 1, "nothing in nothing");
	is_int(match("x", 0, "", 0), 0, "something in nothing");
}

static void groups(void)
{
	struct regex *r = regex_new("(\\d+)-(x)?(z)?", 0, NULL);
	size_t g[8];
	int rc = regex_match(r, "ab 12-x", 7, g, 4);

	is_int(rc, 1, "found");
	ok(g[0] == 3 && g[1] == 7 && g[2] == 3 && g[3] == 5 && g[4] == 6 && g[5] == 7, "offsets");
	ok(g[6] == (size_t)-1 && g[7] == (size_t)-1, "a group that took no part");
	rc = regex_match(r, "1-", 2, g, 1);
	ok(rc == 1 && g[0] == 0 && g[1] == 2, "room for group 0 only");
	regex_free(r);
	regex_free(NULL);
}

static void refusals(void)
{
	struct err e = {0};
	char huge[5000];
	struct regex *r = regex_new("ab(c", 0, &e);

	ok(!r && e.code == ERR_ARG, "an open bracket is refused");
	like(e.msg, "at character 5", "with the place");
	memset(huge, 'a', sizeof(huge));
	huge[sizeof(huge) - 1] = '\0';
	r = regex_new(huge, 0, &e);
	ok(!r && e.code == ERR_LIMIT, "a huge pattern is refused");
	r = regex_new("\xff", 0, &e);
	ok(!r && e.code == ERR_ARG, "a pattern that is not UTF-8 is refused");
	r = regex_new("a\\Cb", 0, &e);
	ok(!r, "single bytes of characters are refused");
}

static void bounded(void)
{
	enum { N = 400000 };
	char *s = malloc(N);
	int64_t begun = clock_mono_ms();
	int rc;

	memset(s, 'a', N);
	rc = match("(a+)+[xy]", 0, s, 60);
	is_int(rc, -1, "exponential backtracking hits the limit");
	rc = match("(a|aa|b.*c)*(a*)*[xy]", 0, s, N);
	is_int(rc, -1, "also in a long subject");
	rc = match("a*[xy]", 0, s, N);
	is_int(rc, -1, "a search whose time grows with the square of the length is given up");
	ok(clock_mono_ms() - begun < 30000, "in bounded time");
	s[N - 1] = 'z';
	rc = match("az", 0, s, N);
	is_int(rc, 1, "a match in the last of many windows");
	memcpy(s + 250, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 10);
	rc = match("\xc3\xa9z?[^\xc3\xa9]+z", 0, s, N);
	is_int(rc, 1, "windows end between characters");
	free(s);
}

static void *many(void *arg)
{
	const struct regex *r = arg;
	long bad = 0;

	for (int i = 0; i < 2000; i++) {
		size_t g[2];

		bad += regex_match(r, "xx abc123", 9, g, 1) != 1 || g[0] != 3;
	}
	return (void *)bad;
}

static void threads(void)
{
	struct regex *r = regex_new("[a-z]+\\d+", 0, NULL);
	pthread_t t[4];
	long bad = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, many, r);
	for (int i = 0; i < 4; i++) {
		void *out;

		pthread_join(t[i], &out);
		bad += (long)out;
	}
	is_int(bad, 0, "one regex in four threads");
	regex_free(r);
}

int main(void)
{
	matching();
	groups();
	refusals();
	bounded();
	threads();
	return done();
}
