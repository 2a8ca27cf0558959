/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An origin in memory that answers as told: each path has a list of answers, given in turn, the last one for ever. A
 * path that was not told answers 404 "not served". A gate holds answers back until the test opens it.
 */
#ifndef TESTS_UNIT_FAKE_ORIGIN_H
#define TESTS_UNIT_FAKE_ORIGIN_H

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/source.h"

struct fake_answer {
	const char *path;   /* exact; a '*' at the end matches any rest */
	const char *accept; /* NULL: any; else a part of it */
	enum read_state state;
	int status;
	const char *body; /* NULL: none */
	const char *why;
	int64_t retry_after_ms; /* 0: not given */
	size_t break_after;	/* so many bytes of the body come, then the connection breaks; 0: all come */
	bool canceled;		/* the origin returns ERR_CANCELED */
};

struct fake {
	struct origin base;
	struct origin_ops ops;
	const struct fake_answer *answers;
	size_t used[128];
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool closed; /* the gate */
	int waiting; /* at the gate */
	int requests, decoded;
	char last[512], last_accept[256], last_body[1024];
	size_t piece; /* bytes given to the sink at once; 0: all */
	bool blocks;  /* answers wait for the request's cancel */
};

__attribute__((unused)) static bool fake_matches(const struct fake_answer *a, const struct origin_request *q)
{
	size_t n = strlen(a->path);
	bool star = n && a->path[n - 1] == '*';

	if (a->accept && !(q->accept && strstr(q->accept, a->accept)))
		return false;
	return star ? strncmp(a->path, q->path, n - 1) == 0 : strcmp(a->path, q->path) == 0;
}

__attribute__((unused)) static const struct fake_answer *fake_next(struct fake *f, const struct origin_request *q)
{
	const struct fake_answer *found = NULL;
	size_t at = 0;

	pthread_mutex_lock(&f->lock);
	f->requests++;
	snprintf(f->last, sizeof(f->last), "%s", q->path);
	snprintf(f->last_accept, sizeof(f->last_accept), "%s", q->accept ? q->accept : "");
	snprintf(f->last_body, sizeof(f->last_body), "%s", q->body ? q->body : "");
	/* The first one for the path that was not given yet, else the last one. */
	for (size_t i = 0; f->answers && f->answers[i].path; i++) {
		if (!fake_matches(&f->answers[i], q))
			continue;
		found = &f->answers[at = i];
		if (!f->used[i])
			break;
	}
	if (found)
		f->used[at]++;
	f->waiting++;
	pthread_cond_broadcast(&f->change);
	while (f->closed)
		pthread_cond_wait(&f->change, &f->lock);
	f->waiting--;
	pthread_mutex_unlock(&f->lock);
	return found;
}

__attribute__((unused)) static int fake_get(struct origin *o, const struct origin_request *q, origin_sink *sink,
					    void *ctx, struct origin_reply *r, struct err *e)
{
	struct fake *f = (struct fake *)(void *)o;
	const struct fake_answer *a = fake_next(f, q);
	size_t len, done = 0;

	*r = (struct origin_reply){.state = READ_NOT_SERVED, .status = 404, .retry_after_ms = -1};
	if (!a) {
		snprintf(r->why, sizeof(r->why), "404 Not Found");
		return 0;
	}
	if (a->canceled)
		return err_set(e, ERR_CANCELED, "interrupted");
	r->state = a->state;
	r->status = a->status ? a->status : a->state == READ_OK ? 200 : 0;
	r->retry_after_ms = a->retry_after_ms ? a->retry_after_ms : -1;
	snprintf(r->why, sizeof(r->why), "%s", a->why ? a->why : "");
	len = a->body ? strlen(a->body) : 0;
	if (a->break_after && a->break_after < len)
		len = a->break_after;
	while (done < len) {
		size_t n = f->piece && len - done > f->piece ? f->piece : len - done;

		if (sink(ctx, a->body + done, n) != 0) {
			r->state = READ_CUT;
			snprintf(r->why, sizeof(r->why), "stopped");
			return 0;
		}
		done += n;
		if (done > q->max_bytes) {
			r->state = READ_CUT;
			snprintf(r->why, sizeof(r->why), "cut after %zu bytes", done);
			return 0;
		}
	}
	if (a->break_after && a->body && len < strlen(a->body)) {
		r->state = len ? READ_CUT : READ_FAILED;
		snprintf(r->why, sizeof(r->why), "broke off");
	}
	return 0;
}

/* As an origin that has objects decoded: the body of the same answers. */
__attribute__((unused)) static json_t *fake_get_json(struct origin *o, const struct origin_request *q,
						     struct origin_reply *r)
{
	struct fake *f = (struct fake *)(void *)o;
	const struct fake_answer *a = fake_next(f, q);

	f->decoded++;
	*r = (struct origin_reply){
		.state = a ? a->state : READ_NOT_CAPTURED, .status = a ? 200 : 0, .retry_after_ms = -1};
	if (!a || a->state != READ_OK) {
		snprintf(r->why, sizeof(r->why), "%s", a && a->why ? a->why : "not captured");
		return NULL;
	}
	r->bytes = strlen(a->body);
	return json_parse(a->body, strlen(a->body), q->path, NULL);
}

__attribute__((unused)) static void fake_free(struct origin *o)
{
	struct fake *f = (struct fake *)(void *)o;

	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->change);
	free(f);
}

/* kind "live", or "snapshot", which has objects decoded and is never tried twice. */
__attribute__((unused)) static struct fake *fake_new(const char *kind, const struct fake_answer *answers)
{
	struct fake *f = MEM_NEW(struct fake);

	f->ops = (struct origin_ops){.kind = kind, .get = fake_get, .free = fake_free};
	if (strcmp(kind, "snapshot") == 0)
		f->ops.get_json = fake_get_json;
	f->base.ops = &f->ops;
	f->base.name = mem_str("fake");
	f->base.place = mem_str("memory");
	f->base.now_ms = 1767225600000; /* 2026-01-01T00:00:00Z */
	f->answers = answers;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->change, NULL);
	return f;
}

__attribute__((unused)) static void fake_gate(struct fake *f, bool closed)
{
	pthread_mutex_lock(&f->lock);
	f->closed = closed;
	pthread_cond_broadcast(&f->change);
	pthread_mutex_unlock(&f->lock);
}

/* Until so many requests stand at the gate. */
__attribute__((unused)) static void fake_await(struct fake *f, int n)
{
	pthread_mutex_lock(&f->lock);
	while (f->waiting < n)
		pthread_cond_wait(&f->change, &f->lock);
	pthread_mutex_unlock(&f->lock);
}

__attribute__((unused)) static struct source *fake_source(struct fake *f)
{
	struct source_options o = {.origin = &f->base};

	return source_new(&o);
}

/* Is this blind spot there? why: a part of it, or NULL. */
__attribute__((unused)) static bool fake_blind(struct source *s, const char *what, const char *why)
{
	struct blind_spot b;

	for (size_t i = 0; source_blind_at(s, i, &b); i++)
		if (strcmp(b.what, what) == 0 && (!why || strstr(b.why, why)))
			return true;
	return false;
}

#endif
