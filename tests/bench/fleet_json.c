/* SPDX-License-Identifier: Apache-2.0 */
/* What an API server says of the objects of a fleet. */
#include "tests/bench/fleet.h"

#include <stdio.h>
#include <string.h>

#define LONG_AGO "2026-08-01T10:00:00Z"
#define MANAGED_BY(manager, rest)                                                                                      \
	"{\"manager\":\"" manager "\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":\"" LONG_AGO             \
	"\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{" rest "}}"
#define F(name) "\"f:" name "\":{}"
#define CONDITION(type)                                                                                                \
	"\"k:{\\\"type\\\":\\\"" type "\\\"}\":{\".\":{}," F("lastProbeTime") "," F("lastTransitionTime") "," F(       \
		"observe"                                                                                              \
		"dGenera"                                                                                              \
		"tion") "," F("status") "," F("type") "}"
#define ENV(name) "\"k:{\\\"name\\\":\\\"" name "\\\"}\":{\".\":{}," F("name") "," F("value") "}"
#define PROBE                                                                                                          \
	"{\".\":{}," F("failureThreshold") ",\"f:httpGet\":{\".\":{}," F("path") "," F("port") "," F("scheme") "}," F( \
		"periodSeconds") "," F("successThreshold") "," F("timeoutSeconds") "}"

static const char managed[] =
	"\"managedFields\":[" MANAGED_BY(
		"kube-controller-manager",
		"\"f:metadata\":{" F("generateName") ",\"f:labels\":{\".\":{}," F("app") "," F(
			"pod-template-hash") "," F("team") "},\"f:ownerReferences\":{\".\":{},\"k:{\\\"uid\\\":"
							   "\\\"5f0c\\\"}\":{}}},\"f:spec\":{\"f:"
							   "containers\":{\"k:{\\\"name\\\":\\\"main\\\"}\":{\".\":{},"
							   "\"f:env\":{\".\":{}," ENV(
								   "LOG_LEVEL") "," ENV("REGION") "," ENV("POOL_SIZE") "," ENV("QUEUE_URL") "}," F("image") "," F("imagePullPolicy") ",\"f:livenessProbe\":" PROBE "," F("name") ",\"f:ports\":{\".\":{},\"k:{"
																												 "\\\"containerPort\\\":8080}\":{\".\":{}," F("containerPort") "," F("name") "," F("protocol") "}},\"f:readinessProbe\":" PROBE ",\"f:resources\":{\".\":{},\"f:limits\":{\".\":{}," F("cpu") "," F("memory") "},\"f:requests\":{\".\":{}," F("cpu") "," F("memory") "}}," F("securityContext") "," F("terminationMessagePath") "," F("terminationMessagePolicy") ",\"f:volumeMounts\":{"
																																																																								  "\".\":{}}}}," F("dnsPolicy") "," F("enableServiceLinks") "," F("restartPolicy") "," F("schedulerName") "," F(
																																																																									  "securityContext") "," F("terminationGracePeriodSeconds") "}") "," MANAGED_BY("kubelet",
																																																																																			"\"f:status\":{\"f:conditions\":{" CONDITION("ContainersReady") "," CONDITION("Initialized") "," CONDITION("PodReadyToStartContainers") "," CONDITION("Ready") "}," F("containerStatuses") "," F(
																																																																																				"hostIP") "," F("hostIPs") "," F("phase") "," F("podIP") ",\"f:podIPs\":{\".\":{}}," F("startTime") "}") "]";

static const char container[] =
	"{\"name\":\"main\",\"image\":\"registry.example/"
	"%s:1.4.2\",\"ports\":[{\"name\":\"http\",\"containerPort\":8080,"
	"\"protocol\":\"TCP\"}],\"env\":[{\"name\":\"LOG_LEVEL\",\"value\":\"info\"},{\"name\":\"REGION\",\"value\":"
	"\"eu-west-1\"},{\"name\":\"POOL_SIZE\",\"value\":\"16\"},{\"name\":\"QUEUE_URL\",\"value\":"
	"\"https://queue.example/%s\"}],\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"256Mi\"},\"requests\":{"
	"\"cpu\":\"100m\",\"memory\":\"128Mi\"}},\"volumeMounts\":[{\"name\":\"kube-api-access\",\"readOnly\":true,"
	"\"mountPath\":\"/var/run/secrets/kubernetes.io/serviceaccount\"}],\"livenessProbe\":{\"httpGet\":{\"path\":"
	"\"/healthz\",\"port\":\"http\",\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,\"periodSeconds\":10,"
	"\"successThreshold\":1,\"failureThreshold\":3},\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":"
	"\"http\",\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,\"periodSeconds\":10,\"successThreshold\":1,"
	"\"failureThreshold\":3},\"terminationMessagePath\":\"/dev/termination-log\",\"terminationMessagePolicy\":"
	"\"File\",\"imagePullPolicy\":\"IfNotPresent\",\"securityContext\":{\"allowPrivilegeEscalation\":false,"
	"\"capabilities\":{\"drop\":[\"ALL\"]},\"readOnlyRootFilesystem\":true}}";

static const char *const owner_kinds[] = {"ReplicaSet", "StatefulSet", "DaemonSet", "Job"};

static const char *ns_of(const struct fleet *f, const struct fleet_workload *w)
{
	return f->namespaces[w->ns].name;
}

static size_t node_of(const struct fleet *f, const struct fleet_pod *p)
{
	return p->workload->kind == FLEET_DAEMONSET ? p->number : p->serial * 7 % f->nodes;
}

static void metadata(struct fleet_text *out, const char *ns, const char *name, const char *uid, size_t serial)
{
	fleet_add(
		out,
		"{\"metadata\":{\"name\":\"%s\",%s%s%s\"uid\":\"%s-0000-4000-8000-%012zu\",\"resourceVersion\":\"%zu\","
		"\"creationTimestamp\":\"" LONG_AGO "\"",
		name, ns ? "\"namespace\":\"" : "", ns ? ns : "", ns ? "\"," : "", uid, serial, serial + 1000);
}

static size_t serial_of(const struct fleet *f, const struct fleet_workload *w)
{
	return (size_t)(w - f->workloads);
}

static void pod_metadata(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out)
{
	const struct fleet_workload *w = p->workload;
	bool set = w->kind == FLEET_DEPLOYMENT;

	metadata(out, ns_of(f, w), p->name, "aaaaaaaa", p->serial);
	fleet_add(out,
		  ",\"labels\":{\"app\":\"%s\",%s%s%s\"team\":\"%s\"},\"ownerReferences\":[{\"apiVersion\":\"%s\","
		  "\"kind\":\"%s\",\"name\":\"%s%s%s\",\"uid\":\"%s-0000-4000-8000-%012zu\",\"controller\":true,"
		  "\"blockOwnerDeletion\":true}],%s}",
		  w->name, set ? "\"pod-template-hash\":\"" : "", set ? w->hash : "", set ? "\"," : "", ns_of(f, w),
		  w->kind == FLEET_JOB ? "batch/v1" : "apps/v1", owner_kinds[w->kind], w->name, set ? "-" : "",
		  set ? w->hash : "", set ? "bbbbbbbb" : "cccccccc", serial_of(f, w), managed);
}

static void pod_spec(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out)
{
	const struct fleet_workload *w = p->workload;

	fleet_add(out,
		  ",\"spec\":{\"volumes\":[{\"name\":\"kube-api-access\",\"projected\":{\"sources\":[{"
		  "\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}},{\"configMap\":{\"name\":"
		  "\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}}],\"defaultMode\":420}}],"
		  "\"containers\":[");
	fleet_add(out, container, w->name, w->name);
	fleet_add(out,
		  "],\"restartPolicy\":\"%s\",\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":\"ClusterFirst\","
		  "\"serviceAccountName\":\"default\",\"serviceAccount\":\"default\",",
		  w->kind == FLEET_JOB ? "Never" : "Always");
	if (p->fault == FLEET_PENDING)
		fleet_add(out, "\"nodeSelector\":{\"disk\":\"nvme-%s\"},", w->name);
	else
		fleet_add(out, "\"nodeName\":\"node-%04zu\",", node_of(f, p));
	fleet_add(out, "\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":10001},\"schedulerName\":"
		       "\"default-scheduler\",\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":"
		       "\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300},{\"key\":"
		       "\"node.kubernetes.io/unreachable\",\"operator\":\"Exists\",\"effect\":\"NoExecute\","
		       "\"tolerationSeconds\":300}],\"priority\":0,\"enableServiceLinks\":true,\"preemptionPolicy\":"
		       "\"PreemptLowerPriority\"}");
}

static void condition(struct fleet_text *out, const char *type, bool good, const char *more)
{
	fleet_add(out,
		  "{\"type\":\"%s\",\"status\":\"%s\",\"lastProbeTime\":null,\"lastTransitionTime\":\"" LONG_AGO
		  "\"%s}",
		  type, good ? "True" : "False", more);
}

static void container_status(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out)
{
	static const char *const states[] = {
		"\"running\":{\"startedAt\":\"" LONG_AGO "\"}",
		"\"waiting\":{\"reason\":\"CrashLoopBackOff\",\"message\":\"back-off 5m0s restarting failed "
		"container=main\"}",
		"\"waiting\":{\"reason\":\"ImagePullBackOff\",\"message\":\"Back-off pulling image\"}",
		"",
		"\"running\":{\"startedAt\":\"" LONG_AGO "\"}",
	};
	bool done = p->workload->kind == FLEET_JOB, good = p->fault == FLEET_FINE && !done,
	     crash = p->fault == FLEET_CRASH;

	fleet_add(
		out,
		",\"containerStatuses\":[{\"name\":\"main\",\"state\":{%s},\"lastState\":{%s%s%s},\"ready\":%s,"
		"\"restartCount\":%d,\"image\":\"registry.example/%s:1.4.2\",\"imageID\":\"registry.example/%s@sha256:"
		"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\",\"containerID\":\"containerd://"
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15%08zx\",\"started\":%s}],\"qosClass\":"
		"\"Burstable\"}}",
		done ? "\"terminated\":{\"exitCode\":0,\"reason\":\"Completed\",\"startedAt\":\"" LONG_AGO
		       "\",\"finishedAt\":\"" LONG_AGO "\"}"
		     : states[p->fault],
		crash ? "\"terminated\":{\"exitCode\":2,\"reason\":\"Error\",\"startedAt\":\"" LONG_AGO
			"\",\"finishedAt\":\""
		      : "",
		crash ? f->recent : "", crash ? "\"}" : "", good ? "true" : "false", p->fault == FLEET_CRASH ? 17 : 0,
		p->workload->name, p->workload->name, p->serial, good ? "true" : "false");
}

static void pod_status(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out)
{
	bool done = p->workload->kind == FLEET_JOB, good = p->fault == FLEET_FINE && !done;

	if (p->fault == FLEET_PENDING) {
		fleet_add(out, ",\"status\":{\"phase\":\"Pending\",\"conditions\":[");
		condition(
			out, "PodScheduled", false,
			",\"reason\":\"Unschedulable\",\"message\":\"0/5000 nodes are available: 5000 node(s) didn't "
			"match "
			"Pod's node affinity/selector. preemption: 0/5000 nodes are available: 5000 Preemption is not "
			"helpful for scheduling.\"");
		fleet_add(out, "],\"qosClass\":\"Burstable\"}}");
		return;
	}
	fleet_add(out, ",\"status\":{\"phase\":\"%s\",\"conditions\":[",
		  done			    ? "Succeeded"
		  : p->fault == FLEET_IMAGE ? "Pending"
					    : "Running");
	condition(out, "PodReadyToStartContainers", true, "");
	fleet_add(out, ",");
	condition(out, "Initialized", true, "");
	fleet_add(out, ",");
	condition(out, "Ready", good,
		  done	 ? ",\"reason\":\"PodCompleted\""
		  : good ? ""
			 : ",\"reason\":\"ContainersNotReady\",\"message\":\"containers with unready status: [main]\"");
	fleet_add(out, ",");
	condition(out, "ContainersReady", good, "");
	fleet_add(out, ",");
	condition(out, "PodScheduled", true, "");
	fleet_add(out, "],\"hostIP\":\"10.0.%zu.%zu\",\"podIP\":\"10.%zu.%zu.%zu\",\"startTime\":\"" LONG_AGO "\"",
		  node_of(f, p) / 250, node_of(f, p) % 250, p->serial / 62500 % 250, p->serial / 250 % 250,
		  p->serial % 250);
	container_status(f, p, out);
}

void fleet_pod_json(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out)
{
	pod_metadata(f, p, out);
	pod_spec(f, p, out);
	pod_status(f, p, out);
}

void fleet_columns(struct fleet_text *out)
{
	static const char *const names[] = {"Name", "Ready", "Status",	       "Restarts",	 "Age",
					    "IP",   "Node",  "Nominated Node", "Readiness Gates"};

	fleet_add(out, "\"columnDefinitions\":[");
	for (size_t i = 0; i < 9; i++)
		fleet_add(out,
			  "%s{\"name\":\"%s\",\"type\":\"string\",\"format\":\"%s\",\"description\":\"What a person "
			  "reads in this "
			  "column of the list of pods.\",\"priority\":%d}",
			  i ? "," : "", names[i], i ? "" : "name", i > 4);
	fleet_add(out, "]");
}

void fleet_pod_row(const struct fleet *f, const struct fleet_pod *p, bool with_metadata, struct fleet_text *out)
{
	static const char *const status[] = {"Running", "CrashLoopBackOff", "ImagePullBackOff", "Pending", "Running"};
	bool done = p->workload->kind == FLEET_JOB, pending = p->fault == FLEET_PENDING;
	char node[16];

	snprintf(node, sizeof(node), "node-%04zu", node_of(f, p));
	fleet_add(out,
		  "{\"cells\":[\"%s\",\"%d/1\",\"%s\",\"%s\",\"116d\",\"10.%zu.%zu.%zu\",\"%s\",\"\\u003cnone\\u003e\","
		  "\"\\u003cnone\\u003e\"],\"object\":",
		  p->name, p->fault == FLEET_FINE && !done, done ? "Completed" : status[p->fault],
		  p->fault == FLEET_CRASH ? "17 (3m12s ago)" : "0", p->serial / 62500 % 250, p->serial / 250 % 250,
		  p->serial % 250, pending ? "\\u003cnone\\u003e" : node);
	if (!with_metadata) {
		fleet_add(out, "null}");
		return;
	}
	pod_metadata(f, p, out);
	fleet_add(out, ",\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\"}}");
}

void fleet_node_json(size_t i, struct fleet_text *out)
{
	static const char *const conditions[] = {"MemoryPressure", "DiskPressure", "PIDPressure", "Ready"};
	char name[16];

	snprintf(name, sizeof(name), "node-%04zu", i);
	metadata(out, NULL, name, "dddddddd", i);
	fleet_add(
		out,
		",\"labels\":{\"kubernetes.io/hostname\":\"%s\",\"kubernetes.io/os\":\"linux\",\"kubernetes.io/arch\":"
		"\"amd64\",\"node.kubernetes.io/instance-type\":\"m6i.8xlarge\",\"topology.kubernetes.io/zone\":"
		"\"eu-west-1%c\",\"topology.kubernetes.io/region\":\"eu-west-1\"},\"annotations\":{"
		"\"node.alpha.kubernetes.io/ttl\":\"0\",\"csi.volume.kubernetes.io/nodeid\":\"{\\\"csi.example\\\":"
		"\\\"i-%016zx\\\"}\"},%s},\"spec\":{\"podCIDR\":\"10.%zu.%zu.0/24\",\"providerID\":"
		"\"aws:///eu-west-1a/i-%016zx\"},\"status\":{\"capacity\":{\"cpu\":\"32\",\"ephemeral-storage\":"
		"\"104845292Ki\",\"memory\":\"129000000Ki\",\"pods\":\"250\"},\"allocatable\":{\"cpu\":\"31850m\","
		"\"ephemeral-storage\":\"95551679124\",\"memory\":\"126000000Ki\",\"pods\":\"250\"},\"conditions\":[",
		name, (char)('a' + i % 3), i, managed, i / 250, i % 250, i);
	for (size_t c = 0; c < 4; c++)
		fleet_add(out,
			  "%s{\"type\":\"%s\",\"status\":\"%s\",\"lastHeartbeatTime\":\"2026-11-25T01:%02zu:%02zuZ\","
			  "\"lastTransitionTime\":\"2026-08-%02zuT%02zu:%02zu:00Z\",\"reason\":\"KubeletIsWell\","
			  "\"message\":"
			  "\"kubelet is well\"}",
			  c ? "," : "", conditions[c], c == 3 ? "True" : "False", i % 60, i % 59, 1 + i % 28, i % 24,
			  i % 60);
	fleet_add(out,
		  "],\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"10.0.%zu.%zu\"},{\"type\":\"Hostname\","
		  "\"address\":\"%s\"}],\"nodeInfo\":{\"machineID\":\"ec2%029zx\",\"systemUUID\":\"ec2%029zx\","
		  "\"bootID\":"
		  "\"%032zx\",\"kernelVersion\":\"6.1.0-28-amd64\",\"osImage\":\"Debian GNU/Linux 12 (bookworm)\","
		  "\"containerRuntimeVersion\":\"containerd://1.7.24\",\"kubeletVersion\":\"v1.34.1\","
		  "\"kubeProxyVersion\":\"\",\"operatingSystem\":\"linux\",\"architecture\":\"amd64\"},\"images\":[",
		  i / 250, i % 250, name, i, i, i);
	for (size_t k = 0; k < 40; k++)
		fleet_add(out,
			  "%s{\"names\":[\"registry.example/api-%zu:1.4.2\",\"registry.example/api-%zu@sha256:"
			  "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\"],\"sizeBytes\":%zu}",
			  k ? "," : "", (i + k) % 48, (i + k) % 48, 40000000 + k);
	fleet_add(out, "]}}");
}

static void template(const struct fleet_workload *w, const char *hash, struct fleet_text *out)
{
	fleet_add(out, "\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"%s%s%s}},\"spec\":{\"containers\":[",
		  w->name, hash ? ",\"pod-template-hash\":\"" : "", hash ? hash : "", hash ? "\"" : "");
	fleet_add(out, container, w->name, w->name);
	fleet_add(out,
		  "],\"restartPolicy\":\"%s\",\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":\"ClusterFirst\","
		  "\"schedulerName\":\"default-scheduler\"",
		  w->kind == FLEET_JOB ? "Never" : "Always");
	if (w->fault == FLEET_PENDING)
		fleet_add(out, ",\"nodeSelector\":{\"disk\":\"nvme-%s\"}", w->name);
	fleet_add(out, "}}");
}

void fleet_workload_json(const struct fleet *f, const struct fleet_workload *w, struct fleet_text *out)
{
	size_t ready = w->pods - (w->fault ? 2 : 0);

	metadata(out, ns_of(f, w), w->name, "cccccccc", serial_of(f, w));
	fleet_add(out, ",\"generation\":1,\"labels\":{\"app\":\"%s\"},%s},\"spec\":{", w->name, managed);
	if (w->kind == FLEET_JOB)
		fleet_add(out, "\"completions\":1,\"parallelism\":1,\"backoffLimit\":6,");
	else if (w->kind != FLEET_DAEMONSET)
		fleet_add(out, "\"replicas\":%zu,", w->pods);
	fleet_add(out, "\"selector\":{\"matchLabels\":{\"app\":\"%s\"}},", w->name);
	template(w, NULL, out);
	if (w->kind == FLEET_STATEFULSET)
		fleet_add(out, ",\"serviceName\":\"%s\"", w->name);
	fleet_add(out, "},\"status\":{\"observedGeneration\":1,");
	if (w->kind == FLEET_JOB)
		fleet_add(out, "\"succeeded\":1,\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]}}");
	else if (w->kind == FLEET_DAEMONSET)
		fleet_add(out,
			  "\"desiredNumberScheduled\":%zu,\"currentNumberScheduled\":%zu,\"numberReady\":%zu,"
			  "\"numberAvailable\":%zu,\"updatedNumberScheduled\":%zu,\"numberMisscheduled\":0}}",
			  w->pods, w->pods, ready, ready, w->pods);
	else
		fleet_add(out,
			  "\"replicas\":%zu,\"readyReplicas\":%zu,\"availableReplicas\":%zu,\"updatedReplicas\":%zu}}",
			  w->pods, ready, ready, w->pods);
}

void fleet_replica_set_json(const struct fleet *f, const struct fleet_workload *w, bool old, struct fleet_text *out)
{
	size_t pods = old ? 0 : w->pods, ready = old ? 0 : w->pods - (w->fault ? 2 : 0);
	char name[64], hash[12];

	memcpy(hash, w->hash, sizeof(hash));
	if (old)
		hash[8] = hash[8] == 'z' ? 'x' : 'z';
	snprintf(name, sizeof(name), "%s-%s", w->name, hash);
	metadata(out, ns_of(f, w), name, old ? "eeeeeeee" : "bbbbbbbb", serial_of(f, w));
	fleet_add(out,
		  ",\"generation\":1,\"labels\":{\"app\":\"%s\",\"pod-template-hash\":\"%s\"},\"annotations\":{"
		  "\"deployment.kubernetes.io/revision\":\"%d\"},\"ownerReferences\":[{\"apiVersion\":\"apps/"
		  "v1\",\"kind\":"
		  "\"Deployment\",\"name\":\"%s\",\"uid\":\"cccccccc-0000-4000-8000-%012zu\",\"controller\":true}],%s},"
		  "\"spec\":{\"replicas\":%zu,\"selector\":{\"matchLabels\":{\"app\":\"%s\",\"pod-template-hash\":\"%"
		  "s\"}},",
		  w->name, hash, old ? 1 : 2, w->name, serial_of(f, w), managed, pods, w->name, hash);
	template(w, hash, out);
	fleet_add(out,
		  "},\"status\":{\"observedGeneration\":1,\"replicas\":%zu,\"readyReplicas\":%zu,\"availableReplicas\":"
		  "%zu}}",
		  pods, ready, ready);
}

void fleet_service_json(const struct fleet *f, const struct fleet_workload *w, struct fleet_text *out)
{
	metadata(out, ns_of(f, w), w->name, "ffffffff", serial_of(f, w));
	fleet_add(out,
		  ",\"labels\":{\"app\":\"%s\"}},\"spec\":{\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":"
		  "80,"
		  "\"targetPort\":\"http\"}],\"selector\":{\"app\":\"%s\"},\"clusterIP\":\"10.96.%zu.%zu\",\"type\":"
		  "\"ClusterIP\",\"sessionAffinity\":\"None\"},\"status\":{\"loadBalancer\":{}}}",
		  w->name, w->name, serial_of(f, w) / 250, serial_of(f, w) % 250);
}

void fleet_event_json(const struct fleet *f, const struct fleet_pod *p, struct fleet_text *out)
{
	static const char *const reasons[] = {"Started", "BackOff", "Failed", "FailedScheduling", "Unhealthy"};
	static const char *const messages[] = {
		"Started container main",
		"Back-off restarting failed container main in pod",
		"Failed to pull image: not found: manifest unknown",
		"0/5000 nodes are available: 5000 node(s) didn't match Pod's node affinity/selector. preemption: "
		"0/5000 nodes "
		"are available: 5000 Preemption is not helpful for scheduling.",
		"Readiness probe failed: HTTP probe failed with statuscode: 503",
	};
	char name[128];

	snprintf(name, sizeof(name), "%s.%zx", p->name, p->serial);
	metadata(out, ns_of(f, p->workload), name, "99999999", p->serial);
	fleet_add(out,
		  "},\"involvedObject\":{\"kind\":\"Pod\",\"namespace\":\"%s\",\"name\":\"%s\",\"uid\":"
		  "\"aaaaaaaa-0000-4000-8000-%012zu\",\"fieldPath\":\"spec.containers{main}\"},\"type\":\"Warning\","
		  "\"reason\":\"%s\",\"message\":\"%s\",\"count\":900,\"firstTimestamp\":\"" LONG_AGO
		  "\",\"lastTimestamp\":\"%s\",\"source\":{\"component\":\"%s\"}}",
		  ns_of(f, p->workload), p->name, p->serial, reasons[p->fault], messages[p->fault], f->recent,
		  p->fault == FLEET_PENDING ? "default-scheduler" : "kubelet");
}
