/* SPDX-License-Identifier: Apache-2.0 */
/* Values of cel.c and what can be done with them. Private to it. */
#ifndef TOOLSETS_LIB_CEL_VALUE_H
#define TOOLSETS_LIB_CEL_VALUE_H

#include "toolsets/lib/cel.h"
#include "toolsets/lib/quantity.h"

enum cel_type {
	CEL_V_UNKNOWN, /* so that a value that was never set is one */
	CEL_V_ERROR,
	CEL_V_NULL,
	CEL_V_BOOL,
	CEL_V_INT,
	CEL_V_DOUBLE,
	CEL_V_STRING,
	CEL_V_QUANTITY,
	CEL_V_SEMVER,
	CEL_V_DEVICE,
	CEL_V_DOMAINS, /* device.attributes or device.capacity */
	CEL_V_DOMAIN,  /* ...["gpu.example.com"] */
	CEL_V_LIST,
	CEL_V_NONE, /* an empty optional */
	CEL_V_SOME, /* an optional with the value in it */
};

#define CEL_LIST_MAX 32

struct cel_value {
	enum cel_type type;
	enum cel_type inner; /* of CEL_V_SOME */
	bool truth;
	long long number;
	double real;
	struct quantity quantity;
	const char *text; /* of strings, versions and domains; length in len */
	size_t len;
	const json_t *map; /* of domains */
	bool capacity;	   /* which of the two maps */
	const struct cel_value *items;
	size_t count;
};

#define CEL_POOL_BYTES 4096u /* texts with escapes, and lower case copies */
#define CEL_POOL_VALUES 128u

/* One evaluation. */
struct cel {
	const char *at, *end;
	const struct cel_device *device;
	const struct cel_regex *regex;
	int depth;
	bool bad; /* the text is not an expression this can read */
	char why[200];
	char pool[CEL_POOL_BYTES];
	size_t used;
	struct cel_value values[CEL_POOL_VALUES];
	size_t value_count;
};

/* Unknown or an error, with its reason; the first reason stays. */
struct cel_value cel_give_up(struct cel *c, const char *why);
struct cel_value cel_fail(struct cel *c, const char *what, const char *name, size_t len);
struct cel_value cel_call(struct cel *c, const char *name, size_t len, struct cel_value *a, size_t n);
struct cel_value cel_method(struct cel *c, struct cel_value base, const char *name, size_t len, struct cel_value *a,
			    size_t n);
/* base.name, base[name]; optional: with the question mark, what is missing is an empty optional. */
struct cel_value cel_field(struct cel *c, struct cel_value base, const char *name, size_t len, bool optional);

struct cel_value cel_bool(bool truth);
struct cel_value cel_string(const char *s, size_t n);
struct cel_value cel_unknown(void);
/* A value as it stands in a slice: {"string": ...}, {"int": ...}, {"value": "40Gi"}. */
struct cel_value cel_json(const json_t *v);
/* The attribute or capacity of a domain; CEL_V_NONE when it is not there. */
struct cel_value cel_member(const struct cel_value *domain, const char *driver, const char *name, size_t len);
/* -1, 0, 1; *ok false: they do not compare. */
int cel_compare(const struct cel_value *a, const struct cel_value *b, bool *ok);
int cel_semver_compare(const char *a, size_t na, const char *b, size_t nb, bool *ok);

#endif
