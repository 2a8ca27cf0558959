/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_get, _events, _neighborhood. */
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

static void describes(void)
{
	const struct tool *t = &kubernetes_get_tool;

	says(t, "{name: pod/web-7d9f-bbbbb}", TOOL_OK,
	     "Pod shop/web-7d9f-bbbbb (v1), age 120m: CrashLoopBackOff 0/1 ready\n"
	     "owned by: ReplicaSet/web-7d9f <- Deployment/web\n"
	     "labels: app=web\n"
	     "conditions that are not as they should be:\n"
	     "  Ready, ContainersReady=False ContainersNotReady: containers with unready status: [app]\n"
	     "conditions fine: PodScheduled=True\n"
	     "node: n1, pod IP: none, QoS: ?, service account: default, restart policy: Always\n"
	     "containers:\n"
	     "  app (shop/web:1.2): waiting CrashLoopBackOff: back-off 2m40s, not ready, restarts 5\n"
	     "    last run: terminated OOMKilled, exit 137, ran 7m, ended 3m ago\n"
	     "    requests cpu=500m, memory=1Gi\n"
	     "events (2, 1 warnings; oldest first):\n"
	     "LAST                  AGO  REPEATS       TYPE     REASON   MESSAGE\n"
	     "2026-11-02T11:10:00Z  50m  -             -        Pulled   Image is there\n"
	     "2026-11-02T11:58:00Z  2m   x15 over 58m  WARNING  BackOff  Back-off restarting failed container\n");
	has(t, "{name: web}", TOOL_OK, "Deployment shop/web (apps/v1), age 24h: 1/2 ready\n");
	has(t, "{name: svc/web}", TOOL_OK,
	    "80->9090/TCP (NO container of the selected pods declares that target port)");
	has(t, "{name: n2}", TOOL_OK, "  Ready=False KubeletNotReady: container runtime is down\n");
	says(t, "{name: cm/web-config}", TOOL_OK,
	     "ConfigMap shop/web-config (v1), age -\ndata:\n  LEVEL: debug\nevents: none\n");
}

static void names(void)
{
	const struct tool *t = &kubernetes_get_tool;
	static const char *const forms[] = {"{name: DEPLOY/web}",
					    "{name: deployment/web, namespace: shop}",
					    "{name: shop/deploy/web}",
					    "{name: deploy/shop/web}",
					    "{name: deploy web}",
					    "{name: web, kind: Deployments}",
					    "{name: shop/web, kind: deploy}",
					    "{name: Deployment.apps/web}",
					    "{name: deploy/WEB}"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		has(t, forms[i], TOOL_OK, "Deployment shop/web");
	says(t, "{name: po/web-7d9f-ccccc, namespace: shop}", TOOL_NO_DATA,
	     "no pod \"web-7d9f-ccccc\" in namespace shop (read: 2 pods); nearest: web-7d9f-aaaaa, web-7d9f-bbbbb.\n");
	says(t, "{name: po/import-x, namespace: shop}", TOOL_NO_DATA,
	     "no pod \"import-x\" in namespace shop (read: 2 pods). It exists in namespace ops.\n");
	has(t, "{name: po/import-x, namespace: opss}", TOOL_NO_DATA, "There is no namespace \"opss\"; nearest: ops.");
	has(t, "{name: zebra}", TOOL_NO_DATA, "nothing is named \"zebra\" among pods");
	has(t, "{name: podz/x}", TOOL_NO_DATA, "the API serves no kind \"podz\"; nearest: pods");
	has(t, "{name: ''}", TOOL_ERROR, "no object is named");
	w.denied = "pods";
	has(t, "{name: po/x, namespace: shop}", TOOL_DENIED, "access denied (403 Forbidden)");
	w.denied = NULL;
}

static void yaml(void)
{
	const struct tool *t = &kubernetes_get_tool;
	const char *text = fake_run(&w, t, "{name: po/web-7d9f-aaaaa, view: yaml}");

	ok(!strstr(text, "managedFields") && !strstr(text, "uid:"), "pruned");
	ok(strstr(text, "      path: /healthz\n"), "the rest is there");
	says(t, "{name: deploy/web, section: .spec.selector}", TOOL_OK,
	     "# Deployment shop/web, section .spec.selector\nmatchLabels:\n  app: web\n");
	says(t, "{name: deploy/web, section: '.spec.template.spec.containers[0].image'}", TOOL_OK,
	     "# Deployment shop/web, section .spec.template.spec.containers[0].image\nshop/web:1.2\n");
	has(t, "{name: deploy/web, section: .nothing}", TOOL_NO_DATA,
	    "nothing at .nothing of Deployment web; top-level keys: apiVersion, kind");
	has(t, "{name: deploy/web, section: '.a['}", TOOL_ERROR, "JSON path");
}

static void events(void)
{
	const struct tool *t = &kubernetes_events_tool;

	says(t, "{namespace: shop, type: Warning}", TOOL_OK,
	     "events of namespace shop: 1 different, 1 warnings; oldest first:\n"
	     "LAST                  AGO  REPEATS       TYPE     OBJECT              REASON   MESSAGE\n"
	     "2026-11-02T11:58:00Z  2m   x15 over 58m  WARNING  Pod/web-7d9f-bbbbb  BackOff  Back-off restarting "
	     "failed container\n");
	has(t, "{name: po/web-7d9f-bbbbb, since: 5m}", TOOL_OK,
	    "events of Pod shop/web-7d9f-bbbbb: 1 different, 1 warnings");
	has(t, "{limit: 1}", TOOL_OK, "… 1 older left out");
	has(t, "{namespace: ops}", TOOL_NO_DATA, "no events of namespace ops (read: 0 events)");
	has(t, "{since: soon}", TOOL_ERROR, "\"soon\" is not understood");
	w.denied = "events";
	has(t, "{namespace: shop}", TOOL_DENIED, "events in namespace shop may not be read");
	w.denied = NULL;
}

static void neighbors(void)
{
	const struct tool *t = &kubernetes_neighborhood_tool;

	says(t, "{name: web-7d9f-aaaaa}", TOOL_OK,
	     "Pod/web-7d9f-aaaaa (Running 1/1 ready) in namespace shop\n"
	     "owners: ReplicaSet/web-7d9f (1/2 ready) <- Deployment/web (1/2 ready)\n"
	     "node: n1 (Ready)\n"
	     "service account: web MISSING\n"
	     "config maps: web-config [all env]\n"
	     "secrets: web-db MISSING [env]\n"
	     "volume claims: web-data (Pending) [volume]\n"
	     "services that select it: web (ClusterIP, 80->9090; endpoints 1/2 ready)\n"
	     "quota q: pods: 2/3\n");
	says(t, "{name: cm/web-config}", TOOL_OK,
	     "ConfigMap/web-config in namespace shop\nused by: Deployment/web [all env] (1 pods)\n");
	has(t, "{name: pvc/web-data}", TOOL_OK, "storage class: fast MISSING\n");
	has(t, "{name: deploy/web}", TOOL_OK, "children: ReplicaSet/web-7d9f (1/2 ready)\n");
	w.denied = "secrets";
	has(t, "{name: web-7d9f-aaaaa}", TOOL_OK, "secrets: web-db (may not be read) [env]\n");
	w.denied = "resourcequotas";
	has(t, "{name: web-7d9f-aaaaa}", TOOL_OK, "not known, because not read: resourcequotas (denied)\n");
	w.denied = NULL;
}

int main(void)
{
	fake_init(&w, kube_objects);
	describes();
	names();
	yaml();
	events();
	neighbors();
	fake_fini(&w);
	return done();
}
