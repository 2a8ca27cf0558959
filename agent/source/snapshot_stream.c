/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_stream.h"

#include <errno.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"

#define CHUNK (64u << 10)
#define HEAD 48u /* a line's time stands within these bytes */

/* Where the last `lines` lines begin; a newline at the very end belongs to the last of them. */
static uint64_t tail_start(const struct snap_reader *f, uint64_t from, uint64_t to, int64_t lines, char *chunk)
{
	uint64_t at = to;

	if (lines == 0)
		return to;
	while (at > from) {
		uint64_t begin = at - from > CHUNK ? at - CHUNK : from;
		ssize_t n = snap_reader_at(f, begin, chunk, (size_t)(at - begin));

		if (n <= 0)
			return from;
		for (const char *p = chunk + n; (p = memrchr(chunk, '\n', (size_t)(p - chunk)));) {
			uint64_t next = begin + (uint64_t)(p - chunk) + 1;

			if (next < to && --lines == 0)
				return next;
		}
		at = begin;
	}
	return from;
}

/* The time at the start of a line; false: it has none. */
static bool line_time(const char *line, size_t n, int64_t *ms)
{
	char text[HEAD + 1];
	size_t len = 0;

	if (n < 20 || line[4] != '-' || line[10] != 'T')
		return false;
	while (len < n && len < HEAD && line[len] != ' ' && line[len] != '\n' && line[len] != '\t')
		len++;
	memcpy(text, line, len);
	text[len] = '\0';
	return clock_parse(text, ms);
}

struct flow {
	const struct snap_range *range;
	origin_sink *sink;
	void *ctx;
	struct origin_reply *r;
	uint64_t max;	/* bytes that may still be sent before it is a cut */
	uint64_t limit; /* bytes that may still be sent at all */
	bool at_start;	/* the next byte begins a line */
	bool keep;	/* the current line is wanted */
	bool stop;
};

static void send(struct flow *w, const char *bytes, size_t n)
{
	bool cut = false;

	if (w->stop || n == 0)
		return;
	if (n >= w->limit) {
		n = (size_t)w->limit;
		w->stop = true;
	}
	if (n > w->max) {
		n = (size_t)w->max;
		w->stop = cut = true;
	}
	w->max -= n;
	w->limit -= n;
	w->r->bytes += n;
	if (n && w->sink(w->ctx, bytes, n)) {
		w->stop = true;
		snap_reply(w->r, READ_CUT, 200, "stopped by the reader after %llu bytes",
			   (unsigned long long)w->r->bytes);
	} else if (cut) {
		snap_reply(w->r, READ_CUT, 200, "only the first %llu bytes", (unsigned long long)w->r->bytes);
	}
}

/* Sends the wanted lines of a chunk; returns how far it came: short of n when the head of a line is not whole yet. */
static size_t pass(struct flow *w, const char *chunk, size_t n, bool last)
{
	size_t at = 0, sent = 0;

	while (at < n && !w->stop) {
		const char *end = memchr(chunk + at, '\n', n - at);
		size_t next = end ? (size_t)(end - chunk) + 1 : n;
		bool was = w->keep;
		int64_t ms;

		if (w->at_start && !end && n - at < HEAD && !last)
			break;
		if (w->at_start && line_time(chunk + at, next - at, &ms))
			w->keep = ms >= w->range->since_ms;
		if (was && !w->keep)
			send(w, chunk + sent, at - sent);
		if (!was && w->keep)
			sent = at;
		w->at_start = end != NULL;
		at = next;
	}
	if (w->keep)
		send(w, chunk + sent, at - sent);
	return at;
}

/* Lines before the first one with a time go with that. */
static bool first_kept(const char *chunk, size_t n, int64_t since_ms)
{
	int64_t ms;

	for (size_t at = 0; at < n;) {
		const char *end = memchr(chunk + at, '\n', n - at);

		if (line_time(chunk + at, n - at, &ms))
			return ms >= since_ms;
		if (!end)
			break;
		at = (size_t)(end - chunk) + 1;
	}
	return true;
}

static void flow(struct flow *w, const struct snap_reader *f, const struct snap_request *q, uint64_t at, char *chunk)
{
	uint64_t to = w->range->to;
	bool filter = w->range->since_ms != INT64_MIN, first = true;

	while (at < to && !w->stop) {
		size_t want = to - at > CHUNK ? CHUNK : (size_t)(to - at);
		ssize_t got = snap_reader_at(f, at, chunk, want);
		size_t n = got > 0 ? (size_t)got : 0;

		if (got <= 0) {
			snap_reply(w->r, READ_CUT, 200, "reading stopped after %llu bytes: %s",
				   (unsigned long long)w->r->bytes,
				   got < 0 ? strerror(errno) : "the file became shorter");
			return;
		}
		if (cancel_fired(q->cancel) || (q->deadline && clock_left(q->deadline) == 0)) {
			snap_reply(w->r, READ_TIMEOUT, 200, "no time left after %llu bytes",
				   (unsigned long long)w->r->bytes);
			return;
		}
		if (filter && first)
			w->keep = first_kept(chunk, n, w->range->since_ms);
		first = false;
		if (filter)
			at += pass(w, chunk, n, at + n >= to);
		else
			send(w, chunk, n), at += n;
	}
}

void snap_stream(const struct snap_reader *file, const struct snap_range *range, const struct snap_request *q,
		 origin_sink *sink, void *ctx, struct origin_reply *r)
{
	char *chunk auto_free = mem_alloc(CHUNK);
	struct flow w = {.range = range,
			 .sink = sink,
			 .ctx = ctx,
			 .r = r,
			 .max = q->max_bytes,
			 .limit = range->limit,
			 .at_start = true,
			 .keep = true};
	uint64_t from = range->from;

	if (range->from >= range->to) {
		snap_reply(r, READ_EMPTY, 200, "it has 0 bytes");
		return;
	}
	snap_reply(r, READ_OK, 200, "%s", "");
	if (range->tail >= 0)
		from = tail_start(file, range->from, range->to, range->tail, chunk);
	flow(&w, file, q, from, chunk);
}
