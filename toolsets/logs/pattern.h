/* SPDX-License-Identifier: Apache-2.0 */
/* A grep pattern over lines, any case: plain words are searched directly, the rest goes to the host's regular
 * expressions. */
#ifndef TOOLSETS_LOGS_PATTERN_H
#define TOOLSETS_LOGS_PATTERN_H

#include "toolsets/toolset.h"

struct pattern {
	const struct host *h;
	struct work *w;
	const char *text;
	char *regex; /* text with its options; NULL: plain */
	size_t len;
	bool plain;
	bool many;  /* can be asked of many lines at once */
	bool end;   /* cares for the end of a line */
	char *need; /* words that every match holds, in any case; NULL: none are known */
	size_t need_len;
	size_t rare;   /* which of their characters is met least */
	char why[200]; /* after -1 */
};

void logs_pattern_init(struct pattern *p, const struct host *h, struct work *w, const char *text);
void logs_pattern_fini(struct pattern *p);
/*
 * True when surely none of these lines matches: most lines of a long log are passed over so, at once. Else they have to
 * be asked one by one.
 */
bool logs_pattern_absent(struct pattern *p, const char *lines, size_t len);
/* 1, 0, or -1: why says what is wrong. */
int logs_pattern_match(struct pattern *p, const char *line, size_t len);

#endif
