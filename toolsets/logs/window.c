/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/logs/window.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/lib/alloc.h"

#define CONTEXT_MAX 20u

struct line {
	uint64_t number;
	bool match;
	size_t len, whole; /* kept, and as it was */
	char text[WINDOW_LINE_MAX];
};

struct window {
	struct pattern *pattern;
	struct line *ring; /* of cap, oldest at start */
	size_t cap, start, count;
	struct line *before; /* the last lines that did not match, of context */
	size_t context, before_start, before_count;
	size_t after; /* how many lines more belong to the last match */
	uint64_t lines, matches;
};

struct window *logs_window_new(struct pattern *p, size_t lines, size_t context)
{
	struct window *w = alloc_zero(1, sizeof(*w));

	w->pattern = p;
	w->cap = lines < 1 ? 1 : lines > WINDOW_LINES_MAX ? WINDOW_LINES_MAX : lines;
	w->context = context < CONTEXT_MAX ? context : CONTEXT_MAX;
	w->ring = alloc_zero(w->cap, sizeof(*w->ring));
	w->before = alloc_zero(w->context, sizeof(*w->before));
	return w;
}

void logs_window_free(struct window *w)
{
	if (!w)
		return;
	free(w->ring);
	free(w->before);
	free(w);
}

static void set(struct line *l, uint64_t number, bool match, const char *s, size_t n)
{
	size_t kept = n;

	if (kept > sizeof(l->text))
		for (kept = sizeof(l->text); kept > 0 && ((unsigned char)s[kept] & 0xC0) == 0x80; kept--)
			;
	l->number = number;
	l->match = match;
	l->len = kept;
	l->whole = n;
	memcpy(l->text, s, kept);
}

static struct line *next(struct window *w)
{
	if (w->count < w->cap)
		return &w->ring[(w->start + w->count++) % w->cap];
	w->start = (w->start + 1) % w->cap;
	return &w->ring[(w->start + w->cap - 1) % w->cap];
}

static void keep_before(struct window *w, const char *s, size_t n)
{
	if (!w->context)
		return;
	set(&w->before[(w->before_start + w->before_count) % w->context], w->lines, false, s, n);
	if (w->before_count < w->context)
		w->before_count++;
	else
		w->before_start = (w->before_start + 1) % w->context;
}

static int one_line(struct window *w, const char *s, size_t n)
{
	int match = 1;

	w->lines++;
	while (n && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	if (w->pattern)
		match = logs_pattern_match(w->pattern, s, n);
	if (match < 0)
		return -1;
	if (match) {
		w->matches++;
		for (size_t i = 0; i < w->before_count; i++)
			*next(w) = w->before[(w->before_start + i) % w->context];
		w->before_count = w->before_start = 0;
		w->after = w->context;
		set(next(w), w->lines, true, s, n);
	} else if (w->after) {
		w->after--;
		set(next(w), w->lines, false, s, n);
	} else {
		keep_before(w, s, n);
	}
	return 0;
}

/* Where the last n lines of a piece begin. */
static size_t last_lines(const char *piece, size_t len, size_t n)
{
	size_t at = len;

	for (; n && at; n--) {
		const char *end = memrchr(piece, '\n', at - 1);

		at = end ? (size_t)(end - piece) + 1 : 0;
	}
	return at;
}

/* Counts lines that nobody wants to see; all but the last ones, which may stand before a match. */
static size_t pass_over(struct window *w, const char *piece, size_t len)
{
	size_t passed = last_lines(piece, len, w->context);

	for (const char *at = piece; (at = memchr(at, '\n', (size_t)(piece + passed - at))); at++)
		w->lines++;
	if (passed)
		w->before_count = w->before_start = 0;
	return passed;
}

int logs_window_feed(void *window, const char *piece, size_t len)
{
	struct window *w = window;

	if (w->pattern && !w->after && len && piece[len - 1] == '\n' && logs_pattern_absent(w->pattern, piece, len)) {
		size_t passed = pass_over(w, piece, len);

		piece += passed;
		len -= passed;
	}
	while (len) {
		const char *end = memchr(piece, '\n', len);
		size_t n = end ? (size_t)(end - piece) + 1 : len;

		if (one_line(w, piece, n) < 0)
			return 1;
		piece += n;
		len -= n;
	}
	return 0;
}

uint64_t logs_window_lines(const struct window *w)
{
	return w->lines;
}

uint64_t logs_window_matches(const struct window *w)
{
	return w->matches;
}

size_t logs_window_kept(const struct window *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		n += w->ring[(w->start + i) % w->cap].match;
	return n;
}

size_t logs_window_fit(struct window *w, size_t bytes)
{
	size_t used = 0, keep = 0;

	while (keep < w->count) {
		/* number, colon, mark, and the words on what was clipped */
		used += w->ring[(w->start + w->count - 1 - keep) % w->cap].len + 32;
		if (used > bytes && keep)
			break;
		keep++;
	}
	used = w->count - keep;
	w->start = (w->start + used) % w->cap;
	w->count = keep;
	return used;
}

uint64_t logs_window_first(const struct window *w)
{
	return w->count ? w->ring[w->start].number : 0;
}

void logs_window_print(const struct window *w, uint64_t marked, struct reply *out)
{
	uint64_t last = 0;

	for (size_t i = 0; i < w->count; i++) {
		const struct line *l = &w->ring[(w->start + i) % w->cap];

		if (last && l->number != last + 1)
			rep_put(out, "--\n");
		last = l->number;
		rep_add(out, "%s%" PRIu64 ": ", l->number == marked ? "> " : "", l->number);
		rep_clip(out, l->text, l->len, l->len);
		if (l->whole > l->len)
			rep_add(out, "… (+%zu chars)", l->whole - l->len);
		rep_put(out, "\n");
	}
}
