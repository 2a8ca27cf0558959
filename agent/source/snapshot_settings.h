/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.yaml at the top of a snapshot. What is wrong in it is a problem to tell, never a reason to stop. */
#ifndef AGENT_SOURCE_SNAPSHOT_SETTINGS_H
#define AGENT_SOURCE_SNAPSHOT_SETTINGS_H

#include "agent/source/snapshot_files.h"
#include "agent/source/snapshot_rules.h"

struct snap_settings {
	char *name;	/* NULL: not given; as are the others */
	char *version;	/* kubernetesVersion */
	int64_t now_ms; /* capturedAt; 0: not given */
};

/* Reads it where f has it; fills s and adds captured[] to rules. */
void snap_settings_read(struct snap_settings *s, struct snap_rules *rules, const struct snap_files *f,
			struct snap_problems *p);
void snap_settings_fini(struct snap_settings *s);
/* Is this file the settings, not a document of objects? */
bool snap_settings_file(const struct snap_files *f, const char *rel);

#endif
