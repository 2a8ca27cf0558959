/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/since.h"

#include "agent/base/clock.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/tools/timeline.h"

int since_parse(const char *text, int64_t now_ms, int64_t *since_ms, struct err *e)
{
	struct err own = {0};
	int64_t ms;

	if (clock_parse(text, since_ms))
		return 0;
	if (clock_parse_duration(text, &ms, &own) < 0 || ms < 0)
		return err_set(e, ERR_ARG,
			       "--since \"%.60s\" is neither a duration nor a time; write 30m, 6h, 2d or "
			       "2026-01-31T10:00:00Z",
			       text);
	*since_ms = now_ms - ms;
	return 0;
}

/* Of several clusters, newest first; each one's own are in order already. */
static json_t *merged(json_t *a, json_t *b)
{
	json_t *out = json_array();
	size_t i = 0, k = 0;

	while (i < json_array_size(a) || k < json_array_size(b)) {
		const char *x = json_str_at(json_array_get(a, i), "time"), *y = json_str_at(json_array_get(b, k), "time");
		int64_t left = INT64_MIN, right = INT64_MIN;

		if (x)
			(void)clock_parse(x, &left);
		if (y)
			(void)clock_parse(y, &right);
		if (x && (!y || left >= right))
			json_array_append(out, json_array_get(a, i++));
		else
			json_array_append(out, json_array_get(b, k++));
	}
	json_decref(a);
	json_decref(b);
	return out;
}

json_t *since_changes(struct world *w, int64_t since_ms)
{
	json_t *all = json_array();

	for (size_t i = 0; i < w->count; i++)
		if (!w->clusters[i].broken)
			all = merged(all, timeline_read(w, &w->clusters[i], NULL, NULL, 0, since_ms));
	return all;
}
