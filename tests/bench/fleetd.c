/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server of a large cluster: pods as lists or tables, whole or by namespace, label and node, page by page;
 * nodes, workloads, Services and events; gzip for those who ask for it, as a real one does for answers over 128 KiB.
 *
 * fleetd [TIMES]      so many times 150,000 pods
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/fleet.h"
#include "tests/bench/httpd.h"

#define GZIP_FROM (128u << 10)

static const char *const core[] = {"namespaces",
				   "nodes",
				   "pods",
				   "events",
				   "services",
				   "configmaps",
				   "secrets",
				   "serviceaccounts",
				   "persistentvolumeclaims",
				   "persistentvolumes",
				   NULL};
static const char *const apps[] = {"deployments", "replicasets", "statefulsets", "daemonsets", NULL};
static const char *const batch[] = {"jobs", "cronjobs", NULL};

struct query {
	const struct fleet *f;
	size_t ns; /* one namespace, or namespace_count: all */
	bool table, metadata;
	size_t limit, from, left; /* left: how many follow behind the page */
	char app[64], node[32], name[96];
	struct fleet_text out;
	size_t shown;
};

static const char *kind_of(const char *plural)
{
	static const char *const kinds[][2] = {
		{"namespaces", "Namespace"},
		{"nodes", "Node"},
		{"pods", "Pod"},
		{"events", "Event"},
		{"services", "Service"},
		{"configmaps", "ConfigMap"},
		{"secrets", "Secret"},
		{"deployments", "Deployment"},
		{"replicasets", "ReplicaSet"},
		{"daemonsets", "DaemonSet"},
		{"jobs", "Job"},
		{"cronjobs", "CronJob"},
		{"statefulsets", "StatefulSet"},
		{"serviceaccounts", "ServiceAccount"},
		{"persistentvolumes", "PersistentVolume"},
		{"persistentvolumeclaims", "PersistentVolumeClaim"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i][0], plural) == 0)
			return kinds[i][1];
	return NULL;
}

static void discover_group(struct fleet_text *t, const char *group, const char *const *plurals)
{
	fleet_add(t,
		  "{\"metadata\":{\"name\":\"%s\"},\"versions\":[{\"version\":\"v1\",\"freshness\":\"Current\","
		  "\"resources\":[",
		  group);
	for (size_t i = 0; plurals[i]; i++) {
		bool cluster = strcmp(plurals[i], "nodes") == 0 || strcmp(plurals[i], "namespaces") == 0 ||
			       strcmp(plurals[i], "persistentvolumes") == 0;

		fleet_add(
			t,
			"%s{\"resource\":\"%s\",\"responseKind\":{\"group\":\"%s\",\"version\":\"v1\",\"kind\":\"%s\"},"
			"\"scope\":\"%s\",\"singularResource\":\"%.*s\",\"verbs\":[\"get\",\"list\",\"watch\"]}",
			i ? "," : "", plurals[i], group, kind_of(plurals[i]), cluster ? "Cluster" : "Namespaced",
			(int)strlen(plurals[i]) - 1, plurals[i]);
	}
	fleet_add(t, "]}]}");
}

static void send_text(struct httpd_call *c, const struct httpd_request *q, const char *type, struct fleet_text *t)
{
	if (q->gzip && t->len >= GZIP_FROM)
		httpd_reply_gzip(c, type, t->data, t->len);
	else
		httpd_reply(c, 200, type, t->data, t->len);
	free(t->data);
}

static void discover(struct httpd_call *c, const struct httpd_request *q)
{
	struct fleet_text t = {0};

	fleet_add(&t, "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/"
		      "v2\",\"metadata\":{},\"items\":[");
	if (strcmp(q->path, "/api") == 0) {
		discover_group(&t, "", core);
	} else {
		discover_group(&t, "apps", apps);
		fleet_add(&t, ",");
		discover_group(&t, "batch", batch);
	}
	fleet_add(&t, "]}");
	send_text(c, q, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", &t);
}

/* Is the n-th thing on this page? Counts what follows. */
static bool on_page(struct query *q, size_t n)
{
	if (n < q->from)
		return false;
	if (q->limit && q->shown >= q->limit) {
		q->left++;
		return false;
	}
	if (q->shown++)
		fleet_add(&q->out, ",");
	return true;
}

static bool wanted(const struct query *q, size_t ns)
{
	return q->ns == q->f->namespace_count || q->ns == ns;
}

static bool matches(const struct query *q, const struct fleet_pod *p)
{
	char node[32];

	if (*q->app && strcmp(q->app, p->workload->name) != 0)
		return false;
	if (*q->name && strcmp(q->name, p->name) != 0)
		return false;
	if (!*q->node)
		return true;
	snprintf(node, sizeof(node), "node-%04zu",
		 p->workload->kind == FLEET_DAEMONSET ? p->number : p->serial * 7 % q->f->nodes);
	return strcmp(node, q->node) == 0;
}

static void list_pods(struct query *q)
{
	bool all = !*q->app && !*q->node && !*q->name;
	struct fleet_pod p;
	size_t n = 0;

	for (size_t ns = 0; ns < q->f->namespace_count; ns++) {
		size_t count = q->f->namespaces[ns].pods, i = 0;

		if (!wanted(q, ns))
			continue;
		/* most of a large list is before or behind the page */
		if (all && n + count <= q->from) {
			n += count;
			continue;
		}
		if (all && q->from > n)
			i = q->from - n;
		for (; i < count; i++) {
			if (all && q->limit && q->shown >= q->limit) {
				q->left += count - i;
				break;
			}
			fleet_pod(q->f, ns, i, &p);
			if (!matches(q, &p) || !on_page(q, n + i))
				continue;
			if (q->table)
				fleet_pod_row(q->f, &p, q->metadata, &q->out);
			else
				fleet_pod_json(q->f, &p, &q->out);
		}
		n += count;
	}
}

static void list_events(struct query *q)
{
	struct fleet_pod p;
	size_t n = 0;

	for (size_t i = 0; i < q->f->workload_count; i++) {
		const struct fleet_workload *w = &q->f->workloads[i];

		for (size_t k = 0; w->fault && wanted(q, w->ns) && k < 2; k++) {
			fleet_pod(q->f, w->ns, w->first + k, &p);
			if (on_page(q, n++))
				fleet_event_json(q->f, &p, &q->out);
		}
	}
}

static void list_workloads(struct query *q, const char *plural)
{
	bool sets = strcmp(plural, "replicasets") == 0, services = strcmp(plural, "services") == 0;
	size_t n = 0;

	for (size_t i = 0; i < q->f->workload_count; i++) {
		const struct fleet_workload *w = &q->f->workloads[i];
		bool serves = w->kind == FLEET_DEPLOYMENT || w->kind == FLEET_STATEFULSET;

		if (!wanted(q, w->ns))
			continue;
		if (services && serves && on_page(q, n++))
			fleet_service_json(q->f, w, &q->out);
		for (int old = 1; sets && w->kind == FLEET_DEPLOYMENT && old >= 0; old--)
			if (on_page(q, n++))
				fleet_replica_set_json(q->f, w, old, &q->out);
		if (!sets && !services && strcmp(fleet_plural(w), plural) == 0 && on_page(q, n++))
			fleet_workload_json(q->f, w, &q->out);
	}
}

static void list_names(struct query *q)
{
	for (size_t i = 0; i < q->f->namespace_count; i++)
		if (on_page(q, i))
			fleet_add(
				&q->out,
				"{\"metadata\":{\"name\":\"%s\",\"uid\":\"ns-%zu\"},\"status\":{\"phase\":\"Active\"}}",
				q->f->namespaces[i].name, i);
}

static void list(struct query *q, const char *plural)
{
	if (strcmp(plural, "pods") == 0) {
		list_pods(q);
	} else if (strcmp(plural, "nodes") == 0) {
		for (size_t i = 0; i < q->f->nodes; i++)
			if (on_page(q, i))
				fleet_node_json(i, &q->out);
	} else if (strcmp(plural, "namespaces") == 0) {
		list_names(q);
	} else if (strcmp(plural, "events") == 0) {
		list_events(q);
	} else {
		list_workloads(q, plural);
	}
}

static void send_list(struct httpd_call *c, const struct httpd_request *r, struct query *q, const char *group,
		      const char *plural)
{
	char number[32], text[256], *at;

	httpd_param(r->query, "limit", number, sizeof(number));
	q->limit = strtoul(number, NULL, 10);
	httpd_param(r->query, "continue", number, sizeof(number));
	q->from = strtoul(number, NULL, 10);
	if (httpd_param(r->query, "labelSelector", text, sizeof(text)) == 0 && (at = strstr(text, "app=")))
		snprintf(q->app, sizeof(q->app), "%.*s", (int)strcspn(at + 4, ","), at + 4);
	if (httpd_param(r->query, "fieldSelector", text, sizeof(text)) == 0 && (at = strstr(text, "spec.nodeName=")))
		snprintf(q->node, sizeof(q->node), "%s", at + 14);
	httpd_param(r->query, "includeObject", text, sizeof(text));
	q->metadata = strcmp(text, "None") != 0;
	q->table = strstr(r->accept, "as=Table") && strcmp(plural, "pods") == 0;
	fleet_add(&q->out, "{\"kind\":\"%s%s\",\"apiVersion\":\"%s%sv1\",", q->table ? "Table" : kind_of(plural),
		  q->table ? "" : "List", q->table ? "meta.k8s.io" : group, q->table || *group ? "/" : "");
	if (q->table)
		fleet_columns(&q->out);
	fleet_add(&q->out, q->table ? ",\"rows\":[" : "\"items\":[");
	list(q, plural);
	fleet_add(&q->out, "],\"metadata\":{\"resourceVersion\":\"424242\"");
	if (q->left)
		fleet_add(&q->out, ",\"continue\":\"%zu\",\"remainingItemCount\":%zu", q->from + q->shown, q->left);
	fleet_add(&q->out, "}}");
	send_text(c, r, "application/json", &q->out);
}

static void send_pod(struct httpd_call *c, const struct httpd_request *r, struct query *q, const char *sub)
{
	static const char log[] = "2026-08-01T10:00:00.100Z INFO  starting\n"
				  "panic: settings: key \"pool\" must be a number below 16\n\n"
				  "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:42 +0x1d\n";
	struct fleet_text whole = {0};

	q->limit = 1;
	list_pods(q);
	if (!q->shown) {
		httpd_error(c, 404, "pods not found");
	} else if (sub) {
		httpd_reply(c, 200, "text/plain", log, strstr(q->out.data, "\"exitCode\":2") ? sizeof(log) - 1 : 40);
	} else {
		fleet_add(&whole, "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",%s", q->out.data + 1);
		send_text(c, r, "application/json", &whole);
	}
	free(q->out.data);
}

static bool find_namespace(struct query *q, const char *name)
{
	for (q->ns = 0; q->ns < q->f->namespace_count; q->ns++)
		if (strcmp(q->f->namespaces[q->ns].name, name) == 0)
			return true;
	return false;
}

static void serve(void *ctx, struct httpd_call *c, const struct httpd_request *r)
{
	static const char version[] = "{\"major\":\"1\",\"minor\":\"34\",\"gitVersion\":\"v1.34.1\"}";
	struct query q = {.f = ctx};
	char path[256], *save = NULL, *part[8] = {0}, *group = "";
	size_t n = 0;

	if (strcmp(r->path, "/version") == 0) {
		httpd_reply(c, 200, "application/json", version, sizeof(version) - 1);
		return;
	}
	if (strcmp(r->path, "/api") == 0 || strcmp(r->path, "/apis") == 0) {
		discover(c, r);
		return;
	}
	q.ns = q.f->namespace_count;
	snprintf(path, sizeof(path), "%s", r->path);
	for (char *word = strtok_r(path, "/", &save); word && n < 8; word = strtok_r(NULL, "/", &save))
		part[n++] = word;
	if (n > 3 && strcmp(part[0], "apis") == 0) {
		group = part[1];
		memmove(part, part + 1, sizeof(part) - sizeof(part[0]));
		n--;
	}
	if (n > 4 && strcmp(part[2], "namespaces") == 0) {
		if (!find_namespace(&q, part[3])) {
			httpd_error(c, 404, "namespace not found");
			return;
		}
		memmove(part + 2, part + 4, 4 * sizeof(part[0]));
		n -= 2;
	}
	if (n < 3 || !kind_of(part[2])) {
		httpd_error(c, 404, "the server could not find the requested resource");
	} else if (n == 3) {
		send_list(c, r, &q, group, part[2]);
	} else if (strcmp(part[2], "pods") == 0 && q.ns < q.f->namespace_count) {
		snprintf(q.name, sizeof(q.name), "%s", part[3]);
		send_pod(c, r, &q, n > 4 ? part[4] : NULL);
	} else {
		httpd_error(c, 404, "not found");
	}
}

int main(int argc, char **argv)
{
	static struct fleet f;

	fleet_make(&f, argc > 1 ? strtoul(argv[1], NULL, 10) : 1);
	httpd_run(serve, &f);
}
