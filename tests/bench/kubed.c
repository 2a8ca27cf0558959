/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Kubernetes API server that answers from memory: version, aggregated discovery, lists with pages, objects by name,
 * logs. What it does not know how to answer it refuses, so that a measurement never rests on a wrong answer.
 *
 * kubed [--pods N] [--nodes N] [--delay-us N] [--log-delay-us N] [--log-bytes N]
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/biglog.h"
#include "tests/bench/cluster.h"
#include "tests/bench/httpd.h"

#define LOG_LINES 60u /* of a usual pod */

struct settings {
	size_t pods, nodes;
	int64_t delay_us, log_delay_us; /* before each answer */
	uint64_t log_bytes;		/* of the ledger's log */
};

/* A path under /api/v1 or /apis/GROUP/VERSION. */
struct target {
	const char *group;
	char *ns, *plural, *name, *sub; /* NULL when not there */
};

struct text {
	char *data;
	size_t len, room;
};

static void put(struct text *t, const char *s, size_t n)
{
	if (t->room - t->len < n + 1) {
		t->room = (t->len + n + 1) * 2;
		t->data = httpd_alloc(t->data, t->room);
	}
	memcpy(t->data + t->len, s, n);
	t->len += n;
	t->data[t->len] = '\0';
}

static void puts_to(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

static void discover(struct httpd_call *c, bool core)
{
	struct text t = {0};
	const char *group = NULL;
	char part[512];
	const struct cluster_kind *k;

	puts_to(&t, "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/"
		    "v2\",\"metadata\":{},\"items\":[");
	for (size_t i = 0; (k = cluster_kind_at(i)); i++) {
		if (core != !*k->group)
			continue;
		if (!group || strcmp(group, k->group) != 0) {
			snprintf(part, sizeof(part),
				 "%s{\"metadata\":{\"name\":\"%s\"},\"versions\":[{\"version\":\"%s\",\"freshness\":"
				 "\"Current\",\"resources\":[",
				 group ? "]}]}," : "", k->group, k->version);
			group = k->group;
		} else {
			snprintf(part, sizeof(part), ",");
		}
		puts_to(&t, part);
		snprintf(part, sizeof(part),
			 "{\"resource\":\"%s\",\"responseKind\":{\"group\":\"%s\",\"version\":\"%s\",\"kind\":\"%s\"},"
			 "\"scope\":\"%s\",\"singularResource\":\"%.*s\",\"verbs\":[\"get\",\"list\",\"watch\"]%s%s%s}",
			 k->plural, k->group, k->version, k->kind, k->namespaced ? "Namespaced" : "Cluster",
			 (int)strlen(k->plural) - 1, k->plural, *k->short_name ? ",\"shortNames\":[\"" : "",
			 k->short_name, *k->short_name ? "\"]" : "");
		puts_to(&t, part);
	}
	puts_to(&t, group ? "]}]}]}" : "]}");
	httpd_reply(c, 200, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", t.data, t.len);
	free(t.data);
}

/* Cuts the path in place. -1: not of this form. */
static int parse_path(char *path, struct target *t)
{
	char *save = NULL, *word = strtok_r(path, "/", &save), *parts[8] = {0};
	size_t n = 0;

	*t = (struct target){.group = ""};
	if (!word)
		return -1;
	if (strcmp(word, "apis") == 0)
		t->group = strtok_r(NULL, "/", &save);
	if (!t->group || !strtok_r(NULL, "/", &save))
		return -1;
	while (n < 8 && (parts[n] = strtok_r(NULL, "/", &save)))
		n++;
	if (n >= 3 && strcmp(parts[0], "namespaces") == 0) {
		*t = (struct target){t->group, parts[1], parts[2], parts[3], parts[4]};
		return n <= 5 ? 0 : -1;
	}
	*t = (struct target){t->group, NULL, parts[0], parts[1], parts[2]};
	return n && n <= 3 ? 0 : -1;
}

static bool wanted(const struct cluster_object *o, const struct target *t)
{
	return !t->ns || strcmp(o->ns, t->ns) == 0;
}

static void list(struct httpd_call *c, const struct target *t, const struct cluster_kind *k, const char *query)
{
	char limit[32], from[32], selector[8], part[256];
	size_t max, at, n = 0, left = 0;
	struct text out = {0};

	httpd_param(query, "limit", limit, sizeof(limit));
	httpd_param(query, "continue", from, sizeof(from));
	if (httpd_param(query, "fieldSelector", selector, sizeof(selector)) < 0 || *selector ||
	    httpd_param(query, "labelSelector", selector, sizeof(selector)) < 0 || *selector) {
		httpd_error(c, 400, "this server knows no selectors");
		return;
	}
	max = *limit ? strtoul(limit, NULL, 10) : SIZE_MAX;
	at = strtoul(from, NULL, 10);
	snprintf(part, sizeof(part), "{\"kind\":\"%sList\",\"apiVersion\":\"%s%s%s\",\"items\":[", k->kind, k->group,
		 *k->group ? "/" : "", k->version);
	puts_to(&out, part);
	for (; at < k->count && n < max; at++) {
		if (!wanted(&k->objects[at], t))
			continue;
		if (n++)
			puts_to(&out, ",");
		put(&out, k->objects[at].json, k->objects[at].len);
	}
	for (size_t i = at; i < k->count; i++)
		left += wanted(&k->objects[i], t);
	puts_to(&out, "],\"metadata\":{\"resourceVersion\":\"424242\"");
	if (left) {
		snprintf(part, sizeof(part), ",\"continue\":\"%zu\",\"remainingItemCount\":%zu", at, left);
		puts_to(&out, part);
	}
	puts_to(&out, "}}");
	httpd_reply(c, 200, "application/json", out.data, out.len);
	free(out.data);
}

static void one(struct httpd_call *c, const struct cluster_kind *k, const struct cluster_object *o)
{
	struct text out = {0};
	char head[256];

	snprintf(head, sizeof(head), "{\"kind\":\"%s\",\"apiVersion\":\"%s%s%s\",", k->kind, k->group,
		 *k->group ? "/" : "", k->version);
	puts_to(&out, head);
	put(&out, o->json + 1, o->len - 1);
	httpd_reply(c, 200, "application/json", out.data, out.len);
	free(out.data);
}

static void crash_log(struct httpd_call *c)
{
	static const char log[] = "2026-08-01T10:00:00.100Z INFO  starting\n"
				  "2026-08-01T10:00:00.900Z INFO  reading settings\n"
				  "panic: settings: key \"pool\" must be a number below 16\n\n"
				  "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:42 +0x1d\n";

	httpd_reply(c, 200, "text/plain", log, sizeof(log) - 1);
}

static void send_log(struct httpd_call *c, const struct settings *s, const struct cluster_object *pod,
		     const char *query)
{
	char tail[32], bytes[32], other[8];
	uint64_t last = LOG_LINES, first = 0, n;

	httpd_sleep_us(s->log_delay_us - s->delay_us);
	if (httpd_param(query, "sinceSeconds", other, sizeof(other)) < 0 || *other ||
	    httpd_param(query, "timestamps", other, sizeof(other)) < 0 || *other) {
		httpd_error(c, 400, "this server knows neither sinceSeconds nor timestamps");
		return;
	}
	if (strncmp(pod->name, CLUSTER_BROKEN, strlen(CLUSTER_BROKEN)) == 0) {
		crash_log(c);
		return;
	}
	if (strcmp(pod->name, CLUSTER_LEDGER) == 0)
		last = s->log_bytes / BIGLOG_LINE;
	httpd_param(query, "tailLines", tail, sizeof(tail));
	httpd_param(query, "limitBytes", bytes, sizeof(bytes));
	n = *tail ? strtoull(tail, NULL, 10) : last;
	first = n < last ? last - n : 0;
	n = *bytes ? strtoull(bytes, NULL, 10) / BIGLOG_LINE : last;
	biglog_send(c, first, last - first > n ? first + n : last);
}

static void serve(void *ctx, struct httpd_call *c, const struct httpd_request *q)
{
	static const char version[] = "{\"major\":\"1\",\"minor\":\"34\",\"gitVersion\":\"v1.34.1\"}";
	const struct settings *s = ctx;
	struct cluster_kind *k;
	struct target t;
	char path[512];

	httpd_sleep_us(s->delay_us);
	snprintf(path, sizeof(path), "%s", q->path);
	if (strcmp(q->method, "GET") != 0) {
		httpd_error(c, 405, "reads only");
	} else if (strcmp(path, "/version") == 0) {
		httpd_reply(c, 200, "application/json", version, sizeof(version) - 1);
	} else if (strcmp(path, "/api") == 0 || strcmp(path, "/apis") == 0) {
		discover(c, strcmp(path, "/api") == 0);
	} else if (parse_path(path, &t) < 0 || !(k = cluster_kind(t.group, t.plural))) {
		httpd_error(c, 404, "the server could not find the requested resource");
	} else if (!t.name) {
		list(c, &t, k, q->query);
	} else {
		size_t i = 0;

		while (i < k->count && !(wanted(&k->objects[i], &t) && strcmp(k->objects[i].name, t.name) == 0))
			i++;
		if (i == k->count)
			httpd_error(c, 404, "not found");
		else if (!t.sub)
			one(c, k, &k->objects[i]);
		else if (strcmp(t.sub, "log") == 0)
			send_log(c, s, &k->objects[i], q->query);
		else
			httpd_error(c, 404, "no such subresource");
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"pods", required_argument, NULL, 'p'},	     {"nodes", required_argument, NULL, 'n'},
		{"delay-us", required_argument, NULL, 'd'},  {"log-delay-us", required_argument, NULL, 'l'},
		{"log-bytes", required_argument, NULL, 'b'}, {0},
	};
	struct settings s = {.pods = 300, .nodes = 30, .log_bytes = 1u << 20};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			s.pods = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			s.nodes = strtoul(optarg, NULL, 10);
			break;
		case 'd':
			s.delay_us = strtoll(optarg, NULL, 10);
			break;
		case 'l':
			s.log_delay_us = strtoll(optarg, NULL, 10);
			break;
		case 'b':
			s.log_bytes = strtoull(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	}
	if (s.nodes == 0 || s.pods == 0) {
		fprintf(stderr, "kubed: --pods and --nodes are at least 1\n");
		return 2;
	}
	cluster_fill(s.pods, s.nodes);
	httpd_run(serve, &s);
}
