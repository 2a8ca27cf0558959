/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/timeline.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/age.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/when.h"

#define MESSAGE_MAX 420u /* a scheduler's sentence over many nodes fits */

struct fold {
	json_t *event; /* the newest of those folded */
	int64_t first, last, count;
};

static json_t *about(const json_t *e)
{
	json_t *o = json_object_get(e, "involvedObject");

	return o ? o : json_object_get(e, "regarding");
}

static const char *message(const json_t *e)
{
	return *fld_str(e, "message") ? fld_str(e, "message") : fld_str(e, "note");
}

static int64_t first_time(const struct view *v, const json_t *e)
{
	static const char *const places[] = {"firstTimestamp", "deprecatedFirstTimestamp", "eventTime",
					     "metadata.creationTimestamp"};
	int64_t ms;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (when_parse(fld_str(e, places[i]), &ms))
			return ms;
	return v->h->event_time(e);
}

static int64_t repeats(const json_t *e)
{
	int64_t n = fld_int(e, "series.count", fld_int(e, "count", fld_int(e, "deprecatedCount", 1)));

	return n > 0 ? n : 1;
}

/* The same thing said of the same object: differs only in when. */
static int same_thing(const json_t *a, const json_t *b)
{
	static const char *const object[] = {"namespace", "kind", "name", "fieldPath"};
	int c = 0;

	for (size_t i = 0; !c && i < 4; i++)
		c = strcmp(fld_str(about(a), object[i]), fld_str(about(b), object[i]));
	if (!c)
		c = strcmp(fld_str(a, "reason"), fld_str(b, "reason"));
	return c ? c : strcmp(message(a), message(b));
}

static int by_thing(const void *a, const void *b)
{
	const struct fold *x = a, *y = b;
	int c = same_thing(x->event, y->event);

	return c ? c : x->last < y->last ? -1 : x->last > y->last;
}

static int by_time(const void *a, const void *b)
{
	const struct fold *x = a, *y = b;

	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return same_thing(x->event, y->event);
}

static size_t collect(const struct view *v, json_t *events, const struct timeline_options *o, struct fold *list)
{
	size_t i, n = 0, kept = 0;
	json_t *e;

	json_array_foreach (events, i, e) {
		int64_t last = v->h->event_time(e);

		if ((o->since_ms && last < o->since_ms) || (o->type && strcasecmp(fld_str(e, "type"), o->type) != 0))
			continue;
		list[n++] = (struct fold){e, first_time(v, e), last, repeats(e)};
	}
	qsort(list, n, sizeof(*list), by_thing);
	for (i = 0; i < n; i++) {
		struct fold *to = kept ? &list[kept - 1] : NULL;

		if (!to || same_thing(to->event, list[i].event) != 0) {
			list[kept++] = list[i];
			continue;
		}
		to->event = list[i].event;
		to->count += list[i].count;
		to->last = list[i].last > to->last ? list[i].last : to->last;
		to->first = list[i].first < to->first ? list[i].first : to->first;
	}
	qsort(list, kept, sizeof(*list), by_time);
	return kept;
}

static void add_row(const struct view *v, struct table *t, const struct fold *f, const struct timeline_options *o)
{
	char when[24], age[AGE_SIZE];
	const json_t *e = f->event;

	tbl_row(t);
	tbl_cell(t, when_text(f->last, when));
	tbl_cell(t, f->last ? age_text(v->now_ms - f->last, age) : "");
	if (f->count > 1)
		tbl_cellf(t, "x%" PRId64 " over %s", f->count, age_text(f->last - f->first, age));
	else
		tbl_cell(t, "");
	tbl_cell(t, strcmp(fld_str(e, "type"), "Warning") == 0 ? "WARNING" : "");
	if (o->hide_object)
		tbl_cell(t, "");
	else
		tbl_cellf(t, "%s/%s", fld_str(about(e), "kind"), fld_str(about(e), "name"));
	tbl_cell(t, fld_str(e, "reason"));
	tbl_cell(t, message(e));
}

struct timeline_result kubernetes_timeline(const struct view *v, json_t *events, const struct timeline_options *o,
					   struct reply *out)
{
	static const char *const heads[] = {"LAST", "AGO", "REPEATS", "TYPE", "OBJECT", "REASON", "MESSAGE"};
	struct fold *list = alloc_zero(json_array_size(events), sizeof(*list));
	struct table *t = tbl_new(heads, 7, MESSAGE_MAX);
	struct timeline_result result = {0};
	size_t from;

	result.events = collect(v, events, o, list);
	for (size_t i = 0; i < result.events; i++)
		result.warnings += strcmp(fld_str(list[i].event, "type"), "Warning") == 0;
	from = result.events > o->limit ? result.events - o->limit : 0;
	result.left_out = from;
	for (size_t i = from; i < result.events; i++)
		add_row(v, t, &list[i], o);
	tbl_print(t, o->limit, out);
	tbl_free(t);
	free(list);
	return result;
}
