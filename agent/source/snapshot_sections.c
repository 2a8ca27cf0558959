/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubectl cluster-info dump writes the logs of all containers of a pod into one file, each between
 * "==== START logs for container C of pod NS/POD ====" and the same line with END. The END mark may stand behind the
 * last line of a log that has no newline of its own.
 */
#include "agent/source/snapshot_logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

#define CHUNK (256u << 10)
#define OVERLAP 1024u /* a mark is never longer */
#define MAX_SECTIONS 1000

struct scan {
	struct snap_sections *out;
	char tail[600]; /* " of pod NS/POD ====" */
	bool open;
	uint64_t ended; /* last END mark of the open section; 0: none yet */
	char container[SNAP_NAME_MAX];
	uint64_t from;
};

static void close_section(struct scan *s, uint64_t at)
{
	struct snap_section *section;

	if (!s->open || s->out->count >= MAX_SECTIONS)
		return;
	MEM_GROW(s->out->all, s->out->count, s->out->cap);
	section = &s->out->all[s->out->count++];
	memcpy(section->container, s->container, sizeof(section->container));
	section->from = s->from;
	section->to = s->ended ? s->ended : at;
	s->open = false;
}

/* Takes "C of pod NS/POD ====\n" at p; returns its length, 0 when it is something else. */
static size_t mark(const struct scan *s, const char *p, size_t n, char container[static SNAP_NAME_MAX])
{
	size_t name = 0, tail = strlen(s->tail);

	while (name < n && name < SNAP_NAME_MAX - 1 && p[name] != ' ' && p[name] != '\n')
		name++;
	if (name == 0 || n < name + tail || memcmp(p + name, s->tail, tail) != 0)
		return 0;
	memcpy(container, p, name);
	container[name] = '\0';
	n -= name + tail;
	p += name + tail;
	return name + tail + (n && *p == '\r') + (n && p[n > 1 && *p == '\r'] == '\n');
}

static void take_mark(struct scan *s, const char *chunk, size_t at, size_t n, uint64_t base)
{
	static const char start[] = "==== START logs for container ", end[] = "==== END logs for container ";
	char container[SNAP_NAME_MAX];
	size_t len, left = n - at;

	if (left > sizeof(start) && memcmp(chunk + at, start, sizeof(start) - 1) == 0 &&
	    (at == 0 || chunk[at - 1] == '\n')) {
		len = mark(s, chunk + at + sizeof(start) - 1, left - (sizeof(start) - 1), container);
		if (!len)
			return;
		close_section(s, base + at);
		s->open = true;
		s->ended = 0;
		s->from = base + at + sizeof(start) - 1 + len;
		memcpy(s->container, container, sizeof(container));
	} else if (left > sizeof(end) && memcmp(chunk + at, end, sizeof(end) - 1) == 0) {
		len = mark(s, chunk + at + sizeof(end) - 1, left - (sizeof(end) - 1), container);
		if (len && s->open && str_eq(container, s->container))
			s->ended = base + at;
	}
}

struct snap_sections *snap_sections_find(const struct snap_reader *r, const char *ns, const char *pod)
{
	struct scan s = {.out = MEM_NEW(struct snap_sections)};
	char *chunk auto_free = mem_alloc(CHUNK);
	uint64_t base = 0;

	snprintf(s.tail, sizeof(s.tail), " of pod %s/%s ====", ns, pod);
	while (base < r->size) {
		ssize_t got = snap_reader_at(r, base, chunk, CHUNK);
		bool last = got <= (ssize_t)OVERLAP || base + (uint64_t)got >= r->size;
		/* Marks that begin in the overlap are taken from the next chunk, where they are whole. */
		size_t n = got > 0 ? (size_t)got : 0, until = last ? n : n - OVERLAP;

		for (const char *p = chunk; (p = memmem(p, n - (size_t)(p - chunk), "==== ", 5)); p++)
			if ((size_t)(p - chunk) < until)
				take_mark(&s, chunk, (size_t)(p - chunk), n, base);
		if (last)
			break;
		base += until;
	}
	close_section(&s, r->size);
	return s.out;
}

void snap_sections_free(struct snap_sections *s)
{
	if (s)
		free(s->all);
	free(s);
}
