/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/str.h"

#include "tests/tap.h"

static void comparing(void)
{
	ok(str_eq("a", "a") && !str_eq("a", "b") && str_eq(NULL, NULL) && !str_eq("a", NULL), "eq");
	ok(str_eq_nocase("OOMKilled", "oomkilled") && !str_eq_nocase("a", "ab") && !str_eq_nocase(NULL, ""),
	   "eq without case");
	ok(!str_eq_nocase("[", "{"), "only letters have a case");
	ok(str_starts("abc", "ab") && !str_starts("a", "ab") && str_starts("a", "") && !str_starts(NULL, "a"),
	   "starts");
	ok(str_ends("abc", "bc") && !str_ends("c", "bc") && str_ends("a", "") && !str_ends(NULL, "a"), "ends");
	ok(str_empty(NULL) && str_empty("") && !str_empty(" "), "empty");
	is_str(str_or("", "x"), "x", "or");
	is_str(str_or("y", "x"), "y", "or keeps");
	is_str(str_find_nocase("An ERROR here", "error"), "ERROR here", "find");
	ok(!str_find_nocase("An ERRO", "error") && !str_find_nocase(NULL, "x") && !str_find_nocase("", "x"),
	   "find nothing");
	is_str(str_find_nocase("abc", ""), "abc", "find the empty string");
}

static void parts(void)
{
	char blank[] = " \t a b\r\n", none[] = "   ", upper[] = "AbC\xc3\x84";
	char **list = str_split("a,,b,", ',');
	char *joined = str_join(list, ",");

	is_int(str_list_len(list), 4, "empty parts are kept");
	is_str(joined, "a,,b,", "join undoes split");
	free(joined);
	str_list_free(list);
	list = str_split_words(" a , ,b ,, c d", ',');
	joined = str_join(list, "|");
	is_str(joined, "a|b|c d", "words are trimmed, empty ones left out");
	free(joined);
	str_list_free(list);
	list = str_split("", ',');
	is_int(str_list_len(list), 1, "nothing is one empty part");
	str_list_free(list);
	list = str_split_words(NULL, ',');
	is_int(str_list_len(list), 0, "nothing has no words");
	str_list_free(list);
	str_list_free(NULL);
	is_int(str_list_len(NULL), 0, "no list");
	joined = str_join(NULL, ",");
	is_str(joined, "", "join of no list");
	free(joined);
	is_str(str_trim(blank), "a b", "trim");
	is_str(str_trim(none), "", "trim of blanks");
	is_str(str_lower(upper), "abc\xc3\x84", "lower leaves other alphabets alone");
}

static int64_t whole(const char *s)
{
	int64_t v = -77;
	int rc = str_to_i64(s, &v, NULL);

	return rc == 0 ? v : -77;
}

static double real(const char *s)
{
	double v = -77;
	int rc = str_to_double(s, &v, NULL);

	return rc == 0 ? v : -77;
}

static uint64_t size(const char *s)
{
	uint64_t v = 77;
	int rc = str_to_size(s, &v, NULL);

	return rc == 0 ? v : 77;
}

static void numbers(void)
{
	struct err e = {0};
	int64_t v;
	int rc = str_to_i64("12x", &v, &e);

	is_int(rc, -1, "rubbish behind a number");
	like(e.msg, "\"12x\" is not a whole number", "the message quotes it");
	ok(whole("0") == 0 && whole("-12") == -12 && whole("+5") == 5 && whole("007") == 7, "whole numbers");
	ok(whole("9223372036854775807") == INT64_MAX && whole("-9223372036854775808") == INT64_MIN, "limits");
	ok(whole("9223372036854775808") == -77 && whole("") == -77 && whole(" 1") == -77 && whole("0x1") == -77 &&
		   whole("--1") == -77 && whole("-") == -77 && whole(NULL) == -77,
	   "what is none");
	ok(real("1.5") == 1.5 && real("-2e3") == -2000 && real(".5") == .5, "reals");
	ok(real("inf") == -77 && real("nan") == -77 && real("0x1p3") == -77 && real("1e999") == -77 &&
		   real(" 1") == -77 && real("1,5") == -77 && real("") == -77,
	   "what is none");
}

static void sizes(void)
{
	char out[24];

	ok(size("10") == 10 && size("2k") == 2000 && size("2K") == 2000 && size("2Ki") == 2048 &&
		   size("1.5M") == 1500000,
	   "sizes");
	ok(size("3GiB") == 3221225472u && size("1 MB") == 1000000 && size("5B") == 5 && size("1TiB") == 1099511627776u,
	   "with bytes");
	ok(size("18446744073709551615") == UINT64_MAX && size("16E") == 16000000000000000000u, "large ones are exact");
	ok(size("18446744073709551616") == 77 && size("20E") == 77 && size("17.0Ei") == 77, "too large");
	ok(size("") == 77 && size("x") == 77 && size("1x") == 77 && size("-1") == 77 && size("1KiBB") == 77 &&
		   size("1..2k") == 77,
	   "none");
	str_from_size(812, out);
	is_str(out, "812 B", "bytes");
	str_from_size(1468006, out);
	is_str(out, "1.4 MiB", "mebibytes");
	str_from_size(1048575, out);
	is_str(out, "1.0 MiB", "no 1024.0 KiB");
	str_from_size(UINT64_MAX, out);
	is_str(out, "16.0 EiB", "the largest");
}

static void distances(void)
{
	static const char *const keys[] = {"mode", "model", "max_steps", "timeout", NULL};
	char far[200];

	memset(far, 'x', sizeof(far));
	far[199] = '\0';
	is_int(str_distance("kitten", "sitting", 5), 3, "three edits");
	is_int(str_distance("kitten", "sitting", 2), 3, "beyond the limit is limit + 1");
	is_int(str_distance("ABC", "abc", 2), 0, "without case");
	is_int(str_distance("", "abc", 5), 3, "from nothing");
	is_int(str_distance(far, "x", 300), 301, "too long to compare");
	is_int(str_distance("modle", "model", 5), 1, "a swap is one edit");
	is_int(str_distance("ca", "abc", 5), 3, "letters that were swapped are not edited again");
	is_str(str_nearest("modle", keys), "model", "of two equally near the one of that length");
	is_str(str_nearest("MAX-STEP", keys), "max_steps", "two edits");
	ok(!str_nearest("kubernetes", keys) && !str_nearest("", keys) && !str_nearest("q", keys), "nothing near");
	ok(!str_nearest("zz", keys) && !str_nearest("model", NULL), "two letters are not near everything of two edits");
	is_str(str_nearest("mode", keys), "mode", "itself before its neighbour");
}

int main(void)
{
	comparing();
	parts();
	numbers();
	sizes();
	distances();
	return done();
}
