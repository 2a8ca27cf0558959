/* SPDX-License-Identifier: Apache-2.0 */
/* What toolsets worked out for the question and will want again: texts by key. Bounded; thread-safe. */
#ifndef AGENT_TOOLS_MEMO_H
#define AGENT_TOOLS_MEMO_H

struct memo;

struct memo *memo_new(void);
void memo_free(struct memo *m);
/* Copies. What was set first stays; beyond 20,000 keys nothing is kept. */
void memo_set(struct memo *m, const char *key, const char *text);
/* NULL: not kept. Borrowed until memo_free. */
const char *memo_get(struct memo *m, const char *key);

#endif
