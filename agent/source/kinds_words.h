/* SPDX-License-Identifier: Apache-2.0 */
/* What people call kinds. Private to kinds*.c. */
#ifndef AGENT_SOURCE_KINDS_WORDS_H
#define AGENT_SOURCE_KINDS_WORDS_H

#include "agent/source/kinds_private.h"

/* Whose kind is meant when several have the name: 0 core, 1 groups of Kubernetes itself, 2 all others. */
int kind_tier(const struct kind *k);
/* Fills t->words from t->sorted. */
void kind_table_index(struct kind_table *t);

#endif
