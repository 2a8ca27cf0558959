/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of one question by (path, accept), and requests under way: who asks for what another thread is asking for
 * right now waits for that answer. Least recently used answers make room. Thread-safe.
 */
#ifndef AGENT_SOURCE_CACHE_H
#define AGENT_SOURCE_CACHE_H

#include "agent/source/origin.h"

struct cache;

/* An answer, never changed once it is there. */
struct answer {
	struct origin_reply reply;
	char *body; /* NULL when only json is there */
	size_t len;
	json_t *json;	 /* decoded body, or NULL */
	char sha256[65]; /* of the body; "" when nobody records */
};

void answer_fini(struct answer *a);

struct entry;

struct cache *cache_new(uint64_t max_bytes);
void cache_free(struct cache *c);	     /* nothing may be under way */
uint64_t cache_share(const struct cache *c); /* the largest answer that is kept */

/*
 * The entry for key, which the caller gives back with cache_give. *lead: the caller has to make the request and then
 * call cache_settle or cache_drop. fresh: always lead.
 */
struct entry *cache_take(struct cache *c, const char *key, bool fresh, bool *lead);
void cache_give(struct cache *c, struct entry *e);

enum cache_wait { CACHE_THERE, CACHE_GONE, CACHE_LATE, CACHE_CANCELED };
/* Waits until the leader settled (THERE) or dropped (GONE: ask again). Latches may be NULL. */
enum cache_wait cache_wait(struct cache *c, struct entry *e, int64_t deadline, struct cancel *a, struct cancel *b);

/* Takes what is in *a. What is too large for the cache stays readable to the leader, the others see GONE. */
void cache_settle(struct cache *c, struct entry *e, struct answer *a);
void cache_drop(struct cache *c, struct entry *e);
/* An entry outside of any cache, for an answer that is not to be kept. Takes what is in *a. */
struct entry *cache_lone(struct answer *a);

/* Of an entry that is there, or that the caller leads and settled. Borrowed until cache_give. */
const struct answer *entry_answer(const struct entry *e);
/* The decoded body, a new reference, or NULL. */
json_t *entry_json(struct cache *c, struct entry *e);
/* Keeps j (a reference is taken) as the decoded body unless one is there. A new reference to the one that is. */
json_t *entry_keep_json(struct cache *c, struct entry *e, json_t *j);

#endif
