/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of Tables as an API server prints them, row by row from their text: what kubectl get pods shows. */
#ifndef AGENT_FACTS_TABLE_ROWS_H
#define AGENT_FACTS_TABLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

/* A pod as the server prints it. A cell that is not there is "". */
struct table_row {
	char name[256], ready[24], status[128], restarts[64], node[256];
};

struct table_page {
	char kind[64]; /* "Table", or what came in its place */
	char *next;    /* token of the next page, the caller's; NULL: none */
	size_t rows;
};

/*
 * Calls fn for each row. -1: this is no Table, or one that is broken, or one without the columns Name, Ready and Status
 * (fn may have been called for what came before). Fills *page in any case.
 */
int table_rows(const char *text, size_t len, struct table_page *page, void (*fn)(void *ctx, const struct table_row *),
	       void *ctx);

#endif
