/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of a tool, a check or a probe: what it may use (the host's services) and what it left (text, findings,
 * what it
 * touched). Belongs to the thread that runs it; read by others only after it ended.
 */
#ifndef AGENT_TOOLS_WORK_H
#define AGENT_TOOLS_WORK_H

#include "agent/base/arena.h"
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
	struct arena *arena;     /* references and texts lent to the toolset until the work ends */
	struct work_regex *regex; /* the pattern that was used last */
	uint64_t bytes;          /* read for this work */
};

void work_init(struct work *w, struct world *world, struct cluster *cluster, struct cancel *cancel);
void work_fini(struct work *w);
void work_finding_fini(struct work_finding *f);

/* Notes that a resource (name NULL: its list) or a raw path was read. */
void work_touch(struct work *w, const char *resource, const char *ns, const char *name, const char *path);
void work_touches_fini(struct work_touch *t, size_t n);
/* A new reference or heap text that lives until the work ends. Returns it. */
json_t *work_keep(struct work *w, json_t *owned);
char *work_keep_text(struct work *w, char *owned);

/* The services by room; work_host joins them. */
json_t *work_list(struct work *w, const char *resource, const char *ns, enum seen *seen);
json_t *work_find(struct work *w, const char *resource, const char *ns, const char *name, enum seen *seen);
void work_log(struct work *w, const struct log_request *q, struct log_text *out);
enum seen work_log_each(struct work *w, const struct log_request *q, int (*line)(void *, const char *, size_t), void *ctx,
			char *why, size_t why_size);
#define WORK_LOG_ACCEPT "text/plain, */*"
char *work_log_path(const struct log_request *q); /* the caller's */
void work_logs_ahead(struct work *w, const struct log_request *q, size_t n);
json_t *work_changes(struct work *w, const char *ns, const struct object_ref *about, size_t n, int64_t since_ms);
void work_lists_ahead(struct work *w, const char *const *resources, size_t n, enum seen *seen);
int work_cite(struct work *w, const json_t *object, const char *pointer, const char *quote);
int work_cite_line(struct work *w, const char *source, size_t line, const char *quote);
int work_cite_absence(struct work *w, const char *resource, const char *ns, const char *name);
int work_cite_derived(struct work *w, const char *source, const char *pointer, const char *text, const int *inputs);
void work_finding(struct work *w, const struct finding *f);

/* The services, the same table for every toolset. */
extern const struct host work_host;

#endif
