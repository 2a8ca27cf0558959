/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/table.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/alloc.h"

struct table {
	size_t cols, rows, cap, used, cell_max; /* used: cells filled in the last row */
	char **heads;
	char ***row;
};

struct table *tbl_new(const char *const *heads, size_t cols, size_t cell_max)
{
	struct table *t = alloc_zero(1, sizeof(*t));

	t->cols = cols;
	t->cell_max = cell_max;
	t->heads = alloc_zero(cols, sizeof(*t->heads));
	for (size_t i = 0; i < cols; i++)
		t->heads[i] = alloc_str(heads[i]);
	return t;
}

static void drop_cells(char **cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(cells[i]);
	free(cells);
}

void tbl_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->rows; i++)
		drop_cells(t->row[i], t->cols);
	free(t->row);
	drop_cells(t->heads, t->cols);
	free(t);
}

void tbl_row(struct table *t)
{
	ALLOC_GROW(t->row, t->rows, t->cap);
	t->row[t->rows++] = alloc_zero(t->cols, sizeof(char *));
	t->used = 0;
}

void tbl_cell(struct table *t, const char *text)
{
	struct reply cell = {.max = t->cell_max + 32};

	if (t->rows == 0 || t->used >= t->cols)
		return;
	rep_clip(&cell, text, strlen(text), t->cell_max);
	t->row[t->rows - 1][t->used++] = cell.len ? cell.text : NULL;
	if (!cell.len)
		rep_free(&cell);
}

void tbl_cellf(struct table *t, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tbl_cell(t, text);
}

size_t tbl_rows(const struct table *t)
{
	return t->rows;
}

const char *tbl_at(const struct table *t, size_t row, size_t col)
{
	return row < t->rows && col < t->cols && t->row[row][col] ? t->row[row][col] : "-";
}

int tbl_col(const struct table *t, const char *head)
{
	for (size_t i = 0; i < t->cols; i++)
		if (strcasecmp(t->heads[i], head) == 0)
			return (int)i;
	return -1;
}

int tbl_compare(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			size_t na, nb;
			int c;

			for (; *a == '0'; a++)
				;
			for (; *b == '0'; b++)
				;
			na = strspn(a, "0123456789");
			nb = strspn(b, "0123456789");
			c = na != nb ? (na < nb ? -1 : 1) : strncmp(a, b, na);
			if (c)
				return c;
			a += na;
			b += nb;
			continue;
		}
		if (*a != *b)
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		a++;
		b++;
	}
	return *a ? 1 : *b ? -1 : 0;
}

static bool after(char *const *a, char *const *b, size_t col, bool descending)
{
	int c = tbl_compare(a[col] ? a[col] : "-", b[col] ? b[col] : "-");

	return descending ? c < 0 : c > 0;
}

/* Merge sort: stable, and 10,000 rows take no time. */
static void merge(struct table *t, char ***room, size_t from, size_t to, size_t col, bool descending)
{
	size_t mid = from + (to - from) / 2, a = from, b = mid, n = from;

	if (to - from < 2)
		return;
	merge(t, room, from, mid, col, descending);
	merge(t, room, mid, to, col, descending);
	while (a < mid || b < to)
		room[n++] = a < mid && (b == to || !after(t->row[a], t->row[b], col, descending)) ? t->row[a++]
												  : t->row[b++];
	memcpy(t->row + from, room + from, (to - from) * sizeof(*room));
}

void tbl_sort(struct table *t, size_t col, bool descending)
{
	char ***room = alloc_zero(t->rows, sizeof(*room));

	if (col < t->cols)
		merge(t, room, 0, t->rows, col, descending);
	free(room);
}

/* Characters, not bytes. */
static size_t columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

static void print_row(const struct table *t, char *const *cells, const size_t *width, struct reply *out)
{
	size_t owed = 0; /* blanks are written before the next cell, so that no line ends in them */
	bool first = true;

	for (size_t i = 0; i < t->cols; i++) {
		const char *text = cells[i] ? cells[i] : "-";

		if (width[i] == 0)
			continue;
		rep_add(out, "%*s%s", first ? 0 : (int)owed + 2, "", text);
		owed = width[i] - columns(text);
		first = false;
	}
	rep_put(out, "\n");
}

size_t tbl_print(const struct table *t, size_t max, struct reply *out)
{
	size_t n = t->rows < max ? t->rows : max, *width = alloc_zero(t->cols, sizeof(*width));

	for (size_t c = 0; c < t->cols; c++) {
		for (size_t i = 0; i < n; i++) {
			size_t wide = t->row[i][c] && strcmp(t->row[i][c], "-") ? columns(t->row[i][c]) : 0;

			width[c] = wide > width[c] ? wide : width[c];
		}
		if (width[c] && columns(t->heads[c]) > width[c])
			width[c] = columns(t->heads[c]);
	}
	if (n)
		print_row(t, t->heads, width, out);
	for (size_t i = 0; i < n; i++)
		print_row(t, t->row[i], width, out);
	free(width);
	return t->rows - n;
}
