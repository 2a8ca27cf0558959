/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as they are read, without the members that nobody looks at, cut out of the text before it is decoded. */
#ifndef AGENT_FACTS_PRUNE_H
#define AGENT_FACTS_PRUNE_H

#include "agent/base/buf.h"
#include "agent/data/span.h"

/*
 * Appends the value without the members at these paths ("status.images"; an array stands for its elements). NULL ends
 * the list. What is broken is copied as it is.
 */
void prune_copy(struct buf *to, struct span value, const char *const *drop);

/* What is left out of the objects of a list of this resource; NULL: nothing. */
const char *const *prune_of(const char *resource);
/* The same of a list that is long; drop: what prune_of gave. */
const char *const *prune_of_many(const char *resource, const char *const *drop);

#endif
