/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include "tests/unit/fake_origin.h"

#include "agent/source/kinds.h"

#define VERBS "\"verbs\":[\"get\",\"list\",\"watch\"]"
#define AGG(plural, kind, scope, more)                                                                                 \
	"{\"resource\":\"" plural "\",\"responseKind\":{\"group\":\"\",\"version\":\"\",\"kind\":\"" kind              \
	"\"},\"scope\":\"" scope "\",\"singularResource\":\"\"," more VERBS "}"
#define LIST(kind, items) "{\"kind\":\"" kind "\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"items\":[" items "]}"
#define GROUP(name, versions) "{\"metadata\":{\"name\":\"" name "\"},\"versions\":[" versions "]}"
#define VERSION(v, fresh, resources) "{\"version\":\"" v "\",\"freshness\":\"" fresh "\",\"resources\":[" resources "]}"

#define CORE                                                                                                                                          \
	LIST("APIGroupDiscoveryList",                                                                                                                 \
	     "{\"versions\":[" VERSION(                                                                                                               \
		     "v1", "Current",                                                                                                                 \
		     AGG("pods", "Pod", "Namespaced", "\"shortNames\":[\"po\"],\"subresources\":[{\"subresource\":\"log\"}],") "," AGG(               \
			     "services", "Service", "Namespaced",                                                                                     \
			     "\"shortNames\":[\"svc\"],") "," AGG("nodes", "Node", "Cluster",                                                         \
								  "\"shortNames\":[\"no\"],") "," AGG("events",                                       \
												      "Event",                                        \
												      "Namespaced",                                   \
												      "\"shortNames\""                                \
												      ":[\"ev\"],") "," AGG("persistentvolumeclaims", \
															    "PersistentVolumeClaim",  \
															    "Namespaced",             \
															    "")) "]}")
#define GROUPS                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      \
	LIST("APIGroupDiscoveryList",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               \
	     GROUP(                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 \
		     "apps", VERSION("v1", "Current",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               \
				     AGG("deployments", "Deployment",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               \
					 "Namespaced", "\"shortNames\":[\"deploy\"],"))) "," GROUP("events.k8s.io",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 \
												   VERSION("v1",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    \
													   "Current", AGG("events", "Event", "Namespaced", "\"shortNames\":[\"ev\"],"))) "," GROUP("serving.knative.dev", VERSION("v1", "Current", AGG("services", "Service", "Namespaced", "\"shortNames\":[\"ksvc\"],"))) "," GROUP("resource.k8s.io",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            \
																																								      VERSION("v1",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 \
																																									      "Current",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            \
																																									      AGG("resourceclaims", "ResourceClaim", "Namespaced", "") "," AGG(                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     \
																																										      "deviceclasses", "DeviceClass", "Cluster", "")) "," VERSION("v1alpha3",                                                                                                                                                                                                                                                                                                                                                                                                                                                                       \
																																																		  "Current",                                                                                                                                                                                                                                                                                                                                                                                                                                                                        \
																																																		  AGG("devicetaintrules",                                                                                                                                                                                                                                                                                                                                                                                                                                                           \
																																																		      "DeviceTaintRule", "Cluster", "")) "," VERSION("v1beta2", "Current", AGG("resourceclaims", "ResourceClaim", "Namespaced", "") "," AGG("devicetaintrules", "DeviceTaintRule", "Cluster", ""))) "," GROUP("networking.k8s.io",                                                                                                                                                                                                                                                  \
																																																																											      VERSION("v1",                                                                                                                                                                                                                                                         \
																																																																												      "Current",                                                                                                                                                                                                                                                    \
																																																																												      AGG(                                                                                                                                                                                                                                                          \
																																																																													      "networkpolicies", "NetworkPolicy", "Namespaced", "\"shortNames\":[\"netpol\"],"))) "," GROUP("zoo.example.com", VERSION("v1",                                                                                                                        \
																																																																																												       "Current",                                                                                                                   \
																																																																																												       AGG("networkpolicies", "NetworkPolicy", "Namespaced", "") "," AGG("nos", "No", "Cluster", ""))) "," GROUP("metrics.k8s.io",  \
																																																																																																										 VERSION("v1beta1", \
																																																																																																											 "Stale",   \
																																																																																																											 "")))

static void test_aggregated(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api",
		 .accept = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
		 .state = READ_OK,
		 .body = CORE},
		{.path = "/apis",
		 .accept = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
		 .state = READ_OK,
		 .body = GROUPS},
		{0},
	};
	static const struct {
		const char *word, *resource;
	} words[] = {
		{"pods", "pods"},
		{"Pod", "pods"},
		{"po", "pods"},
		{"PODS", "pods"},
		{" pod ", "pods"},
		{"v1/Pod", "pods"},
		{"pods.v1", "pods"},
		{"svc", "services"},
		{"service", "services"},
		{"Service", "services"},
		{"ksvc", "services.serving.knative.dev"},
		{"services.serving.knative.dev", "services.serving.knative.dev"},
		{"serving.knative.dev/v1/Service", "services.serving.knative.dev"},
		{"service.serving", "services.serving.knative.dev"},
		{"deploy", "deployments.apps"},
		{"deployments.apps", "deployments.apps"},
		{"deployments.v1.apps", "deployments.apps"},
		{"apps/v1/Deployment", "deployments.apps"},
		{"apps/deployments", "deployments.apps"},
		{"Deployment.apps", "deployments.apps"},
		{"deploy.apps", "deployments.apps"},
		{"ev", "events"},
		{"events", "events"},
		{"events.events.k8s.io", "events.events.k8s.io"},
		{"ResourceClaim", "resourceclaims.resource.k8s.io"},
		{"resourceclaims.resource", "resourceclaims.resource.k8s.io"},
		{"netpol", "networkpolicies.networking.k8s.io"},
		{"networkpolicies", "networkpolicies.networking.k8s.io"},
		{"network policy", "networkpolicies.networking.k8s.io"},
		{"network-policies", "networkpolicies.networking.k8s.io"},
		{"NetworkPolicys", "networkpolicies.networking.k8s.io"},
		{"networkpolicies.zoo.example.com", "networkpolicies.zoo.example.com"},
		{"no", "nodes"},
		{"nodeses", "nodes"},
		{"widgets", NULL},
		{"", NULL},
		{"pods.apps", NULL},
		{"apps/v1/Pod", NULL},
		{"v1/Deployment", NULL},
		{".", NULL},
		{"/", NULL},
		{"pods/log", NULL},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct kinds *k = kinds_new(s);
	const struct kind *kind;

	is_int(f->requests, 0, "nothing is asked before somebody wants to know");
	is_int(kinds_state(k), READ_OK, "discovered");
	is_int(f->requests, 2, "in two requests");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		kind = kinds_find(k, words[i].word);
		is_str(kind ? kind->resource : NULL, words[i].resource, words[i].word);
	}
	kind = kinds_find(k, "resourceclaims");
	is_str(kind->api_version, "resource.k8s.io/v1", "the preferred version");
	ok(kind->namespaced && kind->listable && strcmp(kind->singular, "resourceclaim") == 0,
	   "scope, verbs, singular");
	kind = kinds_find(k, "devicetaintrules");
	is_str(kind->version, "v1beta2",
	       "the best version of those that have the kind, when the preferred one has not");
	ok(!kind->namespaced, "of the cluster");
	ok(kinds_group_served(k, "metrics.k8s.io") && kinds_group_served(k, "") && !kinds_group_served(k, "batch"),
	   "groups");
	ok(fake_blind(s, "resources of API metrics.k8s.io/v1beta1", "Stale"),
	   "an aggregated API that is down is a blind spot");
	is_int(kinds_count(k), 14, "kinds in all");
	is_str(kinds_at(k, 0)->resource, "events", "core first");
	ok(!kinds_at(k, 99), "no more");
	is_int(f->requests, 2, "asked once");
	kinds_free(k);
	source_free(s);
}

static void test_nearest(void)
{
	static const struct fake_answer answers[] = {{.path = "/api", .state = READ_OK, .body = CORE},
						     {.path = "/apis", .state = READ_OK, .body = GROUPS},
						     {0}};
	struct source *s = fake_source(fake_new("live", answers));
	struct kinds *k = kinds_new(s);
	const char *near[4];
	size_t n = kinds_nearest(k, "deploymnets", near, 4);

	ok(n >= 1 && strcmp(near[0], "deployments.apps") == 0, "letters swapped");
	n = kinds_nearest(k, "claim", near, 4);
	ok(n == 2 && strcmp(near[0], "persistentvolumeclaims") == 0 &&
		   strcmp(near[1], "resourceclaims.resource.k8s.io") == 0,
	   "a part of the name");
	n = kinds_nearest(k, "networkpolice", near, 1);
	ok(n == 1 && strcmp(near[0], "networkpolicies.networking.k8s.io") == 0, "no more than asked for");
	is_int(kinds_nearest(k, "xylophone", near, 4), 0, "nothing is near");
	is_int(kinds_nearest(k, "", near, 4), 0, "no word");
	kinds_free(k);
	source_free(s);
}

#define LEGACY(name, singular, kind, namespaced, more)                                                                 \
	"{\"name\":\"" name "\",\"singularName\":\"" singular "\",\"kind\":\"" kind "\",\"namespaced\":" namespaced    \
	"," more VERBS "}"

static void test_legacy(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api", .state = READ_OK, .body = "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}"},
		{.path = "/api/v1",
		 .state = READ_OK,
		 .body = "{\"kind\":\"APIResourceList\",\"resources\":[" LEGACY(
			 "pods", "pod", "Pod", "true",
			 "\"shortNames\":[\"po\"],") ","
						     "{\"name\":\"pods/"
						     "log\",\"kind\":\"Pod\",\"namespaced\":true,\"verbs\":[\"get\"]},"
						     "{\"name\":\"bindings\",\"kind\":\"Binding\",\"namespaced\":true,"
						     "\"verbs\":[\"create\"]}]}"},
		{.path = "/apis",
		 .state = READ_OK,
		 .body = "{\"kind\":\"APIGroupList\",\"groups\":[{\"name\":\"apps\",\"versions\":[{\"groupVersion\":"
			 "\"apps/v1beta1\","
			 "\"version\":\"v1beta1\"},{\"groupVersion\":\"apps/"
			 "v1\",\"version\":\"v1\"}],\"preferredVersion\":{\"version\":"
			 "\"v1\"}},{\"name\":\"metrics.k8s.io\",\"versions\":[{\"version\":\"v1beta1\"}]}]}"},
		{.path = "/apis/apps/v1",
		 .state = READ_OK,
		 .body = "{\"resources\":[" LEGACY("deployments", "deployment", "Deployment", "true", "") "]}"},
		{.path = "/apis/apps/v1beta1",
		 .state = READ_OK,
		 .body = "{\"resources\":[" LEGACY("deployments", "deployment", "Deployment", "true",
						   "") "," LEGACY("scales", "scale", "Scale", "true", "") "]}"},
		{.path = "/apis/metrics.k8s.io/v1beta1",
		 .state = READ_FAILED,
		 .status = 503,
		 .why = "503 Service Unavailable"},
		{0},
	};
	struct source *s = fake_source(fake_new("live", answers));
	struct kinds *k = kinds_new(s);

	is_int(kinds_state(k), READ_OK, "the old documents");
	is_str(kinds_find(k, "po")->kind, "Pod", "core");
	ok(!kinds_find(k, "pods/log"), "no subresources");
	ok(!kinds_find(k, "bindings")->listable, "what cannot be listed");
	is_str(kinds_find(k, "deployment")->version, "v1", "the preferred version");
	is_str(kinds_find(k, "scales")->version, "v1beta1", "a kind of the other one");
	ok(kinds_group_served(k, "metrics.k8s.io"), "a group that does not answer is there");
	ok(fake_blind(s, "resources of API metrics.k8s.io/v1beta1", "503"), "and a blind spot");
	kinds_free(k);
	source_free(s);
}

static void test_denied(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api*", .state = READ_DENIED, .status = 403, .why = "403 Forbidden"}, {0}};
	struct source *s = fake_source(fake_new("live", answers));
	struct kinds *k = kinds_new(s);

	is_int(kinds_state(k), READ_DENIED, "discovery denied");
	is_str(kinds_find(k, "deploy")->resource, "deployments.apps", "the standard kinds answer");
	ok(fake_blind(s, "list of served APIs", "403"), "with a blind spot");
	kinds_free(k);
	source_free(s);
}

static void test_no_discovery(void)
{
	static const struct fake_answer answers[] = {{.path = "/apis", .state = READ_OK, .body = "[]"}, {0}};
	struct source *s = fake_source(fake_new("snapshot", answers));
	struct kinds *k = kinds_new(s);

	is_int(kinds_state(k), READ_NOT_CAPTURED, "a snapshot without discovery");
	is_str(kinds_find(k, "pvc")->resource, "persistentvolumeclaims", "has the standard kinds");
	is_int(source_blind_count(s), 0, "which is no blind spot");
	kinds_free(k);
	source_free(s);
}

static void test_paths(void)
{
	struct kind core = {.group = "", .api_version = "v1", .plural = "pods", .namespaced = true};
	struct kind claim = {.group = "resource.k8s.io",
			     .api_version = "resource.k8s.io/v1",
			     .plural = "resourceclaims",
			     .namespaced = true};
	struct kind node = {.group = "", .api_version = "v1", .plural = "nodes"};
	char *path = kind_path(&core, "a", "b c");

	is_str(path, "/api/v1/namespaces/a/pods/b%20c", "one object, percent-encoded");
	free(path);
	path = kind_path(&core, NULL, NULL);
	is_str(path, "/api/v1/pods", "all namespaces");
	free(path);
	path = kind_path(&claim, "ml", NULL);
	is_str(path, "/apis/resource.k8s.io/v1/namespaces/ml/resourceclaims", "a list");
	free(path);
	path = kind_path(&node, "a", "n1");
	is_str(path, "/api/v1/nodes/n1", "a kind of the cluster has no namespace");
	free(path);
}

static void test_standard(void)
{
	int bad = 0;

	for (size_t i = 0; i < kinds_standard_count; i++) {
		const struct kind *k = &kinds_standard[i];
		bool core = !*k->group;
		char name[128];

		snprintf(name, sizeof(name), core ? "%s" : "%s.%s", k->plural, k->group);
		bad += strcmp(name, k->resource) != 0 || !k->short_names || !k->kind[0] || !k->singular[0];
		snprintf(name, sizeof(name), core ? "%.0s%s" : "%s/%s", k->group, k->version);
		bad += strcmp(name, k->api_version) != 0;
		for (size_t n = 0; n < i; n++)
			bad += strcmp(kinds_standard[n].resource, k->resource) == 0;
	}
	is_int(bad, 0, "the table agrees with itself");
	ok(kinds_standard_count > 70, "and is complete: %zu", kinds_standard_count);
}

int main(void)
{
	test_aggregated();
	test_nearest();
	test_legacy();
	test_denied();
	test_no_discovery();
	test_paths();
	test_standard();
	return done();
}
