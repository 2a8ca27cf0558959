/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "toolsets/lib/alloc.h"

#define NONE (-1)

/* States times classes of bytes: which state comes next. State 0 is the start, and class 0 all bytes that no word has. */
struct words_table {
	uint8_t class_of[256];
	unsigned classes;
	uint16_t *next;
	int16_t *word; /* of each state: the word that ends there, NONE */
};

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

/* Each byte that stands in a word gets a class, capitals that of their small letter. Returns the states that may be needed. */
static size_t classify(struct words_table *t, const char *const *list)
{
	size_t states = 1;

	t->classes = 1;
	for (; *list && states + strlen(*list) < WORDS_BYTES_MAX; list++) {
		states += strlen(*list);
		for (const char *p = *list; *p; p++) {
			unsigned char c = lower((unsigned char)*p);

			if (!t->class_of[c])
				t->class_of[c] = (uint8_t)t->classes++;
		}
	}
	for (unsigned c = 'A'; c <= 'Z'; c++)
		t->class_of[c] = t->class_of[lower((unsigned char)c)];
	return states;
}

/* The tree of all words. Returns how many states it has. */
static size_t plant(struct words_table *t, const char *const *list)
{
	size_t states = 1, bytes = 1;

	t->word[0] = NONE;
	for (int i = 0; list[i] && bytes + strlen(list[i]) < WORDS_BYTES_MAX; i++) {
		size_t at = 0;

		bytes += strlen(list[i]);
		for (const char *p = list[i]; *p; p++) {
			uint16_t *to = &t->next[at * t->classes + t->class_of[(unsigned char)*p]];

			if (!*to) {
				*to = (uint16_t)states;
				t->word[states++] = NONE;
			}
			at = *to;
		}
		if (at && t->word[at] == NONE)
			t->word[at] = (int16_t)i;
	}
	return states;
}

/* Where a state has no way on, the way of its longest proper ending counts: level by level, so that that one is done. */
static void link_up(struct words_table *t, size_t states)
{
	uint16_t *queue = alloc_zero(states, sizeof(*queue)), *ending = alloc_zero(states, sizeof(*ending));
	size_t head = 0, tail = 0;

	for (unsigned c = 0; c < t->classes; c++)
		if (t->next[c])
			queue[tail++] = t->next[c];
	while (head < tail) {
		size_t at = queue[head++];
		uint16_t *row = t->next + at * t->classes, *back = t->next + (size_t)ending[at] * t->classes;

		if (t->word[at] == NONE)
			t->word[at] = t->word[ending[at]];
		for (unsigned c = 0; c < t->classes; c++) {
			if (row[c]) {
				ending[row[c]] = back[c];
				queue[tail++] = row[c];
			} else {
				row[c] = back[c];
			}
		}
	}
	free(queue);
	free(ending);
}

static struct words_table *make(const char *const *list)
{
	struct words_table *t = alloc_zero(1, sizeof(*t));
	size_t states = classify(t, list);

	t->next = alloc_zero(states * t->classes, sizeof(*t->next));
	t->word = alloc_zero(states, sizeof(*t->word));
	link_up(t, plant(t, list));
	return t;
}

static const struct words_table *table_of(struct words *w)
{
	struct words_table *have = atomic_load_explicit(&w->table, memory_order_acquire), *mine;

	if (have)
		return have;
	mine = make(w->list);
	if (atomic_compare_exchange_strong(&w->table, &have, mine))
		return mine;
	/* another thread was faster */
	free(mine->next);
	free(mine->word);
	free(mine);
	return have;
}

int words_find(struct words *w, const char *s, size_t n, size_t *end)
{
	const struct words_table *t = table_of(w);
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		at = t->next[at * t->classes + t->class_of[(unsigned char)s[i]]];
		if (t->word[at] == NONE)
			continue;
		if (end)
			*end = i + 1;
		return t->word[at];
	}
	return -1;
}

bool words_in(struct words *w, const char *s, size_t n)
{
	return words_find(w, s, n, NULL) >= 0;
}
