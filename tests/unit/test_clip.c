/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/clip.h"

#include "agent/base/utf8.h"
#include "tests/tap.h"

static size_t clip(struct buf *b, const char *s, size_t max, unsigned share)
{
	buf_clear(b);
	return clip_text(b, s, strlen(s), max, share);
}

static const char *line(struct buf *b, const char *s, size_t cols)
{
	buf_clear(b);
	clip_line(b, s, strlen(s), cols);
	return buf_cstr(b);
}

static void test_text(void)
{
	auto_buf struct buf b = BUF_INIT(1 << 20), big = BUF_INIT(1 << 20);
	size_t left;

	is_int(clip(&b, "one\ntwo\n", 100, 50), 0, "what fits is left alone");
	is_str(buf_cstr(&b), "one\ntwo\n", "and unchanged");
	for (int i = 1; i <= 2000; i++)
		buf_printf(&big, "line %d\n", i);
	left = clip(&b, big.data, 1000, 50);
	ok(b.len <= 1000, "within the room");
	ok(strncmp(b.data, "line 1\nline 2\n", 14) == 0, "head is whole lines");
	ok(strstr(buf_cstr(&b), "\nline 1999\nline 2000\n"), "tail is whole lines");
	ok(strstr(buf_cstr(&b), "[... 1,"), "count is grouped");
	ok(strstr(buf_cstr(&b), " lines ("), "says lines and bytes");
	ok(left > 1800 && left < 2000, "count is right: %zu", left);
	left = clip(&b, big.data, 1000, 100);
	ok(b.data[b.len - 2] == ']', "all head: the mark is last");
	left = clip(&b, big.data, 1000, 0);
	ok(b.data[0] == '[', "all tail: the mark is first");
	left = clip(&b,
		    "0123456789 no newline in this rather long line which has to be cut somewhere "
		    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 end",
		    80, 50);
	is_int(left, 1, "a cut line counts");
	ok(utf8_valid(b.data, b.len), "characters stay whole");
	for (size_t max = 0; max < 300; max += 7)
		for (unsigned share = 0; share <= 100; share += 20) {
			clip(&b, big.data, max, share);
			if (b.len > max + 64 || !utf8_valid(b.data, b.len))
				ok(0, "max %zu share %u gave %zu bytes", max, share, b.len);
		}
	ok(1, "every size and share");
}

static void test_line(void)
{
	auto_buf struct buf b = BUF_INIT(4096);

	is_str(line(&b, "  a \t\n b  ", 10), "a b", "white space runs to one space");
	is_str(line(&b, "abcdef", 6), "abcdef", "exact fit");
	is_str(line(&b, "abcdefg", 6), "abcde\xe2\x80\xa6", "cut with an ellipsis");
	is_str(line(&b, "abc   ", 3), "abc", "white space at the end costs nothing");
	is_str(line(&b, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4), "\xe6\x97\xa5\xe2\x80\xa6", "wide characters");
	is_str(line(&b, "abc", 0), "", "no room");
	is_str(line(&b, "", 5), "", "nothing");
}

int main(void)
{
	test_text();
	test_line();
	return done();
}
