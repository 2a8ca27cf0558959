/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that end because of what they are configured with: a variable that they miss, a value that they cannot read, a
 * file in which they find a fault. The log names it; here it is matched with the object that holds it. */
#include "toolsets/kubernetes/checks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/address.h"
#include "toolsets/kubernetes/complaint.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/field.h"

#define NAME_MAX_LEN 80

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool has_any(const char *line, size_t len, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		size_t n = strlen(words[i]);

		for (size_t k = 0; k + n <= len; k++)
			if (strncasecmp(line + k, words[i], n) == 0)
				return true;
	}
	return false;
}

static struct diagnosis *begin(struct run *r, const struct trouble *t, const char *what, json_t *object, bool *fresh)
{
	struct diagnosis *d = diag_get(&r->set, fresh, "%s/%s/%s/%s", t->workload.kind, t->workload.ns, t->workload.name,
				       what);

	diag_shows(d, t->pod);
	if (!*fresh)
		return d;
	if (object)
		diag_about(d, object);
	else
		workload_about(d, &t->workload);
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	return d;
}

/* --- a variable that is missing --- */

static bool variable_char(char c)
{
	return isupper((unsigned char)c) || isdigit((unsigned char)c) || c == '_';
}

static size_t variable_at(const char *line, size_t len, size_t i, bool *under)
{
	size_t from = i;

	*under = false;
	if (i >= len || !isupper((unsigned char)line[i]) || (i && isalnum((unsigned char)line[i - 1])))
		return 0;
	while (i < len && variable_char(line[i]))
		*under = line[i++] == '_' || *under;
	return i - from >= 3 && i - from < NAME_MAX_LEN && (i == len || !isalnum((unsigned char)line[i])) ? i - from : 0;
}

/* A word that is written as variables are, RATES_SERVICE_ADDR, or that the line calls one: "environment variable TOKEN". */
static bool variable_in(const char *line, size_t len, char out[static NAME_MAX_LEN])
{
	const char *mark = memmem(line, len, "variable", 8);
	size_t called = mark ? (size_t)(mark - line) + 8 : len, n;
	bool under;

	for (size_t i = 0; i < len; i++) {
		n = variable_at(line, len, i, &under);
		if (!n || !(under || (i > called && i - called <= 4)))
			continue;
		snprintf(out, NAME_MAX_LEN, "%.*s", (int)n, line + i);
		return true;
	}
	return false;
}

/* How many letters have to be changed, added or taken away; swapped neighbours count once. */
static size_t slips(const char *a, size_t n, const char *b, size_t m)
{
	size_t row[3][42];

	if (n > 40 || m > 40)
		return 9;
	for (size_t i = 0; i <= n; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		for (size_t k = 0; k <= m; k++) {
			size_t best;

			if (!i || !k) {
				now[k] = i + k;
				continue;
			}
			best = last[k - 1] + (a[i - 1] != b[k - 1]);
			best = last[k] + 1 < best ? last[k] + 1 : best;
			best = now[k - 1] + 1 < best ? now[k - 1] + 1 : best;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			now[k] = best;
		}
	}
	return row[n % 3][m];
}

/* The same words but for a slip in one of them: ADDR and ADRR, not HOST and PORT. */
static bool misspelt(const char *wanted, const char *name)
{
	bool differs = false;

	for (;;) {
		size_t n = strcspn(wanted, "_"), m = strcspn(name, "_");
		size_t d = n == m && strncmp(wanted, name, n) == 0 ? 0 : slips(wanted, n, name, m);

		if (d && (differs || d > (n > 5 ? 2 : 1)))
			return false;
		differs = differs || d;
		if (!wanted[n] || !name[m])
			return differs && wanted[n] == name[m];
		wanted += n + 1;
		name += m + 1;
	}
}

struct names {
	const char *wanted;
	bool has;
	char near[NAME_MAX_LEN], pointer[320];
	json_t *object;
};

static bool compare_name(void *ctx, const struct setting *s)
{
	struct names *q = ctx;
	if (is(s->name, q->wanted)) {
		q->has = true;
		return true;
	}
	if (!q->object && misspelt(q->wanted, s->name) && strlen(s->name) < NAME_MAX_LEN) {
		q->object = s->object;
		snprintf(q->near, sizeof(q->near), "%s", s->name);
		snprintf(q->pointer, sizeof(q->pointer), "%s", s->pointer);
	}
	return false;
}

/* Variables whose values are not seen here: of Secrets, of fields. */
static bool given_unseen(const struct view *v, const struct trouble *t, const char *name)
{
	json_t *e;
	enum seen seen;
	size_t i;

	if (fld_item(fld_at(t->container, "env"), "name", name))
		return true;
	json_array_foreach (fld_at(t->container, "envFrom"), i, e) {
		const char *secret = fld_str(e, "secretRef.name");
		json_t *o = *secret ? v->h->find(v->w, "secrets", fld_ns(t->pod), secret, &seen) : NULL;

		if (*secret && (!o || json_object_get(fld_at(o, "data"), name)))
			return true;
	}
	return false;
}

static bool missing_variable(struct run *r, const struct trouble *t)
{
	static const char *const words[] = {"not set", "required", "missing", "must be set", "undefined", "not found",
					    "unset",   "not defined", "KeyError", "is empty", "must be provided", NULL};
	char name[NAME_MAX_LEN], words_out[260], arg[400];
	struct names q = {.wanted = name};
	struct diagnosis *d;
	bool fresh, typo;

	if (!has_any(t->line, t->len, words) || !variable_in(t->line, t->len, name) ||
	    settings_each(&r->v, &t->workload, t->name, compare_name, &q) || q.has || given_unseen(&r->v, t, name))
		return false;
	typo = q.object != NULL;
	d = begin(r, t, name, typo ? q.object : NULL, &fresh);
	if (!fresh)
		return true;
	diag_rate(d, SEVERITY_CRITICAL, typo ? 0.93 : 0.86);
	diag_cause(d, "Container %s of %s %s is not given the variable %s that it needs", t->name, t->workload.kind,
		   t->workload.name, name);
	if (typo) {
		char *end = strrchr(q.pointer, '/');

		diag_cause_more(d, "; %s %s gives it %s instead, which looks misspelt", fld_kind(q.object), fld_name(q.object),
				q.near);
		diag_cite(d, q.object, NULL, "%s", q.pointer);
		if (end && is(end, "/value")) /* the name beside the value */
			diag_cite(d, q.object, NULL, "%.*s/name", (int)(end - q.pointer), q.pointer);
		diag_fix(d, "Rename %s to %s: kubectl edit %s", q.near, name, workload_arg_of(q.object, arg));
	} else {
		diag_fix(d, "Set %s: kubectl edit %s", name, workload_arg(&t->workload, arg));
	}
	diag_cause_more(d, "; its log says \"%s\"", trouble_words(t, words_out));
	trouble_cite(d, t);
	return true;
}

/* --- a value that cannot be read --- */

struct values {
	const char *line;
	size_t len;
	char value[NAME_MAX_LEN];
	int best;
	json_t *object;
	char pointer[320], name[NAME_MAX_LEN];
};

/* How many parts of a setting's name the line holds: "cache ttl" for CACHE_TTL_SECONDS. */
static int likeness(const struct values *q, const char *name)
{
	int points = 1;

	while (*name) {
		size_t n = strcspn(name, "_-.");
		char part[40];
		const char *const parts[] = {part, NULL};

		snprintf(part, sizeof(part), "%.*s", (int)(n < 39 ? n : 39), name);
		if (n > 1 && has_any(q->line, q->len, parts))
			points += 2;
		name += n + (name[n] != '\0');
	}
	return points;
}

static bool compare_value(void *ctx, const struct setting *s)
{
	struct values *q = ctx;
	int points;

	if (!is(s->value, q->value) || !*s->name)
		return false;
	points = likeness(q, s->name);
	if (points > q->best && strlen(s->name) < NAME_MAX_LEN) {
		q->best = points;
		q->object = s->object;
		snprintf(q->name, sizeof(q->name), "%s", s->name);
		snprintf(q->pointer, sizeof(q->pointer), "%s", s->pointer);
	}
	return false;
}

/* The next text between two equal quotes. */
static bool next_quoted(const char *line, size_t len, size_t *at, char out[static NAME_MAX_LEN])
{
	for (; *at < len; (*at)++) {
		char q = line[*at];
		size_t from = *at + 1, end = from;

		if (q != '"' && q != '\'' && q != '`')
			continue;
		while (end < len && line[end] != q && line[end] != '\\')
			end++;
		if (end == len || end == from || end - from >= NAME_MAX_LEN)
			continue;
		snprintf(out, NAME_MAX_LEN, "%.*s", (int)(end - from), line + from);
		*at = end + (line[end] == '\\' ? 2 : 1);
		return true;
	}
	return false;
}

static bool bad_value(struct run *r, const struct trouble *t)
{
	static const char *const words[] = {"invalid", "pars", "malformed", "illegal", "unsupported", "For input string",
					    "not a valid", "could not convert", "unrecognized", "unknown", "out of range",
					    "cannot convert", "bad value", "unmarshal", NULL};
	struct values q = {.line = t->line, .len = t->len};
	struct diagnosis *d;
	char out[260], arg[400], who[400];
	size_t at = 0;
	bool fresh;

	if (!has_any(t->line, t->len, words))
		return false;
	while (!q.object && next_quoted(t->line, t->len, &at, q.value))
		settings_each(&r->v, &t->workload, t->name, compare_value, &q);
	if (!q.object)
		return false;
	d = begin(r, t, q.name, q.object, &fresh);
	if (!fresh)
		return true;
	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cause(d, "%s of %s %s is \"%s\", which %s cannot read; its log says \"%s\"", q.name, fld_kind(q.object),
		   fld_name(q.object), q.value, workload_text(&t->workload, who), trouble_words(t, out));
	trouble_cite(d, t);
	diag_cite(d, q.object, NULL, "%s", q.pointer);
	diag_fix(d, "Give %s a value of the form that the program reads: kubectl edit %s", q.name,
		 workload_arg_of(q.object, arg));
	if (is(fld_kind(q.object), "ConfigMap"))
		diag_fix(d, "Then restart it: kubectl rollout restart %s", workload_arg(&t->workload, arg));
	return true;
}

/* --- a file of a ConfigMap --- */

/* The ConfigMap and key whose file the line names; key "" when the map does not have it. */
static json_t *named_file(struct run *r, const struct trouble *t, char key[static 120])
{
	json_t *mount;
	enum seen seen;
	size_t i;

	json_array_foreach (fld_at(t->container, "volumeMounts"), i, mount) {
		const char *path = fld_str(mount, "mountPath"), *sub = fld_str(mount, "subPath");
		const json_t *volume = fld_item(fld_at(t->pod, "spec.volumes"), "name", fld_str(mount, "name"));
		const char *map = fld_str(volume, "configMap.name"), *at;
		size_t n = strlen(path), m = 0;

		at = n > 1 && *map && t->len ? memmem(t->line, t->len, path, n) : NULL;
		if (!at || (at + n < t->line + t->len && !strchr("/: ]'\")`", at[n])))
			continue;
		at += n;
		while (at < t->line + t->len && *at == '/')
			at++;
		while (at + m < t->line + t->len && (isalnum((unsigned char)at[m]) || strchr("-_.", at[m])))
			m++;
		while (m && at[m - 1] == '.')
			m--;
		if (*sub)
			snprintf(key, 120, "%.119s", sub);
		else
			snprintf(key, 120, "%.*s", (int)(m < 119 ? m : 119), at);
		return r->v.h->find(r->v.w, "configmaps", fld_ns(t->pod), map, &seen);
	}
	return NULL;
}

static bool bad_file(struct run *r, const struct trouble *t)
{
	static const char *const words[] = {"syntax", "pars", "directive", "yaml", "invalid", "unknown", "unexpected",
					    "malformed", "duplicate", "bad configuration", "decode", "unmarshal", NULL};
	char key[120], out[260], who[400], pointer[300];
	json_t *map;
	struct diagnosis *d;
	bool fresh;

	map = has_any(t->line, t->len, words) ? named_file(r, t, key) : NULL;
	if (!map || (*key && !json_object_get(fld_at(map, "data"), key)))
		return false;
	d = begin(r, t, fld_name(map), map, &fresh);
	if (!fresh)
		return true;
	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d, "ConfigMap %s/%s%s%s%s has a fault that keeps %s from running: \"%s\"", fld_ns(map), fld_name(map),
		   *key ? " (" : "", key, *key ? ")" : "", workload_text(&t->workload, who), trouble_words(t, out));
	trouble_cite(d, t);
	if (*key)
		diag_cite(d, map, NULL, "/data/%s", settings_key(key, pointer));
	diag_fix(d, "Correct the file: kubectl edit configmap %s -n %s", fld_name(map), fld_ns(map));
	return true;
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct complaint c;
	struct address a;

	/* who is not reached or refuses is told by others */
	if (!t->number || lines_complains(t->line, t->len) || address_unresolved(t->line, t->len, &a) ||
	    complaint_read(t->line, t->len, &c))
		return;
	if (!missing_variable(r, t) && !bad_value(r, t))
		bad_file(r, t);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_CRASH | TROUBLE_UNREADY | TROUBLE_INIT, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_value_check = {
	.size = sizeof(struct check),
	.name = "config-value",
	.help = "Variables, values and files of ConfigMaps because of which programs do not start, as their logs name them",
	.run = run,
	.reads = "pods pods/log events configmaps secrets",
};
