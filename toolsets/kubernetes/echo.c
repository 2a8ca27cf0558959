/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/echo.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/lines.h"
#include "toolsets/lib/alloc.h"

#define ECHO_MIN 24 /* bytes: "connection refused" is said by everybody */

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Behind the first word that is a level: "[12] FATAL:  no room" gives "no room". */
static const char *behind_level(const char *s)
{
	static const char *const levels[] = {"fatal", "error", "panic", "critical", "err", NULL};

	for (const char *p = s; *p; p++) {
		if (p > s && isalnum((unsigned char)p[-1]))
			continue;
		for (size_t i = 0; levels[i]; i++) {
			size_t n = strlen(levels[i]);

			if (strncasecmp(p, levels[i], n) != 0 || isalnum((unsigned char)p[n]))
				continue;
			for (p += n; *p && !isalnum((unsigned char)*p); p++)
				;
			return *p ? p : s;
		}
	}
	return s;
}

const char *echo_core(const char *line, size_t len, char out[static 260])
{
	char words[260];
	size_t n = 0;

	for (const char *p = behind_level(lines_words(line, len, words)); *p; p++)
		if (*p != '\\')
			out[n++] = *p;
	out[n] = '\0';
	return out;
}

void echo_add(struct echoes *all, const struct trouble *t, struct diagnosis *d)
{
	char core[260];

	if (!t->number)
		return;
	ALLOC_GROW(all->items, all->count, all->cap);
	all->items[all->count++] = (struct echo){.workload = t->workload,
						 .d = d,
						 .words = alloc_str(echo_core(t->line, t->len, core)),
						 .credentials = is(t->word, "auth")};
}

/* Does the log of a say, in words of its own, what the log of b says? */
static bool wraps(const struct echo *a, const struct echo *b)
{
	size_t n = strlen(b->words);

	if (is(a->workload.name, b->workload.name) && is(a->workload.ns, b->workload.ns))
		return false;
	return n >= ECHO_MIN && strlen(a->words) > n && strstr(a->words, b->words);
}

static void judge(struct echoes *all, const struct echo *origin)
{
	const struct echo *last = NULL;
	size_t askers = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct echo *a = &all->items[i];

		if (!wraps(a, origin))
			continue;
		askers++;
		last = a;
		if (a->d && !origin->credentials)
			diag_blames(a->d, origin->workload.api_version, origin->workload.kind, origin->workload.ns,
				    origin->workload.name);
	}
	/* many that are refused alike had the right credentials once; one has the wrong ones */
	if (askers != 1 || !origin->credentials || !origin->d)
		return;
	diag_cause_more(origin->d, "; it is %s %s that it refuses", last->workload.kind, last->workload.name);
	diag_past(origin->d);
}

void echo_link(struct echoes *all)
{
	for (size_t i = 0; i < all->count; i++)
		judge(all, &all->items[i]);
	for (size_t i = 0; i < all->count; i++)
		free(all->items[i].words);
	free(all->items);
	*all = (struct echoes){0};
}
