/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/live.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "agent/base/buf.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"

/* meta/v1 Status with this message, whatever its details say, means that the path leads to no resource. */
#define NO_RESOURCE "the server could not find the requested resource"

static const struct {
	int status;
	const char *text;
} phrases[] = {
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
};

static const char *phrase(int status)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].text;
	return "";
}

void live_why(struct origin_reply *r, const char *fmt, ...)
{
	auto_buf struct buf text = BUF_INIT(4096);
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	n = utf8_cut(buf_cstr(&text), text.len, sizeof(r->why) - 1);
	memcpy(r->why, buf_cstr(&text), n);
	r->why[n] = '\0';
	if (n < text.len) {
		n = utf8_cut(r->why, n, sizeof(r->why) - 4);
		memcpy(r->why + n, "...", 4);
	}
}

/* What the body says for itself in one line: the message of a Status, or the first line of plain text. */
static void body_message(struct buf *out, const json_t *doc, const char *body, size_t len)
{
	const char *message = json_key_str(doc, "message");
	size_t i;

	if (message) {
		body = message;
		len = strlen(message);
	} else if (doc || (len > 0 && body[0] == '<')) {
		buf_str(out, doc ? "" : "(a web page, not an answer of the API)");
		return;
	}
	for (i = 0; i < len && i < 1000 && (message || body[i] != '\n'); i++)
		;
	{
		auto_buf struct buf clean = BUF_INIT(8192);
		const char *p;

		utf8_clean(&clean, body, i);
		for (p = buf_cstr(&clean); *p; p++)
			buf_char(out, (unsigned char)*p < ' ' || *p == 127 ? ' ' : *p);
	}
}

/* Paths that the API server passes on: the status is that of a pod, a service or a node, not of the API. */
static bool passed_on(const char *path)
{
	size_t n = strcspn(path, "?");
	const char *at = strstr(path, "/proxy");

	return at && (size_t)(at - path) < n && (at[6] == '/' || at[6] == '?' || at[6] == '\0');
}

static enum read_state state_of_404(const char *path, const json_t *doc)
{
	if (passed_on(path))
		return READ_NOT_FOUND;
	if (!str_eq(json_key_str(doc, "kind"), "Status") || str_empty(json_str_at(doc, "details.name")))
		return READ_NOT_SERVED;
	return str_eq(json_key_str(doc, "message"), NO_RESOURCE) ? READ_NOT_SERVED : READ_NOT_FOUND;
}

static enum read_state state_of(int status, const char *path, const json_t *doc)
{
	switch (status) {
	case 401:
	case 403:
		return READ_DENIED;
	case 404:
		return state_of_404(path, doc);
	case 405:
		return READ_NOT_SERVED;
	case 410:
		return READ_CUT;
	default:
		return READ_FAILED;
	}
}

void live_explain_status(struct origin_reply *r, const char *path, const char *body, size_t len)
{
	auto_json json_t *doc = len ? json_parse(body, len, "status", NULL) : NULL;
	auto_buf struct buf message = BUF_INIT(4096);
	const char *name = phrase(r->status);

	r->state = state_of(r->status, path, doc);
	if (r->status >= 300 && r->status < 400)
		buf_str(&message, "the server sends us elsewhere; is this the address of an API server, or a login "
				  "page before it?");
	else
		body_message(&message, doc, body, len);
	if (str_eq(buf_cstr(&message), name))
		buf_clear(&message);
	live_why(r, "%d%s%s%s%s", r->status, *name ? " " : "", name, message.len ? ": " : "", buf_cstr(&message));
}

void live_explain_failure(struct origin_reply *r, const struct err *why, const struct http_reply *h)
{
	char size[24];

	str_from_size(r->bytes, size);
	if (why->code == ERR_LIMIT || h->capped) {
		r->state = READ_CUT;
		live_why(r, "cut after %s, the limit for one answer", size);
	} else if (why->code == ERR_TIMEOUT) {
		r->state = READ_TIMEOUT;
		if (r->bytes)
			live_why(r, "timed out after %s: %s", size, why->msg);
		else
			live_why(r, "%s", why->msg);
	} else if (r->bytes) {
		r->state = READ_CUT;
		live_why(r, "broke off after %s: %s", size, why->msg);
	} else {
		r->state = READ_FAILED;
		live_why(r, "%s", why->msg);
	}
}
