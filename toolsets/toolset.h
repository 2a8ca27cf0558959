/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plug-in interface of Dupin. A toolset is tools (what the model may call), checks (what triage runs), instructions
 * (prompt text), runbooks and a probe. The same source links into the program or loads as a .so; the only symbol a .so
 * exports is toolset_entry. History of the ABI stands at the foot.
 *
 * Ownership: a pointer parameter is borrowed for the call; a returned json_t is borrowed until the work ends unless the
 * comment says "new"; strings that are returned as char * are the caller's (free()). json_t from the host are shared
 * and never to be changed. Everything is called from any thread, one thread per `struct work`.
 */
#ifndef DUPIN_TOOLSET_H
#define DUPIN_TOOLSET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOOLSET_ABI 1u

/* One tool call or one run of a check: the handle that every service of the host takes. */
struct work;

/*
 * What became of a read: the same values as the host's own. Anything but OK and NOT_FOUND is already noted as a
 * blind spot.
 */
enum seen {
	SEEN_OK = 0,
	SEEN_NOT_FOUND,    /* absent for sure */
	SEEN_DENIED,
	SEEN_NOT_SERVED,   /* the API does not know the kind */
	SEEN_NOT_CAPTURED, /* the snapshot does not hold it */
	SEEN_CUT,
	SEEN_EMPTY,
	SEEN_TIMEOUT,
	SEEN_FAILED,
};

enum tool_status { TOOL_OK = 0, TOOL_NO_DATA, TOOL_ERROR, TOOL_DENIED, TOOL_TIMEOUT };
enum severity { SEVERITY_INFO = 0, SEVERITY_WARNING, SEVERITY_CRITICAL };

/*
 * A kind the API serves. resource is the name used with list, find and path: "pods",
 * "resourceclaims.resource.k8s.io".
 */
struct kind_info {
	const char *resource, *group, *version, *api_version, *kind, *plural, *singular;
	const char *const *short_names;
	bool namespaced, listable;
};

struct log_request {
	const char *ns, *pod, *container; /* container NULL: the pod's only or default one */
	bool previous;
	int64_t tail_lines;               /* 0: all */
	const char *since_time;           /* RFC 3339, or NULL */
	int64_t since_seconds;            /* 0: none */
	uint64_t limit_bytes;             /* 0: none asked of the server; the host caps anyway */
	bool timestamps;
	bool may_be_empty;                /* a healthy program that says nothing, or was not captured: no blind spot */
};

/* A log that was read. text is NUL-terminated; line numbers for evidence count from 1 in text. */
struct log_text {
	enum seen state;
	const char *text;   /* borrowed until the work ends; "" when nothing came */
	size_t len;
	const char *source; /* "GET /api/v1/namespaces/..." for cite_text */
	char why[160];
};

/* An object named in a finding. Give `object` when it was read, else the words. */
struct object_ref {
	json_t *object;
	const char *api_version, *kind, *ns, *name;
};

/* A finding of a check. The host copies everything. Evidence ids come from cite*, 0 ends the list. */
struct finding {
	uint32_t size;               /* sizeof(struct finding) */
	enum severity severity;
	double score;                /* 0..1: how sure that this is the cause of something failing now; 0 for history */
	struct object_ref object;    /* what somebody has to edit or repair; where that is missing, what refers to it */
	const char *cause;           /* one sentence that names the cause, not the symptom */
	const char *docs;            /* URL or NULL */
	int evidence[12];
	const char *fix[6];          /* imperative sentences, with the command where there is one; NULL ends */
	/* Where it shows: pods, claims, workloads that fail because of it. They fold under this finding. */
	const struct object_ref *affects;
	size_t affects_count;
	/*
	 * Objects this finding points at as a possible deeper cause, besides owners, claims, volumes, nodes,
	 * services, which the host knows.
	 */
	const struct object_ref *blames;
	size_t blames_count;
	/*
	 * symptom: never a root cause by itself when anything explains it (a Service without endpoints, a
	 * Deployment short of replicas).
	 */
	bool symptom;
};

/* Services lent by the host. Members are only added at the end: test size before using a later one. */
struct host {
	uint32_t size;

	/* --- the cluster --- */
	int64_t (*now_ms)(struct work *);
	const char *(*scope_ns)(struct work *);    /* the namespace that is judged, NULL: all */
	const char *(*cluster)(struct work *);
	/*
	 * By any word ("po", "Deployments", "deploy.apps"); NULL: not served, and up to max nearest words are
	 * put into near.
	 */
	const struct kind_info *(*kind)(struct work *, const char *word, const char **near, size_t max);
	size_t (*kind_count)(struct work *);
	const struct kind_info *(*kind_at)(struct work *, size_t i);
	bool (*group_served)(struct work *, const char *group);

	/* --- objects, cached for the question --- */
	/* array, never NULL; ns NULL: scope */
	json_t *(*list)(struct work *, const char *resource, const char *ns, enum seen *);
	json_t *(*find)(struct work *, const char *resource, const char *ns, const char *name, enum seen *);
	json_t *(*find_kind)(struct work *, const char *api_version, const char *kind, const char *ns, const char *name,
			     enum seen *);
	json_t *(*owner)(struct work *, const json_t *object);
	json_t *(*top_owner)(struct work *, json_t *object);
	/* array, kept until the work ends */
	json_t *(*children)(struct work *, const json_t *object, const char *resource);
	json_t *(*pods_of)(struct work *, const json_t *workload);                          /* likewise */
	json_t *(*select_pods)(struct work *, const char *ns, const json_t *selector);      /* likewise */
	/* likewise, newest last */
	json_t *(*events_of)(struct work *, const char *kind, const char *ns, const char *name, enum seen *);
	int64_t (*event_time)(const json_t *event);
	bool (*labels_match)(const json_t *selector, const json_t *labels, bool plain);
	char *(*path)(struct work *, const json_t *object);

	/* --- raw reads --- */
	/* Decoded body of a GET path; NULL: why says what happened. */
	json_t *(*get_json)(struct work *, const char *path, const char *accept, enum seen *, char *why, size_t why_size);
	/* Streams a body; sink returns non-zero to stop. */
	enum seen (*get)(struct work *, const char *path, int (*sink)(void *, const char *, size_t), void *ctx, char *why,
			 size_t why_size);
	void (*log)(struct work *, const struct log_request *, struct log_text *);
	/* As log, in pieces of whole lines (each piece ends in \n but the last); constant memory. */
	enum seen (*log_each)(struct work *, const struct log_request *, int (*line)(void *, const char *, size_t), void *ctx,
			      char *why, size_t why_size);
	bool (*canceled)(struct work *);

	/* --- evidence: each returns its id (1 for E1), or 0 when there is nothing at that place --- */
	/*
	 * The string or number at pointer ("/status/phase") of an object that was read; quote: a part of it,
	 * NULL: all.
	 */
	int (*cite)(struct work *, const json_t *object, const char *pointer, const char *quote);
	/* Line n (from 1) of a text whose source is known: logs, exposition texts. */
	int (*cite_line)(struct work *, const char *source, size_t line, const char *quote);
	/* A list in which something is missing: "3 DeviceClasses, none named gpu-h100". Derived. */
	int (*cite_absence)(struct work *, const char *resource, const char *ns, const char *name);
	/* A computed value; text must name its inputs, inputs are evidence ids (0 ends, may be NULL). */
	int (*cite_derived)(struct work *, const char *source, const char *pointer, const char *text, const int *inputs);

	/* --- results --- */
	void (*finding)(struct work *, const struct finding *);
	void (*blind)(struct work *, enum seen, const char *what, const char *why);
	void (*text)(struct work *, enum tool_status, const char *text, size_t len); /* a tool's whole answer; copies */

	/* --- texts --- */
	/*
	 * The line that tells why a program ended: 1-based number, 0 when none stands out. kind receives a stable word
	 * ("panic", "exception", "refused", "oom", ...) or "".
	 */
	size_t (*decisive_line)(const char *text, size_t len, const char **line, size_t *line_len, const char **kind);
	/* block YAML of an object; the caller's */
	char *(*yaml)(const json_t *, size_t max_bytes);
	/* PCRE2 with limits: 1, 0, -1 with why filled (bad pattern, limit). */
	int (*match)(struct work *, const char *pattern, bool nocase, const char *text, size_t len, char *why, size_t why_size);
	void (*log_note)(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
	/* These logs will be read next: the host may fetch them side by side, so that `log` finds them at hand. */
	void (*logs_ahead)(struct work *, const struct log_request *, size_t n);
	/*
	 * These lists (of the scope) may be read next: fetched side by side, and quietly: seen[i] tells what became of each,
	 * and what did not work is no blind spot before `list` asks for it.
	 */
	void (*lists_ahead)(struct work *, const char *const *resources, size_t n, enum seen *seen);
	/*
	 * Is the list of this resource only a selection? On a large cluster `list` of "pods" holds those that look
	 * suspicious in the server's table, and a healthy sibling of each: who is not in it may still be there. `find`,
	 * `select_pods`, `children`, `pods_of` and `pods_on` ask the server for more. *count: how many there really are.
	 */
	bool (*selected)(struct work *, const char *resource, const char *ns, size_t *count);
	/* array: pods bound to a node. SEEN_CUT: not all of them, or too many nodes were asked for. */
	json_t *(*pods_on)(struct work *, const char *node, enum seen *);
	/*
	 * What changed since a time, newest first, of these objects (n 0: of all in ns, NULL: the scope): an array, kept
	 * until the work ends, of {"time" RFC 3339, "object" {"apiVersion", "kind", "namespace", "name"}, "type" ("rollout",
	 * "edit", "created", "deleted", "scaled", "restart", "release", "tag", "node", "certificate", "event"), "who", "what",
	 * "sure" ("certain", "likely", "possible"), "source", "pointer"}.
	 */
	json_t *(*changes)(struct work *, const char *ns, const struct object_ref *about, size_t n, int64_t since_ms);
	/*
	 * What was worked out once for this question and cluster, for all works: a text by a key that begins with the
	 * toolset's name. The first one stays. kept: NULL when there is none.
	 */
	void (*keep)(struct work *, const char *key, const char *value);
	const char *(*kept)(struct work *, const char *key);
};

enum param_type { PARAM_STRING, PARAM_INT, PARAM_BOOL, PARAM_STRINGS };

struct param {
	const char *name;     /* NULL ends a table */
	enum param_type type;
	bool required;
	const char *help;     /* for the model: short */
	const char *const *choices; /* NULL-terminated, or NULL */
	int64_t min, max;     /* PARAM_INT, when they differ */
};

struct tool {
	uint32_t size;        /* sizeof(struct tool) */
	const char *name;     /* [a-z0-9_]{1,64}, unique over all toolsets */
	const char *help;     /* for the model: what it answers, one or two sentences */
	const struct param *params;
	/*
	 * Answers through host->text. args hold only known parameters of the right type. -1: nothing could be
	 * said (the host says so).
	 */
	int (*run)(const struct host *h, struct work *w, const json_t *args);
};

struct check {
	uint32_t size;        /* sizeof(struct check) */
	const char *name;     /* kebab-case, stable, unique; findings carry it */
	const char *help;     /* what it looks at, one sentence */
	void (*run)(const struct host *h, struct work *w);
	/*
	 * What it reads, for people: resource words as `list` takes them, blanks between ("pods events pods/log
	 * resourcequotas"). Workloads that are only looked up as the owners of what is named go without saying. Optional;
	 * read only when size covers it.
	 */
	const char *reads;
};

enum probe_state { PROBE_READY = 0, PROBE_ABSENT, PROBE_UNKNOWN };

struct toolset {
	uint32_t abi;         /* TOOLSET_ABI */
	uint32_t size;        /* sizeof(struct toolset) */
	const char *name;     /* folder name */
	const char *help;     /* one sentence for people */
	const char *instructions; /* prompt text for the model when the probe is ready; NULL: none */
	const struct tool *const *tools;   /* NULL-terminated, or NULL */
	const struct check *const *checks; /* NULL-terminated, or NULL */
	/* Is what this needs there? Cheap: discovery only. why: one phrase for people. NULL: always ready. */
	enum probe_state (*probe)(const struct host *h, struct work *w, char *why, size_t why_size);
};

#ifndef TOOLSET_ENTRY
#define TOOLSET_ENTRY toolset_entry
#endif
#define TOOLSET_EXPORT __attribute__((visibility("default")))

/* Defined once in a toolset's toolset.c: TOOLSET_EXPORT const struct toolset *TOOLSET_ENTRY(void) { return &mine; } */
TOOLSET_EXPORT const struct toolset *TOOLSET_ENTRY(void);
typedef const struct toolset *toolset_entry_fn(void);

/*
 * ABI history
 * 1  2026-11  first. Added at the end: check.reads, which every built-in check fills (tests/unit/test_check_reads.c).
 *             selected, pods_on, changes, keep, kept added at the end of struct host.
 */
#endif
