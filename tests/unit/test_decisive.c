/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/decisive.h"

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "tests/tap.h"
#include "tests/unit/decisive_logs.h"

static void find(const char *s, struct decisive *d)
{
	decisive_find(s, strlen(s), d);
}

static void test_logs(void)
{
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		struct decisive d;
		auto_free char *line = NULL;

		find(logs[i].text, &d);
		line = mem_strn(d.line, d.len);
		if (!logs[i].line) {
			if (!ok(d.number == 0 && d.len == 0 && d.kind[0] == '\0', "%s: nothing stands out",
				logs[i].name))
				printf("#  got: %s (%s %.2f)\n", line, d.kind, d.score);
			continue;
		}
		if (!ok(strcmp(line, logs[i].line) == 0, "%s: line", logs[i].name))
			printf("#  got: %s (%.2f)\n# want: %s\n", line, d.score, logs[i].line);
		if (!ok(strcmp(d.kind, logs[i].kind) == 0, "%s: kind", logs[i].name))
			printf("#  got: %s\n# want: %s\n", d.kind, logs[i].kind);
		if (d.score <= 0 || d.score > 1)
			ok(0, "%s: score %f", logs[i].name, d.score);
	}
}

/* The same with time stamps before each line, as kubectl logs --timestamps prints them, and with CRLF. */
static void test_stamped(void)
{
	size_t bad = 0;

	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		auto_buf struct buf b = BUF_INIT(1 << 16), c = BUF_INIT(1 << 16);
		struct decisive plain, stamped, crlf;

		for (const char *p = logs[i].text; *p;) {
			size_t n = strcspn(p, "\n");

			buf_str(&b, "2026-05-01T10:00:00.123456789Z ");
			buf_add(&b, p, n);
			buf_char(&b, '\n');
			buf_add(&c, p, n);
			buf_str(&c, "\r\n");
			p += n + (p[n] == '\n');
		}
		find(logs[i].text, &plain);
		decisive_find(buf_cstr(&b), b.len, &stamped);
		decisive_find(buf_cstr(&c), c.len, &crlf);
		if (stamped.number != plain.number || crlf.number != plain.number || crlf.len != plain.len) {
			bad++;
			printf("# %s: line %zu, stamped %zu, CRLF %zu\n", logs[i].name, plain.number, stamped.number,
			       crlf.number);
		}
	}
	is_int(bad, 0, "time stamps and CRLF change nothing");
}

/* Every truncation: nothing is read outside (ASan), and what is said lies within. */
static void test_truncated(void)
{
	size_t bad = 0;

	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
		for (size_t n = 0; n <= strlen(logs[i].text); n++) {
			auto_free char *copy = mem_copy(logs[i].text, n ? n : 1);
			struct decisive d;

			decisive_find(copy, n, &d);
			bad += d.number && (d.line < copy || d.line + d.len > copy + n);
		}
	is_int(bad, 0, "every truncation");
}

static void test_long(void)
{
	auto_buf struct buf b = BUF_INIT(64 << 20);
	struct decisive d;

	for (int i = 0; i < 100000; i++)
		buf_printf(&b, "2026-05-01 10:00:00 INFO  request %d served in %d ms by worker %d\n", i, i % 97, i % 8);
	buf_str(&b, "2026-05-01 10:00:00 ERROR lost connection: dial tcp 10.0.0.1:5432: connect: connection refused\n");
	decisive_find(b.data, b.len, &d);
	is_int(d.number, 100001, "line number counts from the start of a long log");
	is_str(d.kind, "refused", "its kind");
	buf_clear(&b);
	for (int i = 0; i < 500; i++)
		buf_printf(&b, "ERROR attempt %d: connection to db:5432 failed: connection refused\n", i);
	buf_str(&b, "FATAL giving up after 500 attempts\n");
	decisive_find(b.data, b.len, &d);
	is_int(d.number, 500, "repeated errors count as one, told by the last; giving up follows from it");
	buf_clear(&b);
	buf_repeat(&b, 'x', 3 << 20);
	buf_str(&b, " error: too long\n");
	decisive_find(b.data, b.len, &d);
	ok(d.number <= 1, "a line of 3 MiB");
}

int main(void)
{
	test_logs();
	test_stamped();
	test_truncated();
	test_long();
	return done();
}
