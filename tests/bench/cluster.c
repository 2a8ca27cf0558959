/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/cluster.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/httpd.h"

#define NAMESPACES 10
#define PODS_EACH 5u /* of a deployment */
#define OBJECT_MAX (64u << 10)
#define STARTED "2026-08-01T10:00:00Z"

static struct cluster_kind kinds[] = {
	{"", "v1", "namespaces", "Namespace", "ns", false, NULL, 0, 0},
	{"", "v1", "nodes", "Node", "no", false, NULL, 0, 0},
	{"", "v1", "pods", "Pod", "po", true, NULL, 0, 0},
	{"", "v1", "events", "Event", "ev", true, NULL, 0, 0},
	{"", "v1", "services", "Service", "svc", true, NULL, 0, 0},
	{"", "v1", "configmaps", "ConfigMap", "cm", true, NULL, 0, 0},
	{"", "v1", "secrets", "Secret", "", true, NULL, 0, 0},
	{"", "v1", "serviceaccounts", "ServiceAccount", "sa", true, NULL, 0, 0},
	{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc", true, NULL, 0, 0},
	{"", "v1", "persistentvolumes", "PersistentVolume", "pv", false, NULL, 0, 0},
	{"", "v1", "resourcequotas", "ResourceQuota", "quota", true, NULL, 0, 0},
	{"", "v1", "limitranges", "LimitRange", "limits", true, NULL, 0, 0},
	{"apps", "v1", "deployments", "Deployment", "deploy", true, NULL, 0, 0},
	{"apps", "v1", "replicasets", "ReplicaSet", "rs", true, NULL, 0, 0},
	{"apps", "v1", "statefulsets", "StatefulSet", "sts", true, NULL, 0, 0},
	{"apps", "v1", "daemonsets", "DaemonSet", "ds", true, NULL, 0, 0},
	{"batch", "v1", "jobs", "Job", "", true, NULL, 0, 0},
	{"batch", "v1", "cronjobs", "CronJob", "cj", true, NULL, 0, 0},
	{"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "hpa", true, NULL, 0, 0},
	{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", "", true, NULL, 0, 0},
	{"networking.k8s.io", "v1", "ingresses", "Ingress", "ing", true, NULL, 0, 0},
	{"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", "netpol", true, NULL, 0, 0},
	{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "pdb", true, NULL, 0, 0},
	{"storage.k8s.io", "v1", "storageclasses", "StorageClass", "sc", false, NULL, 0, 0},
	{"scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", "pc", false, NULL, 0, 0},
};

/* What one deployment's objects have in common. */
struct app {
	char ns[32], name[48], set[64];
	unsigned number;
	bool broken;
};

struct cluster_kind *cluster_kind(const char *group, const char *plural)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].group, group) == 0 && strcmp(kinds[i].plural, plural) == 0)
			return &kinds[i];
	return NULL;
}

struct cluster_kind *cluster_kind_at(size_t i)
{
	return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

static char *copy(const char *s)
{
	return strcpy(httpd_alloc(NULL, strlen(s) + 1), s);
}

/* fmt gives what follows the metadata that every object has: the rest of metadata, its end, and the other members. */
static void add(const char *group, const char *plural, const char *ns, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
static void add(const char *group, const char *plural, const char *ns, const char *name, const char *fmt, ...)
{
	static unsigned serial;
	struct cluster_kind *k = cluster_kind(group, plural);
	char *text = httpd_alloc(NULL, OBJECT_MAX);
	size_t n;
	va_list ap;

	n = (size_t)snprintf(text, OBJECT_MAX,
			     "{\"metadata\":{\"name\":\"%s\",%s%s%s\"uid\":\"%s-%s-%s\",\"resourceVersion\":\"%u\","
			     "\"creationTimestamp\":\"" STARTED "\"",
			     name, *ns ? "\"namespace\":\"" : "", ns, *ns ? "\"," : "", plural, ns, name,
			     ++serial + 1000);
	va_start(ap, fmt);
	n += (size_t)vsnprintf(text + n, OBJECT_MAX - n, fmt, ap);
	va_end(ap);
	if (n >= OBJECT_MAX) {
		fprintf(stderr, "%s %s is too large\n", plural, name);
		exit(1);
	}
	if (k->count == k->room) {
		k->room = k->room ? k->room * 2 : 64;
		k->objects = httpd_alloc(k->objects, k->room * sizeof(*k->objects));
	}
	k->objects[k->count++] = (struct cluster_object){copy(ns), copy(name), httpd_alloc(text, n + 1), n};
}

/* Who set which field: half of what a real object weighs. */
#define FIELD(name) "\"f:" name "\":{},"
#define MANAGED                                                                                                        \
	",\"managedFields\":[{\"manager\":\"kube-controller-manager\",\"operation\":\"Update\",\"apiVersion\":\"v1\"," \
	"\"time\":\"" STARTED "\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":{\"f:generateName\":{},"    \
	"\"f:labels\":{\".\":{},\"f:app\":{},\"f:pod-template-hash\":{}},\"f:ownerReferences\":{\".\":{}}},\"f:"       \
	"spec\":"                                                                                                      \
	"{\"f:containers\":{\"k:{\\\"name\\\":\\\"main\\\"}\":{\".\":{},\"f:env\":{\".\":{},"                          \
	"\"k:{\\\"name\\\":\\\"LOG_LEVEL\\\"}\":{\".\":{},\"f:name\":{},\"f:value\":{}}}," FIELD("image") FIELD(       \
		"imagePullPolicy") FIELD("livenessProbe") FIELD("name") FIELD("ports")                                 \
		FIELD("readinessProbe") "\"f:resources\":{\".\":{},\"f:limits\":{\".\":{},\"f:cpu\":{},\"f:memory\":{" \
					"}},\"f:requests\":{\".\":{},"                                                 \
					"\"f:cpu\":{},\"f:memory\":{}}},\"f:terminationMessagePath\":{},\"f:"          \
					"terminationMessagePolicy\":{},"                                               \
					"\"f:volumeMounts\":{\".\":{}}}}," FIELD("dnsPolicy") FIELD(                   \
						"enableServiceLinks") FIELD("restartPolicy") FIELD("schedulerName")    \
						FIELD("securityContext") "\"f:terminationGracePeriodSeconds\":{}}}},{" \
									 "\"manager\":"                                \
									 "\"kubelet\",\"operation\":\"Update\","       \
									 "\"apiVersion\":\"v1\",\"time\":\"" STARTED   \
									 "\",\"fieldsType\":\"FieldsV1\","             \
									 "\"fieldsV1\":{\"f:status\":{\"f:"            \
									 "conditions\":{"                              \
									 "\"k:{\\\"type\\\":\\\"ContainersReady\\\"}"  \
									 "\":{\".\":{},\"f:lastProbeTime\":{},\"f:"    \
									 "lastTransitionTime\":{},"                    \
									 "\"f:status\":{},\"f:type\":{}},\"k:{"        \
									 "\\\"type\\\":\\\"Ready\\\"}\":{\".\":{},"    \
									 "\"f:lastProbeTime\":{},"                     \
									 "\"f:lastTransitionTime\":{},\"f:status\":{}" \
									 ",\"f:type\":{}}}," FIELD("containerStatuse"  \
												   "s") FIELD(         \
										 "hostIP") FIELD("phase")              \
										 FIELD("podIP") "\"f:startTime\":{}}}" \
												",\"subresource\":"    \
												"\"status\"}]"

#define CONTAINER                                                                                                      \
	"{\"name\":\"main\",\"image\":\"registry.example/%s:1.4.2\",\"ports\":[{\"name\":\"http\","                    \
	"\"containerPort\":8080,\"protocol\":\"TCP\"}],\"env\":[{\"name\":\"LOG_LEVEL\",\"value\":\"info\"},"          \
	"{\"name\":\"SETTINGS\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"%s\",\"key\":\"settings\"}}}],"         \
	"\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"256Mi\"},\"requests\":{\"cpu\":\"100m\","               \
	"\"memory\":\"128Mi\"}},\"livenessProbe\":{\"httpGet\":{\"path\":\"/healthz\",\"port\":\"http\","              \
	"\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,\"periodSeconds\":10,\"successThreshold\":1,"                       \
	"\"failureThreshold\":3},\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"http\","             \
	"\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,\"periodSeconds\":10,\"successThreshold\":1,"                       \
	"\"failureThreshold\":3},\"terminationMessagePath\":\"/dev/termination-log\","                                 \
	"\"terminationMessagePolicy\":\"File\",\"imagePullPolicy\":\"IfNotPresent\"}"

static void add_pod(const struct app *a, const char *name, unsigned ip, size_t node, const char *owner,
		    const char *owner_name)
{
	const char *ready = a->broken ? "False" : "True";

	add("", "pods", a->ns, name,
	    ",\"labels\":{\"app\":\"%s\",\"pod-template-hash\":\"5d4f8c7b9\"},\"ownerReferences\":[{\"apiVersion\":"
	    "\"apps/v1\",\"kind\":\"%s\",\"name\":\"%s\",\"uid\":\"%s-%s-%s\",\"controller\":true,"
	    "\"blockOwnerDeletion\":true}]" MANAGED "},\"spec\":{\"containers\":[" CONTAINER
	    "],\"restartPolicy\":\"Always\",\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":\"ClusterFirst\","
	    "\"serviceAccountName\":\"default\",\"nodeName\":\"node-%zu\",\"schedulerName\":\"default-scheduler\","
	    "\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\",\"effect\":"
	    "\"NoExecute\",\"tolerationSeconds\":300}],\"priority\":0,\"enableServiceLinks\":true},"
	    "\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Initialized\",\"status\":\"True\","
	    "\"lastTransitionTime\":\"" STARTED "\"},{\"type\":\"Ready\",\"status\":\"%s\",\"lastTransitionTime\":"
	    "\"" STARTED "\"},{\"type\":\"ContainersReady\",\"status\":\"%s\",\"lastTransitionTime\":\"" STARTED
	    "\"},{\"type\":\"PodScheduled\",\"status\":\"True\",\"lastTransitionTime\":\"" STARTED
	    "\"}],\"hostIP\":\"10.0.0.%zu\",\"podIP\":\"10.1.%u.%u\",\"startTime\":\"" STARTED
	    "\",\"containerStatuses\":[{\"name\":\"main\",\"state\":{%s},\"lastState\":{%s},\"ready\":%s,"
	    "\"restartCount\":%d,\"image\":\"registry.example/%s:1.4.2\",\"imageID\":\"registry.example/%s@sha256:"
	    "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\",\"containerID\":"
	    "\"containerd://%u\",\"started\":%s}],\"qosClass\":\"Burstable\"}}",
	    a->name, owner, owner_name, strcmp(owner, "ReplicaSet") == 0 ? "replicasets" : "statefulsets", a->ns,
	    owner_name, a->name, a->name, node, ready, ready, node % 250, ip / 250, ip % 250,
	    a->broken ? "\"waiting\":{\"reason\":\"CrashLoopBackOff\",\"message\":\"back-off 5m0s restarting failed "
			"container=main\"}"
		      : "\"running\":{\"startedAt\":\"" STARTED "\"}",
	    a->broken ? "\"terminated\":{\"exitCode\":2,\"reason\":\"Error\",\"startedAt\":\"" STARTED
			"\",\"finishedAt\":\"2026-08-01T10:00:01Z\"}"
		      : "",
	    a->broken ? "false" : "true", a->broken ? 17 : 0, a->name, a->name, ip, a->broken ? "false" : "true");
}

static void add_workload(const struct app *a, const char *plural, const char *name, const char *owner,
			 unsigned replicas)
{
	unsigned ready = a->broken ? 0 : replicas;

	add("apps", plural, a->ns, name,
	    ",\"generation\":1,\"labels\":{\"app\":\"%s\"}%s" MANAGED
	    "},\"spec\":{\"replicas\":%u,\"serviceName\":\"%s\",\"selector\":{\"matchLabels\":{\"app\":\"%s\"}},"
	    "\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"}},\"spec\":{\"containers\":[" CONTAINER
	    "]}}},\"status\":{\"observedGeneration\":1,\"replicas\":%u,\"readyReplicas\":%u,\"availableReplicas\":%u,"
	    "\"updatedReplicas\":%u,\"currentReplicas\":%u}}",
	    a->name, owner, replicas, a->name, a->name, a->name, a->name, a->name, replicas, ready, ready, replicas,
	    replicas);
}

static void add_service(const struct app *a, unsigned ip, unsigned pods)
{
	char ends[4096];
	size_t n = 0;

	add("", "services", a->ns, a->name,
	    ",\"labels\":{\"app\":\"%s\"}},\"spec\":{\"selector\":{\"app\":\"%s\"},\"type\":\"ClusterIP\","
	    "\"clusterIP\":"
	    "\"10.96.%u.%u\",\"ports\":[{\"name\":\"http\",\"port\":80,\"targetPort\":\"http\",\"protocol\":\"TCP\"}]},"
	    "\"status\":{\"loadBalancer\":{}}}",
	    a->name, a->name, a->number / 250, a->number % 250);
	for (unsigned i = 0; i < pods; i++)
		n += (size_t)snprintf(ends + n, sizeof(ends) - n,
				      "%s{\"addresses\":[\"10.1.%u.%u\"],\"conditions\":{\"ready\":%s,\"serving\":%s,"
				      "\"terminating\":false},\"targetRef\":{\"kind\":\"Pod\",\"namespace\":\"%s\"}}",
				      i ? "," : "", (ip + i) / 250, (ip + i) % 250, a->broken ? "false" : "true",
				      a->broken ? "false" : "true", a->ns);
	add("discovery.k8s.io", "endpointslices", a->ns, a->name,
	    ",\"labels\":{\"kubernetes.io/service-name\":\"%s\"}},\"addressType\":\"IPv4\",\"ports\":[{\"name\":"
	    "\"http\",\"port\":8080,\"protocol\":\"TCP\"}],\"endpoints\":[%s]}",
	    a->name, ends);
}

static void add_event(const struct app *a, const char *pod, const char *type, const char *reason, const char *message)
{
	char name[128];

	snprintf(name, sizeof(name), "%s.%s", pod, reason);
	add("", "events", a->ns, name,
	    "},\"involvedObject\":{\"kind\":\"Pod\",\"namespace\":\"%s\",\"name\":\"%s\",\"uid\":\"pods-%s-%s\"},"
	    "\"type\":\"%s\",\"reason\":\"%s\",\"message\":\"%s\",\"count\":3,\"firstTimestamp\":\"" STARTED
	    "\",\"lastTimestamp\":\"2026-08-01T10:05:00Z\",\"source\":{\"component\":\"kubelet\"}}",
	    a->ns, pod, a->ns, pod, type, reason, message);
}

static void add_app(size_t number, size_t pods, size_t nodes)
{
	struct app a = {.number = (unsigned)number, .broken = number == 3};
	unsigned ip = (unsigned)(number * PODS_EACH);
	char owner[256], name[96];

	snprintf(a.ns, sizeof(a.ns), "team-%zu", number % NAMESPACES);
	snprintf(a.name, sizeof(a.name), a.broken ? CLUSTER_BROKEN : "service-%04zu", number);
	snprintf(a.set, sizeof(a.set), "%s-5d4f8c7b9", a.name);
	snprintf(owner, sizeof(owner),
		 ",\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"%s\",\"uid\":"
		 "\"deployments-%s-%s\",\"controller\":true}]",
		 a.name, a.ns, a.name);
	add_workload(&a, "deployments", a.name, "", (unsigned)pods);
	add_workload(&a, "replicasets", a.set, owner, (unsigned)pods);
	add_service(&a, ip, (unsigned)pods);
	add("", "configmaps", a.ns, a.name, MANAGED "},\"data\":{\"settings\":\"pool=16\\ntimeout=5s\\n\"}}");
	for (unsigned i = 0; i < pods; i++) {
		snprintf(name, sizeof(name), "%s-%05x", a.set, 0x1000 + i * 0x111);
		add_pod(&a, name, ip + i, (ip + i) % nodes, "ReplicaSet", a.set);
		add_event(&a, name, "Normal", "Pulled", "Container image is present on machine");
		if (a.broken)
			add_event(&a, name, "Warning", "BackOff", "Back-off restarting failed container main in pod");
	}
}

/* One pod of a stateful set with a volume: the writer of the long log. */
static void add_ledger(unsigned ip)
{
	struct app a = {.ns = CLUSTER_LEDGER_NS, .name = "ledger", .number = ip};

	add_workload(&a, "statefulsets", "ledger", "", 1);
	add_pod(&a, CLUSTER_LEDGER, ip, 0, "StatefulSet", "ledger");
	add_service(&a, ip, 1);
	add("", "configmaps", a.ns, "ledger", MANAGED "},\"data\":{\"settings\":\"pool=16\\n\"}}");
	add("", "persistentvolumeclaims", a.ns, "data-ledger-0",
	    "},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"10Gi\"}},"
	    "\"storageClassName\":\"standard\",\"volumeName\":\"pv-ledger\"},\"status\":{\"phase\":\"Bound\"}}");
	add("", "persistentvolumes", "", "pv-ledger",
	    "},\"spec\":{\"capacity\":{\"storage\":\"10Gi\"},\"accessModes\":[\"ReadWriteOnce\"],\"storageClassName\":"
	    "\"standard\",\"claimRef\":{\"namespace\":\"team-0\",\"name\":\"data-ledger-0\"}},\"status\":{\"phase\":"
	    "\"Bound\"}}");
	add("storage.k8s.io", "storageclasses", "", "standard",
	    ",\"annotations\":{\"storageclass.kubernetes.io/is-default-class\":\"true\"}},\"provisioner\":"
	    "\"csi.example\",\"reclaimPolicy\":\"Delete\",\"volumeBindingMode\":\"WaitForFirstConsumer\"}");
}

static void add_node(size_t i)
{
	static const char *const conditions[] = {"MemoryPressure", "DiskPressure", "PIDPressure", "Ready"};
	char name[32], list[2048], images[8192];
	size_t n = 0, m = 0;

	snprintf(name, sizeof(name), "node-%zu", i);
	for (size_t c = 0; c < 4; c++)
		n += (size_t)snprintf(list + n, sizeof(list) - n,
				      "%s{\"type\":\"%s\",\"status\":\"%s\",\"lastHeartbeatTime\":\"" STARTED
				      "\",\"lastTransitionTime\":\"" STARTED
				      "\",\"reason\":\"KubeletHasWhatItNeeds\",\"message\":\"kubelet is fine\"}",
				      c ? "," : "", conditions[c], c == 3 ? "True" : "False");
	for (size_t k = 0; k < 40; k++)
		m += (size_t)snprintf(images + m, sizeof(images) - m,
				      "%s{\"names\":[\"registry.example/service-%04zu:1.4.2\",\"registry.example/"
				      "service-%04zu@sha256:2c26b46b68ffc68ff99b453c1d304134\"],\"sizeBytes\":%zu}",
				      k ? "," : "", k, k, 40000000 + k);
	add("", "nodes", "", name,
	    ",\"labels\":{\"kubernetes.io/hostname\":\"%s\",\"kubernetes.io/os\":\"linux\"}" MANAGED
	    "},\"spec\":{\"podCIDR\":\"10.1.%zu.0/24\"},\"status\":{\"capacity\":{\"cpu\":\"32\",\"memory\":"
	    "\"131072Mi\",\"pods\":\"110\"},\"allocatable\":{\"cpu\":\"31\",\"memory\":\"129024Mi\",\"pods\":\"110\"},"
	    "\"conditions\":[%s],\"images\":[%s],\"nodeInfo\":{\"kubeletVersion\":\"v1.34.1\",\"osImage\":\"Debian\"}}"
	    "}",
	    name, i, list, images);
}

void cluster_fill(size_t pods, size_t nodes)
{
	size_t apps = (pods + PODS_EACH - 1) / PODS_EACH;

	for (size_t i = 0; i < NAMESPACES; i++) {
		char ns[32];

		snprintf(ns, sizeof(ns), "team-%zu", i);
		add("", "namespaces", "", ns, "},\"status\":{\"phase\":\"Active\"}}");
		add("", "serviceaccounts", ns, "default", "}}");
		add("", "secrets", ns, "registry", "},\"type\":\"Opaque\",\"data\":{\"password\":\"aHVudGVyMg==\"}}");
	}
	for (size_t i = 0; i < nodes; i++)
		add_node(i);
	for (size_t i = 0; i < apps; i++)
		add_app(i, i + 1 < apps ? PODS_EACH : pods - i * PODS_EACH, nodes);
	add_ledger((unsigned)pods);
}
