/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A one-way latch with a pollable descriptor: every wait of ours polls it. cancel_fire is async-signal-safe and may be
 * called from any thread, any number of times.
 */
#ifndef AGENT_BASE_CANCEL_H
#define AGENT_BASE_CANCEL_H

#include <stdbool.h>

struct cancel;

/* parent: NULL, or a latch whose firing counts as ours too (it must outlive this one). */
struct cancel *cancel_new(struct cancel *parent);
void cancel_free(struct cancel *c); /* NULL allowed */
void cancel_fire(struct cancel *c);
bool cancel_fired(const struct cancel *c); /* NULL: false */
/* Readable once fired (own or any parent's): poll it with POLLIN, never read it. NULL: -1. */
int cancel_fd(const struct cancel *c);

#endif
