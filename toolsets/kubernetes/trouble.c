/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/trouble.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/outcry.h"
#include "toolsets/kubernetes/rare.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define UNREADY_MS (90 * 1000LL) /* what a program may take to become ready, whatever its probes say */
#define INIT_MS (3 * 60 * 1000LL)
#define HEALTHY_MAX 60		   /* healthy workloads whose logs are looked at */
#define OTHERS_MAX 30		   /* further replicas of them, when the first one is well */
#define MISSES_MAX 3		   /* logs that are not there before the rest is left alone */
#define TRIES_MAX 3		   /* replicas whose logs are tried */
#define PAST_MS (30 * 60 * 1000LL) /* errors older than this are history */
#define TAIL_LINES 200
#define TAIL_BYTES (256u << 10)
#define BUSY_LINES 800 /* of a program that works: errors are rare among them */
#define BUSY_BYTES (1u << 20)
#define LONG_LINES 20000 /* of a program whose last lines do not tell why it ended */
#define LONG_BYTES (6u << 20)

/* A workload's container: given already, or how many of its replicas' logs were tried in vain. */
struct subject {
	char *key;
	uint32_t hash; /* of the key: thousands of lone pods are compared with one another */
	int tries;
	bool given;
};

struct scan {
	const struct view *v;
	int kinds;
	void (*fn)(void *ctx, const struct trouble *t);
	void *ctx;
	struct subject *subjects;
	size_t count, cap;
	size_t healthy, others, misses;
	bool silent; /* those without a log are wanted too */
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* FNV-1a */
static uint32_t hash_of(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static struct subject *subject_of(struct scan *s, const struct trouble *t)
{
	drop_text char *key = alloc_printf("%s/%s/%s/%s", t->workload.kind, t->workload.ns, t->workload.name, t->name);

	uint32_t hash = hash_of(key);

	for (size_t i = 0; i < s->count; i++)
		if (s->subjects[i].hash == hash && is(s->subjects[i].key, key))
			return &s->subjects[i];
	ALLOC_GROW(s->subjects, s->count, s->cap);
	s->subjects[s->count] = (struct subject){.key = alloc_str(key), .hash = hash};
	return &s->subjects[s->count++];
}

static struct log_request request_of(json_t *pod, const char *container)
{
	return (struct log_request){.ns = fld_ns(pod),
				    .pod = fld_name(pod),
				    .container = container,
				    .tail_lines = TAIL_LINES,
				    .limit_bytes = TAIL_BYTES};
}

static struct log_request busy_request(json_t *pod, const char *container)
{
	struct log_request q = request_of(pod, container);

	q.tail_lines = BUSY_LINES;
	q.limit_bytes = BUSY_BYTES;
	return q;
}

static void read_log(struct scan *s, struct trouble *t, bool busy)
{
	struct log_request q = busy ? busy_request(t->pod, t->name) : request_of(t->pod, t->name);

	q.may_be_empty = busy;
	s->v->h->log(s->v->w, &q, &t->log);
}

static void find_line(struct scan *s, struct trouble *t)
{
	t->line = "";
	t->word = "";
	t->number = 0;
	if (t->log.state == SEEN_OK || t->log.state == SEEN_CUT)
		t->number = s->v->h->decisive_line(t->log.text, t->log.len, &t->line, &t->len, &t->word);
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 0;

	for (const char *p = text; (p = memchr(p, '\n', len - (size_t)(p - text))); p++)
		n++;
	return n;
}

/* The dump of a program's threads may be longer than the end of the log that was read. */
static void read_more(struct scan *s, struct trouble *t)
{
	struct log_text short_log = t->log, long_log = {0};
	struct log_request q = request_of(t->pod, t->name);

	if (t->log.state != SEEN_OK || count_lines(t->log.text, t->log.len) < TAIL_LINES)
		return;
	q.tail_lines = LONG_LINES;
	q.limit_bytes = LONG_BYTES;
	q.previous = t->log.source && strstr(t->log.source, "previous=true");
	s->v->h->log(s->v->w, &q, &long_log);
	if (long_log.state != SEEN_OK || long_log.len <= t->log.len)
		return;
	t->log = long_log;
	find_line(s, t);
	if (!t->number)
		t->log = short_log;
}

static void decide(struct scan *s, struct trouble *t)
{
	find_line(s, t);
	if (!t->number)
		read_more(s, t);
	if (!t->number && (t->log.state == SEEN_OK || t->log.state == SEEN_CUT)) {
		t->number = lines_last(t->log.text, t->log.len, &t->line, &t->len);
		t->word = "";
	}
	if (!t->number)
		t->line = "";
}

static void on_patient(void *ctx, const struct patient *p)
{
	struct scan *s = ctx;
	struct subject *subject;
	struct trouble t = {.why = TROUBLE_CRASH,
			    .pod = p->pod,
			    .container = p->container,
			    .status = p->status,
			    .name = p->name,
			    .patient = p};

	if (!p->now || p->ailment != AILMENT_CRASH)
		return;
	workload_of(s->v->h, s->v->w, p->pod, &t.workload);
	subject = subject_of(s, &t);
	if (subject->given || (!s->silent && subject->tries++ >= TRIES_MAX))
		return;
	patient_log(s->v, p, &t.log);
	decide(s, &t);
	/* of several replicas the one whose log tells something speaks for all */
	if (!t.number && !s->silent)
		return;
	subject->given = true;
	s->fn(s->ctx, &t);
}

static int64_t running_ms(const struct view *v, const json_t *status)
{
	int64_t at;

	return when_parse(fld_str(status, "state.running.startedAt"), &at) ? v->now_ms - at : -1;
}

/* A log that goes wrong now: of the last lines several complain, and nothing went well after them. */
static bool look_for_errors(struct scan *s, struct trouble *t)
{
	int64_t at;

	t->number = lines_complaint(t->log.text, t->log.len, &t->line, &t->len);
	if (!t->number)
		t->number = outcry_find(t->log.text, t->log.len, &t->line, &t->len);
	if (!t->number && (s->kinds & TROUBLE_SPARSE)) {
		t->sparse = true;
		t->number = rare_find(t->log.text, t->log.len, s->v->now_ms, &t->line, &t->len);
		t->recurs = t->number > 0;
		if (!t->number)
			t->number = lines_sparse(t->log.text, t->log.len, &t->line, &t->len);
	}
	if (!t->number)
		return false;
	at = outcry_time(t->line, t->len);
	if (at && s->v->now_ms - at > PAST_MS) {
		t->number = 0;
		return false; /* it said no more since */
	}
	/* the host knows the kinds of lines; it is asked about this one alone */
	s->v->h->decisive_line(t->line, t->len, NULL, NULL, &t->word);
	return true;
}

/* The words of the host are its own and stay; only the place of the line is kept. */
static bool recall(struct trouble *t, const char *kept, bool *found)
{
	size_t at;
	int sparse, recurs;

	if (!kept || sscanf(kept, "%zu %zu %zu %d %d", &t->number, &at, &t->len, &sparse, &recurs) != 5 ||
	    at + t->len > t->log.len)
		return false;
	*found = t->number > 0;
	t->line = t->log.text + at;
	t->sparse = sparse;
	t->recurs = recurs;
	return true;
}

/* Many checks ask this of the same logs: it is found out once. */
static bool ends_in_errors(struct scan *s, struct trouble *t)
{
	const struct host *h = s->v->h;
	bool keeps = h->size > offsetof(struct host, kept), found = false;
	drop_text char *key = alloc_printf("kubernetes trouble %d %zu %s", s->kinds & TROUBLE_SPARSE, t->log.len,
					   t->log.source);

	if (!keeps || !recall(t, h->kept(s->v->w, key), &found)) {
		char text[120];

		found = look_for_errors(s, t);
		if (!found)
			t->number = t->len = 0;
		snprintf(text, sizeof(text), "%zu %zu %zu %d %d", t->number, found ? (size_t)(t->line - t->log.text) : 0,
			 t->len, t->sparse, t->recurs);
		if (keeps)
			h->keep(s->v->w, key, text);
	} else if (found) {
		h->decisive_line(t->line, t->len, NULL, NULL, &t->word);
	}
	return found;
}

static void healthy(struct scan *s, struct trouble *t)
{
	struct subject *subject = subject_of(s, t);

	t->line = "";
	t->word = "";
	if (s->healthy >= HEALTHY_MAX || s->misses >= MISSES_MAX || subject->given || subject->tries++ >= TRIES_MAX)
		return;
	read_log(s, t, true);
	if (t->log.state != SEEN_OK && t->log.state != SEEN_CUT) {
		s->misses += t->log.state != SEEN_EMPTY && t->log.state != SEEN_NOT_CAPTURED &&
			     t->log.state != SEEN_NOT_FOUND;
		if (subject->tries == 1 && s->kinds & TROUBLE_MUTE) {
			t->why = TROUBLE_MUTE;
			s->fn(s->ctx, t);
		}
		return; /* another replica may have one */
	}
	if (subject->tries == 1)
		s->healthy++;
	else
		s->others++;
	t->word = "";
	/* one replica that is well does not speak for those on other nodes */
	subject->given = ends_in_errors(s, t) || s->others >= OTHERS_MAX;
	if (t->number)
		s->fn(s->ctx, t);
}

static void consider(struct scan *s, json_t *pod, json_t *container, json_t *status, bool init)
{
	struct trouble t = {.pod = pod, .container = container, .status = status, .name = fld_str(status, "name")};
	int64_t ms = running_ms(s->v, status);
	struct subject *subject;
	bool sidecar = is(fld_str(container, "restartPolicy"), "Always");

	if (!fld_at(status, "state.running"))
		return;
	if (init && !sidecar)
		t.why = ms > INIT_MS ? TROUBLE_INIT : 0;
	else if (fld_true(status, "ready"))
		t.why = TROUBLE_ERRORS;
	else
		t.why = ms > UNREADY_MS ? TROUBLE_UNREADY : 0;
	if (!(t.why & s->kinds))
		return;
	workload_of(s->v->h, s->v->w, pod, &t.workload);
	if (t.why == TROUBLE_ERRORS) {
		healthy(s, &t);
		return;
	}
	subject = subject_of(s, &t);
	if (subject->given)
		return;
	subject->given = true;
	read_log(s, &t, false);
	decide(s, &t);
	s->fn(s->ctx, &t);
}

static void scan_pod(struct scan *s, json_t *pod, bool init)
{
	json_t *statuses = fld_at(pod, init ? "status.initContainerStatuses" : "status.containerStatuses"), *status;
	json_t *containers = fld_at(pod, init ? "spec.initContainers" : "spec.containers");
	size_t i;

	json_array_foreach (statuses, i, status)
		consider(s, pod, fld_item(containers, "name", fld_str(status, "name")), status, init);
}

/* The logs of the first healthy containers, one of each workload as far as owners tell, fetched side by side. */
static void read_ahead(struct scan *s, json_t *pods)
{
	struct log_request *q = alloc_zero(HEALTHY_MAX, sizeof(*q));
	const char *last_owner = "";
	size_t n = 0, i, k;
	json_t *pod, *status;

	json_array_foreach (pods, i, pod) {
		const char *owner = fld_str(pod, "metadata.ownerReferences.0.uid");

		if (*owner && is(owner, last_owner)) /* replicas stand side by side in the list */
			continue;
		last_owner = owner;
		json_array_foreach (fld_at(pod, "status.containerStatuses"), k, status) {
			if (n < HEALTHY_MAX && fld_at(status, "state.running"))
				q[n++] = busy_request(pod, fld_str(status, "name"));
		}
	}
	if (s->v->h->size > offsetof(struct host, logs_ahead))
		s->v->h->logs_ahead(s->v->w, q, n);
	free(q);
}

void troubles_each(const struct view *v, int kinds, void (*fn)(void *ctx, const struct trouble *t), void *ctx)
{
	struct scan s = {.v = v, .kinds = kinds, .fn = fn, .ctx = ctx};
	enum seen seen;
	json_t *pods = v->h->list(v->w, "pods", NULL, &seen), *pod;
	size_t i;

	for (int pass = 0; pass < 2 && (kinds & TROUBLE_CRASH); pass++) {
		s.silent = pass == 1;
		patients_each(v, on_patient, &s);
	}
	if (kinds & TROUBLE_ERRORS)
		read_ahead(&s, pods);
	json_array_foreach (pods, i, pod) {
		if (*fld_str(pod, "metadata.deletionTimestamp") || v->h->canceled(v->w))
			continue;
		scan_pod(&s, pod, true);
		scan_pod(&s, pod, false);
	}
	for (i = 0; i < s.count; i++)
		free(s.subjects[i].key);
	free(s.subjects);
}

const char *trouble_words(const struct trouble *t, char out[static 260])
{
	return lines_words(t->line, t->len, out);
}

void trouble_cite(struct diagnosis *d, const struct trouble *t)
{
	if (t->number)
		diag_cite_line(d, &t->log, t->number, t->line, t->len);
}

size_t trouble_last_line(const struct trouble *t, const char *word, const char **line, size_t *len)
{
	return lines_last_with(t->log.text, t->log.len, word, line, len);
}
