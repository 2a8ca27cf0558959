/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP/1.1 server for measuring clients: keep-alive, a thread for each connection, and a list of when each
 * request was being answered, by the clock that all processes share. Loopback only, any free port. Its own pages begin
 * with "/_bench/": they are answered at once and are not in the list.
 */
#ifndef TESTS_BENCH_HTTPD_H
#define TESTS_BENCH_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct httpd_call;

struct httpd_request {
	const char *method, *path, *query; /* as sent, not decoded; query "" when there is none */
	const char *body;		   /* NUL-terminated */
	size_t body_len;
	const char *accept; /* "" when there is none, up to the end of the line */
	bool gzip;	    /* may be answered so */
	size_t number;	    /* of the requests in the list, from 0 */
};

/* Answers a request by httpd_reply, or by httpd_begin, httpd_piece and httpd_end. */
typedef void httpd_handler(void *ctx, struct httpd_call *c, const struct httpd_request *q);

/* Prints "port N" on standard output and serves until it is killed. */
void httpd_run(httpd_handler *handler, void *ctx) __attribute__((noreturn));

void httpd_reply(struct httpd_call *c, int status, const char *type, const void *body, size_t len);
/* The same, compressed. */
void httpd_reply_gzip(struct httpd_call *c, const char *type, const void *body, size_t len);
void httpd_error(struct httpd_call *c, int status, const char *message);
/* Chunked, as what is made on the way has no length. A piece returns -1 once the client has gone. */
void httpd_begin(struct httpd_call *c, const char *type);
int httpd_piece(struct httpd_call *c, const void *data, size_t len);
void httpd_end(struct httpd_call *c);

/* The value of a query's parameter, percent-decoded, "" when it is not there. 0, or -1 when it does not fit. */
int httpd_param(const char *query, const char *name, char *to, size_t room);
/* Sleeps to the end: a signal does not shorten it. */
void httpd_sleep_us(int64_t us);
void *httpd_alloc(void *p, size_t n); /* realloc that ends the process when there is no memory */

#endif
