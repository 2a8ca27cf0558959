/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of a Chat Completions endpoint, as an event stream or as one document, into a draft. */
#ifndef AGENT_MODEL_OPENAI_STREAM_H
#define AGENT_MODEL_OPENAI_STREAM_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/model/draft.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define STREAM_EVENT_MAX ((size_t)4 << 20)
#define STREAM_TOTAL_MAX ((size_t)32 << 20)

struct openai_stream;

/* The draft must outlive the stream. */
struct openai_stream *openai_stream_new(struct draft *d);
void openai_stream_free(struct openai_stream *s);
/* Any fragmentation. 0 go on, -1 at a cap (ERR_LIMIT). After [DONE] and after an error event the rest is ignored. */
int openai_stream_feed(struct openai_stream *s, const char *p, size_t n, struct err *e) MUST_CHECK;
/* The end of the bytes: an event without its blank line counts when it is whole. */
int openai_stream_end(struct openai_stream *s, struct err *e) MUST_CHECK;
bool openai_stream_done(const struct openai_stream *s); /* [DONE] was seen */
/* The document of an error that the server sent inside the stream, or NULL. */
const json_t *openai_stream_error(const struct openai_stream *s);
/* Events that were no JSON. */
size_t openai_stream_broken(const struct openai_stream *s);

/*
 * A whole answer. 0: in the draft; 1: it is an error document, *error is new; -1: ERR_LIMIT at a cap, ERR_PARSE when it
 * is no answer at all.
 */
int openai_plain(struct draft *d, const char *body, size_t n, json_t **error, struct err *e) MUST_CHECK;
/* Does this document say that something failed? */
bool openai_is_error(const json_t *doc);

#endif
