/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/server.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/address.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/serving.h"
#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

#define WORDS_MAX 400 /* of a value that are looked up */
#define LOG_LINES 150 /* of a log in which the server may be named */

static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The name of an image without registry and tag. */
static const char *image_name(const char *image)
{
	const char *slash = strrchr(image, '/');

	return slash ? slash + 1 : image;
}

static bool pod_serves(enum product p, const json_t *pod)
{
	json_t *c;
	size_t i;

	json_array_foreach (fld_at(pod, "spec.containers"), i, c)
		if (product_word(p, image_name(fld_str(c, "image"))))
			return true;
	return false;
}

static bool has_product_port(enum product p, const json_t *service)
{
	json_t *port;
	size_t i;

	json_array_foreach (fld_at(service, "spec.ports"), i, port)
		if (product_port(p, (int)fld_int(port, "port", 0)) || product_port(p, (int)fld_int(port, "targetPort", 0)))
			return true;
	return false;
}

static void fill(const struct view *v, json_t *service, struct server *out)
{
	struct serving behind;

	*out = (struct server){.service = service};
	serving_of(v, service, &behind);
	out->pod = behind.sample;
	if (out->pod)
		workload_of(v->h, v->w, out->pod, &out->workload);
}

/* Does the Service lead to a server of the product? */
static bool fits(const struct view *v, enum product p, json_t *service)
{
	struct serving behind;

	if (p == PRODUCT_ANY || has_product_port(p, service) || product_word(p, fld_name(service)))
		return true;
	serving_of(v, service, &behind);
	return behind.sample && pod_serves(p, behind.sample);
}

static bool own(const struct view *v, const json_t *service, const json_t *pod)
{
	const json_t *selector = fld_at(service, "spec.selector");

	return json_object_size(selector) && is(fld_ns(service), fld_ns(pod)) &&
	       v->h->labels_match(selector, fld_at(pod, "metadata.labels"), true);
}

struct search {
	const struct view *v;
	json_t *pod; /* that asks */
	enum product product;
	json_t *found;
	json_t *wanted; /* when the Service is known and the place of its address is looked for */
	char variable[128];
};

static bool in_text(struct search *q, const char *text, size_t len)
{
	struct address a;
	enum seen seen;
	size_t at = 0;

	for (int n = 0; n < WORDS_MAX && address_next(text, len, &at, &a); n++) {
		json_t *service = address_service(q->v, a.host, fld_ns(q->pod), &seen);

		if (!service || (q->wanted && service != q->wanted) || own(q->v, service, q->pod) ||
		    !fits(q->v, q->product, service))
			continue;
		q->found = service;
		return true;
	}
	return false;
}

/* Of several servers in one file the one that is called after the program: mongodb-rate of rate. */
static bool like_name(struct search *q, const char *text, size_t len)
{
	struct workload wl;
	struct address a;
	enum seen seen;
	size_t at = 0;

	workload_of(q->v->h, q->v->w, q->pod, &wl);
	for (int n = 0; n < WORDS_MAX && strlen(wl.name) > 2 && address_next(text, len, &at, &a); n++) {
		json_t *service = strstr(a.host, wl.name) ? address_service(q->v, a.host, fld_ns(q->pod), &seen) : NULL;

		if (!service || (q->wanted && service != q->wanted) || own(q->v, service, q->pod) ||
		    !fits(q->v, q->product, service))
			continue;
		q->found = service;
		return true;
	}
	return false;
}

static bool in_setting(void *ctx, const struct setting *s)
{
	struct search *q = ctx;

	if (!like_name(q, s->value, strnlen(s->value, 16384)) && !in_text(q, s->value, strnlen(s->value, 16384)))
		return false;
	snprintf(q->variable, sizeof(q->variable), "%.127s", s->name);
	return true;
}

static bool in_log(struct search *q, const struct log_text *log)
{
	size_t end = log->len, len;
	const char *line;

	for (int n = 0; n < LOG_LINES && lines_before(log->text, &end, &line, &len); n++)
		if (in_text(q, line, len < 2048 ? len : 2048))
			return true;
	return false;
}

static bool only_one(struct search *q)
{
	enum seen seen;
	json_t *list = q->v->h->list(q->v->w, "services", fld_ns(q->pod), &seen), *s, *found = NULL;
	size_t i;

	if (q->product == PRODUCT_ANY)
		return false;
	json_array_foreach (list, i, s) {
		if (own(q->v, s, q->pod) || !fits(q->v, q->product, s))
			continue;
		if (found && !json_equal(fld_at(found, "spec.selector"), fld_at(s, "spec.selector")))
			return false;
		found = s;
	}
	q->found = found;
	return found != NULL;
}

bool server_of(const struct view *v, const struct trouble *t, const struct complaint *c, struct server *out)
{
	struct search q = {.v = v, .pod = t->pod, .product = c->product};

	*out = (struct server){0};
	if (in_text(&q, t->line, t->len)) {
		q.wanted = q.found;
		settings_each(v, &t->workload, t->name, in_setting, &q);
	} else if (!settings_each(v, &t->workload, t->name, in_setting, &q) && !in_log(&q, &t->log) && !only_one(&q)) {
		return false;
	}
	fill(v, q.found, out);
	memcpy(out->variable, q.variable, sizeof(out->variable));
	return true;
}

bool server_is(const struct view *v, const struct trouble *t, const struct complaint *c, struct server *out)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "services", fld_ns(t->pod), &seen), *s;
	size_t i;

	json_array_foreach (list, i, s) {
		if (!own(v, s, t->pod))
			continue;
		if (!c->serverside && !(has_product_port(c->product, s) && product_word(c->product, t->workload.name)) &&
		    !(has_product_port(c->product, s) && pod_serves(c->product, t->pod)))
			continue;
		*out = (struct server){.service = s, .pod = t->pod, .workload = t->workload};
		return true;
	}
	return false;
}

struct naming {
	const struct view *v;
	const struct server *server;
	const char *from_ns;
};

static bool names_it(void *ctx, const struct setting *s)
{
	struct naming *q = ctx;
	struct address a;
	size_t at = 0, len = strnlen(s->value, 16384);
	enum seen seen;

	for (int n = 0; n < WORDS_MAX && address_next(s->value, len, &at, &a); n++)
		if (address_service(q->v, a.host, q->from_ns, &seen) == q->server->service)
			return true;
	return false;
}

static void consider(const struct view *v, const struct server *s, json_t *o, struct clients *out)
{
	struct naming q = {.v = v, .server = s};
	struct workload wl;
	json_t *c;
	size_t i;

	if (fld_at(o, "spec.replicas") && fld_int(o, "spec.replicas", 1) == 0)
		return;
	workload_is(o, &wl);
	if (is(wl.name, s->workload.name) && is(wl.ns, s->workload.ns))
		return;
	q.from_ns = wl.ns;
	json_array_foreach (fld_at(wl.spec, "containers"), i, c) {
		if (!settings_each(v, &wl, fld_str(c, "name"), names_it, &q))
			continue;
		out->at[out->count] = wl;
		out->container[out->count++] = fld_str(c, "name");
		return;
	}
}

void server_clients(const struct view *v, const struct server *s, struct clients *out)
{
	enum seen seen;
	json_t *o;
	size_t i;

	out->count = 0;
	for (size_t k = 0; s->service && k < 3; k++) {
		json_t *list = v->h->list(v->w, makers[k], NULL, &seen);

		json_array_foreach (list, i, o)
			if (out->count < CLIENTS_MAX)
				consider(v, s, o, out);
	}
}

struct lookup {
	const char *const *names;
	struct server_setting *out;
};

/* "max_connections = 30", "--read-only=ON", "mode: requireTLS": the rest of the line is the value. */
static bool in_line(struct lookup *q, const struct setting *s, const char *line, size_t len)
{
	for (size_t i = 0; q->names[i]; i++) {
		size_t n = strlen(q->names[i]), end;
		const char *at = NULL;

		for (size_t k = 0; k + n <= len && !at; k++)
			if (strncasecmp(line + k, q->names[i], n) == 0 && (!k || !isalnum((unsigned char)line[k - 1])) &&
			    (k + n == len || !isalnum((unsigned char)line[k + n])))
				at = line + k;
		if (!at || memchr(line, '#', (size_t)(at - line)))
			continue;
		*q->out = (struct server_setting){.object = s->object};
		snprintf(q->out->pointer, sizeof(q->out->pointer), "%s", s->pointer);
		snprintf(q->out->name, sizeof(q->out->name), "%s", q->names[i]);
		end = (size_t)(at - line) + n;
		while (end < len && strchr(" =:\"'", line[end]))
			end++;
		snprintf(q->out->value, sizeof(q->out->value), "%.*s", (int)(len - end < 79 ? len - end : 79), line + end);
		while (len && isspace((unsigned char)*line)) {
			line++;
			len--;
		}
		snprintf(q->out->quote, sizeof(q->out->quote), "%.*s", (int)(len < 150 ? len : 150), line);
		return true;
	}
	return false;
}

static bool has_setting(void *ctx, const struct setting *s)
{
	struct lookup *q = ctx;
	const char *line = s->value, *end;

	for (size_t i = 0; q->names[i]; i++)
		if (strcasecmp(s->name, q->names[i]) == 0) {
			*q->out = (struct server_setting){.object = s->object};
			snprintf(q->out->pointer, sizeof(q->out->pointer), "%s", s->pointer);
			snprintf(q->out->name, sizeof(q->out->name), "%s", s->name);
			snprintf(q->out->value, sizeof(q->out->value), "%.79s", s->value);
			snprintf(q->out->quote, sizeof(q->out->quote), "%.150s", s->value);
			return true;
		}
	for (int n = 0; *line && n < 2000; n++) {
		end = strchr(line, '\n');
		if (in_line(q, s, line, end ? (size_t)(end - line) : strlen(line)))
			return true;
		if (!end)
			break;
		line = end + 1;
	}
	return false;
}

bool server_setting(const struct view *v, const struct server *s, const char *const *names, struct server_setting *out)
{
	struct lookup q = {.names = names, .out = out};
	json_t *c;
	size_t i;

	if (!s->pod)
		return false;
	json_array_foreach (fld_at(s->workload.spec, "containers"), i, c)
		if (settings_each(v, &s->workload, fld_str(c, "name"), has_setting, &q))
			return true;
	return false;
}
