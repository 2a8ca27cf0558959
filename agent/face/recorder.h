/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what sources read to the store. Sources are opened before an investigation has its id, so reads wait here
 * until it begins.
 */
#ifndef AGENT_FACE_RECORDER_H
#define AGENT_FACE_RECORDER_H

#include "agent/source/source.h"
#include "agent/store/store.h"

struct recorder;

struct recorder *recorder_get(void); /* of this process */
/* From here on reads go to investigation id of the store; NULL: nowhere. */
void recorder_begin(struct recorder *r, struct store *s, const char *id);
void recorder_hook(void *ctx, const struct source_read *read);

#endif
