/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/store/schema.h"

/*
 * Times are milliseconds since 1970. Children refer to an investigation by its row number, which keeps the many small
 * event rows small; the id that people see is in investigations only. JSON documents are kept as text, what lists and
 * searches need stands in columns of its own.
 */
#define CHILD "investigation INTEGER NOT NULL REFERENCES investigations(n) ON DELETE CASCADE"

static const char records[] =
	"CREATE TABLE investigations ("
	"  n INTEGER PRIMARY KEY,"
	"  id TEXT NOT NULL UNIQUE,"
	"  question TEXT NOT NULL,"
	"  mode TEXT NOT NULL,"
	"  model TEXT,"
	"  version TEXT NOT NULL,"
	"  clusters TEXT NOT NULL,"
	"  setup TEXT NOT NULL,"
	"  cluster_time INTEGER NOT NULL,"
	"  created INTEGER NOT NULL,"
	"  ended INTEGER,"
	"  status TEXT NOT NULL,"    /* running, or what store_end said */
	"  title TEXT,"
	"  document TEXT,"
	"  owner TEXT NOT NULL"      /* the process, see owner.h */
	") STRICT;"

	"CREATE TABLE messages (n INTEGER PRIMARY KEY, " CHILD ", time INTEGER NOT NULL, message TEXT NOT NULL) STRICT;"
	"CREATE INDEX messages_of ON messages(investigation);"

	/* Call ids are the model's and may repeat. */
	"CREATE TABLE tool_calls ("
	"  n INTEGER PRIMARY KEY, " CHILD ","
	"  call_id TEXT NOT NULL,"
	"  tool TEXT NOT NULL,"
	"  status TEXT NOT NULL,"
	"  arguments TEXT NOT NULL,"
	"  result TEXT,"
	"  started INTEGER NOT NULL,"
	"  duration_ms INTEGER NOT NULL,"
	"  bytes INTEGER NOT NULL,"
	"  evidence TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX tool_calls_of ON tool_calls(investigation);"

	"CREATE TABLE evidence ("
	"  n INTEGER PRIMARY KEY, " CHILD ", id TEXT NOT NULL, item TEXT NOT NULL, UNIQUE (investigation, id)"
	") STRICT;"

	"CREATE TABLE findings ("
	"  n INTEGER PRIMARY KEY, " CHILD ", id TEXT NOT NULL, severity TEXT, caused_by TEXT, cause TEXT,"
	"  item TEXT NOT NULL,"
	"  UNIQUE (investigation, id)"
	") STRICT;"

	/* Content-addressed; a body lives as long as a read refers to it. */
	"CREATE TABLE bodies (n INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, data BLOB NOT NULL) STRICT;"

	"CREATE TABLE reads ("
	"  n INTEGER PRIMARY KEY, " CHILD ","
	"  time INTEGER NOT NULL,"
	"  cluster TEXT,"
	"  path TEXT NOT NULL,"
	"  accept TEXT,"
	"  state TEXT NOT NULL,"
	"  status INTEGER NOT NULL,"
	"  type TEXT,"
	"  why TEXT,"
	"  bytes INTEGER NOT NULL,"
	"  sha256 TEXT,"
	"  body INTEGER REFERENCES bodies(n) DEFERRABLE INITIALLY DEFERRED,"
	"  duration_ms INTEGER NOT NULL,"
	"  cached INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX reads_of ON reads(investigation, path);"
	"CREATE INDEX reads_body ON reads(body) WHERE body IS NOT NULL;"

	"CREATE TABLE usage ("
	"  n INTEGER PRIMARY KEY, " CHILD ","
	"  time INTEGER NOT NULL,"
	"  model TEXT,"
	"  requests INTEGER NOT NULL,"
	"  prompt_tokens INTEGER NOT NULL,"
	"  completion_tokens INTEGER NOT NULL,"
	"  cached_tokens INTEGER NOT NULL,"
	"  cost_usd REAL"
	") STRICT;"
	"CREATE INDEX usage_of ON usage(investigation);"

	"CREATE TABLE events ("
	"  " CHILD ", seq INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,"
	"  PRIMARY KEY (investigation, seq)"
	") STRICT, WITHOUT ROWID;"

	/* The texts that search finds, and their index: copies, so that search.c alone knows them. */
	"CREATE TABLE search_texts ("
	"  n INTEGER PRIMARY KEY, " CHILD ","
	"  kind TEXT NOT NULL, ref TEXT NOT NULL, text TEXT NOT NULL,"
	"  UNIQUE (investigation, kind, ref)"
	") STRICT;"
	"CREATE VIRTUAL TABLE search USING fts5("
	"  text, content='search_texts', content_rowid='n', tokenize='unicode61 remove_diacritics 2');";

static const char *const steps[] = {records};

const struct db_schema schema_dupin = {
	.application = 0x4470696e, /* "Dpin" */
	.steps = steps,
	.count = ARRAY_LEN(steps),
};
