/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of tables and members left out, by the text alone: nothing is read beyond its end, and JSON stays JSON. */
#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/facts/prune.h"
#include "agent/facts/table_rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void take(void *ctx, const struct table_row *row)
{
	size_t *rows = ctx;

	(*rows)++;
	if (!row->name[0] || strlen(row->name) >= sizeof(row->name) || strlen(row->status) >= sizeof(row->status))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const drop[] = {"metadata.managedFields", "rows.cells", "a.b.c", NULL};
	char *copy = mem_copy(n ? (const void *)data : "", n ? n : 1);
	json_t *before = json_parse(copy, n, "fuzz", NULL), *after;
	struct span top = span_value(copy, copy + n);
	struct buf out = BUF_INIT(16 << 20);
	struct table_page page;
	size_t rows = 0;

	if (table_rows(copy, n, &page, take, &rows) == 0 && rows != page.rows)
		abort();
	free(page.next);
	if (top.s)
		prune_copy(&out, top, drop);
	after = out.len ? json_parse(buf_cstr(&out), out.len, "fuzz", NULL) : NULL;
	if (before && (json_is_object(before) || json_is_array(before)) && !after)
		abort();
	json_decref(before);
	json_decref(after);
	buf_fini(&out);
	free(copy);
	return 0;
}
