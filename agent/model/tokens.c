/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens without a tokenizer: words of up to five letters are one token, each five more letters another; three digits
 * one; each mark one, equal marks in pairs; a character outside of ASCII one for two bytes. Some ten per cent high for
 * English.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/data/json.h"
#include "agent/model/price.h"

enum sort { SORT_LETTER, SORT_DIGIT, SORT_SPACE, SORT_MARK, SORT_WIDE };

static enum sort sort_of(unsigned char c)
{
	if (c >= 0x80)
		return SORT_WIDE;
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return SORT_LETTER;
	if (c >= '0' && c <= '9')
		return SORT_DIGIT;
	return c == ' ' || (c >= '\t' && c <= '\r') ? SORT_SPACE : SORT_MARK;
}

static int64_t tokens_of_run(enum sort sort, const char *s, size_t n)
{
	switch (sort) {
	case SORT_LETTER:
		return 1 + (int64_t)(n - 1) / 5;
	case SORT_DIGIT:
		return ((int64_t)n + 2) / 3;
	case SORT_SPACE:
		/* One blank belongs to the word after it. */
		return n == 1 && *s == ' ' ? 0 : 1 + (int64_t)n / 16;
	case SORT_WIDE:
		return ((int64_t)n + 1) / 2;
	case SORT_MARK:
		break;
	}
	return ((int64_t)n + 1) / 2;
}

int64_t tokens_of(const char *s, size_t n)
{
	int64_t tokens = 0;

	for (size_t i = 0; i < n;) {
		enum sort sort = sort_of((unsigned char)s[i]);
		size_t from = i;

		/* Marks run only with their like: "}}}" is shorter than "\"},". */
		while (i < n && sort_of((unsigned char)s[i]) == sort && (sort != SORT_MARK || s[i] == s[from]))
			i++;
		tokens += tokens_of_run(sort, s + from, i - from);
	}
	return tokens;
}

int64_t tokens_of_json(const json_t *j)
{
	char *text;
	int64_t tokens;

	if (!j)
		return 0;
	text = json_dump(j, false);
	tokens = tokens_of(text, strlen(text));
	free(text);
	return tokens;
}
