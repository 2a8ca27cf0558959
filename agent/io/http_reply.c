/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back: status line, the few headers that matter, the body. */
#include <ctype.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/str.h"
#include "agent/io/http_call.h"

#define DEFAULT_MAX_BYTES ((uint64_t)64 << 20)
#define MAX_RETRY_AFTER_MS ((int64_t)24 * 3600 * 1000)

static void note_life(struct http_call *c)
{
	if (c->connected)
		c->idle_end = clock_deadline(c->q->idle_ms > 0 ? c->q->idle_ms : HTTP_IDLE_MS);
}

/* "HTTP/1.1 200 OK", "HTTP/2 200": a new status begins a new answer (after 100 Continue and the like). */
static void take_status(struct http_call *c, const char *line)
{
	const char *p = strchr(line, ' ');

	c->reply->status = p && isdigit((unsigned char)p[1]) ? (int)strtol(p + 1, NULL, 10) : 0;
	c->reply->type[0] = '\0';
	c->reply->retry_after_ms = -1;
	c->server_date_ms = c->retry_date_ms = 0;
}

static void take_type(struct http_call *c, const char *value)
{
	size_t n = strcspn(value, "; \t");

	if (n >= sizeof(c->reply->type))
		n = sizeof(c->reply->type) - 1;
	memcpy(c->reply->type, value, n);
	c->reply->type[n] = '\0';
	str_lower(c->reply->type);
}

static void take_retry(struct http_call *c, const char *value, int64_t unit_ms)
{
	int64_t n;
	time_t date;

	if (isdigit((unsigned char)value[0])) {
		if (str_to_i64(value, &n, NULL) < 0 || n > MAX_RETRY_AFTER_MS / unit_ms)
			n = MAX_RETRY_AFTER_MS / unit_ms;
		c->reply->retry_after_ms = n * unit_ms;
		return;
	}
	date = curl_getdate(value, NULL);
	if (date > 0)
		c->retry_date_ms = (int64_t)date * 1000;
}

static void take_header(struct http_call *c, const char *name, const char *value)
{
	time_t date;

	if (str_eq_nocase(name, "content-type")) {
		take_type(c, value);
	} else if (str_eq_nocase(name, "retry-after") && c->reply->retry_after_ms < 0) {
		take_retry(c, value, 1000);
	} else if (str_eq_nocase(name, "retry-after-ms") && isdigit((unsigned char)value[0])) {
		take_retry(c, value, 1);
	} else if (str_eq_nocase(name, "date")) {
		date = curl_getdate(value, NULL);
		c->server_date_ms = date > 0 ? (int64_t)date * 1000 : 0;
	}
}

static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;
	char line[512];
	char *value;
	size_t len = size * n < sizeof(line) ? size * n : sizeof(line) - 1;

	note_life(c);
	memcpy(line, data, len);
	line[len] = '\0';
	value = strchr(line, ':');
	if (str_starts(line, "HTTP/")) {
		take_status(c, line);
	} else if (value) {
		*value++ = '\0';
		take_header(c, line, str_trim(value));
	}
	return size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;
	struct http_reply *r = c->reply;
	uint64_t max = c->q->max_bytes ? c->q->max_bytes : DEFAULT_MAX_BYTES;
	size_t len = size * n;

	if (len > max - r->bytes) {
		len = (size_t)(max - r->bytes);
		r->capped = true;
	}
	r->bytes += len;
	if (len && c->sink && c->sink(c->ctx, data, len) != 0)
		r->stopped = true;
	note_life(c); /* after the sink: it may have changed how much silence is allowed */
	return r->stopped || r->capped ? CURL_WRITEFUNC_ERROR : size * n;
}

static int on_progress(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	struct http_call *c = ctx;

	(void)down_all;
	(void)up_all;
	/* A request body that is still being taken, or compressed bytes that give no output yet, are life too. */
	if (down + up != c->moved) {
		c->moved = down + up;
		note_life(c);
	}
	return 0;
}

static int on_connected(void *ctx, char *to_ip, char *from_ip, int to_port, int from_port)
{
	struct http_call *c = ctx;

	(void)to_ip;
	(void)from_ip;
	(void)to_port;
	(void)from_port;
	c->connected = true;
	note_life(c);
	return CURL_PREREQFUNC_OK;
}

void http_reply_watch(struct http_call *c)
{
	curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c->easy, CURLOPT_XFERINFODATA, c);
	curl_easy_setopt(c->easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(c->easy, CURLOPT_PREREQDATA, c);
}

void http_reply_finish(struct http_call *c)
{
	struct http_reply *r = c->reply;
	curl_off_t body = 0;
	long head = 0;

	curl_easy_getinfo(c->easy, CURLINFO_SIZE_DOWNLOAD_T, &body);
	curl_easy_getinfo(c->easy, CURLINFO_HEADER_SIZE, &head);
	r->wire_bytes = (uint64_t)body + (uint64_t)head;
	if (r->retry_after_ms < 0 && c->retry_date_ms) {
		int64_t wait = c->retry_date_ms - (c->server_date_ms ? c->server_date_ms : clock_wall_ms());

		r->retry_after_ms = wait < 0 ? 0 : wait < MAX_RETRY_AFTER_MS ? wait : MAX_RETRY_AFTER_MS;
	}
}
