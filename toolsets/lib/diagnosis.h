/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings of a check while it still looks around: one for each object to repair and cause, whatever number of replicas
 * shows it. They are sent in the order in which they were begun.
 */
#ifndef TOOLSETS_LIB_DIAGNOSIS_H
#define TOOLSETS_LIB_DIAGNOSIS_H

#include "toolsets/toolset.h"

#define DIAG_PLACES_MAX 200u /* objects in which one finding shows, and that it blames; more are counted, not named */

struct diagnosis;

struct diagnoses {
	const struct host *h;
	struct work *w;
	struct diagnosis **items;
	size_t count, cap;
};

#define DIAG_INIT(host, work)                                                                                          \
	{                                                                                                              \
		.h = (host), .w = (work)                                                                               \
	}

/* The one of this key (up to 600 bytes of it count). *fresh: it is new and has to be filled. */
struct diagnosis *diag_get(struct diagnoses *set, bool *fresh, const char *key, ...)
	__attribute__((format(printf, 3, 4)));
/* A new one without a key. */
struct diagnosis *diag_new(struct diagnoses *set);
/* Sends all that have a cause, frees everything. The set is empty after it. */
void diag_send(struct diagnoses *set);

void diag_about(struct diagnosis *d, json_t *object);
void diag_about_words(struct diagnosis *d, const char *api_version, const char *kind, const char *ns, const char *name);
void diag_rate(struct diagnosis *d, enum severity severity, double score);
/* History: listed as info, explains nothing. */
void diag_past(struct diagnosis *d);
void diag_symptom(struct diagnosis *d);
void diag_docs(struct diagnosis *d, const char *url);
void diag_cause(struct diagnosis *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Appends to the cause. */
void diag_cause_more(struct diagnosis *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void diag_fix(struct diagnosis *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An evidence id; 0 is ignored. */
void diag_evidence(struct diagnosis *d, int id);
/* What stands at a JSON pointer of an object that was read; quote: the part that matters, NULL: all. Its id. */
int diag_cite(struct diagnosis *d, const json_t *object, const char *quote, const char *pointer, ...)
	__attribute__((format(printf, 4, 5)));
/* A computed value; inputs: ids of what it is computed from, 0 ends. */
void diag_cite_derived(struct diagnosis *d, const json_t *object, const char *pointer, const int *inputs,
		       const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Line n of a log that was read. */
void diag_cite_line(struct diagnosis *d, const struct log_text *log, size_t n, const char *line, size_t len);
/* That a list does not hold a name. */
void diag_cite_absence(struct diagnosis *d, const char *resource, const char *ns, const char *name);

/* An object that fails because of it. */
void diag_shows(struct diagnosis *d, json_t *object);
void diag_shows_words(struct diagnosis *d, const char *api_version, const char *kind, const char *ns, const char *name);
/* An object that may be the deeper cause. */
void diag_blames(struct diagnosis *d, const char *api_version, const char *kind, const char *ns, const char *name);
size_t diag_places(const struct diagnosis *d); /* how many objects show it, named or not */
bool diag_filled(const struct diagnosis *d);   /* does it have a cause? */

#endif
