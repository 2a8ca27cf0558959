/* SPDX-License-Identifier: Apache-2.0 */
/* Logs that end in errors of any kind, and the time of a line. */
#include "toolsets/kubernetes/outcry.h"

#include "tests/tap.h"

static char text[20000];
static const char *line;
static size_t len;

static void add(const char *s, int times)
{
	for (int i = 0; i < times; i++)
		strcat(text, s);
}

static size_t find(void)
{
	return outcry_find(text, strlen(text), &line, &len);
}

static int64_t at(const char *s)
{
	return outcry_time(s, strlen(s));
}

int main(void)
{
	is_int(find(), 0, "nothing");
	add("INFO polling\n", 3);
	add("ERROR cannot decode record at offset 42, trying again\n", 12);
	is_int(find(), 15, "errors that never end");
	ok(len == 53 && strncmp(line, "ERROR", 5) == 0, "the last of them");
	add("INFO decoded\n", 5);
	is_int(find(), 0, "unless it goes on");
	text[0] = '\0';
	for (int i = 0; i < 10; i++)
		add("java.lang.IllegalStateException: bad record\n\tat com.acme.Reader.read(Reader.java:42)\n\tat "
		    "com.acme.Main.main(Main.java:7)\n",
		    1);
	is_int(find(), 28, "traces count once");
	text[0] = '\0';
	add("INFO request done, 0 errors\n", 20);
	is_int(find(), 0, "no errors are none");
	text[0] = '\0';
	add("INFO terror of the errorless\n", 20);
	is_int(find(), 0, "only whole words");
	text[0] = '\0';
	add("E0312 09:57:01.123456 1 reflector.go:147] watch failed\n", 9);
	is_int(find(), 9, "klog");
	is_int(at("2026-03-12T09:57:01.123Z FATAL x"), 1773309421000, "RFC 3339");
	is_int(at("[2026/03/12 09:57:01] error"), 1773309421000, "with slashes");
	is_int(at("{\"level\":\"error\",\"ts\":1773309421.5,\"msg\":\"x\"}"), 1773309421000, "seconds since 1970");
	is_int(at("{\"level\":\"error\",\"time\":\"2026-03-12T09:57:01Z\"}"), 1773309421000, "in a structured line");
	is_int(at("E0312 09:57:01.123456 no year"), 0, "no date");
	is_int(at(""), 0, "nothing");
	is_int(at("2026-03-12T09:57:0"), 0, "cut off");
	return done();
}
