/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP client on a private CURLM. One client belongs to one thread at a time (keep-alive lives in it); cancel
 * interrupts at once, whatever the peer does. Redirects are not followed. Protocols: http, https.
 */
#ifndef AGENT_IO_HTTP_H
#define AGENT_IO_HTTP_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;

/* TLS, proxy and login of one peer. All borrowed for the call; NULL members mean curl's default. */
struct http_peer {
	const char *ca_file, *ca_pem;         /* CA bundle: path, or PEM in memory */
	const char *cert_file, *key_file;     /* client certificate by path */
	const char *cert_pem, *key_pem;       /* or in memory */
	const char *tls_server_name;          /* verified (and sent as SNI) instead of the host of the URL */
	bool insecure;                        /* no verification */
	/* "http://proxy:3128"; "" forbids the environment's proxy, which is never used for loopback addresses. */
	const char *proxy;
	const char *bearer;                   /* Authorization: Bearer */
	const char *user, *password;          /* basic */
};

struct http_request {
	const char *method;                   /* NULL: GET */
	const char *url;
	const char *const *headers;           /* "Name: value", NULL-terminated; NULL: none */
	const void *body;
	size_t body_len;
	const struct http_peer *peer;         /* NULL: defaults */
	int64_t deadline;                     /* monotonic, whole transfer; 0: none */
	int64_t connect_ms;                   /* 0: 10,000 */
	int64_t idle_ms;                      /* no byte for so long: ERR_TIMEOUT; 0: 60,000; the sink may change it on the way */
	uint64_t max_bytes;                   /* decoded; beyond: ERR_LIMIT, so much was delivered; 0: 64 MiB */
	struct cancel *cancel;                /* NULL: none */
};

struct http_reply {
	int status;                           /* 0 when there was no answer; set before the first piece of the body */
	char type[96];                        /* Content-Type without parameters, lower-case */
	int64_t retry_after_ms;               /* Retry-After (seconds or date) or retry-after-ms, -1 when absent */
	uint64_t bytes;                       /* decoded body bytes delivered */
	uint64_t wire_bytes;                  /* as received */
	bool capped;                          /* max_bytes was hit */
	bool stopped;                         /* the sink asked to stop: not an error */
};

/* Body pieces as they come, whatever the status; non-zero stops the transfer (reply.stopped). */
typedef int http_sink(void *ctx, const char *data, size_t len);

/* Costs nothing: curl itself starts at the first request of the process. */
struct http *http_new(void);
void http_free(struct http *h);
/*
 * 0 when an HTTP answer came whole (any status!), -1: ERR_NET (DNS, refused, TLS; the message names host and reason and
 * what to check), ERR_TIMEOUT, ERR_CANCELED, ERR_LIMIT, ERR_CONFIG (a certificate of ours is unusable), ERR_ARG. reply
 * is filled as far as it got in either case.
 */
int http_do(struct http *h, const struct http_request *q, http_sink *sink, void *ctx, struct http_reply *reply,
	    struct err *e) MUST_CHECK;

/* A set of clients that threads borrow: keeps connections alive between calls of different threads. Thread-safe. */
struct http_set;
struct http_set *http_set_new(void);
void http_set_free(struct http_set *s);
struct http *http_set_take(struct http_set *s);
/* A client that is still lent at http_set_free may be given back later: the last one ends the set. */
void http_set_give(struct http_set *s, struct http *h);

#endif
