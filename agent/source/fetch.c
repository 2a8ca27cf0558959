/* SPDX-License-Identifier: Apache-2.0 */
/* One read on its way to the origin: attempts, back-off, deadlines. */
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/source_private.h"

enum { TRIES = 3, TOO_MANY_TRIES = 5, RETRY_AFTER_MAX_MS = 10000, RETRY_AFTER_DEFAULT_MS = 1000 };
static const int64_t backoff_ms[TRIES - 1] = {100, 400};

int reading_init(struct reading *g, struct source *s, const struct source_request *q, const char *post, struct err *e)
{
	int64_t own;

	memset(g, 0, sizeof(*g));
	if (route_parse(&g->route, q->path, q->accept, e) < 0)
		return -1;
	g->s = s;
	g->q = q;
	g->started = clock_mono_ms();
	own = g->started + s->request_ms;
	g->origin = (struct origin_request){
		.path = q->path,
		.accept = q->accept,
		.body = post,
		.deadline = q->deadline ? q->deadline : own,
		.max_bytes = q->max_bytes && q->max_bytes < s->max_bytes ? q->max_bytes : s->max_bytes,
		.cancel = q->cancel ? q->cancel : s->cancel,
	};
	/* A log passes in pieces and fills no memory: whoever names a limit for it knows what comes. */
	if (g->route.log && q->max_bytes)
		g->origin.max_bytes = q->max_bytes;
	if (g->route.secrets && g->origin.max_bytes > SOURCE_SECRETS_MAX)
		g->origin.max_bytes = SOURCE_SECRETS_MAX;
	g->key = mem_printf("%s\n%s\n%s%s", q->path, str_or(q->accept, ""), str_or(post, ""), q->whole ? "\nwhole" : "");
	return 0;
}

void reading_fini(struct reading *g)
{
	route_fini(&g->route);
	free(g->key);
}

bool reading_canceled(const struct reading *g)
{
	return cancel_fired(g->s->cancel) || cancel_fired(g->q->cancel);
}

/* Between us and the caller's sink: counts, and remembers who ended it. */
struct passage {
	struct reading *g;
	origin_sink *sink;
	void *ctx;
	uint64_t passed;
	bool stopped, canceled, capped;
};

static int pass(void *ctx, const char *data, size_t len)
{
	struct passage *p = ctx;

	if (reading_canceled(p->g)) {
		p->canceled = true;
		return 1;
	}
	if (len > p->g->origin.max_bytes - p->passed) {
		len = (size_t)(p->g->origin.max_bytes - p->passed);
		p->capped = true;
	}
	p->passed += len;
	if (len > 0 && p->sink(p->ctx, data, len) != 0)
		p->stopped = true;
	return p->stopped || p->capped;
}

/* Sleeps, woken by either latch. */
static void wait_ms(const struct reading *g, int64_t ms)
{
	struct pollfd fds[2] = {{.fd = cancel_fd(g->s->cancel), .events = POLLIN},
				{.fd = cancel_fd(g->q->cancel), .events = POLLIN}};
	int64_t until = clock_mono_ms() + ms;

	for (int64_t left = ms; left > 0 && !reading_canceled(g); left = until - clock_mono_ms())
		poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left);
}

/* Up to a quarter more, so that those who failed together do not come back together. */
static int64_t jitter(int64_t ms)
{
	unsigned char r = 128;

	if (getrandom(&r, 1, GRND_NONBLOCK) != 1)
		r = 128;
	return ms + ms * r / 1024;
}

/* A failure that may pass by itself: too many requests, 5xx, no or a broken connection. */
static bool may_pass(const struct passage *p, const struct origin_reply *r)
{
	if (r->state == READ_CUT)
		return !p->stopped && !p->capped && r->status >= 200 && r->status < 300 &&
		       p->passed < p->g->origin.max_bytes;
	return r->state == READ_FAILED &&
	       (r->status == 0 || r->status == 429 || (r->status >= 500 && r->status != 501));
}

/* How long to wait before attempt n + 1 (n from 0); -1: no further attempt. */
static int64_t next_wait(const struct passage *p, const struct origin_reply *r, int n)
{
	struct source *s = p->g->s;
	int64_t wait;

	if (!str_eq(s->origin->ops->kind, "live") && !str_eq(s->origin->ops->kind, "http"))
		return -1;
	if (!may_pass(p, r))
		return -1;
	if (r->status == 429 || (r->status == 503 && r->retry_after_ms >= 0)) {
		if (n + 1 >= TOO_MANY_TRIES)
			return -1;
		wait = r->retry_after_ms >= 0 ? r->retry_after_ms : RETRY_AFTER_DEFAULT_MS;
		wait = wait > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : jitter(wait);
	} else {
		if (n + 1 >= TRIES || (r->status == 0 && s->silent && !s->answered))
			return -1;
		wait = jitter(backoff_ms[n]);
	}
	return wait < clock_left(p->g->origin.deadline) ? wait : -1;
}

static void learn(struct source *s, const struct origin_reply *r)
{
	if (r->status > 0)
		s->answered = true;
	else if (r->state == READ_FAILED || r->state == READ_TIMEOUT)
		s->silent = true;
}

/* Makes sure that every state but OK says why. */
static void complete(const struct reading *g, struct origin_reply *r, bool capped)
{
	char size[24];

	if (capped) {
		str_from_size(g->origin.max_bytes, size);
		r->state = READ_CUT;
		snprintf(r->why, sizeof(r->why), "cut after %s, the limit for one answer", size);
	}
	if (r->state == READ_OK && g->route.log && r->bytes == 0) {
		r->state = READ_EMPTY;
		snprintf(r->why, sizeof(r->why), "the log is empty");
	}
	if (r->state == READ_OK)
		r->why[0] = '\0';
	else if (!r->why[0])
		snprintf(r->why, sizeof(r->why), "%s", read_state_name(r->state));
}

static int canceled(struct err *e)
{
	return err_set(e, ERR_CANCELED, "interrupted before the answer was there");
}

int reading_fetch(struct reading *g, origin_sink *sink, void (*restart)(void *ctx), void *ctx, struct origin_reply *r,
		  bool *stopped, struct err *e)
{
	struct origin *o = g->s->origin;
	struct passage p = {.g = g, .sink = sink, .ctx = ctx};

	*stopped = false;
	for (int n = 0;; n++) {
		int64_t wait;
		int rc;

		if (reading_canceled(g))
			return canceled(e);
		*r = (struct origin_reply){.retry_after_ms = -1};
		p.passed = 0;
		p.capped = false;
		meter_enter(g->s->meter);
		rc = o->ops->get(o, &g->origin, pass, &p, r, e);
		meter_leave(g->s->meter, p.passed);
		if (p.canceled)
			return canceled(e);
		if (rc < 0)
			return -1;
		r->bytes = p.passed;
		wait = p.passed == 0 || restart ? next_wait(&p, r, n) : -1;
		if (wait < 0)
			break;
		if (restart)
			restart(ctx);
		wait_ms(g, wait);
	}
	learn(g->s, r);
	complete(g, r, p.capped);
	*stopped = p.stopped;
	return 0;
}

json_t *reading_fetch_json(struct reading *g, struct origin_reply *r)
{
	struct origin *o = g->s->origin;
	json_t *j;

	*r = (struct origin_reply){.retry_after_ms = -1};
	meter_enter(g->s->meter);
	j = o->ops->get_json(o, &g->origin, r);
	meter_leave(g->s->meter, r->bytes);
	if (!j)
		complete(g, r, false);
	return j;
}

void reading_late(struct origin_reply *r)
{
	*r = (struct origin_reply){.state = READ_TIMEOUT, .retry_after_ms = -1};
	snprintf(r->why, sizeof(r->why), "the same request was under way already and gave no answer in time");
}
