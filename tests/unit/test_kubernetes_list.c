/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_list, _count, _find, _api_resources. */
#include "tests/tap.h"
#include "tests/unit/fake_host.h"
#include "tests/unit/kube_objects.h"
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

static void lists(void)
{
	const struct tool *t = &kubernetes_list_tool;

	says(t, "{kind: po}", TOOL_OK,
	     "3 pods in all namespaces:\n"
	     "NAMESPACE  NAME            READY  STATUS            RESTARTS    AGE   NODE\n"
	     "shop       web-7d9f-aaaaa  1/1    Running           0           120m  n1\n"
	     "shop       web-7d9f-bbbbb  0/1    CrashLoopBackOff  5 (3m ago)  120m  n1\n"
	     "ops        import-x        0/2    Pending           0           60m   -\n");
	says(t, "{kind: Pods, namespace: shop, sort: -RESTARTS, limit: 1}", TOOL_OK,
	     "2 pods in namespace shop, 1 shown:\n"
	     "NAME            READY  STATUS            RESTARTS    AGE   NODE\n"
	     "web-7d9f-bbbbb  0/1    CrashLoopBackOff  5 (3m ago)  120m  n1\n"
	     "… 1 more: raise limit, or narrow with selector, field_selector, namespace; kubernetes_count groups "
	     "them.\n");
	says(t,
	     "{kind: po, field_selector: status.phase!=Running, columns: "
	     "'WHO:.metadata.name,.spec.containers[*].image'}",
	     TOOL_OK,
	     "1 pod of 3 in all namespaces:\n"
	     "NAMESPACE  NAME      WHO       spec.containers[*].image\n"
	     "ops        import-x  import-x  import,proxy\n");
	says(t, "{kind: node}", TOOL_OK,
	     "2 nodes:\n"
	     "NAME  STATUS                       ROLES   AGE  VERSION  TAINTS\n"
	     "n1    Ready                        worker  31d  v1.34.1  -\n"
	     "n2    NotReady,SchedulingDisabled  -       31d  v1.34.1  gpu=yes:NoSchedule\n");
	says(t, "{kind: wd}", TOOL_OK,
	     "1 widget in all namespaces:\nNAMESPACE  NAME  STATUS\nshop       w1    Broken\n");
	says(t, "{kind: po, selector: app=nothing, namespace: shop}", TOOL_NO_DATA,
	     "no pod in namespace shop that matches selector app=nothing (read: 2 pods).\n");
	says(t, "{kind: po, namespace: shp}", TOOL_NO_DATA,
	     "no pod in namespace shp (read: 0 pods). There is no namespace \"shp\"; nearest: shop.\n");
	has(t, "{kind: podz}", TOOL_NO_DATA, "the API serves no kind \"podz\"; nearest: pods");
	has(t, "{kind: po, selector: 'a b'}", TOOL_ERROR, "is not understood");
	has(t, "{kind: po, columns: 'X:.a['}", TOOL_ERROR, "JSON path \".a[\"");
	has(t, "{kind: po, sort: HEIGHT}", TOOL_OK, "no column \"HEIGHT\" to sort by");
}

static void denied_and_scope(void)
{
	const struct tool *t = &kubernetes_list_tool;

	w.denied = "secrets";
	says(t, "{kind: secret, namespace: shop}", TOOL_DENIED,
	     "secrets in namespace shop may not be read: access denied (403 Forbidden). It is not known whether any "
	     "exist; RBAC must "
	     "allow list on secrets.\n");
	w.denied = NULL;
	w.scope = "ops";
	has(t, "{kind: po}", TOOL_OK, "1 pod in namespace ops");
	has(t, "{kind: po, all_namespaces: true}", TOOL_OK, "3 pods in all namespaces");
	w.scope = NULL;
}

static void counts(void)
{
	const struct tool *t = &kubernetes_count_tool;

	says(t, "{kind: po, by: status}", TOOL_OK,
	     "3 pods in all namespaces by status, 3 different:\n"
	     "COUNT  VALUE             EXAMPLE\n"
	     "1      CrashLoopBackOff  shop/web-7d9f-bbbbb\n"
	     "1      Pending           ops/import-x\n"
	     "1      Running           shop/web-7d9f-aaaaa\n");
	says(t, "{kind: po, by: 'node,.status.phase', top: 1}", TOOL_OK,
	     "3 pods in all namespaces by node | .status.phase, 2 different:\n"
	     "COUNT  VALUE         EXAMPLE\n"
	     "2      n1 | Running  shop/web-7d9f-aaaaa\n"
	     "… 1 more values: raise top.\n");
	has(t, "{kind: po, by: ''}", TOOL_ERROR, "by is empty");
	has(t, "{kind: po, by: '.a['}", TOOL_ERROR, "JSON path");
}

static void finds(void)
{
	const struct tool *t = &kubernetes_find_tool;

	has(t, "{name: web}", TOOL_OK, "7 objects named \"web\"");
	has(t, "{name: web}", TOOL_OK,
	    "Pod                    shop       web-7d9f-bbbbb  CrashLoopBackOff 0/1 ready  120m");
	has(t, "{name: wbe-data}", TOOL_OK, "1 objects with a name like \"wbe-data\"");
	has(t, "{name: w1}", TOOL_OK, "Widget");
	has(t, "{name: zebra}", TOOL_NO_DATA, "0 objects named \"zebra\" (read: ");
	w.denied = "secrets";
	has(t, "{name: zebra}", TOOL_DENIED, "not looked through, access denied: secrets");
	w.denied = NULL;
}

int main(void)
{
	fake_init(&w, kube_objects);
	lists();
	denied_and_scope();
	counts();
	finds();
	says(&kubernetes_api_resources_tool, "{word: wd}", TOOL_OK,
	     "1 of 34 resources with wd:\n"
	     "RESOURCE  SHORT  APIVERSION      KIND    SCOPE\n"
	     "widgets   wd     example.com/v1  Widget  namespaced\n");
	has(&kubernetes_api_resources_tool, "{word: zebra}", TOOL_NO_DATA, "none of the 34 resources");
	fake_fini(&w);
	return done();
}
