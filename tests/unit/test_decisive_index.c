/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern that matches a line is always among those that the index names. */
#include "agent/text/decisive_index.h"

#include <stdio.h>
#include <string.h>

#include "agent/text/decisive_rules.h"
#include "tests/tap.h"

/* A line that a pattern matches: its stars filled, between other words where it may stand anywhere. */
static size_t example(const char *pattern, char out[static 512])
{
	size_t n = 0;
	bool start = *pattern == '^';

	if (!start)
		n = (size_t)snprintf(out, 512, "Q 7: ");
	for (const char *p = pattern + start; *p && n < 480; p++) {
		if (*p == '*')
			n += (size_t)snprintf(out + n, 512 - n, "qz%zu", n);
		else if (*p != '$' || p[1])
			out[n++] = *p;
	}
	if (!strchr(pattern, '$'))
		n += (size_t)snprintf(out + n, 512 - n, " 8");
	out[n] = '\0';
	return n;
}

static size_t missing, wrong, tried;

static void check(enum index_list list, size_t number, const char *pattern)
{
	struct index_hits hits;
	struct line line;
	char text[512], low[512];
	size_t n = example(pattern, text);

	for (size_t i = 0; i <= n; i++)
		low[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];
	index_look(low, n, &hits);
	tried++;
	if (index_next(&hits, list, number) != number) {
		missing++;
		printf("# \"%s\" is not named for \"%s\"\n", pattern, text);
	}
	if (list == INDEX_BENIGN)
		return; /* blanked before anybody asks */
	decisive_line_read(&line, text, n);
	if (!decisive_has(&line, pattern)) {
		wrong++;
		printf("# \"%s\" does not match \"%s\"\n", pattern, text);
	}
}

static void check_list(enum index_list list, const char *const *patterns)
{
	for (size_t i = 0; patterns[i]; i++)
		check(list, i, patterns[i]);
}

static void all_patterns(void)
{
	check_list(INDEX_BENIGN, decisive_benign);
	check_list(INDEX_NOISE, decisive_noise);
	check_list(INDEX_CONSEQUENCES, decisive_consequences);
	check_list(INDEX_WEAK, decisive_weak);
	check_list(INDEX_TROUBLE, decisive_trouble);
	for (size_t i = 0; decisive_content[i].pattern; i++)
		check(INDEX_CONTENT, i, decisive_content[i].pattern);
	ok(tried > 300, "%zu patterns", tried);
	is_int(missing, 0, "each is named for a line that it matches");
	is_int(wrong, 0, "and matches it");
}

static void few(void)
{
	static const char line[] = "request=000016777214 get /api/v1/orders 200 in 12 ms, 4096 bytes to 10.1.2.3";
	struct index_hits hits;
	size_t named = 0;

	index_look(line, sizeof(line) - 1, &hits);
	for (int list = 0; list < INDEX_LISTS; list++)
		for (size_t i = 0; (i = index_next(&hits, (enum index_list)list, i)) != SIZE_MAX; i++)
			named++;
	ok(named < tried / 8, "an ordinary line names few: %zu of %zu", named, tried);
	index_look("", 0, &hits);
	is_int(index_next(&hits, INDEX_TROUBLE, 0) == SIZE_MAX, 1, "an empty line names none");
	is_int(index_next(&hits, INDEX_CONTENT, 100000) == SIZE_MAX, 1, "there is nothing behind the end of a list");
}

int main(void)
{
	all_patterns();
	few();
	return done();
}
