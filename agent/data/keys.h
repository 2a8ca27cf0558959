/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key tables: one static table describes a struct that a file, a flag or an environment variable fills. From it come the
 * parser, the errors ("FILE:LINE: unknown key "modle": did you mean "model"?"), the reference and the help.
 */
#ifndef AGENT_DATA_KEYS_H
#define AGENT_DATA_KEYS_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/data/yaml.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum key_type {
	KEY_STRING,   /* char * */
	KEY_BOOL,     /* bool */
	KEY_INT,      /* int64_t, within min..max when they differ */
	KEY_DOUBLE,   /* double */
	KEY_SIZE,     /* uint64_t bytes: "64MiB" */
	KEY_DURATION, /* int64_t ms: "30s" */
	KEY_STRINGS,  /* char ** NULL-terminated: a list of strings (one string is a list of one) */
	KEY_ENUM,     /* char *, one of choices */
	KEY_TREE,     /* json_t *: taken as it is, checked by its owner */
	KEY_GROUP,    /* a mapping: children holds its table, offsets are in the same struct */
};

struct key {
	const char *name;         /* NULL ends a table */
	enum key_type type;
	size_t offset;            /* into the struct */
	const char *fallback;     /* default as text, NULL: zero or NULL */
	const char *help;         /* one sentence, no full stop */
	int64_t min, max;
	const char *const *choices;
	const struct key *children;
	bool secret;              /* never printed */
};

/*
 * Fills defaults into a struct that holds nothing yet (what is in its fields is overwritten, not freed). Strings and lists
 * are heap copies owned by the struct; free with keys_fini.
 */
int keys_defaults(const struct key *table, void *self, struct err *e) MUST_CHECK;
/*
 * doc: a mapping, or null. name and lines are for messages. Keys that are absent or null stay as they are. After an error
 * the struct holds what came before it.
 */
int keys_load(const struct key *table, void *self, const json_t *doc, const char *name, const struct yaml_lines *lines,
	      struct err *e) MUST_CHECK;
/* Sets one key, by dotted path, from text (flag or environment). where is for the message: "--max-steps", "DUPIN_MODEL". */
int keys_set(const struct key *table, void *self, const char *path, const char *text, const char *where,
	     struct err *e) MUST_CHECK;
void keys_fini(const struct key *table, void *self);
/* Each key in order with its dotted path, a group before its children; fn returns non-zero to stop. */
int keys_each(const struct key *table, int (*fn)(void *ctx, const char *path, const struct key *k), void *ctx);
/* "string", "duration", "one of a, b" for the reference. */
void keys_type_text(const struct key *k, char *out, size_t n);

#endif
