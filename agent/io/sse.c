/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/io/sse.h"

#include <stdbool.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"

/* Room for "data: " and the like before what max_event_bytes allows, and for names and ids when that is tiny. */
#define FIELD_ROOM 64

struct sse {
	int (*fn)(void *ctx, const struct sse_event *ev);
	void *ctx;
	size_t max;
	struct buf line;  /* a line whose end has not come yet */
	struct buf data;  /* of the event so far, each line ended by \n */
	struct buf name;
	struct buf id;    /* survives the event, as the standard says */
	bool began;       /* the first line was seen, no byte order mark can follow */
	bool skip_lf;     /* the last byte was CR: an LF now belongs to it */
	bool stopped, over;
};

struct sse *sse_new(size_t max_event_bytes, int (*fn)(void *ctx, const struct sse_event *ev), void *ctx)
{
	struct sse *s = MEM_NEW(struct sse);

	s->fn = fn;
	s->ctx = ctx;
	s->max = max_event_bytes;
	buf_init(&s->line, max_event_bytes + FIELD_ROOM);
	buf_init(&s->data, max_event_bytes + 1);
	buf_init(&s->name, max_event_bytes + FIELD_ROOM);
	buf_init(&s->id, max_event_bytes + FIELD_ROOM);
	return s;
}

void sse_free(struct sse *s)
{
	if (!s)
		return;
	buf_fini(&s->line);
	buf_fini(&s->data);
	buf_fini(&s->name);
	buf_fini(&s->id);
	free(s);
}

static void end_event(struct sse *s)
{
	if (s->data.len) {
		struct sse_event ev;

		buf_cut(&s->data, s->data.len - 1);
		ev = (struct sse_event){
			.name = s->name.len ? buf_cstr(&s->name) : "message",
			.data = buf_cstr(&s->data),
			.len = s->data.len,
			.id = buf_cstr(&s->id),
		};
		s->stopped = s->fn(s->ctx, &ev) != 0;
	}
	buf_clear(&s->data);
	buf_clear(&s->name);
}

static bool is_field(const char *p, size_t n, const char *name)
{
	return n == strlen(name) && memcmp(p, name, n) == 0;
}

static void take_field(struct sse *s, const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n);
	size_t field = colon ? (size_t)(colon - p) : n;
	size_t skip = colon ? field + 1 : n;
	const char *value;

	if (skip < n && p[skip] == ' ')
		skip++;
	value = p + skip;
	n -= skip;
	if (is_field(p, field, "data")) {
		buf_add(&s->data, value, n);
		buf_char(&s->data, '\n');
	} else if (is_field(p, field, "event")) {
		buf_clear(&s->name);
		buf_add(&s->name, value, n);
	} else if (is_field(p, field, "id") && !memchr(value, '\0', n)) {
		buf_clear(&s->id);
		buf_add(&s->id, value, n);
	}
}

static void take_line(struct sse *s, const char *p, size_t n)
{
	if (!s->began && n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	s->began = true;
	if (!n)
		end_event(s);
	else if (p[0] != ':')
		take_field(s, p, n);
	if (s->data.over || s->name.over || s->id.over)
		s->over = true;
}

/* Length up to the first CR or LF, n when there is none. */
static size_t line_length(const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n);
	size_t len = lf ? (size_t)(lf - p) : n;
	const char *cr = memchr(p, '\r', len);

	return cr ? (size_t)(cr - p) : len;
}

/* Takes one line, or what there is of one, from the front; returns the bytes used. */
static size_t feed_some(struct sse *s, const char *p, size_t n)
{
	size_t len;

	if (s->skip_lf) {
		s->skip_lf = false;
		if (p[0] == '\n')
			return 1;
	}
	len = line_length(p, n);
	if (len == n) {
		buf_add(&s->line, p, n);
		s->over = s->line.over;
		return n;
	}
	s->skip_lf = p[len] == '\r';
	if (len > s->line.max - s->line.len) {
		s->over = true;
	} else if (s->line.len) {
		buf_add(&s->line, p, len);
		take_line(s, buf_cstr(&s->line), s->line.len);
		buf_clear(&s->line);
	} else {
		take_line(s, p, len);
	}
	return len + 1;
}

int sse_feed(struct sse *s, const char *p, size_t n, struct err *e)
{
	while (n && !s->stopped && !s->over) {
		size_t used = feed_some(s, p, n);

		p += used;
		n -= used;
	}
	if (s->over)
		return err_set(e, ERR_LIMIT,
			       "a streamed event is larger than the limit of %zu bytes: the stream was given up",
			       s->max);
	return s->stopped ? 1 : 0;
}

int sse_end(struct sse *s)
{
	bool unfinished = s->data.len || (s->line.len && s->line.data[0] != ':');

	buf_clear(&s->line);
	buf_clear(&s->data);
	buf_clear(&s->name);
	return unfinished && !s->stopped && !s->over;
}
