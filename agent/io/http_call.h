/* SPDX-License-Identifier: Apache-2.0 */
/* One request under way: http_setup.c prepares, http.c drives, http_reply.c takes the answer, http_explain.c words. */
#ifndef AGENT_IO_HTTP_CALL_H
#define AGENT_IO_HTTP_CALL_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/io/http.h"
#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#define HTTP_IDLE_MS 60000
#define HTTP_CONNECT_MS 10000
#define HTTP_BUFFER 65536L /* a long log comes in fewer pieces than with the 16 KiB that curl takes by itself */

struct http_call {
	const struct http_request *q;
	http_sink *sink;
	void *ctx;
	struct http_reply *reply;
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	char *target;              /* "host:port" of the URL, for messages */
	int64_t started;
	int64_t idle_end;          /* moves on with every sign of life; 0 until the connection stands */
	int64_t moved;             /* bytes both ways, as curl counts them */
	int64_t server_date_ms;    /* Date of the answer or 0: a wrong clock here must not spoil Retry-After */
	int64_t retry_date_ms;
	bool connected;            /* TCP and TLS stand, the request goes out */
	char text[CURL_ERROR_SIZE];
};

/* ERR_ARG for what can never be sent. The call's lists and target are freed by http_call_fini. */
int http_call_setup(struct http_call *c, struct err *e) MUST_CHECK;
void http_call_fini(struct http_call *c);
/* The options of q->peer that say whom to trust and by which name; also used to look at a certificate. */
void http_call_set_tls(CURL *easy, const struct http_peer *peer);

/* Callbacks of curl that fill the reply and watch for life. */
void http_reply_watch(struct http_call *c);
/* What is known only at the end. */
void http_reply_finish(struct http_call *c);

/* Puts the failure of a transfer into one sentence with what to check. Returns -1. */
int http_call_explain(struct http_call *c, CURLcode why, struct err *e);
int http_call_explain_deadline(const struct http_call *c, struct err *e);
int http_call_explain_idle(const struct http_call *c, struct err *e);

/* What the peer's certificate says of itself, read by a second handshake without trust. Empty strings where unknown. */
struct http_cert {
	char names[160];   /* "DNS:a, IP Address:1.2.3.4" or "CN = a" */
	char issuer[120];
	char begins[40], ends[40];
};
void http_cert_look(const struct http_call *c, struct http_cert *out);

enum http_ending { HTTP_DONE, HTTP_CANCELED, HTTP_DEADLINE, HTTP_IDLE, HTTP_BROKEN };

/* Drives a transfer until it ends (*why is its result), the cancel, the deadline, or idle_end, which callbacks move. */
enum http_ending http_drive(CURLM *multi, const struct http_call *c, CURL *easy, int64_t deadline, CURLcode *why);

#endif
