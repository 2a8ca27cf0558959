/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chat stream whole and in pieces (the first byte of the input sets their size) must give the same reply; what is
 * delivered is whole characters and adds up to the text. Read as one document it must end well, too.
 */
#include "agent/base/mem.h"
#include "agent/base/utf8.h"
#include "agent/model/openai_stream.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct heard {
	struct buf text;
};

static void hear(void *ctx, const char *text, size_t len)
{
	struct heard *h = ctx;

	if (len == 0 || !utf8_valid(text, len))
		abort();
	buf_add(&h->text, text, len);
}

static void check_reply(const struct model_reply *r, const struct heard *h)
{
	if (strlen(r->text) != h->text.len || strcmp(r->text, buf_cstr(&h->text)) != 0)
		abort();
	if (r->reasoning && !utf8_valid(r->reasoning, strlen(r->reasoning)))
		abort();
	for (size_t i = 0; i < r->call_count; i++) {
		const struct model_call *c = &r->calls[i];

		if (!*c->id || !utf8_valid(c->arguments, strlen(c->arguments)))
			abort();
		for (size_t k = 0; k < i; k++)
			if (strcmp(c->id, r->calls[k].id) == 0)
				abort();
	}
}

static void describe(struct buf *out, const struct model_reply *r, int rc)
{
	buf_printf(out, "%d %s %s %s ", rc, r->finish, r->text, r->reasoning ? r->reasoning : "");
	for (size_t i = 0; i < r->call_count; i++)
		buf_printf(out, "%s %s %s ", r->calls[i].id, r->calls[i].name, r->calls[i].arguments);
}

static void stream(const uint8_t *data, size_t n, size_t piece, struct buf *out)
{
	struct heard h = {.text = BUF_INIT((size_t)1 << 24)};
	struct model_reply r = {.text = NULL};
	struct draft d;
	struct openai_stream *s;
	unsigned id = 0;
	int rc = 0;

	draft_init(&d);
	d.on_text = hear;
	d.ctx = &h;
	s = openai_stream_new(&d);
	while (n && rc == 0) {
		size_t len = n < piece ? n : piece;
		char *copy = mem_copy(data, len);

		rc = openai_stream_feed(s, copy, len, NULL);
		free(copy);
		data += len;
		n -= len;
	}
	if (rc == 0)
		rc = openai_stream_end(s, NULL);
	draft_take(&d, &r, !openai_stream_done(s), &id);
	check_reply(&r, &h);
	describe(out, &r, rc);
	model_reply_fini(&r);
	openai_stream_free(s);
	draft_fini(&d);
	buf_fini(&h.text);
}

static void document(const uint8_t *data, size_t n)
{
	struct model_reply r = {.text = NULL};
	struct draft d;
	json_t *error = NULL;
	unsigned id = 0;
	char *copy = mem_alloc(n + 1);

	memcpy(copy, data, n);
	draft_init(&d);
	if (openai_plain(&d, copy, n, &error, NULL) != 0 && d.began && error)
		abort();
	draft_take(&d, &r, false, &id);
	if (!utf8_valid(r.text, strlen(r.text)))
		abort();
	model_reply_fini(&r);
	json_decref(error);
	draft_fini(&d);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf whole = BUF_INIT((size_t)1 << 25), parts = BUF_INIT((size_t)1 << 25);

	if (n < 1)
		return 0;
	stream(data + 1, n - 1, n, &whole);
	stream(data + 1, n - 1, (size_t)(data[0] % 64) + 1, &parts);
	if (strcmp(buf_cstr(&whole), buf_cstr(&parts)) != 0)
		abort();
	document(data + 1, n - 1);
	buf_fini(&whole);
	buf_fini(&parts);
	return 0;
}
