/* SPDX-License-Identifier: Apache-2.0 */
/* The client and the loop that waits. A wait always includes the cancel descriptor, so a cancel takes no time. */
#include "agent/io/http.h"

#include <pthread.h>
#include <string.h>

#include <curl/curl.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/io/http_call.h"

#define MAX_WAIT_MS 60000
#define MAX_KEPT_CONNECTIONS 8L

struct http {
	CURLM *multi;   /* connections, DNS answers and the read CA bundle live here; NULL before the first request */
	CURL *easy;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
	curl_global_init(CURL_GLOBAL_ALL);
}

struct http *http_new(void)
{
	return MEM_NEW(struct http);
}

void http_free(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->easy);
	if (h->multi)
		curl_multi_cleanup(h->multi);
	free(h);
}

static int prepare_client(struct http *h, struct err *e)
{
	pthread_once(&curl_once, start_curl);
	if (!h->multi) {
		h->multi = curl_multi_init();
		if (h->multi)
			curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, MAX_KEPT_CONNECTIONS);
	}
	if (!h->easy)
		h->easy = curl_easy_init();
	if (!h->multi || !h->easy)
		return err_set(e, ERR_STATE,
			       "the HTTP library cannot start: check free memory and the limit of open files");
	return 0;
}

/* Time until the nearer of two deadlines, for a poll. */
static int wait_ms(int64_t deadline, int64_t idle_end)
{
	int64_t left = clock_left(clock_sooner(deadline, idle_end));

	return (int)(left < MAX_WAIT_MS ? left : MAX_WAIT_MS);
}

/* True when the one transfer of the multi handle has ended; *why is its result. */
static bool has_ended(CURLM *multi, CURLcode *why)
{
	int waiting;
	const CURLMsg *m = curl_multi_info_read(multi, &waiting);

	if (!m || m->msg != CURLMSG_DONE)
		return false;
	*why = m->data.result;
	return true;
}

static CURLMcode wait_for_news(CURLM *multi, struct cancel *cancel, int timeout_ms)
{
	int fd = cancel_fd(cancel);
	struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};

	return curl_multi_poll(multi, &extra, fd >= 0 ? 1 : 0, timeout_ms, NULL);
}

enum http_ending http_drive(CURLM *multi, const struct http_call *c, CURL *easy, int64_t deadline, CURLcode *why)
{
	enum http_ending how = HTTP_BROKEN;
	int running;

	if (curl_multi_add_handle(multi, easy) != CURLM_OK)
		return HTTP_BROKEN;
	while (how == HTTP_BROKEN && curl_multi_perform(multi, &running) == CURLM_OK) {
		if (has_ended(multi, why))
			how = HTTP_DONE;
		else if (cancel_fired(c->q->cancel))
			how = HTTP_CANCELED;
		else if (clock_left(deadline) == 0)
			how = HTTP_DEADLINE;
		else if (clock_left(c->idle_end) == 0)
			how = HTTP_IDLE;
		else if (wait_for_news(multi, c->q->cancel, wait_ms(deadline, c->idle_end)) != CURLM_OK)
			break;
	}
	/* The path to a silent peer may be dead, which HTTP/2 would not notice: the next request gets another one. */
	if (how == HTTP_IDLE || how == HTTP_DEADLINE)
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_multi_remove_handle(multi, easy);
	return how;
}

static int report(struct http_call *c, enum http_ending how, CURLcode why, struct err *e)
{
	switch (how) {
	case HTTP_DONE:
		if (why == CURLE_OK || c->reply->stopped)
			return 0;
		return http_call_explain(c, why, e);
	case HTTP_CANCELED:
		return err_set(e, ERR_CANCELED, "the request to %s was cancelled", c->target);
	case HTTP_DEADLINE:
		return http_call_explain_deadline(c, e);
	case HTTP_IDLE:
		return http_call_explain_idle(c, e);
	case HTTP_BROKEN:
		break;
	}
	return err_set(e, ERR_STATE,
		       "the HTTP library failed while talking to %s: check free memory and the limit of open files",
		       c->target);
}

static int run_call(struct http *h, struct http_call *c, struct err *e)
{
	enum http_ending how;
	CURLcode why = CURLE_OK;

	if (http_call_setup(c, e) < 0)
		return -1;
	if (cancel_fired(c->q->cancel))
		return report(c, HTTP_CANCELED, why, e);
	if (clock_left(c->q->deadline) == 0)
		return err_set(e, ERR_TIMEOUT,
			       "no time was left for the request to %s: the time limit had passed before", c->target);
	http_reply_watch(c);
	how = http_drive(h->multi, c, c->easy, c->q->deadline, &why);
	http_reply_finish(c);
	return report(c, how, why, e);
}

int http_do(struct http *h, const struct http_request *q, http_sink *sink, void *ctx, struct http_reply *reply,
	    struct err *e)
{
	struct http_reply unwanted = {0};
	struct http_call c = {.q = q, .sink = sink, .ctx = ctx, .reply = reply ? reply : &unwanted};
	int rc;

	*c.reply = (struct http_reply){.retry_after_ms = -1};
	if (prepare_client(h, e) < 0)
		return -1;
	c.easy = h->easy;
	c.started = clock_mono_ms();
	rc = run_call(h, &c, e);
	/* Nothing of the caller's (body, sink, secrets) stays behind in the handle; connections do. */
	curl_easy_reset(h->easy);
	http_call_fini(&c);
	return rc;
}
