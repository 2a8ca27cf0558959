/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/decisive.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/text/decisive_rules.h"
#include "agent/text/decisive_trace.h"

#define LINES_MAX 20000 /* of the end of the log */
#define BYTES_MAX (8u << 20)
#define BENIGN_COST 12 /* points for each ordinary thing that the program still did afterwards */
#define BENIGN_COST_MAX 330

/* Lines that differ in numbers only are one thing: words holding a digit count as the same. */
static uint64_t shape_of(const char *s, size_t n)
{
	uint64_t hash = 1469598103934665603u;

	if (n > 240)
		n = 240;
	for (size_t i = 0; i < n;) {
		size_t from = i;
		bool digit = false;

		while (i < n && (s[i] == '_' || (s[i] >= '0' && s[i] <= '9') ||
				 ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z'))) {
			digit = digit || (s[i] >= '0' && s[i] <= '9');
			i++;
		}
		if (i == from)
			i++;
		for (size_t k = from; k < i; k++) {
			hash ^= digit ? '#' : (unsigned char)s[k];
			hash *= 1099511628211u;
			if (digit)
				break;
		}
	}
	return hash ? hash : 1;
}

struct shape {
	uint64_t hash;
	struct happening *last; /* the last one of this shape */
};

/* slots is a power of two and over twice the number of shapes. */
static struct shape *shape_slot(struct shape *set, size_t slots, uint64_t hash)
{
	size_t i = hash & (slots - 1);

	while (set[i].hash && set[i].hash != hash)
		i = (i + 1) & (slots - 1);
	return &set[i];
}

/* Points lose for what went on undisturbed after them; of the same shape the last counts, at the place of the first. */
static const struct happening *choose(struct happening *all, size_t count, int *points)
{
	const struct happening *best = NULL;
	struct shape *set;
	size_t slots = 16;
	int benign = 0;

	while (slots < count * 2)
		slots *= 2;
	set = mem_zero(slots * sizeof *set);
	for (size_t i = count; i-- > 0;) {
		struct happening *h = &all[i];
		uint64_t hash = shape_of(h->line, h->len);
		struct shape *slot = shape_slot(set, slots, hash);

		if (slot->hash) {
			if (slot->last->points > 0)
				slot->last->first = h->first;
			continue;
		}
		*slot = (struct shape){hash, h};
		if (h->points == 0) {
			benign += !h->follows;
			continue;
		}
		h->points -= benign * BENIGN_COST < BENIGN_COST_MAX ? benign * BENIGN_COST : BENIGN_COST_MAX;
		h->counted = true;
	}
	for (size_t i = 0; i < count; i++) {
		const struct happening *h = &all[i];

		if (h->counted &&
		    (!best || h->points > best->points || (h->points == best->points && h->first < best->first)))
			best = h;
	}
	free(set);
	*points = best ? best->points : 0;
	return best;
}

/* Where the last LINES_MAX lines begin. */
static size_t tail_start(const char *text, size_t n)
{
	size_t from = n, lines = 0;

	while (from > 0 && n - from < BYTES_MAX) {
		const char *nl = memrchr(text, '\n', from - 1);

		from = nl ? (size_t)(nl - text) + 1 : 0;
		if (++lines >= LINES_MAX)
			break;
	}
	return from;
}

void decisive_find(const char *text, size_t n, struct decisive *out)
{
	size_t from = tail_start(text, n), number = 1;
	struct trace t = {0};
	const struct happening *best;
	int points;

	*out = (struct decisive){.line = "", .kind = ""};
	for (const char *p = text; p < text + from && (p = memchr(p, '\n', (size_t)(text + from - p))); p++)
		number++;
	while (from < n) {
		const char *nl = memchr(text + from, '\n', n - from);
		size_t len = nl ? (size_t)(nl - text) - from : n - from;

		trace_line(&t, text + from, len, number++);
		from += len + 1;
	}
	best = choose(t.all, t.count, &points);
	if (best && points > 0) {
		*out = (struct decisive){best->number, best->line, best->len, best->kind,
					 points > 1000 ? 1 : points / 1000.0};
		if (out->len && out->line[out->len - 1] == '\r')
			out->len--;
	}
	trace_fini(&t);
}
