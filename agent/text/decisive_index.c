/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/decisive_index.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "agent/text/decisive_rules.h"

#define PAIRS 4096 /* a power of two */
#define END UINT16_MAX

static struct {
	uint16_t first[PAIRS];	       /* the first pattern that is filed under a pair, END: none */
	uint16_t next[INDEX_PATTERNS]; /* and the one after each */
	size_t start[INDEX_LISTS + 1]; /* where the numbers of a list begin */
	uint64_t always[INDEX_WORDS];  /* patterns without a pair */
} all;

static unsigned pair_of(char a, char b)
{
	return ((unsigned)(unsigned char)a * 61 + (unsigned char)b) & (PAIRS - 1);
}

/* How often a character is met in a log, roughly: only speed depends on it. */
static unsigned commonness(char c)
{
	static const char order[] = " etaionsrdlc0mu1pgh2:/.345-6789f\"b=vyw_k,]['(x)jqz";
	const char *at = memchr(order, c, sizeof order - 1);

	return at ? (unsigned)(sizeof order - (size_t)(at - order)) : 1;
}

/* '*' matches anything, '^' and '$' only mean something at the ends. */
static bool literal(const char *pattern, const char *at)
{
	return *at != '*' && !(*at == '^' && at == pattern) && !(*at == '$' && !at[1]);
}

static void file(size_t number, const char *pattern)
{
	unsigned best = 0, pair = 0;

	for (const char *p = pattern; p[0] && p[1]; p++) {
		unsigned weight = literal(pattern, p) && literal(pattern, p + 1)
					  ? 10000 - commonness(p[0]) * commonness(p[1])
					  : 0;

		if (weight > best) {
			best = weight;
			pair = pair_of(p[0], p[1]);
		}
	}
	if (!best) {
		all.always[number / 64] |= UINT64_C(1) << number % 64;
		return;
	}
	all.next[number] = all.first[pair];
	all.first[pair] = (uint16_t)number;
}

static size_t file_list(size_t number, const char *const *patterns)
{
	for (; *patterns && number < INDEX_PATTERNS; patterns++)
		file(number++, *patterns);
	return number;
}

static void make(void)
{
	static const char *const *const lists[] = {decisive_benign, decisive_noise, decisive_consequences,
						   decisive_weak, decisive_trouble};
	size_t number = 0;

	memset(all.first, 0xff, sizeof all.first);
	for (size_t i = 0; i < INDEX_CONTENT; i++) {
		all.start[i] = number;
		number = file_list(number, lists[i]);
	}
	all.start[INDEX_CONTENT] = number;
	for (const struct rule *r = decisive_content; r->pattern && number < INDEX_PATTERNS; r++)
		file(number++, r->pattern);
	all.start[INDEX_LISTS] = number;
	if (number == INDEX_PATTERNS)
		abort(); /* INDEX_PATTERNS must grow with the lists; the first test sees it */
}

void index_look(const char *low, size_t n, struct index_hits *out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make);
	memcpy(out->bits, all.always, sizeof out->bits);
	for (size_t i = 0; i + 1 < n; i++)
		for (unsigned k = all.first[pair_of(low[i], low[i + 1])]; k != END; k = all.next[k])
			out->bits[k / 64] |= UINT64_C(1) << k % 64;
}

size_t index_next(const struct index_hits *h, enum index_list list, size_t from)
{
	size_t i = all.start[list] + from, end = all.start[list + 1];

	while (i < end) {
		uint64_t rest = h->bits[i / 64] >> i % 64;

		if (rest) {
			i += (size_t)__builtin_ctzll(rest);
			return i < end ? i - all.start[list] : SIZE_MAX;
		}
		i = (i / 64 + 1) * 64;
	}
	return SIZE_MAX;
}
