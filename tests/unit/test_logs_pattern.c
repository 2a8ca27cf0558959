/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are passed over many at once: the same answer as when each is asked. */
#include "toolsets/logs/pattern.h"

#include "tests/tap.h"
#include "tests/unit/fake_host.h"
#include "toolsets/lib/reply.h"
#include "toolsets/logs/window.h"

#define LINES 300

static struct work w;

static const char *const patterns[] = {
	"error",
	"ERROR",
	"zzz",
	"refused?",
	"x+err",
	"ab*err",
	"er{0,1}ror",
	"er{2}or",
	"e[r]ror x",
	"[]x]rr",
	"[^]]rr",
	"a\\.go",
	"err\\wr refused",
	"(refused|denied) err",
	"err (x )?err",
	"\xc3\xa9",
	"^error",
	"error$",
	"^$",
	"^\\s*$",
	"refused|denied",
	"err.*refused",
	"err[^x]*refused",
	"err\\s+refused",
	"err\\W+refused",
	"\\berr\\b",
	"\\Berr",
	"a{2,3}b",
	"(?:err|warn) x",
	"(?i)Err",
	"(?s)err.refused",
	"(?<word>err)",
	"[[:digit:]]{4}",
	"^.{3}$",
	"x\\n",
	"\\.go:[0-9]+",
	/* these are asked line by line */
	"err(?!or)",
	"(?<=x )err",
	"[^b]*+$",
	"[^b]++$",
	"(?>[^b]*)b",
	"\\Aerr",
	"err\\z",
	"err\\Z",
	"(err).*\\1",
	"(*UTF)err",
	"\\x65rr",
};

static const char *const words[] = {"err",  "error", "refused", "denied", "x",	    "b",     "aab",  "aaab",
				    " ",    "  ",    "warn",	"2026",	  "a.go:7", "\r",    "\t",   "\xc3\xa9",
				    "\xff", "",	     "ERR",	"Error",  "xerr",   "err x", "e r r"};

/* The same lines in every run. */
static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static size_t make_log(char *out, size_t room, bool plain, unsigned seed)
{
	size_t n = 0;

	for (int i = 0; i < LINES; i++) {
		unsigned count = next_random(&seed) % 5;

		while (count--) {
			const char *word = words[next_random(&seed) % (sizeof(words) / sizeof(*words))];

			if (!plain || ((unsigned char)*word < 0x80 && *word != '\r'))
				n += (size_t)snprintf(out + n, room - n, "%s ", word);
		}
		n -= n && out[n - 1] == ' ' && next_random(&seed) % 2;
		n += (size_t)snprintf(out + n, room - n, "%s\n", !plain && next_random(&seed) % 4 == 0 ? "\r" : "");
	}
	return n;
}

/* What grep shows when the log comes in pieces of so many lines; one by one: nothing is passed over. */
static char *grep(const char *pattern, const char *log, size_t n, size_t lines, size_t context)
{
	struct reply out = REP_INIT;
	struct pattern p;
	struct window *win;
	char *text;

	logs_pattern_init(&p, &fake_host, &w, pattern);
	if (lines == 1) {
		p.many = p.plain = false;
		free(p.regex);
		p.regex = strdup(pattern);
		free(p.need);
		p.need = NULL;
	}
	win = logs_window_new(&p, 40, context);
	while (n) {
		size_t len = 0;

		for (size_t i = 0; i < lines && len < n; i++)
			len = (size_t)((const char *)memchr(log + len, '\n', n - len) - log) + 1;
		logs_window_feed(win, log, len);
		log += len;
		n -= len;
	}
	rep_add(&out, "%zu of %zu\n", (size_t)logs_window_matches(win), (size_t)logs_window_lines(win));
	logs_window_print(win, 0, &out);
	logs_window_free(win);
	logs_pattern_fini(&p);
	text = strdup(rep_text(&out));
	rep_free(&out);
	return text;
}

static void same(void)
{
	static const size_t pieces[] = {2, 7, 50, LINES};
	static char log[LINES * 64];

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		size_t differ = 0;

		for (unsigned round = 0; round < 8; round++) {
			size_t n = make_log(log, sizeof(log), round % 2 == 0, round);

			for (size_t context = 0; context < 4; context += 3) {
				char *want = grep(patterns[i], log, n, 1, context);

				for (size_t k = 0; k < sizeof(pieces) / sizeof(*pieces); k++) {
					char *got = grep(patterns[i], log, n, pieces[k], context);

					differ += strcmp(want, got) != 0;
					free(got);
				}
				free(want);
			}
		}
		is_int(differ, 0, patterns[i]);
	}
}

static bool asks_many(const char *pattern)
{
	struct pattern p;
	bool many;

	logs_pattern_init(&p, &fake_host, &w, pattern);
	many = p.many;
	logs_pattern_fini(&p);
	return many;
}

static void which(void)
{
	struct pattern p;

	ok(asks_many("connection refused") && asks_many("error .*refused") && asks_many("(?i)oom|killed") &&
		   asks_many("^\\d+ \\[error\\]") && asks_many("status=5\\d\\d$"),
	   "the usual ones are asked of many lines at once");
	ok(!asks_many("a(?=b)") && !asks_many("a(?!b)") && !asks_many("(?<!a)b") && !asks_many("a*+b") &&
		   !asks_many("(?>a)b") && !asks_many("\\Ab") && !asks_many("b\\z") && !asks_many("b\\"),
	   "those that could miss a line are not");
	logs_pattern_init(&p, &fake_host, &w, "a.c");
	ok(logs_pattern_absent(&p, "ab\nc\n", 5), "a point is no line's end");
	ok(!logs_pattern_absent(&p, "ab\nabc\n", 7), "one of two");
	ok(!logs_pattern_absent(&p, "ab\n\xff\n", 5), "not told of bytes that are no text");
	logs_pattern_fini(&p);
	logs_pattern_init(&p, &fake_host, &w, "(");
	is_int(logs_pattern_match(&p, "x", 1), -1, "a bad pattern");
	ok(strstr(p.why, "\"(\"") != NULL, "in the words that were asked: %s", p.why);
	logs_pattern_fini(&p);
}

int main(void)
{
	same();
	which();
	return done();
}
