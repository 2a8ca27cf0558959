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
	size_t len;
	bool plain;
	unsigned char first[2]; /* of a plain one: its first letter in both cases */
	char why[200];		/* after -1 */
};

void logs_pattern_init(struct pattern *p, const struct host *h, struct work *w, const char *text);
/* 1, 0, or -1: why says what is wrong. */
int logs_pattern_match(struct pattern *p, const char *line, size_t len);

#endif
