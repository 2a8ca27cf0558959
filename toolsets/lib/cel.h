/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of CEL that selectors of devices use: device.driver, attributes and capacity, comparisons, in, &&, ||, !,
 * ?:, has(), optionals, quantity(), semver(), and the common methods of strings. What is outside of it is "unknown",
 * never a guess.
 */
#ifndef TOOLSETS_LIB_CEL_H
#define TOOLSETS_LIB_CEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum cel_result {
	CEL_FALSE,
	CEL_TRUE,
	CEL_ERROR,   /* a run-time error, "no such key: x": refuses the whole claim */
	CEL_UNKNOWN, /* cannot be evaluated here */
};

struct cel_device {
	const char *driver;
	const json_t *attributes; /* as in a ResourceSlice: {"type": {"string": "gpu"}} */
	const json_t *capacity;	  /* {"memory": {"value": "40Gi"}} */
	bool shared;		  /* allowMultipleAllocations */
};

/* matches() of strings: 1, 0, -1 when the pattern cannot be used. NULL: matches() is unknown. */
struct cel_regex {
	int (*match)(void *ctx, const char *pattern, const char *text, size_t len);
	void *ctx;
};

/* why (may be NULL) is filled for CEL_ERROR and CEL_UNKNOWN. */
enum cel_result cel_eval(const char *expression, const struct cel_device *device, const struct cel_regex *regex,
			 char *why, size_t why_size);
/*
 * The i-th part of an expression that is joined by && at its top (from 0), without the spaces around: false when there
 * are no more. An expression that is not joined is its own only part.
 */
bool cel_part(const char *expression, size_t i, const char **part, size_t *len);

#endif
