/* SPDX-License-Identifier: Apache-2.0 */
/* The table of services that toolsets are lent, over facts, source and text. */
#include "agent/tools/work.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/log.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/data/regex.h"
#include "agent/data/yaml.h"
#include "agent/text/decisive.h"

/* The two enums are one: what a source says is what a toolset sees. */
_Static_assert((int)SEEN_OK == READ_OK && (int)SEEN_NOT_FOUND == READ_NOT_FOUND && (int)SEEN_DENIED == READ_DENIED &&
		       (int)SEEN_NOT_SERVED == READ_NOT_SERVED && (int)SEEN_NOT_CAPTURED == READ_NOT_CAPTURED &&
		       (int)SEEN_CUT == READ_CUT && (int)SEEN_EMPTY == READ_EMPTY &&
		       (int)SEEN_TIMEOUT == READ_TIMEOUT && (int)SEEN_FAILED == READ_FAILED,
	       "enum seen and enum read_state");

static int64_t now_ms(struct work *w)
{
	return facts_now_ms(w->cluster->facts);
}

static const char *scope_ns(struct work *w)
{
	return facts_scope_ns(w->cluster->facts);
}

static const char *cluster(struct work *w)
{
	return w->cluster->name;
}

static const struct kind_info *kind_info(struct work *w, const struct kind *k)
{
	struct kind_info *out;

	if (!k)
		return NULL;
	out = ARENA_NEW(w->arena, struct kind_info);
	*out = (struct kind_info){.resource = k->resource,
				  .group = k->group,
				  .version = k->version,
				  .api_version = k->api_version,
				  .kind = k->kind,
				  .plural = k->plural,
				  .singular = k->singular,
				  .short_names = k->short_names,
				  .namespaced = k->namespaced,
				  .listable = k->listable};
	return out;
}

static const struct kind_info *kind(struct work *w, const char *word, const char **near, size_t max)
{
	struct kinds *kinds = facts_kinds(w->cluster->facts);
	const struct kind *k = kinds_find(kinds, word);

	if (!k && near && max) {
		size_t n = kinds_nearest(kinds, word, near, max);

		if (n < max)
			near[n] = NULL;
	}
	return kind_info(w, k);
}

static size_t kind_count(struct work *w)
{
	return kinds_count(facts_kinds(w->cluster->facts));
}

static const struct kind_info *kind_at(struct work *w, size_t i)
{
	return kind_info(w, kinds_at(facts_kinds(w->cluster->facts), i));
}

static bool group_served(struct work *w, const char *group)
{
	return kinds_group_served(facts_kinds(w->cluster->facts), group);
}

json_t *work_list(struct work *w, const char *resource, const char *ns, enum seen *seen)
{
	enum read_state state = READ_OK;
	json_t *list = facts_list(w->cluster->facts, resource, ns, &state);

	if (seen)
		*seen = (enum seen)state;
	work_touch(w, resource, ns, NULL, NULL);
	return list;
}

json_t *work_find(struct work *w, const char *resource, const char *ns, const char *name, enum seen *seen)
{
	enum read_state state = READ_OK;
	json_t *o = facts_find(w->cluster->facts, resource, ns, name, &state);

	if (seen)
		*seen = (enum seen)state;
	work_touch(w, resource, ns, name, NULL);
	return o;
}

static void touch_object(struct work *w, const json_t *o)
{
	const struct kind *k;
	auto_free char *word = NULL;
	const char *version = json_str_or(o, "apiVersion", "");
	const char *slash = strchr(version, '/');

	if (!o || w->check)
		return;
	word = slash ? mem_printf("%s.%.*s", json_str_or(o, "kind", ""), (int)(slash - version), version)
		     : mem_str(json_str_or(o, "kind", ""));
	k = kinds_find(facts_kinds(w->cluster->facts), word);
	if (k)
		work_touch(w, k->resource, json_str_at(o, "metadata.namespace"), json_str_at(o, "metadata.name"), NULL);
}

static json_t *find_kind(struct work *w, const char *api_version, const char *kind_name, const char *ns,
			 const char *name, enum seen *seen)
{
	enum read_state state = READ_OK;
	json_t *o = facts_find_kind(w->cluster->facts, api_version, kind_name, ns, name, &state);

	if (seen)
		*seen = (enum seen)state;
	touch_object(w, o);
	return o;
}

static json_t *owner(struct work *w, const json_t *object)
{
	json_t *o = facts_owner(w->cluster->facts, object);

	touch_object(w, o);
	return o;
}

static json_t *top_owner(struct work *w, json_t *object)
{
	json_t *o = facts_top_owner(w->cluster->facts, object);

	touch_object(w, o);
	return o;
}

static json_t *children(struct work *w, const json_t *object, const char *resource)
{
	work_touch(w, resource, json_str_at(object, "metadata.namespace"), NULL, NULL);
	return work_keep(w, facts_children(w->cluster->facts, object, resource));
}

static json_t *pods_of(struct work *w, const json_t *workload)
{
	work_touch(w, "pods", json_str_at(workload, "metadata.namespace"), NULL, NULL);
	return work_keep(w, facts_pods_of(w->cluster->facts, workload));
}

static bool selected(struct work *w, const char *resource, const char *ns, size_t *count)
{
	size_t n;

	return facts_selected(w->cluster->facts, resource, ns, count ? count : &n);
}

static json_t *pods_on(struct work *w, const char *node, enum seen *seen)
{
	enum read_state state = READ_OK;
	json_t *list = facts_pods_on(w->cluster->facts, node, &state);

	if (seen)
		*seen = (enum seen)state;
	work_touch(w, "pods", NULL, NULL, NULL);
	return list;
}

static json_t *select_pods(struct work *w, const char *ns, const json_t *selector)
{
	work_touch(w, "pods", ns, NULL, NULL);
	return work_keep(w, facts_select_pods(w->cluster->facts, ns, selector));
}

static json_t *events_of(struct work *w, const char *kind_name, const char *ns, const char *name, enum seen *seen)
{
	enum read_state state = READ_OK;
	json_t *list = facts_events_of(w->cluster->facts, kind_name, ns, name, &state);

	if (seen)
		*seen = (enum seen)state;
	work_touch(w, "events", ns, NULL, NULL);
	return work_keep(w, list);
}

static char *path(struct work *w, const json_t *object)
{
	return facts_path(w->cluster->facts, object);
}

static json_t *get_json(struct work *w, const char *raw, const char *accept, enum seen *seen, char *why,
			size_t why_size)
{
	struct source_request q = {.path = raw, .accept = accept, .cancel = w->cancel};
	struct origin_reply r = {0};
	json_t *j = source_json(w->cluster->source, &q, &r);

	if (seen)
		*seen = (enum seen)r.state;
	if (why)
		snprintf(why, why_size, "%s", r.why);
	w->bytes += r.bytes;
	work_touch(w, NULL, NULL, NULL, raw);
	return work_keep(w, j);
}

static enum seen get(struct work *w, const char *raw, int (*sink)(void *, const char *, size_t), void *ctx, char *why,
		     size_t why_size)
{
	struct source_request q = {.path = raw, .accept = "*/*", .cancel = w->cancel};
	struct origin_reply r = {0};
	struct err e = {0};

	if (source_get(w->cluster->source, &q, sink, ctx, &r, &e) < 0) {
		r.state = READ_FAILED;
		snprintf(r.why, sizeof(r.why), "%.200s", e.msg);
	}
	if (why)
		snprintf(why, why_size, "%s", r.why);
	w->bytes += r.bytes;
	work_touch(w, NULL, NULL, NULL, raw);
	return (enum seen)r.state;
}

static bool canceled(struct work *w)
{
	return cancel_fired(w->cancel);
}

static void blind(struct work *w, enum seen seen, const char *what, const char *why)
{
	source_blind(w->cluster->source, (enum read_state)seen, what, why);
}

static void text(struct work *w, enum tool_status status, const char *s, size_t len)
{
	w->status = status;
	w->answered = true;
	buf_clear(&w->text);
	buf_add(&w->text, s, len);
}

static size_t decisive_line(const char *s, size_t len, const char **line, size_t *line_len, const char **kind_word)
{
	struct decisive d = {0};

	decisive_find(s, len, &d);
	if (line)
		*line = d.line;
	if (line_len)
		*line_len = d.len;
	if (kind_word)
		*kind_word = str_or(d.kind, "");
	return d.number;
}

struct work_regex {
	char *pattern;
	bool nocase;
	struct regex *regex;
};

static void regex_drop(void *r)
{
	regex_free(r);
}

/* The last pattern stays compiled: a grep asks for the same one line after line. */
static int match(struct work *w, const char *pattern, bool nocase, const char *s, size_t len, char *why,
		 size_t why_size)
{
	struct work_regex *last = w->regex;
	struct err e = {0};
	int found;

	if (!last || last->nocase != nocase || !str_eq(last->pattern, pattern)) {
		struct regex *r = regex_new(pattern, nocase ? REGEX_NOCASE : 0, &e);

		if (!r) {
			if (why)
				snprintf(why, why_size, "%s", e.msg);
			return -1;
		}
		arena_own(w->arena, regex_drop, r);
		last = ARENA_NEW(w->arena, struct work_regex);
		*last = (struct work_regex){arena_str(w->arena, pattern), nocase, r};
		w->regex = last;
	}
	found = regex_match(last->regex, s, len, NULL, 0);
	if (found < 0 && why)
		snprintf(why, why_size, "the pattern takes too many steps: make it simpler");
	return found;
}

static void keep(struct work *w, const char *key, const char *value)
{
	memo_set(w->cluster->memo, key, value);
}

static const char *kept(struct work *w, const char *key)
{
	return memo_get(w->cluster->memo, key);
}

PRINTF(2, 3) static void log_note(int level, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_at(level < LOG_ERROR   ? LOG_ERROR
	       : level > LOG_DEBUG ? LOG_DEBUG
				   : (enum log_level)level,
	       "toolset", "%s", line);
}

const struct host work_host = {
	.size = sizeof(struct host),
	.now_ms = now_ms,
	.scope_ns = scope_ns,
	.cluster = cluster,
	.kind = kind,
	.kind_count = kind_count,
	.kind_at = kind_at,
	.group_served = group_served,
	.list = work_list,
	.find = work_find,
	.find_kind = find_kind,
	.owner = owner,
	.top_owner = top_owner,
	.children = children,
	.pods_of = pods_of,
	.select_pods = select_pods,
	.events_of = events_of,
	.event_time = facts_event_time,
	.labels_match = facts_labels_match,
	.path = path,
	.get_json = get_json,
	.get = get,
	.log = work_log,
	.log_each = work_log_each,
	.canceled = canceled,
	.cite = work_cite,
	.cite_line = work_cite_line,
	.cite_absence = work_cite_absence,
	.cite_derived = work_cite_derived,
	.finding = work_finding,
	.blind = blind,
	.text = text,
	.decisive_line = decisive_line,
	.yaml = yaml_dump,
	.match = match,
	.log_note = log_note,
	.logs_ahead = work_logs_ahead,
	.lists_ahead = work_lists_ahead,
	.selected = selected,
	.pods_on = pods_on,
	.changes = work_changes,
	.keep = keep,
	.kept = kept,
};
