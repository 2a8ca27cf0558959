/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of many words stands in a text, in one pass and in any case (ASCII). The automaton (Aho and Corasick, "Efficient
 * string matching", 1975) is made when a set is first asked and kept until the program ends. Thread-safe.
 */
#ifndef TOOLSETS_LIB_WORDS_H
#define TOOLSETS_LIB_WORDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Of all words of a set together: bytes. A set that has more is not searched beyond the words that fit. */
enum { WORDS_BYTES_MAX = 16000 };

struct words_table;

/* Static: struct words x = {.list = array that ends in NULL}. Empty words are never found. */
struct words {
	const char *const *list;
	_Atomic(struct words_table *) table;
};

/*
 * Index in the list of the word that ends first in the text (of several, the longest), *end behind it; -1: none. end may be
 * NULL.
 */
int words_find(struct words *w, const char *s, size_t n, size_t *end);
bool words_in(struct words *w, const char *s, size_t n);

#endif
