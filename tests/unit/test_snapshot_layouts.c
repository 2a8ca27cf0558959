/* SPDX-License-Identifier: Apache-2.0 */
/* Folders as other tools write them. */
#include "agent/base/clock.h"
#include "tests/tap.h"
#include "tests/unit/snapshot_folder.h"

static struct origin *o;

static void names(const char *path, const char *want, const char *name)
{
	is_str(o ? scratch_names(o, path) : "(not open)", want, name);
}

static enum read_state one(const char *path)
{
	struct origin_reply r;
	json_t *j = o ? scratch_json(o, path, &r) : NULL;

	json_decref(j);
	return o ? r.state : READ_FAILED;
}

static void list(const char *rel, const char *kind, const char *version, const char *items)
{
	char *text = mem_printf("{\n    \"kind\": \"%s\",\n    \"apiVersion\": \"%s\",\n    \"metadata\": "
				"{\"resourceVersion\": \"7\"},\n"
				"    \"items\": [%s]\n}\n",
				kind, version, items);

	scratch_put(rel, text);
	free(text);
}

/* kubectl cluster-info dump: no Namespace objects, items without a kind, empty lists in each namespace. */
static void test_dump(void)
{
	static const struct {
		const char *file, *kind, *version;
	} all[] = {{"events", "EventList", "v1"},
		   {"replication-controllers", "ReplicationControllerList", "v1"},
		   {"services", "ServiceList", "v1"},
		   {"daemonsets", "DaemonSetList", "apps/v1"},
		   {"deployments", "DeploymentList", "apps/v1"},
		   {"replicasets", "ReplicaSetList", "apps/v1"},
		   {"pods", "PodList", "v1"}};
	static const char *const spaces[] = {"default", "kube-public", "apps"};

	scratch_new();
	list("out/nodes.json", "NodeList", "v1",
	     "{\"metadata\": {\"name\": \"n1\"}, \"status\": {\"nodeInfo\": {\"kubeletVersion\": \"v1.31.2\"}}}");
	for (size_t s = 0; s < ARRAY_LEN(spaces); s++)
		for (size_t i = 0; i < ARRAY_LEN(all); i++) {
			char *rel = mem_printf("out/%s/%s.json", spaces[s], all[i].file);

			list(rel, all[i].kind, all[i].version,
			     s == 2 && i == 6 ? "{\"metadata\": {\"namespace\": \"apps\", \"name\": \"p\"}}" : "");
			free(rel);
		}
	scratch_put("out/apps/p/logs.txt", "==== START logs for container c of pod apps/p ====\nhi\n==== END logs for "
					   "container c of pod apps/p ====\n");
	o = scratch_open();
	names("/api/v1/pods", "apps/p", "dump: pods");
	names("/api/v1/nodes", "n1", "dump: nodes");
	names("/apis/apps/v1/deployments", "", "dump: deployments were captured, there are none");
	names("/apis/apps/v1/namespaces/kube-public/deployments", "",
	      "dump: nor in a namespace that holds nothing at all");
	names("/apis/apps/v1/namespaces/elsewhere/deployments", "not_captured",
	      "dump: a namespace that was not dumped");
	names("/api/v1/secrets", "not_captured", "dump: secrets are never in it");
	names("/api/v1/namespaces", "not_captured", "dump: nor namespaces");
	is_int(one("/api/v1/namespaces/apps/pods/x"), READ_NOT_FOUND, "dump: an absent pod");
	is_int(one("/version"), READ_OK, "dump: a version from the nodes");
	origin_free(o);
}

/* oc adm must-gather */
static void test_gather(void)
{
	scratch_new();
	scratch_put("must-gather.local.1/quay-io-x/version", "openshift/must-gather\n4.16\n");
	scratch_put("must-gather.local.1/quay-io-x/namespaces/shop/shop.yaml",
		    "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n");
	scratch_put("must-gather.local.1/quay-io-x/namespaces/shop/core/pods.yaml",
		    "---\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p\n    "
		    "namespace: shop\n    resourceVersion: \"9\"\n"
		    "kind: PodList\nmetadata:\n  resourceVersion: \"10\"\n");
	scratch_put("must-gather.local.1/quay-io-x/namespaces/shop/pods/p/p.yaml",
		    "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: shop\n  resourceVersion: "
		    "\"12\"\n  labels: {newer: \"true\"}\n");
	scratch_put("must-gather.local.1/quay-io-x/namespaces/shop/core/configmaps.yaml",
		    "---\napiVersion: v1\nitems: []\nkind: ConfigMapList\nmetadata: {}\n");
	scratch_put("must-gather.local.1/quay-io-x/namespaces/shop/apps/deployments.yaml",
		    "---\napiVersion: apps/v1\nitems: []\nkind: DeploymentList\n");
	scratch_put("must-gather.local.1/quay-io-x/cluster-scoped-resources/core/nodes/n1.yaml",
		    "---\napiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n");
	scratch_put("must-gather.local.1/quay-io-x/cluster-scoped-resources/storage.k8s.io/storageclasses.yaml",
		    "---\napiVersion: storage.k8s.io/v1\nitems: []\nkind: StorageClassList\n");
	o = scratch_open();
	names("/api/v1/pods?labelSelector=newer", "shop/p", "gather: of two copies the newer counts");
	names("/api/v1/namespaces", "shop", "gather: namespaces");
	names("/api/v1/namespaces/shop/configmaps", "", "gather: an empty list");
	names("/apis/apps/v1/namespaces/shop/deployments", "", "gather: an empty list below the group's folder");
	names("/api/v1/namespaces/other/configmaps", "not_captured", "gather: another namespace");
	names("/apis/storage.k8s.io/v1/storageclasses", "", "gather: an empty cluster-scoped list");
	names("/api/v1/nodes", "n1", "gather: nodes");
	origin_free(o);
}

/* Replicated support bundle, newer form (typed lists) and older one (bare arrays). */
static void test_bundle(void)
{
	struct origin_reply r;
	json_t *j;

	scratch_new();
	scratch_put("sb/version.yaml",
		    "apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n  versionNumber: 0.1\n");
	scratch_put("sb/cluster-info/cluster_version.json",
		    "{\"info\":{\"major\":\"1\",\"gitVersion\":\"v1.30.4+k3s1\"},\"string\":\"v1.30.4\"}");
	list("sb/cluster-resources/pods/shop.json", "PodList", "v1",
	     "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"namespace\":\"shop\",\"name\":\"p\"}}");
	list("sb/cluster-resources/pods/idle.json", "PodList", "v1", "");
	scratch_put("sb/cluster-resources/pods-errors.json",
		    "{\"locked\":\"pods is forbidden: User \\\"x\\\" cannot list\"}");
	scratch_put("sb/cluster-resources/nodes.json", "[{\"metadata\":{\"name\":\"n1\"}}]");
	scratch_put("sb/cluster-resources/nodes-errors.json", "null");
	scratch_put("sb/cluster-resources/deployments/shop.json",
		    "[{\"metadata\":{\"namespace\":\"shop\",\"name\":\"d\"}}]");
	scratch_put("sb/cluster-resources/deployments/idle.json", "[]");
	scratch_put("sb/cluster-resources/pvcs/shop.json", "[]");
	scratch_put("sb/cluster-resources/clusterRoleBindings.json", "[]");
	scratch_put("sb/cluster-resources/network-policy/shop.json", "[]");
	scratch_put("sb/cluster-resources/storage-classes.json", "[]");
	scratch_put("sb/cluster-resources/pvs-errors.json", "[\"persistentvolumes is forbidden: no\"]");
	scratch_put("sb/cluster-resources/custom-resource-definitions.json",
		    "[{\"metadata\":{\"name\":\"mice.example.com\"},\"spec\":{\"group\":\"example.com\",\"scope\":"
		    "\"Namespaced\",\"names\":"
		    "{\"kind\":\"Mouse\",\"plural\":\"mice\"},\"versions\":[{\"name\":\"v1\",\"served\":true}]}}]");
	scratch_put("sb/cluster-resources/custom-resources/mice.example.com/shop.yaml",
		    "- apiVersion: example.com/v1\n  kind: Mouse\n  metadata:\n    name: m\n    namespace: shop\n");
	scratch_put("sb/cluster-resources/custom-resources/mice.example.com/idle.json", "[]");
	scratch_put("sb/cluster-resources/groups.json", "[{\"name\":\"apps\",\"versions\":[]}]");
	scratch_put("sb/cluster-resources/auth-cani-list/shop.json", "[{\"verbs\":[\"*\"]}]");
	o = scratch_open();
	names("/api/v1/namespaces/shop/pods", "shop/p", "bundle: pods");
	names("/api/v1/namespaces/idle/pods", "", "bundle: an empty list, namespace from the file's name");
	names("/api/v1/namespaces/locked/pods", "denied", "bundle: what the error file tells");
	names("/api/v1/pods", "cut: shop/p", "bundle: so all pods are not all");
	names("/api/v1/nodes", "n1", "bundle: a bare array is of what the file is named after");
	names("/apis/apps/v1/deployments", "shop/d", "bundle: arrays per namespace");
	names("/apis/apps/v1/namespaces/idle/deployments", "", "bundle: an empty array");
	names("/api/v1/namespaces/shop/persistentvolumeclaims", "", "bundle: pvcs");
	names("/api/v1/persistentvolumes", "denied", "bundle: pvs were forbidden");
	names("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", "", "bundle: mixed case");
	names("/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies", "",
	      "bundle: a name in the singular with a dash");
	names("/apis/storage.k8s.io/v1/storageclasses", "", "bundle: storage classes");
	names("/apis/example.com/v1/namespaces/shop/mice", "shop/m", "bundle: custom resources");
	names("/apis/example.com/v1/namespaces/idle/mice", "", "bundle: an empty array of custom resources");
	is_int(one("/apis/example.com/v1/namespaces/other/mice/x"), READ_NOT_CAPTURED, "bundle: another namespace");
	j = scratch_json(o, "/version", &r);
	is_str(json_str_at(j, "gitVersion"), "v1.30.4+k3s1", "bundle: the version's file");
	is_str(json_str_at(j, "minor"), "30", "bundle: in parts");
	json_decref(j);
	j = scratch_json(o, "/api/v1/nodes/n1", &r);
	is_str(json_str_at(j, "kind"), "Node", "bundle: objects of an array have a kind");
	json_decref(j);
	origin_free(o);
}

/* 150 pods of 5 KB: loading must not be what people wait for. */
static void test_speed(void)
{
	struct buf pods = BUF_INIT(8 << 20);
	int64_t began, took = INT64_MAX;

	scratch_new();
	for (size_t i = 0; i < 150; i++) {
		buf_printf(&pods, "%s{\"metadata\":{\"namespace\":\"a\",\"name\":\"p%zu\"},\"spec\":{\"containers\":[",
			   i ? "," : "", i);
		for (size_t k = 0; k < 40; k++)
			buf_printf(&pods,
				   "%s{\"name\":\"c%zu\",\"image\":\"registry.example.com/team/"
				   "app:%zu\",\"env\":[{\"name\":\"A\",\"value\":\"b\"}]}",
				   k ? "," : "", k, k);
		buf_str(&pods, "]},\"status\":{\"phase\":\"Running\"}}");
	}
	list("pods.json", "PodList", "v1", buf_cstr(&pods));
	for (size_t i = 0; i < 5; i++) {
		began = clock_mono_ms();
		o = scratch_open();
		if (clock_mono_ms() - began < took)
			took = clock_mono_ms() - began;
		origin_free(o);
	}
	/* Sanitizers and loaded machines are slow: what must never happen is something quadratic. */
	ok(took < 1000, "150 pods, %zu KiB, load in %lld ms", pods.len >> 10, (long long)took);
	buf_fini(&pods);
}

int main(void)
{
	test_dump();
	test_gather();
	test_bundle();
	test_speed();
	scratch_end();
	return done();
}
