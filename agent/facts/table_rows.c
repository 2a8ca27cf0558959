/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/table_rows.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/span.h"

/* COLUMNS_MAX: a server's table has ten. TOKEN_MAX: continue tokens are a few hundred bytes. */
enum { COLUMNS_MAX = 64, TOKEN_MAX = 16 << 10 };
enum column { NAME, READY, STATUS, RESTARTS, NODE, COLUMNS, OTHER };

static const char *const titles[COLUMNS] = {"Name", "Ready", "Status", "Restarts", "Node"};

struct table {
	struct span metadata, columns, rows;
	enum column order[COLUMNS_MAX];
	size_t count;
};

static bool find_parts(struct span top, struct table *t, struct table_page *page)
{
	struct span_walk w;
	struct span key, value;

	span_walk(&w, top);
	while (w.object && span_next(&w, &key, &value)) {
		if (span_is(key, "kind"))
			span_text(value, page->kind, sizeof(page->kind));
		else if (span_is(key, "metadata"))
			t->metadata = value;
		else if (span_is(key, "columnDefinitions"))
			t->columns = value;
		else if (span_is(key, "rows"))
			t->rows = value;
	}
	return w.object && !w.broken && str_eq(page->kind, "Table");
}

static bool find_columns(struct table *t)
{
	unsigned found = 0;
	struct span_walk w;
	struct span key, value;
	char title[32];

	span_walk(&w, t->columns);
	while (!w.object && t->count < COLUMNS_MAX && span_next(&w, &key, &value)) {
		enum column c = OTHER;

		span_text(span_member(value, "name"), title, sizeof(title));
		for (size_t i = 0; i < COLUMNS; i++)
			if (str_eq_nocase(title, titles[i]) && !(found & 1u << i))
				c = (enum column)i;
		if (c != OTHER)
			found |= 1u << c;
		t->order[t->count++] = c;
	}
	return (found & 7u) == 7u;
}

static void number_or_text(struct span v, char *to, size_t n)
{
	if (v.s && *v.s != '"' && v.n < n) {
		memcpy(to, v.s, v.n);
		to[v.n] = '\0';
	} else {
		span_text(v, to, n);
	}
}

static bool read_row(const struct table *t, struct span row, struct table_row *out)
{
	struct span_walk w;
	struct span key, value;
	size_t i = 0;

	out->name[0] = out->ready[0] = out->status[0] = out->restarts[0] = out->node[0] = '\0';
	span_walk(&w, span_member(row, "cells"));
	for (; i < t->count && span_next(&w, &key, &value); i++) {
		switch (t->order[i]) {
		case NAME:
			span_text(value, out->name, sizeof(out->name));
			break;
		case READY:
			span_text(value, out->ready, sizeof(out->ready));
			break;
		case STATUS:
			span_text(value, out->status, sizeof(out->status));
			break;
		case RESTARTS:
			number_or_text(value, out->restarts, sizeof(out->restarts));
			break;
		case NODE:
			span_text(value, out->node, sizeof(out->node));
			break;
		default:
			break;
		}
	}
	return !w.broken && out->name[0];
}

static void find_next(const struct table *t, struct table_page *page)
{
	struct span token = span_member(t->metadata, "continue");
	size_t room = token.n + 1;

	if (token.n <= 2 || room > TOKEN_MAX)
		return;
	page->next = mem_alloc(room);
	if (!span_text(token, page->next, room)) {
		free(page->next);
		page->next = NULL;
	}
}

int table_rows(const char *text, size_t len, struct table_page *page, void (*fn)(void *ctx, const struct table_row *),
	       void *ctx)
{
	struct table t = {0};
	struct table_row row;
	struct span_walk w;
	struct span key, value;

	*page = (struct table_page){0};
	if (!find_parts(span_value(text, text + len), &t, page))
		return -1;
	find_next(&t, page);
	/* No rows: a server may leave them out, or say null. */
	if (!t.rows.s || *t.rows.s == 'n')
		return 0;
	if (!find_columns(&t))
		return -1;
	span_walk(&w, t.rows);
	while (!w.object && span_next(&w, &key, &value)) {
		if (!read_row(&t, value, &row))
			return -1;
		page->rows++;
		fn(ctx, &row);
	}
	return w.broken ? -1 : 0;
}
