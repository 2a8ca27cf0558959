/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/dependency.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/dangling.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/node_network.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

#define WORDS_MAX 60 /* of a line that are looked up */
#define BLAMED_MAX 4
#define NEAR_LINES 12 /* before the last words of a program, that may say what these do not */

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool selects(const struct view *v, const json_t *service, const json_t *pod)
{
	const json_t *selector = fld_at(service, "spec.selector");

	return json_object_size(selector) && is(fld_ns(service), fld_ns(pod)) &&
	       v->h->labels_match(selector, fld_at(pod, "metadata.labels"), true);
}

static bool bare(const struct address *a)
{
	return !a->port && !strchr(a->host, '.');
}

static void blame_pod_at(const struct view *v, struct diagnosis *d, const char *ip)
{
	enum seen seen;
	json_t *pods = v->h->list(v->w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (is(fld_str(pod, "status.podIP"), ip) && !fld_true(pod, "spec.hostNetwork"))
			diag_blames(d, "v1", "Pod", fld_ns(pod), fld_name(pod));
}

/* Names that do not resolve though their Service exists: the cluster's own name servers. */
static void blame_dns(struct diagnosis *d)
{
	diag_blames(d, "v1", "Service", "kube-system", "kube-dns");
	diag_blames(d, "apps/v1", "Deployment", "kube-system", "coredns");
}

void dependency_blame_text(const struct view *v, struct diagnosis *d, json_t *pod, const char *text, size_t len)
{
	struct address a, unresolved;
	bool lost = address_unresolved(text, len, &unresolved), listed;
	size_t at = 0, words = 0, blamed = 0;
	enum seen seen;

	v->h->list(v->w, "services", NULL, &seen);
	listed = seen == SEEN_OK;
	if (lost)
		blame_dns(d);
	while (words++ < WORDS_MAX && blamed < BLAMED_MAX && address_next(text, len, &at, &a)) {
		json_t *service;

		if (bare(&a) && !listed)
			continue;
		service = address_service(v, a.host, fld_ns(pod), &seen);
		if (service && !selects(v, service, pod)) {
			diag_blames(d, "v1", "Service", fld_ns(service), fld_name(service));
			blamed++;
		} else if (!service && isdigit((unsigned char)a.host[0]) && a.port) {
			blame_pod_at(v, d, a.host);
		}
	}
}

/* The Services that its configuration names, when the line itself names none. */
struct blame {
	const struct view *v;
	const struct trouble *t;
	struct diagnosis *d;
	size_t count;
};

static bool blame_setting(void *ctx, const struct setting *s)
{
	struct blame *b = ctx;
	struct address a;
	enum seen seen;
	size_t at = 0, len = strlen(s->value);

	for (int n = 0; n < WORDS_MAX && address_next(s->value, len, &at, &a); n++) {
		json_t *service = a.port || strchr(a.host, '.') || strlen(s->value) == strlen(a.host)
					  ? address_service(b->v, a.host, fld_ns(b->t->pod), &seen)
					  : NULL;

		if (!service || selects(b->v, service, b->t->pod))
			continue;
		diag_blames(b->d, "v1", "Service", fld_ns(service), fld_name(service));
		b->count++;
	}
	return b->count >= BLAMED_MAX;
}

static bool waits_for_others(const struct trouble *t)
{
	static const char *const words[] = {"refused", "dns", "timeout", "auth", "tls", NULL};

	for (size_t i = 0; words[i]; i++)
		if (is(t->word, words[i]))
			return true;
	return lines_complains(t->line, t->len);
}

static bool names_service(const struct view *v, const struct trouble *t, const char *line, size_t len)
{
	struct address a;
	size_t at = 0;
	enum seen seen;

	for (int n = 0; n < WORDS_MAX && address_next(line, len, &at, &a); n++)
		if (!bare(&a) && address_service(v, a.host, fld_ns(t->pod), &seen))
			return true;
	return false;
}

/* "no database, exit" tells less than "connection refused" a line above it. */
static bool blame_lines_above(const struct view *v, struct diagnosis *d, const struct trouble *t)
{
	size_t end = (size_t)(t->line - t->log.text), len;
	const char *line;
	bool found = false;

	if (!t->number || !end)
		return false;
	end--; /* the newline in front */
	for (int n = 0; n < NEAR_LINES && lines_before(t->log.text, &end, &line, &len); n++) {
		if (!lines_complains(line, len) || !names_service(v, t, line, len))
			continue;
		dependency_blame_text(v, d, t->pod, line, len);
		found = true;
	}
	return found;
}

static bool says_little(const char *word)
{
	return !*word || is(word, "error") || is(word, "exception") || is(word, "panic");
}

void dependency_blame(const struct view *v, struct diagnosis *d, const struct trouble *t)
{
	struct blame b = {.v = v, .t = t, .d = d};
	bool waits = waits_for_others(t);

	dependency_blame_text(v, d, t->pod, t->line, t->len);
	if (is(t->word, "timeout") || is(t->word, "refused"))
		node_network_blame(v, d, t->pod);
	if ((!waits && !says_little(t->word)) || names_service(v, t, t->line, t->len))
		return; /* the line says which one it was */
	if (!blame_lines_above(v, d, t) && waits)
		settings_each(v, &t->workload, t->name, blame_setting, &b);
}

/* Looking for where an address stands. */
struct search {
	const struct view *v;
	const struct trouble *t;
	struct dangling_address *out;
	const char *host;
	bool with_port; /* the port has to stand beside it */
};

bool dangling_set_place(struct dangling_address *out, const struct setting *s)
{
	out->object = s->object;
	out->value = s->value;
	snprintf(out->pointer, sizeof(out->pointer), "%s", s->pointer);
	snprintf(out->variable, sizeof(out->variable), "%.127s", s->name);
	return true;
}

static bool has_host(void *ctx, const struct setting *s)
{
	struct search *q = ctx;
	struct address a;
	size_t at = 0, len = strlen(s->value);

	for (int n = 0; n < 400 && address_next(s->value, len, &at, &a); n++)
		if (is(a.host, q->host) &&
		    (a.port == q->out->address.port || (!q->with_port && (!q->out->address.port || !a.port))))
			return dangling_set_place(q->out, s);
	return false;
}

/* DB_PORT=3307: a setting that is the port and nothing else. */
static bool is_port(void *ctx, const struct setting *s)
{
	struct search *q = ctx;
	size_t n = strlen(s->name);
	char port[8];

	snprintf(port, sizeof(port), "%d", q->out->address.port);
	return n >= 4 && strcasecmp(s->name + n - 4, "PORT") == 0 && is(s->value, port) && dangling_set_place(q->out, s);
}

static void place_of(const struct view *v, const struct trouble *t, struct dangling_address *out)
{
	char service_host[200];
	/* a resolver completes names: what stands in the configuration may be shorter */
	const char *const hosts[] = {out->address.host, service_host, out->name};
	struct search q = {.v = v, .t = t, .out = out, .with_port = out->what == DANGLING_PORT};

	snprintf(service_host, sizeof(service_host), "%s.%s", out->name, out->ns);
	for (int pass = q.with_port ? 0 : 1; pass < 2; pass++) {
		q.with_port = pass == 0;
		for (size_t i = 0; i < 3; i++) {
			q.host = hosts[i];
			if (settings_each(v, &t->workload, t->name, has_host, &q))
				return;
		}
		if (pass == 0 && settings_each(v, &t->workload, t->name, is_port, &q))
			return;
	}
}

/* Judges one address. What was not read proves nothing. */
enum dangling dangling_judge(const struct view *v, const char *from_ns, const struct address *a,
			     struct dangling_address *out)
{
	enum seen seen;
	json_t *service;

	*out = (struct dangling_address){.address = *a};
	if (isdigit((unsigned char)a->host[0])) {
		service = address_service(v, a->host, from_ns, &seen);
		if (!service)
			return DANGLING_NONE;
		snprintf(out->name, sizeof(out->name), "%.63s", fld_name(service));
		snprintf(out->ns, sizeof(out->ns), "%.63s", fld_ns(service));
	} else {
		if (!address_in_cluster(v, a->host, from_ns, out->name, out->ns))
			return DANGLING_NONE;
		service = v->h->find(v->w, "services", out->ns, out->name, &seen);
		if (!service)
			return seen == SEEN_NOT_FOUND ? DANGLING_SERVICE : DANGLING_NONE;
	}
	out->service = service;
	if (!a->port || is(fld_str(service, "spec.clusterIP"), "None") ||
	    is(fld_str(service, "spec.type"), "ExternalName") || address_port_open(service, a->port))
		return DANGLING_NONE;
	return DANGLING_PORT;
}

/* A program that names itself does not name what it depends on. */
bool dangling_own_name(const struct trouble *t, const char *name)
{
	json_t *c;
	size_t i;

	json_array_foreach (fld_at(t->pod, "spec.containers"), i, c)
		if (is(fld_str(c, "name"), name))
			return true;
	return is(name, fld_name(t->pod)) || is(name, t->workload.name);
}

bool dangling_in_line(const struct view *v, const struct trouble *t, struct dangling_address *out)
{
	struct address a;
	size_t at = 0;

	if (address_unresolved(t->line, t->len, &a)) {
		out->what = dangling_judge(v, fld_ns(t->pod), &a, out);
		if (out->what != DANGLING_SERVICE)
			return false;
		place_of(v, t, out);
		return true;
	}
	if (!lines_complains(t->line, t->len))
		return false;
	for (int n = 0; n < WORDS_MAX && address_next(t->line, t->len, &at, &a); n++) {
		enum dangling what;

		if (!a.port || dangling_own_name(t, a.host))
			continue;
		what = dangling_judge(v, fld_ns(t->pod), &a, out);
		if (!what)
			continue;
		/* "main.go:42" is no address: a name without a Service counts only where it is configured */
		out->what = what;
		place_of(v, t, out);
		if (what == DANGLING_PORT || out->object)
			return true;
	}
	out->what = DANGLING_NONE;
	return false;
}
