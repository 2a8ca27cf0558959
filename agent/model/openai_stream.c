/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/openai_stream.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/io/sse.h"

struct openai_stream {
	struct sse *sse;
	struct draft *draft;
	json_t *error;
	struct err why; /* of a cap, met inside a callback */
	struct buf clean;
	size_t broken;
	bool done;
};

bool openai_is_error(const json_t *doc)
{
	const json_t *error = json_object_get(doc, "error");

	if (error && !json_is_null(error))
		return true;
	return !json_object_get(doc, "choices") &&
	       (str_eq(json_key_str(doc, "object"), "error") || str_eq(json_key_str(doc, "type"), "error") ||
		json_object_get(doc, "detail") || json_is_string(json_object_get(doc, "message")));
}

/* Parses what may hold broken characters; *mended says whether its strings hold marks. */
static json_t *parse(struct buf *clean, const char *s, size_t n, bool *mended, struct err *e)
{
	buf_clear(clean);
	*mended = mend_json(clean, s, n);
	if (!*mended || clean->over)
		return json_parse(s, n, "the answer", e);
	return json_parse(clean->data, clean->len, "the answer", e);
}

static int take_document(struct draft *d, const json_t *doc, bool mended, struct err *e)
{
	const json_t *choice, *usage = json_object_get(doc, "usage");
	size_t i;

	json_array_foreach (json_object_get(doc, "choices"), i, choice) {
		if (draft_choice(d, choice, mended, e) < 0)
			return -1;
	}
	if (!json_is_object(usage))
		usage = json_at(doc, "x_groq.usage");
	if (json_is_object(usage))
		draft_usage(d, usage);
	return 0;
}

static int on_event(void *ctx, const struct sse_event *ev)
{
	struct openai_stream *s = ctx;
	bool mended;
	size_t n = ev->len;

	while (n && (ev->data[n - 1] == ' ' || ev->data[n - 1] == '\n'))
		n--;
	if (s->done || s->error || n == 0)
		return 0;
	if (n == 6 && memcmp(ev->data, "[DONE]", 6) == 0) {
		s->done = true;
		return 0;
	}
	auto_json json_t *doc = parse(&s->clean, ev->data, n, &mended, NULL);
	if (!json_is_object(doc)) {
		s->broken++;
		return 0;
	}
	if (openai_is_error(doc) || str_eq(ev->name, "error")) {
		s->error = json_incref(doc);
		return 0;
	}
	return take_document(s->draft, doc, mended, &s->why) < 0;
}

struct openai_stream *openai_stream_new(struct draft *d)
{
	struct openai_stream *s = MEM_NEW(struct openai_stream);

	s->draft = d;
	buf_init(&s->clean, STREAM_EVENT_MAX * 4);
	s->sse = sse_new(STREAM_EVENT_MAX, on_event, s);
	return s;
}

void openai_stream_free(struct openai_stream *s)
{
	if (!s)
		return;
	sse_free(s->sse);
	json_decref(s->error);
	buf_fini(&s->clean);
	free(s);
}

int openai_stream_feed(struct openai_stream *s, const char *p, size_t n, struct err *e)
{
	int rc = sse_feed(s->sse, p, n, e);

	if (rc > 0) {
		if (e)
			*e = s->why;
		return -1;
	}
	return rc;
}

int openai_stream_end(struct openai_stream *s, struct err *e)
{
	return openai_stream_feed(s, "\n\n", 2, e);
}

bool openai_stream_done(const struct openai_stream *s)
{
	return s->done;
}

const json_t *openai_stream_error(const struct openai_stream *s)
{
	return s->error;
}

size_t openai_stream_broken(const struct openai_stream *s)
{
	return s->broken;
}

int openai_plain(struct draft *d, const char *body, size_t n, json_t **error, struct err *e)
{
	auto_buf struct buf clean = BUF_INIT(n * 4 + 16);
	bool mended;
	auto_json json_t *doc = parse(&clean, body, n, &mended, e);
	const json_t *root = doc;

	*error = NULL;
	if (!doc)
		return -1;
	if (json_is_array(root) && json_array_size(root) == 1)
		root = json_array_get(root, 0);
	if (openai_is_error(root)) {
		*error = json_deep_copy(root);
		return 1;
	}
	if (!json_is_array(json_object_get(root, "choices")) || json_array_size(json_object_get(root, "choices")) == 0)
		return err_set(e, ERR_PARSE, "the answer holds no \"choices\"");
	return take_document(d, root, mended, e);
}
