/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left out of objects of which there are very many, once the list has proved long: what tells nothing while all
 * is well. What is not well stays whole, and so does what is not old.
 */
#ifndef AGENT_FACTS_THIN_H
#define AGENT_FACTS_THIN_H

#include <jansson.h>
#include <stdint.h>

/*
 * Changes an object that nobody else has yet. Nodes: since when a condition is as it should be, when that is long.
 * ReplicaSets of a Deployment and Jobs that are done: their templates, when they are days old.
 */
void thin_object(const char *resource, json_t *object, int64_t now);

#endif
