/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of logs: the last, the one that complains, the port that is listened on. */
#include "toolsets/kubernetes/lines.h"

#include "tests/tap.h"

static const char *line;
static size_t len, number;

static void last(void)
{
	static const char text[] = "one\ntwo Error here\n\n   \n";

	is_int(lines_last(text, strlen(text), &line, &len), 2, "the last line that is not blank");
	ok(len == 14 && strncmp(line, "two Error here", len) == 0, "without its end");
	is_int(lines_last("", 0, &line, &len), 0, "of nothing");
	is_int(lines_last("\n\n", 2, &line, &len), 0, "of blank lines");
	is_int(lines_last("a\r\n", 3, &line, &len), 1, "a line with CR");
	is_int(len, 1, "which is not a part of it");
	is_int(lines_last_with(text, strlen(text), "eRRor", &line, &len), 2, "a word in any case");
	is_int(lines_last_with(text, strlen(text), "absent", &line, &len), 0, "a word that is not there");
}

static void listening(void)
{
	static const char text[] = "2026/01/02 03:04:05 metrics listening on :9090\n"
				   "INFO started server on http://0.0.0.0:8080 (pid 12)\n"
				   "Listening on 127.0.0.1 only\n";

	is_int(lines_listening(text, strlen(text), 0, &line, &len, &number), 8080, "the last port");
	is_int(number, 2, "and its line");
	is_int(lines_listening(text, strlen(text), 9090, &line, &len, &number), 9090, "the wanted one, if it is said");
	is_int(number, 1, "and its line");
	is_int(lines_listening(text, strlen(text), 7, &line, &len, &number), 8080,
	       "another wanted one changes nothing");
	is_int(lines_listening("nothing\n", 8, 0, &line, &len, &number), 0, "no port");
	is_int(lines_listening("listening on", 12, 0, &line, &len, &number), 0, "a port that is cut off");
	is_int(lines_listening("listening on 1.2.3.4", 20, 0, &line, &len, &number), 0, "an address is no port");
}

static void complaint(void)
{
	static const char now[] =
		"GET /a 200\nERROR cannot reach db:5432: connection refused\nGET /b 200\n"
		"ERROR cannot reach db:5432: connection refused\nERROR cannot reach db:5432: i/o timeout\nGET /c 200\n";
	static const char typo[] = "level=warning msg=\"login failed: invalid password for user bob\"";
	static const char full[] = "ERROR connect: FATAL: sorry, too many clients already";
	char past[2000] = "";

	is_int(lines_complaint(now, strlen(now), &line, &len), 5, "errors that repeat at the end");
	strcat(past, now);
	for (int i = 0; i < 30; i++)
		strcat(past, "GET /fine 200\n");
	is_int(lines_complaint(past, strlen(past), &line, &len), 0, "errors of the past");
	is_int(lines_complaint("ERROR connection refused\n", 25, &line, &len), 0, "one is none");
	is_int(lines_complaint("", 0, &line, &len), 0, "of nothing");
	ok(!lines_complains(typo, strlen(typo)), "a user who mistypes a password is no fault of the program");
	ok(lines_complains(full, strlen(full)), "a database without a free connection is one");
}

static void shown(void)
{
	char out[260], big[600];

	is_str(lines_words("2026-03-12T09:57:59.123Z FATAL no database  ", 44, out), "FATAL no database",
	       "without the time in front");
	is_str(lines_words("2026/03/12 09:40:02 panic: x\ty", 30, out), "panic: x y", "on one line");
	is_str(lines_words("12 monkeys", 10, out), "12 monkeys", "a number is no time");
	is_str(lines_words("{\"level\":\"fatal\",\"msg\":\"cannot open\",\"error\":\"refused\"}", 55, out),
	       "cannot open: refused", "of a structured line");
	is_str(lines_words("{\"a\":1}", 7, out), "{\"a\":1}", "a line without words as it is");
	memset(big, 'a', sizeof(big));
	ok(strlen(lines_words(big, sizeof(big), out)) == 243, "cut with a mark");
	memset(big, 0xe4, sizeof(big));
	for (size_t i = 0; i + 2 < sizeof(big); i += 3)
		memcpy(big + i, "\xe4\xb8\xad", 3);
	lines_words(big, sizeof(big), out);
	ok(strlen(out) == 243 && memcmp(out + 237, "\xe4\xb8\xad...", 6) == 0, "never inside of a character");
}

int main(void)
{
	last();
	listening();
	complaint();
	shown();
	return done();
}
