/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/pool.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/list_decode.h"
#include "agent/facts/wide.h"
#include "agent/io/url.h"

#define TABLES "application/json;as=Table;v=v1;g=meta.k8s.io"
/* A server prints a row of a few hundred bytes for each pod; a whole pod is twenty times as much. */
#define ROWS "1000"
#define WHOLE "250"

/*
 * THREADS: as polite as kubectl's own limit. OTHERS_MAX: of so many owners without a suspicious pod, one is read all the
 * same, because programs that look well may log that they are not. SYSTEM_MAX: those of the cluster itself come first.
 * PAGES_MAX ends a server that never comes to an end. WARNED_MS: what a warning of earlier says has passed.
 */
enum { THREADS = 8, OTHERS_MAX = 200, SYSTEM_MAX = 40, PAGES_MAX = 20000, NAMED_MAX = 20, WORDS_MAX = 400 };
#define WARNED_MS (INT64_C(3600) * 1000)

struct scan {
	struct facts *f;
	struct list *list;
	struct wide_hints hints;
	atomic_bool no_tables; /* this server does not print them */
};

struct part {
	struct scan *scan;
	const char *ns; /* NULL: all at once, where namespaces are not known */
	size_t rows;
	struct wide_picks bad, others;
	size_t taken; /* of the others */
	enum read_state state;
	char why[200];
};

/* Of a whole pod, what its row would say. */
static const char *const unprinted[] = {
	"metadata.managedFields", "metadata.annotations", "metadata.labels", "metadata.ownerReferences",
	"spec.containers",	  "spec.initContainers",  "spec.volumes",    "spec.tolerations",
	"spec.affinity",	  NULL,
};

struct taking {
	struct wide_groups *groups;
	const char *ns;
};

static void take_row(void *ctx, const struct table_row *row)
{
	struct taking *t = ctx;

	wide_groups_add(t->groups, t->ns, row);
}

static char *take_pods(struct scan *s, struct wide_groups *g, struct part *p, const char *text, size_t len)
{
	struct share *share = share_new();
	struct list_decoder d = {.kind = s->list->kind, .drop = unprinted, .share = share};
	auto_json json_t *page = list_decode_page(&d, text, len, NULL);
	const char *next = json_str_at(page, "metadata.continue");
	json_t *pod;
	size_t i;

	share_free(share);
	if (!json_is_array(json_object_get(page, "items"))) {
		p->state = READ_FAILED;
		snprintf(p->why, sizeof(p->why), "the answer is neither a table nor a list of pods");
		return NULL;
	}
	json_array_foreach (json_object_get(page, "items"), i, pod) {
		struct table_row row;

		wide_row_of(pod, source_now_ms(s->f->source), &row);
		wide_groups_add(g, p->ns ? p->ns : json_str_or(pod, "metadata.namespace", ""), &row);
	}
	return str_empty(next) ? NULL : mem_str(next);
}

/* Takes what an answer holds, whatever it is. The token of the next page, the caller's, or NULL. */
static char *take_page(struct part *p, struct wide_groups *g, const char *text, size_t len)
{
	struct taking to = {g, p->ns};
	struct table_page page;

	if (table_rows(text, len, &page, take_row, &to) == 0)
		return page.next;
	free(page.next);
	if (str_eq(page.kind, "Table")) {
		p->state = READ_FAILED;
		snprintf(p->why, sizeof(p->why), "the server's table of pods is broken or lacks the usual columns");
		return NULL;
	}
	/* Asked for a table, it gives what it has: so it will for the others. */
	p->scan->no_tables = true;
	return take_pods(p->scan, g, p, text, len);
}

static char *page_path(const struct part *p, bool table, const char *next)
{
	auto_free char *path = kind_path(p->scan->list->kind, p->ns, NULL);
	struct buf b = BUF_INIT(64 << 10);

	buf_printf(&b, "%s?%slimit=%s", path, table ? "includeObject=None&" : "", table ? ROWS : WHOLE);
	if (next) {
		buf_str(&b, "&continue=");
		url_encode_to(&b, next);
	}
	return buf_steal(&b);
}

static bool refused(const struct origin_reply *r)
{
	return r->status == 406 || r->status == 415 || r->status == 400 || r->status == 403;
}

/* One page. 1 another one follows, 0 that was all, -1 it could not be read: *r says why. */
static int read_page(struct part *p, struct wide_groups *g, bool table, char **next, struct origin_reply *r)
{
	auto_free char *path = page_path(p, table, *next), *text = NULL;
	struct source_request q = {
		.path = path, .accept = table ? TABLES : NULL, .optional = true, .once = true};
	size_t len;

	text = source_text(p->scan->f->source, &q, &len, r);
	if (!text || r->state != READ_OK)
		return -1;
	free(*next);
	*next = take_page(p, g, text, len);
	return *next && p->state == READ_OK ? 1 : 0;
}

static void fail(struct part *p, const struct wide_groups *g, const struct origin_reply *r)
{
	p->state = r->state == READ_OK ? READ_FAILED : r->state;
	snprintf(p->why, sizeof(p->why), "%.199s", r->why);
	if (!g->rows)
		return;
	p->state = READ_CUT;
	snprintf(p->why, sizeof(p->why), "only the first %zu were read: %.150s", g->rows, r->why);
}

static void start_over(struct wide_groups *g, char **next)
{
	wide_groups_fini(g);
	wide_groups_init(g, g->hints);
	free(*next);
	*next = NULL;
}

static void read_rows(struct part *p, struct wide_groups *g)
{
	bool table = p->ns && !p->scan->no_tables, again = false;
	struct origin_reply r;
	char *next = NULL;
	int rc = 1;

	p->state = READ_OK;
	for (int pages = 0; rc > 0 && p->state == READ_OK; pages++) {
		if (pages == PAGES_MAX) {
			r = (struct origin_reply){.why = "that is the limit for one list"};
			rc = -1;
			break;
		}
		rc = read_page(p, g, table, &next, &r);
		if (rc < 0 && table && !g->rows && refused(&r)) {
			/* A right can be refused as well: then the list is, too. */
			if (r.status != 403)
				p->scan->no_tables = true;
			table = false;
			rc = 1;
		} else if (rc < 0 && r.status == 410 && !again) {
			again = true;
			start_over(g, &next);
			rc = 1;
		}
	}
	if (rc < 0)
		fail(p, g, &r);
	free(next);
}

static void read_part(void *arg)
{
	struct part *p = arg;
	struct wide_groups g;

	wide_groups_init(&g, &p->scan->hints);
	read_rows(p, &g);
	p->rows = g.rows;
	wide_groups_bad(&g, &p->bad);
	wide_groups_others(&g, OTHERS_MAX, &p->others);
	wide_groups_fini(&g);
}

static void read_parts(struct part *parts, size_t count)
{
	struct pool *pool = pool_new(count < THREADS ? count : THREADS, count);

	for (size_t i = 0; i < count; i++)
		if (pool_run(pool, read_part, &parts[i], NULL) < 0)
			read_part(&parts[i]);
	pool_stop(pool);
	pool_join(pool);
	pool_free(pool);
}

static bool node_ready(const json_t *node)
{
	json_t *c;
	size_t i;

	json_array_foreach (json_at(node, "status.conditions"), i, c)
		if (str_eq(json_key_str(c, "type"), "Ready"))
			return str_eq(json_key_str(c, "status"), "True");
	return true;
}

/* Words of a warning about something else ("Eviction blocked ... pod db-0"): any may be the name of a pod. */
static void add_words(struct map *to, const char *text)
{
	for (int n = 0; *text && n < WORDS_MAX; n++) {
		size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.");

		if (len > 2 && memchr(text, '-', len)) {
			auto_free char *key = mem_printf("\n%.*s", (int)len, text);

			map_set(to, key, NULL);
		}
		text += len;
		text += *text ? 1 : 0;
	}
}

static void add_warning(struct scan *s, const json_t *event, int64_t now)
{
	const json_t *about = json_object_get(event, "involvedObject");
	auto_free char *key = NULL;

	about = about ? about : json_object_get(event, "regarding");
	if (!str_eq(json_key_str(event, "type"), "Warning") || now - facts_event_time(event) > WARNED_MS)
		return;
	if (!str_eq(json_key_str(about, "kind"), "Pod")) {
		add_words(s->hints.warned, str_or(json_key_str(event, "message"), str_or(json_key_str(event, "note"), "")));
		return;
	}
	key = mem_printf("%s\n%s", json_str_or(about, "namespace", ""), json_str_or(about, "name", ""));
	map_set(s->hints.warned, key, NULL);
}

static void find_hints(struct scan *s)
{
	enum read_state state;
	int64_t now = source_now_ms(s->f->source);
	json_t *o;
	size_t i;

	s->hints = (struct wide_hints){.nodes = map_new(NULL), .warned = map_new(NULL)};
	json_array_foreach (facts_list(s->f, "nodes", NULL, &state), i, o)
		if (!node_ready(o))
			map_set(s->hints.nodes, json_str_or(o, "metadata.name", ""), NULL);
	json_array_foreach (facts_list(s->f, "events", s->list->ns, &state), i, o)
		add_warning(s, o, now);
}

/* The namespaces to look through; one part without a name when they are not known. */
static struct part *make_parts(struct scan *s, size_t *count)
{
	enum read_state state = READ_OK;
	json_t *list = s->list->ns ? NULL : facts_list(s->f, "namespaces", NULL, &state), *o;
	struct part *parts = mem_zero((json_array_size(list) + 1) * sizeof(*parts));
	size_t i;

	*count = 0;
	json_array_foreach (list, i, o)
		parts[(*count)++] = (struct part){.scan = s, .ns = json_str_or(o, "metadata.name", "")};
	if (!*count)
		parts[(*count)++] = (struct part){.scan = s, .ns = s->list->ns};
	return parts;
}

static void note_parts(struct scan *s, const struct part *parts, size_t count, size_t unread)
{
	for (size_t i = 0; i < count; i++) {
		auto_free char *what = NULL;

		if (parts[i].state == READ_OK || parts[i].state == READ_NOT_FOUND)
			continue;
		if (unread > NAMED_MAX)
			what = mem_printf("pods in %zu of %zu namespaces (%s, ...)", unread, count, parts[i].ns);
		else if (parts[i].ns)
			what = mem_printf("pods in namespace %s", parts[i].ns);
		else
			what = mem_str("pods in all namespaces");
		source_blind(s->f->source, parts[i].state, what, parts[i].why);
		if (unread > NAMED_MAX)
			return;
	}
}

static void pick(struct wide_picks *to, struct wide_pick *item)
{
	MEM_GROW(to->items, to->count, to->cap);
	to->items[to->count++] = *item;
	*item = (struct wide_pick){0}; /* the texts have moved on */
}

/* One of each part in turn, so that a namespace with many owners does not take the room of all others. */
static void deal(struct part *parts, size_t count, bool troubled, size_t room, struct wide_picks *to)
{
	bool more = true;

	while (room && more) {
		more = false;
		for (size_t i = 0; i < count && room; i++) {
			struct part *p = &parts[i];

			if ((troubled && !p->bad.count) || p->taken == p->others.count)
				continue;
			pick(to, &p->others.items[p->taken++]);
			more = true;
			room--;
		}
	}
}

/* What the cluster itself runs, half of the rest for namespaces in which something is wrong, then all. */
static void pick_others(struct part *parts, size_t count, struct wide_picks *to)
{
	struct wide_picks others = {0};

	for (size_t i = 0; i < count; i++)
		if (str_eq(parts[i].ns, "kube-system"))
			deal(&parts[i], 1, false, SYSTEM_MAX, &others);
	deal(parts, count, true, (OTHERS_MAX - others.count) / 2, &others);
	deal(parts, count, false, OTHERS_MAX - others.count, &others);
	for (size_t i = 0; i < others.count; i++)
		pick(to, &others.items[i]);
	free(others.items);
}

/* Puts the parts together. */
static void join(struct scan *s, struct part *parts, size_t count, struct wide_picks *picks)
{
	struct list *l = s->list;
	size_t unread = 0, lost = 0;

	for (size_t i = 0; i < count; i++) {
		l->rows += parts[i].rows;
		unread += parts[i].state != READ_OK && parts[i].state != READ_NOT_FOUND;
		lost += parts[i].state != READ_OK && parts[i].state != READ_CUT;
		map_set(l->rows_of, str_or(parts[i].ns, ""), (void *)(uintptr_t)parts[i].rows);
	}
	pick_others(parts, count, picks);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i].bad.count; k++)
			pick(picks, &parts[i].bad.items[k]);
	l->state = READ_OK;
	if (lost == count && unread) {
		l->state = parts[0].state;
		snprintf(l->why, sizeof(l->why), "%s", parts[0].why);
	} else if (count == 1 && unread) {
		l->state = READ_CUT;
		snprintf(l->why, sizeof(l->why), "%s", parts[0].why);
	} else {
		note_parts(s, parts, count, unread);
	}
}

void wide_read(struct facts *f, struct list *l)
{
	struct scan s = {.f = f, .list = l};
	struct wide_picks picks = {0};
	struct part *parts;
	size_t count;

	find_hints(&s);
	parts = make_parts(&s, &count);
	l->selected = true;
	l->rows_of = map_new(NULL);
	read_parts(parts, count);
	join(&s, parts, count, &picks);
	wide_fetch(f, l, &picks);
	for (size_t i = 0; i < count; i++) {
		wide_picks_fini(&parts[i].bad);
		wide_picks_fini(&parts[i].others);
	}
	wide_picks_fini(&picks);
	map_free(s.hints.nodes);
	map_free(s.hints.warned);
	free(parts);
}
