/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/rare.h"

#include <stdbool.h>
#include <string.h>

#include "toolsets/kubernetes/complaint.h"
#include "toolsets/kubernetes/level.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/outcry.h"

#define GROUPS_MAX 12
#define TIMES_MIN 4
#define LINES_MAX 4000
#define GAPS 3			   /* usual distances that may pass in silence */
#define SILENT_MS (10 * 60 * 1000LL) /* older than this, it is over */

struct group {
	uint64_t key;
	const char *line; /* the last one */
	size_t len, times, last, first; /* last and first: lines from the end */
	int rank;
};

/* How much a line tells: some error, something that it depends on, a refusal that is known word by word. */
enum { RANK_ERROR, RANK_COMPLAINT, RANK_KNOWN };

/* What a line says without its numbers and names: the letters of its words that hold no digit. */
static uint64_t shape(const char *s, size_t n)
{
	uint64_t hash = 1469598103934665603u;

	if (n > 160)
		n = 160;
	for (size_t i = 0; i < n;) {
		size_t from = i;
		bool digit = false;

		while (i < n && s[i] != ' ' && s[i] != '/' && s[i] != '=' && s[i] != ':') {
			digit = digit || (s[i] >= '0' && s[i] <= '9');
			i++;
		}
		for (size_t k = from; k < i && !digit; k++)
			hash = (hash ^ (unsigned char)s[k]) * 1099511628211u;
		i++;
	}
	return hash;
}

/* After trouble that somebody got over, the log says so. */
static bool went_well(const char *s, size_t n)
{
	static const char *const words[] = {"reconnected", "retry succeeded", "recovered", "connection established",
					    "succeeded after", "connected to", "is back", NULL};

	for (size_t i = 0; words[i]; i++)
		if (memmem(s, n, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Said by those who carry on: "retrying", "using cached". */
static bool carries_on(const char *s, size_t n)
{
	static const char *const words[] = {"retry", "Retry", "using cached", "fallback", "falling back", "INFO",
					    "DEBUG", "level=info", "\"level\":\"info\"", NULL};

	for (size_t i = 0; words[i]; i++)
		if (memmem(s, n, words[i], strlen(words[i])))
			return true;
	return false;
}

static void count(struct group *groups, size_t *used, uint64_t key, int rank, const char *s, size_t n, size_t nth)
{
	size_t i = 0;

	while (i < *used && groups[i].key != key)
		i++;
	if (i == *used) {
		if (*used == GROUPS_MAX)
			return;
		groups[(*used)++] = (struct group){.key = key, .line = s, .len = n, .last = nth, .rank = rank};
	}
	groups[i].times++;
	groups[i].first = nth;
}

static bool recurs(const struct group *g, int64_t now_ms)
{
	int64_t at = outcry_time(g->line, g->len);
	size_t gap = g->times > 1 ? (g->first - g->last) / (g->times - 1) : 0;

	if (g->times < (g->rank == RANK_ERROR ? 2 * TIMES_MIN : TIMES_MIN) || (at && now_ms - at > SILENT_MS))
		return false;
	return g->last <= GAPS * gap + 5;
}

size_t rare_find(const char *text, size_t len, int64_t now_ms, const char **line, size_t *line_len)
{
	struct group groups[GROUPS_MAX];
	const struct group *best = NULL;
	size_t used = 0, end = len, n, nth = 0;
	struct complaint c;
	const char *at;
	bool well = false;

	while (nth < LINES_MAX && lines_before(text, &end, &at, &n)) {
		if (!n)
			continue;
		nth++;
		if (!used && went_well(at, n))
			well = true;
		if (!lines_marked(at, n))
			continue;
		if (complaint_read(at, n, &c))
			count(groups, &used, (uint64_t)c.fault * PRODUCTS + c.product, RANK_KNOWN, at, n, nth);
		else if (!carries_on(at, n) && !level_is_mild(at, n))
			count(groups, &used, shape(at, n) | 1u << 20,
			      lines_complains(at, n) ? RANK_COMPLAINT : RANK_ERROR, at, n, nth);
	}
	for (size_t i = 0; i < used; i++)
		if (recurs(&groups[i], now_ms) && !(well && groups[i].rank < RANK_KNOWN) &&
		    (!best || groups[i].rank > best->rank))
			best = &groups[i];
	if (!best)
		return 0;
	*line = best->line;
	*line_len = best->len;
	return lines_number(text, best->line);
}
