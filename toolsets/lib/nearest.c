/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/nearest.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LENGTH_MAX 64u /* only this much of a name is compared letter by letter */

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Letters to insert, delete, change or swap (Damerau, adjacent). */
static int edits(const char *a, size_t na, const char *b, size_t nb)
{
	int row[3][LENGTH_MAX + 1];

	for (size_t j = 0; j <= nb; j++)
		row[0][j] = (int)j;
	for (size_t i = 1; i <= na; i++) {
		int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = (int)i;
		for (size_t j = 1; j <= nb; j++) {
			int differs = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);

			now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + differs);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[na % 3][nb];
}

int nearest_distance(const char *wanted, const char *name)
{
	size_t nw = strnlen(wanted, LENGTH_MAX), nn = strnlen(name, LENGTH_MAX), longer = nw > nn ? nw : nn, same = 0;
	int by_edits;

	if (strcasecmp(wanted, name) == 0)
		return 0;
	if (nw == 0 || nn == 0)
		return 100;
	while (same < nw && same < nn && wanted[same] == name[same])
		same++;
	by_edits = edits(wanted, nw, name, nn) * 100 / (int)longer;
	/* A name with a random end ("web-7d9f-x2x"): what is equal in front counts more than the letters behind. */
	if (same >= 3 && (same == nw || same == nn || same * 2 >= nw))
		return least(by_edits, 10 + 40 * (int)(nw - same) / (int)nw);
	if (nw >= 3 && strcasestr(name, wanted))
		return least(by_edits, 25);
	if (nn >= 3 && strcasestr(wanted, name))
		return least(by_edits, 35);
	return by_edits;
}

void nearest_add(struct nearest *n, const char *name)
{
	int distance = nearest_distance(n->wanted, name);
	size_t at;

	if (distance > NEAREST_LIMIT)
		return;
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->name[i], name) == 0)
			return;
	for (at = n->count; at > 0 && n->distance[at - 1] > distance; at--)
		;
	if (at == NEAREST_MAX)
		return;
	if (n->count < NEAREST_MAX)
		n->count++;
	for (size_t i = n->count - 1; i > at; i--) {
		n->name[i] = n->name[i - 1];
		n->distance[i] = n->distance[i - 1];
	}
	n->name[at] = name;
	n->distance[at] = distance;
}
