/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of a tool, a check or a probe: what it may use (the host's services) and what it left (text, findings, what it
 * touched). Belongs to the thread that runs it; read by others only after it ended.
 */
#ifndef AGENT_TOOLS_WORK_H
#define AGENT_TOOLS_WORK_H

#include "agent/base/buf.h"
#include "agent/tools/world.h"
#include "toolsets/toolset.h"

#define WORK_TEXT_MAX (4u << 20) /* a tool's whole answer before it is clipped for the model */

/* An object named in a finding, by words that live as long as the work. */
struct work_ref {
	char *api_version, *kind, *ns, *name;
};

struct work_finding {
	const char *check;       /* the check's own name, static */
	enum severity severity;
	double score;
	bool symptom;
	struct work_ref object;
	char *cause, *docs;
	char *fix[6];
	int evidence[12];
	struct work_ref *affects, *blames;
	size_t affects_count, blames_count;
	struct cluster *cluster; /* borrowed */
};

/* What a tool read, to find the place of a quote again. */
struct work_touch {
	char *resource, *ns, *name; /* a list (name NULL) or an object; resource NULL: a raw path or log in path */
	char *path;
};

struct work {
	struct world *world;
	struct cluster *cluster;
	struct cancel *cancel;
	const char *check;       /* name of the running check, NULL for tools */
	enum tool_status status;
	struct buf text;
	bool answered;
	struct work_finding *findings;
	size_t finding_count, finding_cap;
	struct work_touch *touches;
	size_t touch_count, touch_cap;
	struct work_kept *kept;  /* json_t references and texts lent to the toolset until the work ends */
	uint64_t bytes;          /* read for this work */
};

void work_init(struct work *w, struct world *world, struct cluster *cluster, struct cancel *cancel);
void work_fini(struct work *w);
void work_finding_fini(struct work_finding *f);

/* The services, the same table for every toolset. */
extern const struct host work_host;

#endif
