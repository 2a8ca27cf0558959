/* SPDX-License-Identifier: Apache-2.0 */
/* Many words at once: the same as looking for one after the other, at every place of a text. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tests/tap.h"
#include "toolsets/lib/words.h"

static const char *const list[] = {"he", "she", "his", "hers", "no such host", "", "such", "Connection Refused", "x509", NULL};

/* One after the other: the word that ends first, of several the longest. */
static int slow(const char *s, size_t n, size_t *end)
{
	for (size_t e = 1; e <= n; e++) {
		int best = -1;

		for (int i = 0; list[i]; i++) {
			size_t m = strlen(list[i]);

			if (m && m <= e && strncasecmp(s + e - m, list[i], m) == 0 &&
			    (best < 0 || m > strlen(list[best])))
				best = i;
		}
		if (best >= 0) {
			*end = e;
			return best;
		}
	}
	return -1;
}

static void same(struct words *w, const char *s, size_t n)
{
	size_t end = 0, slow_end = 0;
	int found = words_find(w, s, n, &end), want = slow(s, n, &slow_end);

	ok(found == want && end == slow_end, "\"%.*s\": %d at %zu, wanted %d at %zu", (int)n, s, found, end, want, slow_end);
}

static void test_pieces(void)
{
	static struct words w = {.list = list};
	static const char *const texts[] = {"ushers",
					    "dial tcp: lookup db: No SUCH hosting; no such host",
					    "sshishe",
					    "no suc no such hos no sucH",
					    "connect: CONNECTION REFUSED (x50 x509)",
					    "\xff\xfe nothing here \x80"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (size_t from = 0; from < strlen(texts[i]); from++)
			for (size_t n = 0; from + n <= strlen(texts[i]); n++) {
				size_t end = 0, slow_end = 0;

				if (words_find(&w, texts[i] + from, n, &end) == slow(texts[i] + from, n, &slow_end) &&
				    end == slow_end)
					continue;
				same(&w, texts[i] + from, n); /* says what is wrong */
			}
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		same(&w, texts[i], strlen(texts[i]));
}

static void test_nothing(void)
{
	static const char *const none[] = {NULL}, *const empty[] = {"", NULL};
	static struct words a = {.list = none}, b = {.list = empty};

	ok(!words_in(&a, "anything", 8), "a set without words finds nothing");
	ok(!words_in(&b, "anything", 8), "an empty word is nowhere");
	ok(words_find(&a, "", 0, NULL) == -1, "an empty text");
}

int main(void)
{
	test_pieces();
	test_nothing();
	return done();
}
