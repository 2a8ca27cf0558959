/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same words in two logs: what a server complains of comes back in the log of the program that asked it, wrapped in
 * that one's own words. The one that says it first hand is the origin; but who is refused for its credentials has to
 * mend them, not the server that refuses it.
 */
#ifndef TOOLSETS_KUBERNETES_ECHO_H
#define TOOLSETS_KUBERNETES_ECHO_H

#include <stdbool.h>
#include <stddef.h>

#include "toolsets/kubernetes/trouble.h"

struct echo {
	struct workload workload;
	struct diagnosis *d; /* NULL: another check reports it */
	char *words;	     /* without severity, time and escapes */
	bool credentials;
};

struct echoes {
	struct echo *items;
	size_t count, cap;
};

void echo_add(struct echoes *all, const struct trouble *t, struct diagnosis *d);
/* Links the diagnoses to each other and frees what was collected. */
void echo_link(struct echoes *all);
/* What a line says behind its time, level and the like, without backslashes; at most 240 bytes. */
const char *echo_core(const char *line, size_t len, char out[static 260]);

#endif
