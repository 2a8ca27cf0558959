/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/httpd.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define HEAD_MAX (64u << 10)
#define BODY_MAX (64u << 20)
#define SPANS_MAX 65536u
#define STACK (256u << 10)

/* When a request was being answered: from its last byte read to the answer's last byte written. */
struct span {
	int64_t start, end;
	uint64_t bytes;
	char path[400], accept[160];
};

static struct {
	httpd_handler *handler;
	void *ctx;
	pthread_mutex_t lock; /* holds spans */
	struct span *spans;
	size_t count;
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct httpd_call {
	int fd;
	bool gone;
	uint64_t bytes;
};

/* Bytes that came and were not looked at yet, of one connection. */
struct inbox {
	int fd;
	char *data;
	size_t len, room;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void *httpd_alloc(void *p, size_t n)
{
	p = realloc(p, n);
	if (p)
		return p;
	fprintf(stderr, "no memory\n");
	exit(1);
}

void httpd_sleep_us(int64_t us)
{
	int64_t end = now_ns() + us * 1000;
	struct timespec t = {.tv_sec = end / 1000000000, .tv_nsec = end % 1000000000};

	while (us > 0 && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
		;
}

static void send_parts(struct httpd_call *c, struct iovec *v, size_t n)
{
	while (n && !c->gone) {
		struct msghdr m = {.msg_iov = v, .msg_iovlen = n};
		ssize_t sent = sendmsg(c->fd, &m, MSG_NOSIGNAL);

		if (sent < 0) {
			c->gone = true;
			return;
		}
		c->bytes += (uint64_t)sent;
		while (n && (size_t)sent >= v->iov_len) {
			sent -= (ssize_t)v->iov_len;
			v++;
			n--;
		}
		if (n) {
			v->iov_base = (char *)v->iov_base + sent;
			v->iov_len -= (size_t)sent;
		}
	}
}

static struct iovec part(const void *data, size_t len)
{
	union {
		const void *in;
		void *out;
	} u = {.in = data};

	return (struct iovec){.iov_base = u.out, .iov_len = len};
}

void httpd_reply(struct httpd_call *c, int status, const char *type, const void *body, size_t len)
{
	char head[512];
	int n = snprintf(head, sizeof(head), "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
			 status, status == 200 ? "OK" : "Not OK", type, len);
	struct iovec v[2] = {part(head, (size_t)n), part(body, len)};

	send_parts(c, v, 2);
}

void httpd_reply_gzip(struct httpd_call *c, const char *type, const void *body, size_t len)
{
	z_stream z = {.next_in = part(body, 0).iov_base, .avail_in = (unsigned)len};
	char head[512], *packed;
	size_t room;
	int n;

	if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		exit(1);
	room = deflateBound(&z, (uLong)len);
	packed = httpd_alloc(NULL, room);
	z.next_out = (unsigned char *)packed;
	z.avail_out = (unsigned)room;
	deflate(&z, Z_FINISH);
	n = snprintf(head, sizeof(head),
		     "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Encoding: gzip\r\nContent-Length: %lu\r\n\r\n", type,
		     z.total_out);
	send_parts(c, (struct iovec[]){part(head, (size_t)n), part(packed, z.total_out)}, 2);
	deflateEnd(&z);
	free(packed);
}

void httpd_error(struct httpd_call *c, int status, const char *message)
{
	char body[512];
	int n = snprintf(
		body, sizeof(body),
		"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"%s\",\"code\":%d}",
		message, status);

	httpd_reply(c, status, "application/json", body, (size_t)n);
}

void httpd_begin(struct httpd_call *c, const char *type)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", type);
	struct iovec v = part(head, (size_t)n);

	send_parts(c, &v, 1);
}

int httpd_piece(struct httpd_call *c, const void *data, size_t len)
{
	char head[32];
	int n = snprintf(head, sizeof(head), "%zx\r\n", len);
	struct iovec v[3] = {part(head, (size_t)n), part(data, len), part("\r\n", 2)};

	if (len)
		send_parts(c, v, 3);
	return c->gone ? -1 : 0;
}

void httpd_end(struct httpd_call *c)
{
	struct iovec v = part("0\r\n\r\n", 5);

	send_parts(c, &v, 1);
}

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

int httpd_param(const char *query, const char *name, char *to, size_t room)
{
	size_t n = strlen(name), used = 0;

	*to = '\0';
	while (*query && !(strncmp(query, name, n) == 0 && query[n] == '=')) {
		query += strcspn(query, "&");
		query += *query == '&';
	}
	if (!*query)
		return 0;
	for (query += n + 1; *query && *query != '&'; query++) {
		char c = *query == '+' ? ' ' : *query;

		if (c == '%' && hex(query[1]) >= 0 && hex(query[2]) >= 0) {
			c = (char)(hex(query[1]) * 16 + hex(query[2]));
			query += 2;
		}
		if (used + 1 == room)
			return -1;
		to[used++] = c;
		to[used] = '\0';
	}
	return 0;
}

/* What was asked with which header, for another client to ask again: "ACCEPT<tab>PATH". */
static void show_accepts(struct httpd_call *c)
{
	char *text = httpd_alloc(NULL, 1);
	size_t len = 0;

	pthread_mutex_lock(&server.lock);
	text = httpd_alloc(text, server.count * sizeof(struct span) + 1);
	for (size_t i = 0; i < server.count; i++)
		len += (size_t)sprintf(text + len, "%s\t%s\n", server.spans[i].accept, server.spans[i].path);
	pthread_mutex_unlock(&server.lock);
	httpd_reply(c, 200, "text/plain", text, len);
	free(text);
}

static void forget_spans(struct httpd_call *c)
{
	pthread_mutex_lock(&server.lock);
	server.count = 0;
	pthread_mutex_unlock(&server.lock);
	httpd_reply(c, 200, "text/plain", "", 0);
}

static void show_spans(struct httpd_call *c)
{
	char *text = httpd_alloc(NULL, 1);
	size_t len = 0;

	pthread_mutex_lock(&server.lock);
	text = httpd_alloc(text, server.count * (sizeof(struct span) + 64) + 1);
	for (size_t i = 0; i < server.count; i++) {
		const struct span *s = &server.spans[i];

		len += (size_t)sprintf(text + len, "%" PRId64 " %" PRId64 " %" PRIu64 " %s\n", s->start, s->end,
				       s->bytes, s->path);
	}
	pthread_mutex_unlock(&server.lock);
	httpd_reply(c, 200, "text/plain", text, len);
	free(text);
}

static size_t span_open(const char *path, const char *accept)
{
	size_t i = SPANS_MAX;

	pthread_mutex_lock(&server.lock);
	if (server.count < SPANS_MAX) {
		i = server.count++;
		server.spans[i] = (struct span){.start = now_ns()};
		snprintf(server.spans[i].path, sizeof(server.spans[i].path), "%s", path);
		snprintf(server.spans[i].accept, sizeof(server.spans[i].accept), "%.*s", (int)strcspn(accept, "\r"), accept);
	}
	pthread_mutex_unlock(&server.lock);
	if (i < SPANS_MAX)
		return i;
	fprintf(stderr, "more than %u requests\n", SPANS_MAX);
	exit(1);
}

static void span_close(size_t i, const struct httpd_call *c)
{
	pthread_mutex_lock(&server.lock);
	server.spans[i].end = now_ns();
	server.spans[i].bytes = c->bytes;
	pthread_mutex_unlock(&server.lock);
}

static int more(struct inbox *in)
{
	ssize_t n;

	if (in->room - in->len < 4096) {
		in->room = in->room ? in->room * 2 : HEAD_MAX;
		in->data = httpd_alloc(in->data, in->room);
	}
	n = recv(in->fd, in->data + in->len, in->room - in->len - 1, 0);
	if (n <= 0)
		return -1;
	in->len += (size_t)n;
	in->data[in->len] = '\0';
	return 0;
}

static const char *header(const char *head, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strstr(head, "\r\n"); p && p[2] != '\r'; p = strstr(p + 2, "\r\n"))
		if (strncasecmp(p + 2, name, n) == 0 && p[2 + n] == ':')
			return p + 3 + n + strspn(p + 3 + n, " ");
	return NULL;
}

/* Waits for one whole request. Its length, 0 when the client has gone or sends what is none. */
static size_t read_request(struct inbox *in, size_t *head_len)
{
	struct httpd_call early = {.fd = in->fd};
	struct iovec go_on = part("HTTP/1.1 100 Continue\r\n\r\n", 25);
	const char *end, *value;
	size_t body;

	while (!in->len || !(end = strstr(in->data, "\r\n\r\n")))
		if (in->len > HEAD_MAX || more(in) < 0)
			return 0;
	*head_len = (size_t)(end - in->data) + 4;
	value = header(in->data, "Content-Length");
	body = value ? strtoul(value, NULL, 10) : 0;
	if (body > BODY_MAX)
		return 0;
	if (header(in->data, "Expect"))
		send_parts(&early, &go_on, 1);
	while (in->len < *head_len + body)
		if (more(in) < 0)
			return 0;
	return *head_len + body;
}

static void answer(struct httpd_call *c, struct httpd_request *q, bool listed)
{
	char whole[sizeof(((struct span *)0)->path)];

	if (strcmp(q->path, "/_bench/requests") == 0) {
		show_spans(c);
		return;
	}
	if (strcmp(q->path, "/_bench/accepts") == 0) {
		show_accepts(c);
		return;
	}
	if (strcmp(q->path, "/_bench/forget") == 0) {
		forget_spans(c);
		return;
	}
	if (!listed) {
		server.handler(server.ctx, c, q);
		return;
	}
	snprintf(whole, sizeof(whole), "%s%s%s", q->path, *q->query ? "?" : "", q->query);
	q->number = span_open(whole, q->accept);
	server.handler(server.ctx, c, q);
	span_close(q->number, c);
}

/* Splits the first line in place. */
static int parse_target(char *line, struct httpd_request *q)
{
	char *path = strchr(line, ' '), *end, *query;

	if (!path)
		return -1;
	*path++ = '\0';
	end = strchr(path, ' ');
	if (!end)
		return -1;
	*end = '\0';
	query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	q->method = line;
	q->path = path;
	q->query = query ? query : "";
	return 0;
}

static void read_headers(const char *head, struct httpd_request *q)
{
	const char *accept = header(head, "Accept"), *encoding = header(head, "Accept-Encoding");
	size_t n = encoding ? strcspn(encoding, "\r") : 0;

	q->accept = accept ? accept : "";
	q->gzip = n && memmem(encoding, n, "gzip", 4);
}

static void *serve(void *arg)
{
	struct inbox in = {.fd = (int)(intptr_t)arg};
	size_t len, head;

	while ((len = read_request(&in, &head))) {
		struct httpd_call c = {.fd = in.fd};
		struct httpd_request q = {.body = in.data + head, .body_len = len - head};
		char kept = in.data[len];

		in.data[len] = '\0';
		read_headers(in.data, &q);
		if (parse_target(in.data, &q) < 0)
			break;
		answer(&c, &q, strncmp(q.path, "/_bench/", 8) != 0);
		if (c.gone)
			break;
		in.data[len] = kept;
		in.len -= len;
		memmove(in.data, in.data + len, in.len + 1);
	}
	close(in.fd);
	free(in.data);
	return NULL;
}

static int listen_any(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) < 0 || listen(fd, 256) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) < 0) {
		perror("listen");
		exit(1);
	}
	printf("port %d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

void httpd_run(httpd_handler *handler, void *ctx)
{
	pthread_attr_t attr;
	int fd, one = 1;

	server.handler = handler;
	server.ctx = ctx;
	server.spans = httpd_alloc(NULL, SPANS_MAX * sizeof(struct span));
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* no server outlives its bench */
	prctl(PR_SET_TIMERSLACK, 1000);	  /* delays are what was asked for; threads inherit it */
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	fd = listen_any();
	for (;;) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		pthread_t t;

		if (client < 0)
			continue;
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (pthread_create(&t, &attr, serve, (void *)(intptr_t)client) != 0)
			close(client);
	}
}
