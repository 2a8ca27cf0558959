/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/quote.h"

#include "agent/base/mem.h"
#include "tests/tap.h"

static bool found(const char *text, const char *quote)
{
	return quote_find(text, strlen(text), quote, NULL, NULL);
}

static void test_rules(void)
{
	const char *text = "0/3 nodes are available:\n  1 node(s) had  untolerated taint, 2 Insufficient cpu.";

	ok(found(text, "nodes are available"), "substring");
	ok(found(text, "available: 1 node(s) had untolerated"), "runs of white space are one");
	ok(found(text, "  nodes\t are\navailable  "), "white space of the quote too, and at its ends");
	ok(!found(text, "nodes are unavailable"), "what is not there");
	ok(!found(text, "nodes"), "too short");
	ok(!found(text, ""), "empty");
	ok(!found(text, NULL), "none");
	ok(!found(text, "        "), "blank");
	ok(!found(text, "nodesare available"), "white space is not nothing");
	ok(found("Pending", "Pending"), "whole text, though short");
	ok(found(" Pending\n", "Pending"), "whole text but for white space");
	ok(!found("Pending pods", "Pending"), "a part of a short text");
	ok(!found("caf\xc3\xa9 ol\xc3\xa9 x", "ol\xc3\xa9 x"), "characters count, not bytes");
	ok(found("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 x",
		 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"),
	   "eight characters");
	ok(!quote_find("", 0, "something", NULL, NULL), "empty text");
}

static void test_place(void)
{
	const char *text = "alpha\nbeta   gamma\n\ndelta epsilon";
	size_t start = 0, end = 0;
	auto_free char *part = NULL;

	ok(quote_find(text, strlen(text), "gamma delta", &start, &end), "over lines");
	part = mem_strn(text + start, end - start);
	is_str(part, "gamma\n\ndelta", "the text's own spelling");
	is_int(quote_line(text, start), 2, "line of the start");
	is_int(quote_line(text, 0), 1, "first line");
	is_int(quote_line(text, strlen(text)), 4, "last line");
	ok(quote_find(text, strlen(text), "alpha beta", &start, &end) && start == 0 && end == 10,
	   "from the first byte");
	ok(quote_find(text, strlen(text), "a epsilon", &start, &end) && end == strlen(text), "to the last");
}

/* Each part of a text with odd white space is found where it is. */
static void test_every_part(void)
{
	const char *text = "  ab  cd\tef\n\ngh ij kl  ";
	size_t n = strlen(text), bad = 0, tried = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 8; k <= n; k++) {
			auto_free char *part = mem_strn(text + i, k - i);
			size_t start, end;

			if (quote_find(text, n, part, &start, &end)) {
				tried++;
				bad += start < i || end > k;
			}
		}
	is_int(bad, 0, "never outside of the part");
	ok(tried > 20, "parts were found: %zu", tried);
}

/* A naive search would take minutes. */
static void test_linear(void)
{
	size_t n = 4 << 20, m = 1 << 20;
	auto_free char *text = mem_alloc(n + 1), *quote = mem_alloc(m + 1);

	memset(text, 'a', n);
	memset(quote, 'a', m);
	text[n] = quote[m] = '\0';
	quote[m - 1] = 'b';
	ok(!quote_find(text, n, quote, NULL, NULL), "periodic text and quote");
}

int main(void)
{
	test_rules();
	test_place();
	test_every_part();
	test_linear();
	return done();
}
