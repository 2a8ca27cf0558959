/* SPDX-License-Identifier: Apache-2.0 */
/* The names most like one that does not exist: "did you mean". */
#ifndef TOOLSETS_LIB_NEAREST_H
#define TOOLSETS_LIB_NEAREST_H

#include <stddef.h>

/* How unlike two names are: 0 equal; parts of names and typing errors are near; above NEAREST_LIMIT they have nothing
 * in common. */
#define NEAREST_LIMIT 60
int nearest_distance(const char *wanted, const char *name);

#define NEAREST_MAX 5
struct nearest {
	const char *wanted;
	const char *name[NEAREST_MAX]; /* best first, borrowed */
	int distance[NEAREST_MAX];
	size_t count;
};
/* Keeps name if it is among the best so far; the same name counts once. */
void nearest_add(struct nearest *n, const char *name);

#endif
