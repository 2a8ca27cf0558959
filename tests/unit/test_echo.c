/* SPDX-License-Identifier: Apache-2.0 */
/* What a line says behind its time and level: the words that two logs may share. */
#include "toolsets/kubernetes/echo.h"

#include <string.h>

#include "tests/tap.h"

static const char *core(const char *line)
{
	static char out[260];

	return echo_core(line, strlen(line), out);
}

static void levels(void)
{
	is_str(core("2026-01-02 03:04:05.678 UTC [88] FATAL:  no room for \"x\""), "no room for \"x\"",
	       "what stands behind a level");
	is_str(core("ts=1 level=error msg=\"insert failed\""), "msg=\"insert failed\"", "also as a pair");
	is_str(core("terror in the dark"), "terror in the dark", "a part of a word is no level");
	is_str(core("this ends in error"), "this ends in error", "nothing stands behind it");
	is_str(core(""), "", "of nothing");
}

static void escapes(void)
{
	is_str(core("error=\"pq: file \\\"base/1\\\" is full\""), "pq: file \"base/1\" is full\"", "without escapes");
	is_str(core("{\"level\":\"error\",\"msg\":\"cannot load\",\"error\":\"db is away\"}"),
	       "cannot load: db is away", "the words of a structured line");
}

static void bounds(void)
{
	static const char text[] = "2026-01-02T03:04:05Z ERROR: \\\"full\\\" again";
	char out[260], big[2000];
	int longer = 0;

	memset(big, 'a', sizeof(big));
	ok(strlen(echo_core(big, sizeof(big), out)) < sizeof(out), "a long line is cut");
	for (size_t n = 0; n <= strlen(text); n++)
		longer += strlen(echo_core(text, n, out)) > n;
	is_int(longer, 0, "no cut line gives more than it holds");
}

int main(void)
{
	levels();
	escapes();
	bounds();
	return done();
}
