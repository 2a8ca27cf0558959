/* SPDX-License-Identifier: Apache-2.0 */
/* Text that a tool builds up and sends as its answer. It has a maximum; what is over it is dropped and said once at the
 * end. */
#ifndef TOOLSETS_LIB_REPLY_H
#define TOOLSETS_LIB_REPLY_H

#include "toolsets/toolset.h"

#define REP_MAX_BYTES 24000u /* about 7,000 tokens: what one answer may take of a model's window */

struct reply {
	char *text; /* NUL-terminated, NULL while empty */
	size_t len, cap, max;
	bool cut;
};

#define REP_INIT                                                                                                       \
	{                                                                                                              \
		.max = REP_MAX_BYTES                                                                                   \
	}

void rep_free(struct reply *r);
void rep_clear(struct reply *r); /* empty again, keeps its room */
const char *rep_text(const struct reply *r);
void rep_add(struct reply *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rep_put(struct reply *r, const char *s);
void rep_putn(struct reply *r, const char *s, size_t n);
/* As one line: line ends become spaces; over max bytes it is cut at a character and "… (+N chars)" stands instead. */
void rep_clip(struct reply *r, const char *s, size_t n, size_t max);
/* Items of a list with ", " between: call before each item with the count so far. */
void rep_comma(struct reply *r, size_t nth);
/* Sends through host->text and frees. */
void rep_send(const struct host *h, struct work *w, enum tool_status status, struct reply *r);

#endif
