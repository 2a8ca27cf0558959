/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_path.h"
#include "tests/tap.h"

static void place(const char *rel, const char *want)
{
	struct snap_place p;
	char got[1200];

	snap_place_of(rel, &p);
	snprintf(got, sizeof(got), "%s ns=%s guess=%s%s", p.word, p.ns, p.guess, p.layout ? " layout" : "");
	is_str(got, want, rel);
}

static void log_name(const char *rel, const char *want)
{
	struct snap_log_name n;
	char got[1200] = "none";

	if (snap_log_of(rel, &n))
		snprintf(got, sizeof(got), "%d %s/%s/%s%s", (int)n.layout, n.ns, n.pod, n.container,
			 n.previous ? " previous" : "");
	is_str(got, want, rel);
}

int main(void)
{
	char ns[SNAP_NAME_MAX], pod[SNAP_NAME_MAX], longest[700];

	place("pods.yaml", "pods ns= guess=");
	place("default/pods.json", "pods ns= guess=default");
	place("dump/kube-system/replication-controllers.json", "replication-controllers ns= guess=kube-system");
	place("mg/image/namespaces/shop/core/pods.yaml", "pods ns=shop guess= layout");
	place("namespaces/shop/shop.yaml", "shop ns=shop guess= layout");
	place("namespaces/shop.yaml", "shop ns= guess=namespaces");
	place("namespaces/all/x.yaml", "x ns= guess=all");
	place("mg/cluster-scoped-resources/core/nodes.yaml", "nodes ns= guess= layout");
	place("cluster-scoped-resources/core/namespaces/shop.yaml", "shop ns= guess= layout");
	place("b/cluster-resources/nodes.json", "nodes ns= guess= layout");
	place("b/cluster-resources/pods/shop.json", "pods ns=shop guess= layout");
	place("b/cluster-resources/custom-resources/mice.example.com.yaml", "mice.example.com ns= guess= layout");
	place("b/cluster-resources/custom-resources/mice.example.com/shop.yaml",
	      "mice.example.com ns=shop guess= layout");
	place("widgets.example.com.yaml", "widgets.example.com ns= guess=");

	log_name("logs/a/b/c.log", "0 a/b/c");
	log_name("x/y/logs/a/b/c.previous.log", "0 a/b/c previous");
	log_name("logs/a/b/c-previous.log", "0 a/b/c-previous");
	log_name("b/cluster-resources/pods/logs/a/b/c.log", "2 a/b/c");
	log_name("b/cluster-resources/pods/logs/a/b/c-previous.log", "2 a/b/c-previous");
	log_name("mg/namespaces/a/pods/b/c/c/logs/current.log", "1 a/b/c");
	log_name("mg/namespaces/a/pods/b/c/c/logs/previous.log", "1 a/b/c previous");
	log_name("mg/namespaces/a/pods/b/c/c/logs/current.insecure.log", "1 a/b/c");
	log_name("mg/namespaces/a/pods/b/c/d/logs/current.log", "none");
	log_name("mg/namespaces/a/pods/b/c/c/logs/rotated.log", "none");
	log_name("dump/a/b/logs.txt", "3 a/b/");
	log_name("b/logs.txt", "none");
	log_name("a/b/c.log", "none");
	log_name("logs/a/b/.log", "none");
	log_name("logs/a/b/c.log/d", "none");
	log_name("", "none");
	snprintf(longest, sizeof(longest), "logs/a/b/%0300d.log", 1);
	log_name(longest, "none");

	ok(snap_metrics_of("x/metrics/a/b.prom", ns, pod) && !strcmp(ns, "a") && !strcmp(pod, "b"),
	   "metrics at any depth");
	ok(!snap_metrics_of("metrics/b.prom", ns, pod), "metrics without a namespace");
	ok(!snap_metrics_of("metrics/a/b.txt", ns, pod), "another ending");
	return done();
}
