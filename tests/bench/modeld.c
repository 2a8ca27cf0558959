/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model that has read its lines: the n-th chat completion is answered by the n-th file, sent as an event stream after
 * a delay; the last one is said again and again. Requests are kept: GET /_bench/body?n=0 is the first one.
 *
 * modeld [--delay-us N] FILE...
 */
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/httpd.h"

#define TURNS_MAX 64u

struct piece {
	char *data;
	size_t len;
};

static struct {
	pthread_mutex_t lock; /* holds asked */
	struct piece turns[TURNS_MAX], asked[TURNS_MAX];
	size_t turn_count;
	int64_t delay_us;
} model = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct piece read_turn(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct piece p = {0};
	size_t n;

	if (!f) {
		perror(path);
		exit(2);
	}
	do {
		p.data = httpd_alloc(p.data, p.len + 65536);
		n = fread(p.data + p.len, 1, 65536, f);
		p.len += n;
	} while (n);
	fclose(f);
	return p;
}

static void keep(const struct httpd_request *q)
{
	struct piece p = {.data = httpd_alloc(NULL, q->body_len + 1), .len = q->body_len};

	memcpy(p.data, q->body, q->body_len);
	pthread_mutex_lock(&model.lock);
	if (q->number < TURNS_MAX)
		model.asked[q->number] = p;
	pthread_mutex_unlock(&model.lock);
}

static void show_body(struct httpd_call *c, const char *query)
{
	char number[16];
	size_t n;
	struct piece p = {0};

	httpd_param(query, "n", number, sizeof(number));
	n = strtoul(number, NULL, 10);
	pthread_mutex_lock(&model.lock);
	if (n < TURNS_MAX)
		p = model.asked[n];
	pthread_mutex_unlock(&model.lock);
	if (p.data)
		httpd_reply(c, 200, "application/json", p.data, p.len);
	else
		httpd_error(c, 404, "there was no such request");
}

static void serve(void *ctx, struct httpd_call *c, const struct httpd_request *q)
{
	const struct piece *turn;

	(void)ctx;
	if (strcmp(q->path, "/_bench/body") == 0) {
		show_body(c, q->query);
		return;
	}
	if (strcmp(q->path, "/v1/chat/completions") != 0 || strcmp(q->method, "POST") != 0) {
		httpd_error(c, 404, "only POST /v1/chat/completions is answered");
		return;
	}
	httpd_sleep_us(model.delay_us);
	turn = &model.turns[q->number < model.turn_count ? q->number : model.turn_count - 1];
	httpd_begin(c, "text/event-stream");
	httpd_piece(c, turn->data, turn->len);
	httpd_end(c);
	keep(q);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"delay-us", required_argument, NULL, 'd'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'd')
			return 2;
		model.delay_us = strtoll(optarg, NULL, 10);
	}
	for (; optind < argc && model.turn_count < TURNS_MAX; optind++)
		model.turns[model.turn_count++] = read_turn(argv[optind]);
	if (!model.turn_count) {
		fprintf(stderr, "modeld: name at least one file with an answer\n");
		return 2;
	}
	httpd_run(serve, NULL);
}
