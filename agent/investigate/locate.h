/* SPDX-License-Identifier: Apache-2.0 */
/* The search for the place of a quote, as its files share it. Private to locate*.c. */
#ifndef AGENT_INVESTIGATE_LOCATE_H
#define AGENT_INVESTIGATE_LOCATE_H

#include "agent/investigate/inquiry_state.h"

/* One reading of a quote: the whole of it, or what is left without the words that a tool printed before the text. */
struct search {
	struct inquiry *q;
	const struct call_result *call; /* whose result holds the quote */
	struct cluster *cluster;
	const char *shown; /* the whole result */
	size_t at;	   /* where the quote stands in it first */
	const char *quote;
	const char *key;   /* the field must be called so; NULL: any */
	const char *cause; /* the claim that the quote is to prove */
	bool masked;	   /* the quote holds a mark of the masker */
};

/* Each: evidence of the place, 0 when it is not there, or when several places hold the words and nothing tells which. */
int locate_in_objects(const struct search *s);
int locate_in_logs(const struct search *s);

/* Does the name stand in the text as a word of its own? Then *last is where it does so last; may be NULL. */
bool locate_names(const char *text, size_t n, const char *name, size_t *last);
/* Masked, the caller's. */
char *locate_masked(const char *text);
/* Shortens a text to some 2,000 bytes around the quote. */
void locate_narrow(char *text, const char *quote);

#endif
