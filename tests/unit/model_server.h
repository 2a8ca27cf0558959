/* SPDX-License-Identifier: Apache-2.0 */
/* A server on loopback that plays a list of raw answers, one a connection, and keeps the requests. */
#ifndef TESTS_UNIT_MODEL_SERVER_H
#define TESTS_UNIT_MODEL_SERVER_H

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define OK_EVENTS "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define OK_JSON "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
/* More is announced than comes: the client sees a broken connection. */
#define CUT_EVENTS "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 1000000\r\n\r\n"
#define STATUS(code, headers)                                                                                          \
	"HTTP/1.1 " code " x\r\nContent-Type: application/json\r\nConnection: close\r\n" headers "\r\n"
#define TEXT(t) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" t "\"}}]}\n\n"
#define FINISH(why) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" why "\"}]}\n\n"
#define DONE "data: [DONE]\n\n"

enum play_how { PLAY = 0, PLAY_BYTES, PLAY_HANG, PLAY_ENDLESS };

struct play {
	const char *answer; /* NULL ends the list; the last one is played again for ever */
	enum play_how how;
};

struct server {
	int listener, stop;
	char url[64];
	pthread_t thread;
	const struct play *script;
	size_t played;
	struct buf requests[32]; /* head and body as they came */
};

/* Waits until fd can be used; false when the server is to stop. */
static bool server_wait(struct server *s, int fd, short events)
{
	struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = s->stop, .events = POLLIN}};

	return poll(p, 2, 20000) > 0 && !p[1].revents;
}

static bool server_read(struct server *s, int fd, struct buf *to)
{
	for (;;) {
		const char *head = strstr(buf_cstr(to), "\r\n\r\n"), *len = strstr(buf_cstr(to), "Content-Length: ");
		char piece[65536];
		ssize_t n;

		if (head &&
		    to->len >= (size_t)(head + 4 - to->data) + (len && len < head ? strtoul(len + 16, NULL, 10) : 0))
			return true;
		if (!server_wait(s, fd, POLLIN) || (n = read(fd, piece, sizeof piece)) <= 0)
			return false;
		buf_add(to, piece, (size_t)n);
	}
}

static bool server_write(struct server *s, int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t k = server_wait(s, fd, POLLOUT) ? send(fd, p, n, MSG_NOSIGNAL) : -1;

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static void server_play(struct server *s, int fd, const struct play *p)
{
	size_t n = strlen(p->answer);
	char gone;

	if (p->how == PLAY_BYTES) {
		for (size_t i = 0; i < n && server_write(s, fd, p->answer + i, 1); i++)
			;
		return;
	}
	if (!server_write(s, fd, p->answer, n))
		return;
	while (p->how == PLAY_ENDLESS && server_write(s, fd, TEXT("over and over and over and over "),
						      sizeof TEXT("over and over and over and over ") - 1))
		;
	if (p->how == PLAY_HANG && server_wait(s, fd, POLLIN))
		(void)!read(fd, &gone, 1);
}

static void *server_run(void *ctx)
{
	struct server *s = ctx;
	size_t at = 0;

	while (server_wait(s, s->listener, POLLIN)) {
		int fd = accept(s->listener, NULL, NULL), one = 1;
		struct buf *req = &s->requests[s->played < 32 ? s->played : 31];

		setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
		buf_clear(req);
		if (server_read(s, fd, req)) {
			s->played++;
			server_play(s, fd, &s->script[at]);
			if (s->script[at + 1].answer)
				at++;
		}
		shutdown(fd, SHUT_WR);
		close(fd);
	}
	return NULL;
}

static void server_start(struct server *s, const struct play *script)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;

	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < 32; i++)
		buf_init(&s->requests[i], 8 << 20);
	s->script = script;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	s->stop = eventfd(0, EFD_CLOEXEC);
	if (bind(s->listener, (struct sockaddr *)&a, sizeof a) != 0 || listen(s->listener, 16) != 0 ||
	    getsockname(s->listener, (struct sockaddr *)&a, &len) != 0)
		abort();
	snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u/v1", ntohs(a.sin_port));
	pthread_create(&s->thread, NULL, server_run, s);
}

/* Joins the thread: the requests can be looked at after it. */
static void server_stop(struct server *s)
{
	eventfd_write(s->stop, 1);
	pthread_join(s->thread, NULL);
	close(s->listener);
	close(s->stop);
}

static void server_fini(struct server *s)
{
	for (size_t i = 0; i < 32; i++)
		buf_fini(&s->requests[i]);
}

static const char *server_request(const struct server *s, size_t i)
{
	return buf_cstr(&s->requests[i]);
}

#endif
