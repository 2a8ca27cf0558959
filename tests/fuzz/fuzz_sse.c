/* SPDX-License-Identifier: Apache-2.0 */
/* The same bytes whole and in pieces (the first byte of the input sets their size) must give the same events. */
#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/io/sse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EVENT 512

struct seen {
	struct buf text;
	int events;
};

static int note(void *ctx, const struct sse_event *ev)
{
	struct seen *s = ctx;

	if (ev->data[ev->len] != '\0' || ev->len > MAX_EVENT)
		abort();
	buf_printf(&s->text, "%d %s %s ", ++s->events, ev->name, ev->id);
	buf_add(&s->text, ev->data, ev->len);
	return s->events == 1000;
}

static int parse(const uint8_t *data, size_t n, size_t piece, struct seen *seen)
{
	struct sse *s = sse_new(MAX_EVENT, note, seen);
	int rc = 0, unfinished;

	while (n && rc == 0) {
		size_t len = n < piece ? n : piece;
		char *copy = mem_copy(data, len);

		rc = sse_feed(s, copy, len, NULL);
		free(copy);
		data += len;
		n -= len;
	}
	unfinished = sse_end(s);
	sse_free(s);
	return rc * 2 + unfinished;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct seen whole = {.text = BUF_INIT((size_t)1 << 24)}, parts = {.text = BUF_INIT((size_t)1 << 24)};
	int a, b;

	if (n < 1)
		return 0;
	a = parse(data + 1, n - 1, n, &whole);
	b = parse(data + 1, n - 1, (size_t)(data[0] % 64) + 1, &parts);
	if (a != b || whole.events != parts.events || whole.text.len != parts.text.len ||
	    memcmp(buf_cstr(&whole.text), buf_cstr(&parts.text), whole.text.len) != 0)
		abort();
	buf_fini(&whole.text);
	buf_fini(&parts.text);
	return 0;
}
