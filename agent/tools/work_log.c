/* SPDX-License-Identifier: Apache-2.0 */
/* Pod logs for toolsets: whole and capped, or in pieces with constant memory. */
#include "agent/tools/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/io/url.h"

#define LOG_TEXT_MAX (16u << 20) /* of a log that is wanted whole; log_each has no such bound */
#define LOG_LINE_MAX (1u << 20)	 /* a longer line is handed on in pieces */

static void parameter(struct buf *b, const char *name, const char *value)
{
	buf_char(b, strchr(buf_cstr(b), '?') ? '&' : '?');
	buf_str(b, name);
	buf_char(b, '=');
	url_encode_to(b, value);
}

char *work_log_path(const struct log_request *q)
{
	auto_buf struct buf b = BUF_INIT(4096);
	char number[32];

	buf_str(&b, "/api/v1/namespaces/");
	url_encode_to(&b, q->ns);
	buf_str(&b, "/pods/");
	url_encode_to(&b, q->pod);
	buf_str(&b, "/log");
	if (!str_empty(q->container))
		parameter(&b, "container", q->container);
	if (q->previous)
		parameter(&b, "previous", "true");
	if (q->tail_lines > 0) {
		snprintf(number, sizeof(number), "%" PRId64, q->tail_lines);
		parameter(&b, "tailLines", number);
	}
	if (!str_empty(q->since_time))
		parameter(&b, "sinceTime", q->since_time);
	if (q->since_seconds > 0) {
		snprintf(number, sizeof(number), "%" PRId64, q->since_seconds);
		parameter(&b, "sinceSeconds", number);
	}
	if (q->limit_bytes) {
		snprintf(number, sizeof(number), "%" PRIu64, q->limit_bytes);
		parameter(&b, "limitBytes", number);
	}
	if (q->timestamps)
		parameter(&b, "timestamps", "true");
	return buf_steal(&b);
}

static char *log_what(const struct log_request *q)
{
	return mem_printf("pods/log %s%s%s%s in namespace %s", q->pod, str_empty(q->container) ? "" : " container ",
			  str_or(q->container, ""), q->previous ? " (previous)" : "", q->ns);
}

void work_log(struct work *w, const struct log_request *q, struct log_text *out)
{
	auto_free char *path = work_log_path(q);
	auto_free char *what = log_what(q);
	struct source_request request = {
		.path = path, .accept = WORK_LOG_ACCEPT, .max_bytes = LOG_TEXT_MAX, .what = what, .cancel = w->cancel};
	struct origin_reply reply = {0};
	char *text;

	*out = (struct log_text){.text = ""};
	request.optional = q->may_be_empty;
	text = source_text(w->cluster->source, &request, &out->len, &reply);
	/* what nobody asked about need not be in a snapshot; that it may not be read is worth a word */
	if (q->may_be_empty && reply.state != READ_OK && reply.state != READ_EMPTY && reply.state != READ_NOT_FOUND &&
	    reply.state != READ_NOT_CAPTURED)
		source_blind(w->cluster->source, reply.state, what, reply.why);
	out->state = (enum seen)reply.state;
	snprintf(out->why, sizeof(out->why), "%s", reply.why);
	if (text) {
		out->text = work_keep_text(w, text);
		w->bytes += out->len;
	}
	out->source = work_keep_text(w, mem_printf("GET %s", path));
	work_touch(w, NULL, NULL, NULL, path);
}

/* Joins pieces of a body to pieces of whole lines. */
struct lines {
	int (*line)(void *, const char *, size_t);
	void *ctx;
	struct buf rest;
	uint64_t bytes;
	bool stopped;
};

static int on_piece(void *ctx, const char *data, size_t len)
{
	struct lines *l = ctx;
	const char *end = memrchr(data, '\n', len);
	size_t whole = end ? (size_t)(end - data) + 1 : 0;

	l->bytes += len;
	if (whole && l->rest.len) {
		const char *first = memchr(data, '\n', len);
		size_t n = (size_t)(first - data) + 1;

		buf_add(&l->rest, data, n);
		l->stopped = l->line(l->ctx, l->rest.data, l->rest.len) != 0;
		buf_clear(&l->rest);
		data += n;
		len -= n;
		whole -= n;
	}
	if (whole && !l->stopped)
		l->stopped = l->line(l->ctx, data, whole) != 0;
	if (l->stopped)
		return 1;
	buf_add(&l->rest, data + whole, len - whole);
	if (l->rest.len >= LOG_LINE_MAX / 2) {
		l->stopped = l->line(l->ctx, l->rest.data, l->rest.len) != 0;
		buf_clear(&l->rest);
	}
	return l->stopped;
}

enum seen work_log_each(struct work *w, const struct log_request *q, int (*line)(void *, const char *, size_t),
			void *ctx, char *why, size_t why_size)
{
	auto_free char *path = work_log_path(q);
	auto_free char *what = log_what(q);
	struct source_request request = {.path = path,
					 .accept = WORK_LOG_ACCEPT,
					 .max_bytes = UINT64_MAX,
					 .what = what,
					 .fresh = true, /* nothing of a log this large is worth keeping */
					 .cancel = w->cancel};
	struct lines l = {.line = line, .ctx = ctx, .rest = BUF_INIT(LOG_LINE_MAX + (1u << 20))};
	struct origin_reply reply = {0};
	struct err e = {0};

	if (source_get(w->cluster->source, &request, on_piece, &l, &reply, &e) < 0) {
		reply.state = READ_FAILED;
		snprintf(reply.why, sizeof(reply.why), "%.200s", e.msg);
	}
	if (!l.stopped && l.rest.len)
		l.line(l.ctx, l.rest.data, l.rest.len);
	if (l.stopped && reply.state == READ_CUT)
		reply.state = READ_OK; /* the reader had enough */
	buf_fini(&l.rest);
	w->bytes += l.bytes;
	work_touch(w, NULL, NULL, NULL, path);
	if (why)
		snprintf(why, why_size, "%s", reply.why);
	return (enum seen)reply.state;
}
