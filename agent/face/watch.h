/* SPDX-License-Identifier: Apache-2.0 */
/* dupin triage --watch: triage again and again, told is only what is different. */
#ifndef AGENT_FACE_WATCH_H
#define AGENT_FACE_WATCH_H

#include "agent/face/export.h"
#include "agent/face/session.h"

/* What the watch knows of the findings, from one round to the next. */
struct watch_memory;

struct watch_memory *watch_memory_new(void);
void watch_memory_free(struct watch_memory *m);
/*
 * Takes a round in (s->triage, s->document; now_ms is its time) and gives what became different, a new array of
 * {"at","event":"new|resolved|changed|unreadable|readable", and "finding" (as in the contract), "root_cause", "evidence",
 * "since", "lasted_ms", "before" where they fit; or "cluster" and "why" when a whole cluster is meant}. The first round
 * gives none. A finding that went away while something that its check reads could not be read is unreadable, not resolved.
 */
json_t *watch_memory_take(struct watch_memory *m, const struct export_setup *s, int64_t now_ms);

/* One event for people. The caller's. */
char *watch_event_text(const json_t *event, const json_t *triage, const struct term *t);

/* The command: until it is interrupted, or --fail-on is reached. The exit status. */
int watch_run(struct session *s, const struct triage_options *o);

#endif
