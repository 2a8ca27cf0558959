/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_capacity and kubernetes_access: what is computed rather than read. */
#include "tests/tap.h"
#include "tests/unit/fake_host.h"
#include "tests/unit/kube_objects.h"
#include "toolsets/kubernetes/amounts.h"
#include "toolsets/kubernetes/tools.h"

static struct work w;

static void says(const struct tool *t, const char *args, enum tool_status status, const char *want)
{
	fake_says(&w, t, args, status, want);
}

static void has(const struct tool *t, const char *args, enum tool_status status, const char *part)
{
	fake_has(&w, t, args, status, part);
}

static void asks(const char *yaml, const char *resource, const char *want)
{
	struct err e = {0};
	json_t *spec = yaml_parse(yaml, strlen(yaml), "spec", NULL, &e);
	struct amounts a = {0};
	char text[QUANTITY_SIZE];

	if (spec)
		kubernetes_pod_amounts(spec, "requests", &a);
	is_str(spec ? quantity_text(kubernetes_amount(&a, resource), resource, text) : e.msg, want, yaml);
	json_decref(spec);
}

static void amounts(void)
{
	asks("{containers: [{resources: {requests: {cpu: 1}}}, {resources: {requests: {cpu: 500m}}}]}", "cpu", "1.5");
	asks("{containers: [{resources: {limits: {nvidia.com/gpu: 2}}}]}", "nvidia.com/gpu", "2");
	asks("{containers: [{resources: {requests: {cpu: 1}}}], initContainers: [{resources: {requests: {cpu: 3}}}]}",
	     "cpu", "3");
	asks("{containers: [{resources: {requests: {cpu: 1}}}], initContainers: [{restartPolicy: Always, resources: "
	     "{requests: {cpu: 1}}},"
	     "{resources: {requests: {cpu: 500m}}}]}",
	     "cpu", "2");
	asks("{containers: [{resources: {requests: {memory: 1Gi}}}], overhead: {memory: 512Mi}}", "memory", "1.5Gi");
	asks("{resources: {requests: {cpu: 4}}, containers: [{resources: {requests: {cpu: 1}}}]}", "cpu", "4");
	asks("{containers: [{}]}", "pods", "1");
}

static void capacity(void)
{
	const struct tool *t = &kubernetes_capacity_tool;

	says(t, "{}", TOOL_OK,
	     "2 nodes; requests of running and pending pods against allocatable:\n"
	     "NODE   STATUS                       CPU req/alloc  MEMORY req/alloc  MEMORY limits  PODS      "
	     "nvidia.com/gpu  TAINTS\n"
	     "TOTAL  -                            1/7.5 13%      2Gi/16Gi 13%      1Gi            2/20 10%  0/2 0%     "
	     "     -\n"
	     "n1     Ready                        1/4 25%        2Gi/8Gi 25%       1Gi            2/10 20%  0/2 0%     "
	     "     -\n"
	     "n2     NotReady,SchedulingDisabled  0/3.5 0%       0/8Gi 0%          -              0/10 0%   -          "
	     "     gpu=yes:NoSchedule\n");
	has(t, "{pod: import-x}", TOOL_OK, "n1    no    node selector zone=c, the node has zone=a\n");
	has(t, "{pod: import-x}", TOOL_OK, "taint gpu=yes:NoSchedule not tolerated; unschedulable (cordoned)\n");
	has(t, "{pod: deploy/web}", TOOL_OK, "it fits on 1 of 2 nodes");
	has(t, "{pod: svc/web}", TOOL_ERROR, "makes no pods");
	has(t, "{selector: zone=z}", TOOL_NO_DATA, "no node matches the selector (read: 2 nodes)");
	w.denied = "pods";
	has(t, "{}", TOOL_OK, "CAUTION: pods of all namespaces could not be read (access denied)");
	w.denied = "nodes";
	has(t, "{}", TOOL_DENIED, "nodes may not be read");
	w.denied = NULL;
	w.scope = "ops"; /* what other namespaces take counts too */
	has(t, "{}", TOOL_OK, "n1     Ready                        1/4 25%");
	w.scope = NULL;
}

static void access_rights(void)
{
	const struct tool *t = &kubernetes_access_tool;

	says(t, "{subject: 'sa:shop/web'}", TOOL_OK,
	     "ServiceAccount shop/web has 2 rules:\n"
	     "SUBJECT                            VERBS     ON                                 WHERE  BY\n"
	     "Group system:serviceaccounts:shop  get,list  pods,pods/log in core              shop   RoleBinding "
	     "viewers -> ClusterRole view\n"
	     "ServiceAccount shop/web            get       secrets in core ONLY named web-db  shop   RoleBinding "
	     "web-secret -> Role one-secret\n"
	     "(computed from 4 roles, 4 bindings; other authorizers such as Node or webhooks are not seen)\n");
	has(t, "{verb: list, resource: po}", TOOL_OK, "3 grants: may list pods:\n");
	has(t, "{verb: list, resource: po}", TOOL_OK,
	    "bindings to a role that is MISSING or was not read: RoleBinding lost -> Role gone\n");
	has(t, "{subject: jane, verb: get, resource: pods/log, namespace: shop}", TOOL_OK, "YES: ");
	has(t, "{subject: 'user:jane', verb: get, resource: pods/log, namespace: shop}", TOOL_OK,
	    "YES: User jane may get pods/log");
	has(t, "{subject: 'user:jane', verb: get, resource: pods/log, namespace: ops}", TOOL_OK, "NO: ");
	has(t, "{subject: 'user:jane', verb: delete, resource: po}", TOOL_OK,
	    "NO: User jane may delete pods: no binding");
	has(t, "{subject: 'system:masters', verb: get, resource: /metrics}", TOOL_OK,
	    "YES: Group system:masters may get /metrics");
	has(t, "{subject: 'system:serviceaccount:shop:web', resource: secrets, name: web-db}", TOOL_OK, "YES: ");
	has(t, "{subject: 'system:serviceaccount:shop:web', resource: secrets, name: other}", TOOL_OK, "NO: ");
	has(t, "{}", TOOL_ERROR, "give verb and resource");
	has(t, "{resource: podz}", TOOL_NO_DATA, "serves no kind");
	w.denied = "clusterrolebindings.rbac.authorization.k8s.io";
	has(t, "{subject: 'user:jane', verb: delete, resource: po}", TOOL_OK, "NOT KNOWN: ");
	w.denied = NULL;
}

int main(void)
{
	fake_init(&w, kube_objects);
	amounts();
	capacity();
	access_rights();
	fake_fini(&w);
	return done();
}
