/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed, from the cluster alone: who wrote an object and when, revisions of workloads with the difference of their
 * templates, Helm releases by their labels, tags that were moved, nodes, certificates, telling events. Each change names
 * the places where it stands. Nothing here adds a blind spot: a change that cannot be seen is not known to be one.
 * A struct changes belongs to one thread.
 */
#ifndef AGENT_FACTS_CHANGES_H
#define AGENT_FACTS_CHANGES_H

#include "agent/facts/facts.h"

enum change_sort {
	CHANGE_EVENT, /* something that an event tells */
	CHANGE_CREATED,
	CHANGE_NODE,
	CHANGE_SCALED,
	CHANGE_RESTARTED,
	CHANGE_RELEASE, /* of Helm */
	CHANGE_EDITED,
	CHANGE_CERTIFICATE,
	CHANGE_TAG, /* the same image name is another image */
	CHANGE_DELETED,
	CHANGE_ROLLOUT, /* another template, with the difference */
};

enum { CHANGE_PLACES = 4 };

struct change {
	int64_t at; /* wall ms */
	enum change_sort sort;
	double sure;	/* 0..1 */
	json_t *object; /* what was changed; borrowed from the facts */
	char *who;	/* manager as the API server calls it; "" unknown */
	char *what;	/* one phrase; secrets in it are masked */
	struct {
		json_t *object; /* borrowed */
		char *pointer;
	} places[CHANGE_PLACES]; /* where it can be read, the time first; object NULL ends */
};

struct changes {
	struct facts *facts;
	bool read;	     /* lists that were not read yet are read; else only what is at hand counts */
	struct map *done;    /* objects that were looked at */
	struct change *items; /* ordered after changes_order */
	size_t count, cap;
	int extra; /* reads beyond what others asked for */
};

struct changes *changes_new(struct facts *f, bool read);
void changes_free(struct changes *c);
/* Adds the changes of one object, and of what makes it up (revisions, releases). The same object again adds nothing. */
void changes_of(struct changes *c, json_t *object);
/* An object that is at hand; NULL: it is not, or it is not there. Borrowed. No blind spot, no read on a live cluster. */
json_t *changes_object(struct changes *c, const char *kind, const char *ns, const char *name);
/* Adds those of all objects of a namespace (NULL: the scope) and of the cluster. */
void changes_gather(struct changes *c, const char *ns);
/* The resources that it looks at beside those that were read. */
const char *const *changes_resources(size_t *n);
/* Oldest first; what is told twice (an edit and the rollout that it made) is one. */
void changes_order(struct changes *c);
/*
 * Reads an edited object whole and adds to `what` which keys its writer owns. At most a few reads; true when something was
 * added.
 */
bool changes_detail(struct changes *c, struct change *change);

/* "Deployment shop/cart image v1 -> v2": without time and manager. The caller's. */
char *change_title(const struct change *change);
/* {"time","object":{apiVersion,kind,namespace,name},"type","who","what","sure","source","pointer"}: new reference. */
json_t *change_json(struct changes *c, const struct change *change);

#endif
