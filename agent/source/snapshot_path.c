/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_path.h"

#include <string.h>

#define MAX_SEGS 32

size_t snap_segments(const char *rel, struct snap_seg *last_first, size_t max)
{
	const char *end = rel + strlen(rel);
	size_t count = 0;

	while (count < max) {
		const char *at = end;

		while (at > rel && at[-1] != '/')
			at--;
		last_first[count++] = (struct snap_seg){at, (size_t)(end - at)};
		if (at == rel)
			break;
		end = at - 1;
	}
	return count;
}

static bool seg_is(struct snap_seg s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.at, word, s.len) == 0;
}

static bool seg_ends(struct snap_seg s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len > n && memcmp(s.at + s.len - n, suffix, n) == 0;
}

/* Copies without the last cut bytes; false when it is empty or too long to be a name. */
static bool seg_copy(struct snap_seg s, size_t cut, char out[static SNAP_NAME_MAX])
{
	size_t n = s.len > cut ? s.len - cut : 0;

	out[0] = '\0';
	if (n == 0 || n >= SNAP_NAME_MAX)
		return false;
	memcpy(out, s.at, n);
	out[n] = '\0';
	return true;
}

static size_t extension(struct snap_seg s)
{
	for (size_t i = s.len; i-- > 1;)
		if (s.at[i] == '.')
			return s.len - i;
	return 0;
}

/* cluster-resources/RES.json, cluster-resources/RES/NS.json, cluster-resources/custom-resources/RES[/NS].yaml */
static bool bundle_place(const struct snap_seg *s, size_t n, struct snap_place *p)
{
	size_t ext = extension(s[0]);

	if (n >= 4 && seg_is(s[3], "cluster-resources") && seg_is(s[2], "custom-resources"))
		return seg_copy(s[1], 0, p->word) && seg_copy(s[0], ext, p->ns);
	if (n >= 3 && seg_is(s[2], "cluster-resources")) {
		if (seg_is(s[1], "custom-resources"))
			return seg_copy(s[0], ext, p->word);
		return seg_copy(s[1], 0, p->word) && seg_copy(s[0], ext, p->ns);
	}
	return n >= 2 && seg_is(s[1], "cluster-resources") && seg_copy(s[0], ext, p->word);
}

/* namespaces/NS/…, cluster-scoped-resources/GROUP/RES.yaml */
static bool gather_place(const struct snap_seg *s, size_t n, struct snap_place *p)
{
	for (size_t i = 1; i < n; i++) {
		if (seg_is(s[i], "cluster-scoped-resources"))
			return seg_copy(s[0], extension(s[0]), p->word);
		if (i >= 2 && seg_is(s[i], "namespaces") && !seg_is(s[i - 1], "all") && seg_copy(s[i - 1], 0, p->ns))
			return seg_copy(s[0], extension(s[0]), p->word);
	}
	return false;
}

void snap_place_of(const char *rel, struct snap_place *p)
{
	struct snap_seg s[MAX_SEGS];
	size_t n = snap_segments(rel, s, MAX_SEGS);

	memset(p, 0, sizeof(*p));
	p->layout = bundle_place(s, n, p);
	if (!p->layout) {
		memset(p, 0, sizeof(*p));
		p->layout = gather_place(s, n, p);
	}
	if (p->layout)
		return;
	memset(p, 0, sizeof(*p));
	seg_copy(s[0], extension(s[0]), p->word);
	if (n >= 2)
		seg_copy(s[1], 0, p->guess);
}

/* namespaces/NS/pods/POD/CONTAINER/CONTAINER/logs/{current,previous}[.insecure].log */
static bool gather_log(const struct snap_seg *s, size_t n, struct snap_log_name *out)
{
	if (n < 8 || !seg_is(s[1], "logs") || !seg_is(s[5], "pods") || !seg_is(s[7], "namespaces"))
		return false;
	if (s[2].len != s[3].len || memcmp(s[2].at, s[3].at, s[2].len) != 0)
		return false;
	out->previous = seg_is(s[0], "previous.log") || seg_is(s[0], "previous.insecure.log");
	if (!out->previous && !seg_is(s[0], "current.log") && !seg_is(s[0], "current.insecure.log"))
		return false;
	out->layout = SNAP_LOG_MUST_GATHER;
	return seg_copy(s[2], 0, out->container) && seg_copy(s[4], 0, out->pod) && seg_copy(s[6], 0, out->ns);
}

/* [cluster-resources/pods/]logs/NS/POD/CONTAINER.log; the bundle marks the previous run by "-previous", ours by
 * ".previous" */
static bool flat_log(const struct snap_seg *s, size_t n, struct snap_log_name *out)
{
	size_t cut = 4;

	if (n < 4 || !seg_is(s[3], "logs") || !seg_ends(s[0], ".log"))
		return false;
	out->layout = SNAP_LOG_OURS;
	if (n >= 6 && seg_is(s[4], "pods") && seg_is(s[5], "cluster-resources"))
		out->layout = SNAP_LOG_BUNDLE;
	if (out->layout == SNAP_LOG_OURS && seg_ends(s[0], ".previous.log")) {
		out->previous = true;
		cut = 13;
	}
	return seg_copy(s[0], cut, out->container) && seg_copy(s[1], 0, out->pod) && seg_copy(s[2], 0, out->ns);
}

bool snap_log_of(const char *rel, struct snap_log_name *out)
{
	struct snap_seg s[MAX_SEGS];
	size_t n = snap_segments(rel, s, MAX_SEGS);

	memset(out, 0, sizeof(*out));
	if (gather_log(s, n, out))
		return true;
	memset(out, 0, sizeof(*out));
	if (flat_log(s, n, out))
		return true;
	memset(out, 0, sizeof(*out));
	out->layout = SNAP_LOG_DUMP;
	return n >= 3 && seg_is(s[0], "logs.txt") && seg_copy(s[1], 0, out->pod) && seg_copy(s[2], 0, out->ns);
}

bool snap_metrics_of(const char *rel, char ns[static SNAP_NAME_MAX], char pod[static SNAP_NAME_MAX])
{
	struct snap_seg s[4];
	size_t n = snap_segments(rel, s, 4);

	return n >= 3 && seg_ends(s[0], ".prom") && seg_is(s[2], "metrics") && seg_copy(s[0], 5, pod) &&
	       seg_copy(s[1], 0, ns);
}
