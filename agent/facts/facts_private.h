/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the facts, for the files that make them up. */
#ifndef AGENT_FACTS_FACTS_PRIVATE_H
#define AGENT_FACTS_FACTS_PRIVATE_H

#include "agent/base/map.h"
#include "agent/facts/facts.h"
#include "agent/facts/share.h"
#include <pthread.h>

/* One list as it was read; nothing in it changes once it is ready, but that indexes are added. */
struct list {
	const struct kind *kind;
	char *ns; /* NULL: all namespaces, or a kind of the cluster */
	bool ready;
	enum read_state state;
	bool pieced; /* put together from the lists of namespaces, which stand beside it */
	/* Of more pods than are read whole: the suspicious ones, and a sibling of each. */
	bool selected;
	size_t rows;	     /* then: how many there are */
	struct map *rows_of; /* and in each namespace, where they were counted so; or NULL */
	char why[240];
	json_t *items;			/* by (namespace, name), each once */
	struct map *children;		/* of a controller: json arrays by owner_key */
	struct map *about;		/* events: json arrays by the name of what they are about, oldest first */
	bool children_done, about_done; /* these indexes are made when they are first needed */
};

/* What one GET gave. */
struct single {
	json_t *object;
	enum read_state state;
};

struct facts {
	struct source *source;
	struct kinds *kinds;
	char *ns;
	size_t whole_pods;    /* more are scanned by their rows; 0: always */
	size_t whole_read;    /* pods that were read whole so far */
	json_t *none;	      /* the empty array */
	struct share *share;  /* parts of pods that are alike */
	pthread_mutex_t lock; /* of all below; never held while something is read */
	pthread_cond_t read;  /* a list became ready */
	struct map *lists;    /* "resource\nns" */
	struct map *singles;  /* "resource\nns\nname" */
	struct map *by_uid;   /* borrowed from lists and singles */
	struct map *gets;     /* how many single reads: "resource\nns", "resource" */
	struct map *more;     /* json arrays of pods by the query that they were read with */
	size_t looked_up;     /* such queries so far */
	size_t objects;	      /* how many were read */
};

/* The list, read if need be; waits for whoever reads it. ns as in struct list. Never NULL. */
struct list *list_of(struct facts *f, const struct kind *k, const char *ns);
/* The same, without looking into the list of all namespaces: for the one who puts that together. */
struct list *list_of_namespace(struct facts *f, const struct kind *k, const char *ns);
/* A list that holds ns and was read or is being read; NULL when there is none. With the lock held. */
struct list *list_present(struct facts *f, const struct kind *k, const char *ns);
/* ns as a list of this kind takes it: NULL for kinds of the cluster, the scope where none was given. */
const char *list_namespace(struct facts *f, const struct kind *k, const char *ns);
/* Makes a list that could not be read whole a blind spot. A kind that is not served hides nothing. */
void list_note(struct facts *f, const struct list *l);
void list_free(void *list);
/* In an ordered array. NULL: none. */
json_t *list_search(const json_t *items, const char *ns, const char *name);

/* list_read.c: fills items, state and why of a list that nobody else can see yet. */
void list_read(struct facts *f, struct list *l);
/* list_pieces.c: the same, namespace by namespace, when all at once was denied. */
void list_read_pieces(struct facts *f, struct list *l);
/* Orders by (namespace, name) and drops doubles: a new reference, steals the array. */
json_t *list_order(json_t *items);

/*
 * The object with apiVersion and kind, of managedFields what writers.h keeps: a new reference, to item itself when that
 * is so already.
 */
json_t *facts_complete(json_t *item, const char *api_version, const char *kind);
/*
 * pods_more.c: of a selection, pods that are not at hand, by a query of the API ("labelSelector=app%3Dweb"), `limit` at
 * most. Empty when they cannot be read, or after too many such queries, which is a blind spot. New reference.
 */
json_t *facts_more_pods(struct facts *f, const struct list *l, const char *ns, const char *query, int limit);
/* A LabelSelector or a plain map as a query, the caller's; NULL: it selects nothing. */
char *facts_label_query(const json_t *selector, bool plain);
/* With the lock held. */
void facts_remember(struct facts *f, json_t *object);
/* A snapshot: all it has is at hand, and reading costs nothing. */
bool facts_held(const struct facts *f);
/* By apiVersion (NULL: any) and kind; NULL: not served. */
const struct kind *facts_kind(struct facts *f, const char *api_version, const char *kind);

#endif
