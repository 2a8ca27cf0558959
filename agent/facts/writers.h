/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.managedFields as facts keep them: who wrote an object's spec, and when. Private to agent/facts. */
#ifndef AGENT_FACTS_WRITERS_H
#define AGENT_FACTS_WRITERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Kinds that facts keep no writers of: there are many, and the machinery of the cluster writes them. */
bool writers_wanted(const char *kind);
/*
 * The entries that tell a change: {manager, operation, time, subresource}. Writers of the status, the controllers of
 * Kubernetes itself and entries without a time become null, so that the n-th stays the n-th. A new reference; NULL when
 * none is left.
 */
json_t *writers_short(const json_t *managed);

struct writer {
	const char *manager, *subresource; /* subresource "" for the object itself */
	int64_t at;
	size_t index; /* in metadata.managedFields */
};

/* The n-th that tells a change, in the order of managedFields; false: there is none. */
bool writers_at(const json_t *object, size_t n, struct writer *out);
/* A person or the tool that a person deploys with, not a program that tends its own objects. */
bool writers_by_hand(const char *manager);

#endif
