/* SPDX-License-Identifier: Apache-2.0 */
/* What db.c, db_stmt.c, db_open.c and db_error.c share. */
#ifndef AGENT_STORE_DB_PRIVATE_H
#define AGENT_STORE_DB_PRIVATE_H

#include <pthread.h>
#include <sqlite3.h>

#include "agent/base/map.h"
#include "agent/store/db.h"

struct db {
	sqlite3 *sq;
	char *path;
	struct map *stmts; /* SQL to struct db_stmt */
	pthread_mutex_t lock;
};

/* Always -1. rc is SQLite's result code. */
int db_fail(struct db *d, int rc, struct err *e);
/* The file or its folder cannot be opened or made; sys is errno. */
int db_fail_file(const char *path, int sys, struct err *e);
void db_stmt_free(void *stmt);

#endif
