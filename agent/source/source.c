/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/source.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/source_private.h"

enum { REQUEST_MS = 30000 };
static const uint64_t max_bytes = (uint64_t)256 << 20, cache_bytes = (uint64_t)64 << 20;

static void add_problem(void *ctx, const char *what, const char *why)
{
	source_blind(ctx, READ_FAILED, what, why);
}

struct source *source_new(const struct source_options *o)
{
	struct source *s = MEM_NEW(struct source);

	s->origin = o->origin;
	s->cancel = o->cancel;
	s->request_ms = o->request_ms > 0 ? o->request_ms : REQUEST_MS;
	s->max_bytes = o->max_bytes ? o->max_bytes : max_bytes;
	s->cache = cache_new(o->cache_bytes ? o->cache_bytes : cache_bytes);
	s->blinds = blinds_new();
	s->meter = meter_new();
	s->record = o->record;
	s->record_ctx = o->record_ctx;
	pthread_mutex_init(&s->record_lock, NULL);
	origin_each_problem(s->origin, add_problem, s);
	return s;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	cache_free(s->cache);
	blinds_free(s->blinds);
	meter_free(s->meter);
	pthread_mutex_destroy(&s->record_lock);
	origin_free(s->origin);
	free(s);
}

const char *source_name(const struct source *s)
{
	return str_or(s->origin->name, "cluster");
}

void source_rename(struct source *s, const char *name)
{
	free(s->origin->name);
	s->origin->name = mem_str(name);
}

const char *source_place(const struct source *s)
{
	return str_or(s->origin->place, "");
}

const char *source_kind(const struct source *s)
{
	return s->origin->ops->kind;
}

const char *source_default_namespace(const struct source *s)
{
	return str_or(s->origin->default_namespace, "default");
}

int64_t source_now_ms(const struct source *s)
{
	return s->origin->now_ms ? s->origin->now_ms : clock_wall_ms();
}

void source_blind(struct source *s, enum read_state state, const char *what, const char *why)
{
	blinds_add(s->blinds, state, what, why, NULL);
}

size_t source_blind_count(struct source *s)
{
	return blinds_count(s->blinds);
}

bool source_blind_at(struct source *s, size_t i, struct blind_spot *out)
{
	return blinds_at(s->blinds, i, out);
}

void source_stats(struct source *s, struct source_stats *out)
{
	meter_read(s->meter, out);
}

/* An object that is not there is an answer, and what was only guessed at is no loss. */
static bool is_blind(const struct reading *g, const struct origin_reply *r)
{
	if (r->state == READ_OK || g->q->optional)
		return false;
	return r->state != READ_NOT_FOUND || !g->route.name;
}

void reading_note(struct reading *g, const struct origin_reply *r)
{
	auto_free char *made = NULL;

	if (r->state == READ_OK || r->state == READ_NOT_FOUND)
		blinds_seen(g->s->blinds, g->q->path);
	if (!is_blind(g, r))
		return;
	made = g->q->what ? NULL : route_what(&g->route);
	blinds_add(g->s->blinds, r->state, made ? made : g->q->what, r->why, g->q->path);
}

void reading_note_canceled(struct reading *g)
{
	struct origin_reply r = {.state = READ_FAILED, .why = "interrupted before the answer was there"};

	reading_note(g, &r);
}

void record_read(struct reading *g, const struct origin_reply *r, const char *body, size_t len, const char *sha256,
		 bool cached)
{
	struct source *s = g->s;
	struct source_read out = {
		.cluster = source_name(s),
		.path = g->q->path,
		.accept = g->q->accept,
		.reply = r,
		.body = body && len <= SOURCE_RECORD_MAX ? body : NULL,
		.body_len = body && len <= SOURCE_RECORD_MAX ? len : 0,
		.duration_ms = clock_mono_ms() - g->started,
		.cached = cached,
	};

	if (!s->record)
		return;
	snprintf(out.sha256, sizeof(out.sha256), "%s", sha256);
	pthread_mutex_lock(&s->record_lock);
	s->record(s->record_ctx, &out);
	pthread_mutex_unlock(&s->record_lock);
}
