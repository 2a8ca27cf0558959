/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equal parts of many objects kept once: pods of one workload have one specification, nodes of one kind one list of
 * labels' values. Objects of facts are never changed, so nobody notices. Thread-safe.
 */
#ifndef AGENT_FACTS_SHARE_H
#define AGENT_FACTS_SHARE_H

#include <jansson.h>

struct share;

struct share *share_new(void);
void share_free(struct share *s); /* what was shared stays; NULL allowed */
/* Takes a reference and gives one to an equal value, whose parts are shared too. The object itself never is. */
json_t *share_steal(struct share *s, json_t *object);

#endif
