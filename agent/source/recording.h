/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorded investigation as an origin: every read that it made is answered again from the store, byte for byte; what it did not
 * read is not captured. Bodies over 1 MiB were recorded by size and sum only and are not captured either.
 */
#ifndef AGENT_SOURCE_RECORDING_H
#define AGENT_SOURCE_RECORDING_H

#include "agent/source/origin.h"
#include "agent/store/store.h"

struct recording {
	struct store *store;  /* borrowed: must outlive the origin */
	const char *id;       /* of the investigation */
	const char *cluster;  /* as it was called there; also the origin's name */
	int64_t now_ms;       /* what "now" was */
	bool of_snapshot;     /* the cluster was a snapshot, not a live one */
};

struct origin *origin_recording(const struct recording *r);

#endif
