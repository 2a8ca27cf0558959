/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the some hundred patterns may match a line, found in one walk over the line: each pattern is filed under the
 * rarest pair of neighbouring characters that it holds, and a line names the pairs that it has.
 */
#ifndef AGENT_TEXT_DECISIVE_INDEX_H
#define AGENT_TEXT_DECISIVE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_PATTERNS 640 /* room; the number of patterns is checked when the index is made */
#define INDEX_WORDS (INDEX_PATTERNS / 64)

/* The lists of decisive_rules.h, in the order in which they are numbered. */
enum index_list {
	INDEX_BENIGN,
	INDEX_NOISE,
	INDEX_CONSEQUENCES,
	INDEX_WEAK,
	INDEX_TROUBLE,
	INDEX_CONTENT,
	INDEX_LISTS
};

/* A bit for each pattern that may match: what it holds is no more than that. */
struct index_hits {
	uint64_t bits[INDEX_WORDS];
};

void index_look(const char *low, size_t n, struct index_hits *out);
/*
 * The number of the first pattern of a list at or after `from` that may match, from 0 as in the list; SIZE_MAX: none.
 */
size_t index_next(const struct index_hits *h, enum index_list list, size_t from);

#endif
