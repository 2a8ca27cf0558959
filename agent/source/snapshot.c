/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/snapshot_load.h"
#include "agent/source/snapshot_logs.h"
#include "agent/source/snapshot_settings.h"

static void start_reply(struct origin_reply *r)
{
	*r = (struct origin_reply){.retry_after_ms = -1, .type = "application/json"};
}

static json_t *answer(const struct snapshot *s, const struct snap_request *q, struct origin_reply *r)
{
	json_t *body = snap_get_discovery(s, q, r);

	if (body || r->status)
		return body;
	if (q->plural && q->version[0])
		return snap_get_objects(s, q, r);
	return snap_reply(r, READ_NOT_CAPTURED, 404, "not in the snapshot: %.150s", q->raw);
}

static bool begin(struct snap_request *q, const struct origin_request *o, struct origin_reply *r)
{
	start_reply(r);
	if (o->body) {
		snap_reply(r, READ_NOT_SERVED, 404,
			   "404 Not Found: a snapshot does not know what its reader was allowed");
		return false;
	}
	if (snap_request_parse(q, o))
		return true;
	snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: %.150s is no path of an API server",
		   str_or(o->path, "(none)"));
	return false;
}

static void send_json(const json_t *body, const struct snap_request *q, origin_sink *sink, void *ctx,
		      struct origin_reply *r)
{
	char *text auto_free = json_dump(body, false);
	size_t len = strlen(text), n = len > q->max_bytes ? (size_t)q->max_bytes : len;

	r->bytes = n;
	if (sink(ctx, text, n))
		snap_reply(r, READ_CUT, 200, "stopped by the reader");
	else if (n < len)
		snap_reply(r, READ_CUT, 200, "only the first %zu of %zu bytes", n, len);
}

static int get(struct origin *o, const struct origin_request *oq, origin_sink *sink, void *ctx, struct origin_reply *r,
	       struct err *e)
{
	struct snapshot *s = CONTAINER_OF(o, struct snapshot, origin);
	struct snap_request q;
	json_t *body auto_json = NULL;

	if (cancel_fired(oq->cancel))
		return err_set(e, ERR_CANCELED, "interrupted before %.200s was read", oq->path);
	if (!begin(&q, oq, r))
		return 0;
	if (!snap_get_raw(s, &q, sink, ctx, r)) {
		snprintf(r->type, sizeof(r->type), "application/json");
		body = answer(s, &q, r);
		if (body)
			send_json(body, &q, sink, ctx, r);
	}
	snap_request_fini(&q);
	return 0;
}

static int no_sink(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	return 1;
}

static json_t *get_json(struct origin *o, const struct origin_request *oq, struct origin_reply *r)
{
	struct snapshot *s = CONTAINER_OF(o, struct snapshot, origin);
	struct snap_request q;
	json_t *body;

	if (!begin(&q, oq, r))
		return NULL;
	if (snap_get_raw(s, &q, no_sink, NULL, r)) {
		if (r->state == READ_CUT || r->state == READ_OK)
			snap_reply(r, READ_FAILED, 200, "the answer is text, not JSON");
		body = NULL;
	} else {
		snprintf(r->type, sizeof(r->type), "application/json");
		body = answer(s, &q, r);
		if (body)
			r->bytes =
				s->mean_bytes *
				(json_object_get(body, "items") ? json_array_size(json_object_get(body, "items")) : 1);
	}
	snap_request_fini(&q);
	return body;
}

static void free_snapshot(struct origin *o)
{
	struct snapshot *s = CONTAINER_OF(o, struct snapshot, origin);

	snap_logs_free(s->logs);
	snap_store_fini(&s->store);
	snap_files_fini(&s->files);
	snap_rules_fini(&s->rules);
	snap_problems_fini(&s->problems);
	free(s->version);
	free(s);
}

static void each_problem(struct origin *o, void (*fn)(void *ctx, const char *what, const char *why), void *ctx)
{
	const struct snap_problems *p = &CONTAINER_OF(o, struct snapshot, origin)->problems;
	char more[64];

	for (size_t i = 0; i < p->count; i++)
		fn(ctx, p->all[i].what, p->all[i].why);
	if (p->more) {
		snprintf(more, sizeof(more), "%zu more files", p->more);
		fn(ctx, more, "they could not be read either");
	}
}

static const struct origin_ops ops = {
	.kind = "snapshot",
	.get = get,
	.get_json = get_json,
	.free = free_snapshot,
	.each_problem = each_problem,
};

/* "/x/incident-7.tar.gz" and "/x/incident-7/" to "incident-7". */
static char *base_name(const char *path)
{
	static const char *const ends[] = {".tar.gz", ".tgz", ".tar"};
	size_t len = strlen(path), from;
	char *name;

	while (len > 1 && path[len - 1] == '/')
		len--;
	for (from = len; from > 0 && path[from - 1] != '/';)
		from--;
	name = mem_strn(path + from, len - from);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(name, ends[i]) && strlen(name) > strlen(ends[i])) {
			name[strlen(name) - strlen(ends[i])] = '\0';
			break;
		}
	return name;
}

/* People and tools write "po", "pvs", "network-policy": from here on it is "pods", "networkpolicies.networking.k8s.io".
 */
static void name_rules(struct snapshot *s)
{
	for (size_t i = 0; i < s->rules.count; i++) {
		struct snap_rule *rule = &s->rules.all[i];
		const char *slash = strchr(rule->resource, '/');
		char *word auto_free =
			mem_strn(rule->resource, slash ? (size_t)(slash - rule->resource) : strlen(rule->resource));
		const struct snap_kind *k = snap_store_word(&s->store, word);
		char *name;

		if (!k)
			continue;
		name = mem_printf("%s%s%s%s", k->plural, k->group[0] ? "." : "", k->group, slash ? slash : "");
		free(rule->resource);
		rule->resource = name;
	}
}

/* Kinds that only captured[] tells of are served too, or nobody could ask for them. */
static void invent_kinds(struct snapshot *s)
{
	for (size_t i = 0; i < s->rules.count; i++) {
		const struct snap_rule *rule = &s->rules.all[i];

		if (rule->state != READ_NOT_SERVED && !strchr(rule->resource, '/') && strchr(rule->resource, '.') &&
		    !snap_store_word(&s->store, rule->resource)) {
			struct snap_kind *k = snap_store_invent(&s->store, rule->resource);

			if (rule->ns)
				k->namespaced = true;
		}
	}
}

static int nothing(const struct snapshot *s, const char *path, const struct snap_loaded *loaded, struct err *e)
{
	const struct snap_problem *first = s->problems.count ? &s->problems.all[0] : NULL;

	if (s->files.count == 0 && !first)
		return err_set(e, ERR_NOT_FOUND,
			       "the snapshot %s holds no .yaml, .yml or .json file and no log (%zu other files): "
			       "give the folder that kubectl cluster-info dump, must-gather or a support bundle "
			       "wrote",
			       path, s->files.ignored);
	return err_set(e, ERR_PARSE,
		       "the snapshot %s holds no Kubernetes object: %zu .yaml, .yml and .json files were read, "
		       "%zu of them broken%s%s%s%s",
		       path, loaded->files, loaded->broken, first ? "; first: " : "", first ? first->what : "",
		       first ? ": " : "", first ? first->why : "");
}

/* A folder of manifests tells no time: then its own age has to do, so that two runs say the same. */
static int64_t changed_ms(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_mtim.tv_sec * 1000 : 0;
}

static int load(struct snapshot *s, const char *path, struct cancel *cancel, struct err *e)
{
	struct snap_settings settings = {0};
	struct snap_loaded loaded = {0};
	int rc = -1;

	if (snap_files_read(&s->files, path, &s->problems, cancel, e))
		return -1;
	snap_settings_read(&settings, &s->rules, &s->files, &s->problems);
	if (snap_load(&s->store, &s->files, &s->rules, &s->problems, &loaded, cancel, e))
		goto out;
	name_rules(s);
	invent_kinds(s);
	snap_store_settle(&s->store);
	s->logs = snap_logs_new(&s->files, &s->store);
	if (loaded.objects == 0 && loaded.lists == 0 && snap_logs_count(s->logs) == 0 && s->rules.count == 0) {
		nothing(s, path, &loaded, e);
		goto out;
	}
	s->origin.name = settings.name ? mem_str(settings.name) : base_name(path);
	s->origin.place = mem_str(path);
	s->origin.now_ms = settings.now_ms ? settings.now_ms : snap_now_ms(&loaded.now);
	if (!s->origin.now_ms)
		s->origin.now_ms = changed_ms(path);
	s->version = mem_str(str_or(settings.version, str_or(loaded.version, "")));
	s->mean_bytes = loaded.objects ? loaded.bytes / loaded.objects : 0;
	rc = 0;
out:
	free(loaded.version);
	snap_settings_fini(&settings);
	return rc;
}

struct origin *origin_snapshot(const char *path, struct cancel *cancel, struct err *e)
{
	struct snapshot *s = MEM_NEW(struct snapshot);

	s->origin.ops = &ops;
	snap_files_init(&s->files);
	snap_store_init(&s->store);
	if (load(s, path, cancel, e) == 0)
		return &s->origin;
	origin_free(&s->origin);
	return NULL;
}
