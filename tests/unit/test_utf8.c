/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/utf8.h"

#include "tests/tap.h"

#define BAD "\xef\xbf\xbd"

static void valid(void)
{
	static const struct {
		const char *s;
		size_t n;
		int good;
		const char *name;
	} cases[] = {
		{"", 0, 1, "nothing"},
		{"a\0b", 3, 1, "NUL"},
		{"\xc3\xa9", 2, 1, "two bytes"},
		{"\xe2\x82\xac", 3, 1, "three"},
		{"\xf0\x9f\x98\x80", 4, 1, "four"},
		{"\xf4\x8f\xbf\xbf", 4, 1, "U+10FFFF"},
		{"\xf4\x90\x80\x80", 4, 0, "above"},
		{"\xc0\x80", 2, 0, "overlong NUL"},
		{"\xe0\x80\xaf", 3, 0, "overlong slash"},
		{"\xed\xa0\x80", 3, 0, "surrogate"},
		{"\x80", 1, 0, "lone continuation"},
		{"\xc3", 1, 0, "cut"},
		{"0123456789abcdef\xff", 17, 0, "behind a run of ASCII"},
		{"0123456789\xc3\xa9"
		 "bcdefgh",
		 19, 1, "between runs of ASCII"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(utf8_valid(cases[i].s, cases[i].n) == cases[i].good, "%s", cases[i].name);
}

static void is_clean(const char *s, size_t n, const char *want, const char *name)
{
	struct buf b = BUF_INIT(1000);

	utf8_clean(&b, s, n);
	is_str(buf_cstr(&b), want, name);
	ok(utf8_valid(buf_cstr(&b), b.len), "%s: result is valid", name);
	buf_fini(&b);
}

static void clean(void)
{
	is_clean("caf\xc3\xa9", 5, "caf\xc3\xa9", "valid text stays");
	is_clean("a\xff\xfe\xff"
		 "b",
		 5, "a" BAD "b", "a run becomes one mark");
	is_clean("a\xff"
		 "b\xff",
		 4, "a" BAD "b" BAD, "two runs become two");
	is_clean("a\0b", 3,
		 "a\xe2\x90\x80"
		 "b",
		 "NUL");
	is_clean("\xff\0\xff", 3, BAD "\xe2\x90\x80" BAD, "NUL between");
	is_clean("\xe2\x82", 2, BAD, "cut at the end");
	is_clean("", 0, "", "nothing");
}

/* Cleaning never fails, whatever the bytes: all pairs, all places of a bad byte in a longer text. */
static void sweep(void)
{
	int bad = 0;

	for (int a = 0; a < 256; a++)
		for (int c = 0; c < 256; c++) {
			char s[12] = {'x', (char)a, (char)c, 'y', '1', '2', '3', '4', '5', '6', '7', '8'};
			struct buf b = BUF_INIT(100);

			utf8_clean(&b, s, sizeof(s));
			bad += !utf8_valid(buf_cstr(&b), b.len) || memchr(b.data, 0, b.len);
			bad += utf8_valid(s, sizeof(s)) && a && c &&
			       (b.len != sizeof(s) || memcmp(b.data, s, sizeof(s)) != 0);
			buf_fini(&b);
		}
	is_int(bad, 0, "all pairs of bytes");
}

static void cutting(void)
{
	static const char s[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
				"b";
	static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
	int bad = 0;

	for (size_t n = 0; n < sizeof(want) / sizeof(want[0]); n++)
		bad += utf8_cut(s, sizeof(s) - 1, n) != want[n];
	is_int(bad, 0, "every cut falls between characters");
	is_int(utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5, "bytes that are no characters are cut anywhere");
}

static void widths(void)
{
	is_int(utf8_width("abc", 3), 3, "ASCII");
	is_int(utf8_width("\xe4\xb8\xad\xe6\x96\x87", 6), 4, "wide");
	is_int(utf8_width("e\xcc\x81", 3), 1, "combining");
	is_int(utf8_width("a\x1b\n", 3), 1, "controls");
	is_int(utf8_width("a\xff", 2), 2, "a bad byte shows as one mark");
	is_int(utf8_fit("\xe4\xb8\xad\xe6\x96\x87", 6, 3), 3, "half a wide character does not fit");
	is_int(utf8_fit("e\xcc\x81x", 4, 1), 3, "what combines comes along");
	is_int(utf8_fit("abc", 3, 9), 3, "all fits");
	is_int(utf8_fit("abc", 3, 0), 0, "nothing fits");
}

static void is_printable(const char *s, size_t n, const char *want, const char *name)
{
	struct buf b = BUF_INIT(1000);

	utf8_printable(&b, s, n);
	is_str(buf_cstr(&b), want, name);
	buf_fini(&b);
}

static void printable(void)
{
	is_printable("a\x1b[31mred\x07\n\tx", 13, "a^[[31mred^G\n\tx", "escape sequences are shown");
	is_printable("a\rb\x7f\0", 5, "a^Mb^?^@", "carriage return, delete, NUL");
	is_printable("\xc2\x9b"
		     "2J",
		     4, "<U+009B>2J", "the eight-bit escape");
	is_printable("x\xe2\x80\xae"
		     "y",
		     5, "x<U+202E>y", "text that turns around");
	is_printable("\xff\xff ok", 5, BAD " ok", "bad bytes");
	is_printable("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", 11, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
		     "joined emoji stay");
}

int main(void)
{
	valid();
	clean();
	sweep();
	cutting();
	widths();
	printable();
	return done();
}
