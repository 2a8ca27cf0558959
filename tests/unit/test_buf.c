/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/buf.h"

#include "tests/tap.h"

static void grows(void)
{
	struct buf b = BUF_INIT(100000);

	is_str(buf_cstr(&b), "", "an empty buffer reads as an empty string");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	ok(b.len == 3890 && !b.over, "a thousand numbers fit (%zu bytes)", b.len);
	ok(strncmp(b.data, "0,1,2,", 6) == 0 && strcmp(b.data + b.len - 4, "999,") == 0, "first and last are right");
	buf_clear(&b);
	is_int(b.len, 0, "clear empties");
	is_str(buf_cstr(&b), "", "clear terminates");
	buf_repeat(&b, 'x', 3);
	buf_char(&b, 'y');
	buf_add(&b, "\0z", 2);
	ok(b.len == 6 && memcmp(b.data, "xxxy\0z", 7) == 0, "bytes may hold NULs");
	buf_consume(&b, 3);
	ok(b.len == 3 && memcmp(b.data, "y\0z", 4) == 0, "consume drops the front");
	buf_consume(&b, 99);
	is_int(b.len, 0, "consume of more than there is empties");
	buf_fini(&b);
	buf_fini(&b);
}

static void limits(void)
{
	struct buf b = BUF_INIT(10);
	char *s;

	buf_str(&b, "123456");
	buf_str(&b, "7890");
	ok(!b.over && b.len == 10, "the maximum itself fits");
	buf_char(&b, 'x');
	ok(b.over && b.len == 10, "one more is over");
	buf_cut(&b, 2);
	buf_str(&b, "a");
	is_str(buf_cstr(&b), "12", "over is sticky: nothing is added after it");
	buf_clear(&b);
	buf_printf(&b, "%s", "abcdefghijkl");
	ok(b.over, "a printf beyond the maximum is over");
	is_str(buf_cstr(&b), "abcdefghij", "what fits is kept");
	s = buf_steal(&b);
	is_str(s, "abcdefghij", "steal gives the text");
	ok(b.data == NULL && b.len == 0, "steal empties");
	free(s);
	s = buf_steal(&b);
	is_str(s, "", "steal of nothing is an empty string");
	free(s);
	b = BUF_INIT(0);
	buf_str(&b, "x");
	ok(b.over && b.data == NULL, "a maximum of 0 takes nothing");
}

static void long_printf(void)
{
	auto_buf struct buf b = BUF_INIT(1 << 20);
	char *want = malloc(5001);

	memset(want, 'q', 5000);
	want[5000] = '\0';
	buf_printf(&b, "%s", want);
	is_str(buf_cstr(&b), want, "a printf longer than the scratch space");
	free(want);
}

int main(void)
{
	grows();
	limits();
	long_printf();
	return done();
}
