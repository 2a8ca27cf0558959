/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP server on a free loopback port, one thread a connection, for the tests of clients. The handler writes
 * the answer itself, byte by byte if it wants, and so can misbehave in every way.
 */
#ifndef TESTS_UNIT_LOOPBACK_H
#define TESTS_UNIT_LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK_MAX 64

struct loopback;

struct loopback_conn {
	struct loopback *server;
	int fd;
	void *tls;           /* NULL: plain */
	char head[65536];    /* request line and headers, NUL-terminated */
	char path[1024];
	char *body;
	size_t body_len;
	pthread_t thread;
};

struct loopback {
	int fd, port;
	atomic_int accepted;
	atomic_int hung;     /* connections that sit in loopback_wait_gone */
	bool (*handle)(struct loopback_conn *c);      /* true: keep the connection */
	bool (*open_tls)(struct loopback_conn *c);    /* NULL: plain */
	ssize_t (*read)(struct loopback_conn *c, void *p, size_t n);
	ssize_t (*write)(struct loopback_conn *c, const void *p, size_t n);
	void (*close)(struct loopback_conn *c);
	pthread_t thread;
	struct loopback_conn *conns[LOOPBACK_MAX];
	int conn_count;
};

static inline void loopback_put(struct loopback_conn *c, const void *p, size_t n)
{
	const char *at = p;

	while (n) {
		ssize_t done = c->server->write ? c->server->write(c, at, n) : send(c->fd, at, n, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		at += done;
		n -= (size_t)done;
	}
}

__attribute__((format(printf, 2, 3))) static inline void loopback_say(struct loopback_conn *c, const char *fmt, ...)
{
	char text[70000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	loopback_put(c, text, strlen(text));
}

static inline ssize_t loopback_get(struct loopback_conn *c, void *p, size_t n)
{
	return c->server->read ? c->server->read(c, p, n) : recv(c->fd, p, n, 0);
}

/* Until the client goes away, or ms have passed (-1: for ever). True when it is gone. */
static inline bool loopback_wait_gone(struct loopback_conn *c, int ms)
{
	struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};
	int n;

	c->server->hung++;
	n = poll(&p, 1, ms);
	c->server->hung--;
	return n > 0;
}

static inline bool loopback_read_request(struct loopback_conn *c)
{
	size_t n = 0;
	char *end = NULL, *length;

	free(c->body);
	c->body = NULL;
	c->body_len = 0;
	while (!end && n < sizeof(c->head) - 1) {
		ssize_t got = loopback_get(c, c->head + n, 1);

		if (got <= 0)
			return false;
		n += (size_t)got;
		c->head[n] = '\0';
		end = n >= 4 && memcmp(c->head + n - 4, "\r\n\r\n", 4) == 0 ? c->head + n : NULL;
	}
	if (!end || sscanf(c->head, "%*s %1023s", c->path) != 1)
		return false;
	length = strcasestr(c->head, "\r\nContent-Length:");
	c->body_len = length ? strtoul(length + 17, NULL, 10) : 0;
	c->body = calloc(1, c->body_len + 1);
	for (n = 0; n < c->body_len;) {
		ssize_t got = loopback_get(c, c->body + n, c->body_len - n);

		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	return true;
}

static inline void *loopback_serve(void *arg)
{
	struct loopback_conn *c = arg;

	if (!c->server->open_tls || c->server->open_tls(c))
		while (loopback_read_request(c) && c->server->handle(c))
			;
	if (c->server->close)
		c->server->close(c);
	/* What is unread when the socket closes turns the end into a reset: read it away first. */
	shutdown(c->fd, SHUT_WR);
	while (recv(c->fd, c->head, sizeof(c->head), MSG_DONTWAIT) > 0)
		;
	close(c->fd);
	return NULL;
}

static inline void *loopback_accept(void *arg)
{
	struct loopback *s = arg;
	int one = 1;

	for (;;) {
		int fd = accept(s->fd, NULL, NULL);
		struct loopback_conn *c;

		if (fd < 0)
			return NULL;
		if (s->conn_count == LOOPBACK_MAX)
			abort();
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		s->accepted++;
		c = calloc(1, sizeof(*c));
		c->server = s;
		c->fd = fd;
		s->conns[s->conn_count++] = c;
		pthread_create(&c->thread, NULL, loopback_serve, c);
	}
}

static inline int loopback_listen(int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

static inline void loopback_start(struct loopback *s)
{
	s->fd = loopback_listen(&s->port);
	pthread_create(&s->thread, NULL, loopback_accept, s);
}

/* After the clients are gone: every connection has seen its end then. */
static inline void loopback_stop(struct loopback *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	for (int i = 0; i < s->conn_count; i++) {
		pthread_join(s->conns[i]->thread, NULL);
		free(s->conns[i]->body);
		free(s->conns[i]);
	}
}

#endif
