/* SPDX-License-Identifier: Apache-2.0 */
/* Rows under heads, aligned for reading. Columns that are "-" or empty in every row are left out to save room. */
#ifndef TOOLSETS_LIB_TABLE_H
#define TOOLSETS_LIB_TABLE_H

#include "toolsets/lib/reply.h"

struct table;

/* heads are copied; cols of them. Cells are clipped at cell_max bytes. */
struct table *tbl_new(const char *const *heads, size_t cols, size_t cell_max);
void tbl_free(struct table *t);
void tbl_row(struct table *t);			  /* begins the next row */
void tbl_cell(struct table *t, const char *text); /* fills the next cell of the row; "" becomes "-" */
void tbl_cellf(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t tbl_rows(const struct table *t);
const char *tbl_at(const struct table *t, size_t row, size_t col);
/* Index of a head, any case; -1. */
int tbl_col(const struct table *t, const char *head);
/* Stable, by one column; numbers inside of texts compare as numbers ("web-2" before "web-10"). */
void tbl_sort(struct table *t, size_t col, bool descending);
/* Heads and up to max rows. Returns how many rows were left out. */
size_t tbl_print(const struct table *t, size_t max, struct reply *out);

/* The order tbl_sort uses. */
int tbl_compare(const char *a, const char *b);

#endif
