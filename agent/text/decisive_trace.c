/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/decisive_trace.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/text/decisive_rules.h"

/* One line with all that is known of it, for the steps below. */
struct at {
	struct trace *t;
	struct line l;
	const char *whole; /* with its time stamp */
	size_t whole_len, number;
};

void trace_fini(struct trace *t)
{
	free(t->all);
	t->all = NULL;
}

static struct happening *last_of(struct trace *t)
{
	return t->count ? &t->all[t->count - 1] : NULL;
}

static void add(struct at *a, int points, const char *kind, bool follows)
{
	struct trace *t = a->t;

	MEM_GROW(t->all, t->count, t->cap);
	t->all[t->count++] = (struct happening){.line = a->whole,
						.len = a->whole_len,
						.number = a->number,
						.first = a->number,
						.kind = kind,
						.points = points,
						.follows = follows};
}

/* A crash that tells itself: the kind is what it is about, or what it is. */
static void add_crash(struct at *a, int points, const char *kind)
{
	const struct rule *about = decisive_content_of(&a->l);

	add(a, points, about ? about->kind : kind, false);
}

/* The last happening is better told by this line. */
static void retell(struct at *a, int points, const char *kind)
{
	struct happening *h = last_of(a->t);
	const struct rule *about = decisive_content_of(&a->l);

	if (!h) {
		add_crash(a, points, kind);
		return;
	}
	h->line = a->whole;
	h->len = a->whole_len;
	h->number = a->number;
	h->first = a->number;
	h->kind = about ? about->kind : kind;
	if (h->points < points)
		h->points = points;
}

/* Something with a stack trace below it weighs more than the same line alone. */
static void weigh_traced(struct happening *h)
{
	if (h->points == 0)
		return;
	if (h->points < 880)
		h->points = 880;
	h->points = h->points + 30 > 970 ? (h->points > 970 ? h->points : 970) : h->points + 30;
	if (strcmp(h->kind, "error") == 0)
		h->kind = "exception";
}

static bool is_frame(const struct line *l)
{
	static const char *const marks[] = {"^at ",	     "^... *more", "^... *common frames omitted",
					    "^from /",	     "^from (",	   "^--- end of",
					    "^suppressed: ", "^file \"",   NULL};

	return l->indented && decisive_any(l, marks);
}

/* Goroutine dumps: everything below a Go panic that is not a log line. */
static bool is_go_dump(const struct line *l)
{
	static const char *const marks[] = {"^goroutine ",     "^created by ",	"^[signal ",
					    "^runtime stack:", "^exit status ", "^runtime.",
					    "^main.",	       "^panic: ",	NULL};
	const char *call;

	if (l->empty || l->indented || decisive_any(l, marks))
		return true;
	call = strchr(l->low, '(');
	return l->level == LEVEL_NONE && call && l->low[l->low_len - 1] == ')' &&
	       !memchr(l->low, ' ', (size_t)(call - l->low));
}

static bool python_step(struct at *a)
{
	struct trace *t = a->t;

	if (a->l.empty || a->l.indented)
		return true;
	t->mode = TRACE_NONE;
	if (a->l.level != LEVEL_NONE && !decisive_is_exception(&a->l)) {
		t->chained = false;
		return false; /* the traceback was cut off */
	}
	if (!t->chained)
		add_crash(a, 950, "exception");
	t->chained = false;
	return true;
}

/* Goes on with what an earlier line began; true when the line was part of it. */
static bool mode_step(struct at *a)
{
	struct trace *t = a->t;

	switch (t->mode) {
	case TRACE_PYTHON:
		return python_step(a);
	case TRACE_GO:
		if (is_go_dump(&a->l))
			return true;
		break;
	case TRACE_RUST:
		if (a->l.empty)
			break;
		retell(a, 1000, "panic");
		t->mode = TRACE_NONE;
		return true;
	case TRACE_CHAIN:
		if (a->l.empty || !a->l.indented)
			break;
		retell(a, 900, "error");
		return true;
	case TRACE_SPRING:
		if (a->l.empty)
			return true;
		add_crash(a, 980, "config");
		t->mode = TRACE_NONE;
		t->spring = false;
		return true;
	case TRACE_NONE:
		return false;
	}
	t->mode = TRACE_NONE;
	return false;
}

static bool python_start(struct at *a)
{
	struct trace *t = a->t;

	if (decisive_has(&a->l, "traceback (most recent call last)") && a->l.text[0] != '{') {
		t->mode = TRACE_PYTHON;
		return true;
	}
	if (decisive_has(&a->l, "^during handling of the above exception") ||
	    decisive_has(&a->l, "^the above exception was the direct cause")) {
		t->chained = t->count > 0;
		return true;
	}
	return false;
}

/* Frames and causes of Java, .NET, Node and Ruby. */
static bool stack_step(struct at *a)
{
	struct happening *h = last_of(a->t);

	if (is_frame(&a->l)) {
		if (h)
			weigh_traced(h);
		return true;
	}
	if (decisive_has(&a->l, "^caused by:") && !a->l.indented) {
		if (a->l.low_len <= sizeof "caused by: ")
			a->t->mode = TRACE_CHAIN;
		else
			retell(a, 900, "exception");
		return true;
	}
	if (a->l.indented && (decisive_has(&a->l, "^[cause]: ") || decisive_has(&a->l, "^---> "))) {
		retell(a, 900, "exception");
		return true;
	}
	if (a->l.indented && decisive_has(&a->l, "^what(): ")) {
		retell(a, 960, "exception");
		return true;
	}
	return false;
}

static bool starts_raw(const struct line *l, const char *prefix)
{
	size_t len = strlen(prefix);

	return l->len >= len && memcmp(l->text, prefix, len) == 0;
}

static bool crash_start(struct at *a)
{
	struct trace *t = a->t;
	const struct line *l = &a->l;

	if (starts_raw(l, "panic: ") || starts_raw(l, "fatal error: ")) {
		add_crash(a, l->text[0] == 'p' ? 1000 : 985, "panic");
		t->mode = TRACE_GO;
		return true;
	}
	if (decisive_has(l, "^goroutine *[") || decisive_has(l, "^[signal ")) {
		t->mode = TRACE_GO;
		return true;
	}
	if (decisive_has(l, "^thread '*panicked at ")) {
		add_crash(a, 1000, "panic");
		t->mode = l->low[l->low_len - 1] == ':' ? TRACE_RUST : TRACE_NONE;
		return true;
	}
	if (starts_raw(l, "PHP Fatal error: ") || starts_raw(l, "Fatal error: ") ||
	    starts_raw(l, "PHP Parse error: ")) {
		add_crash(a, 950, "exception");
		return true;
	}
	if (decisive_has(l, ".rb:*:in *error)") && !l->indented) {
		add_crash(a, 950, "exception");
		return true;
	}
	if (decisive_has(l, "exception in thread \"main\"") || decisive_has(l, "^unhandled exception")) {
		add_crash(a, 965, "exception");
		return true;
	}
	if (decisive_has(l, "application failed to start")) {
		t->spring = true;
		return false;
	}
	if (t->spring && decisive_has(l, "^description:")) {
		t->mode = TRACE_SPRING;
		return true;
	}
	return false;
}

/* .NET's console: "fail: Category[0]", the message indented on the next line. */
static bool dotnet_header(struct at *a)
{
	const struct line *l = &a->l;

	if (l->len < 8 || l->text[l->len - 1] != ']' || memchr(l->text + 6, ' ', l->len - 6))
		return false;
	a->t->carry = starts_raw(l, "fail: ")	? LEVEL_ERROR
		      : starts_raw(l, "crit: ") ? LEVEL_FATAL
		      : starts_raw(l, "warn: ") ? LEVEL_WARN
		      : starts_raw(l, "info: ") ? LEVEL_INFO
						: LEVEL_NONE;
	return a->t->carry != LEVEL_NONE;
}

void trace_line(struct trace *t, const char *s, size_t n, size_t number)
{
	struct at a = {.t = t, .whole = s, .whole_len = n, .number = number};
	const char *kind;
	int points;

	decisive_line_read(&a.l, s, n);
	if (mode_step(&a) || a.l.empty || python_start(&a) || stack_step(&a) || crash_start(&a) || dotnet_header(&a))
		return;
	if (t->carry && a.l.indented && a.l.level == LEVEL_NONE)
		a.l.level = (enum level)t->carry;
	t->carry = LEVEL_NONE;
	points = decisive_points(&a.l, &kind);
	/* What is set in belongs to the line above: details, source lines, listings. */
	if (a.l.indented)
		points -= points / 6;
	add(&a, points, kind,
	    points == 0 && (decisive_follows(&a.l) || decisive_is_noise(&a.l)));
}
