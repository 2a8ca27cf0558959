/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/containers.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/lib/age.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/brief.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"
#include "toolsets/lib/when.h"

#define MESSAGE_MAX 600u
#define VALUE_MAX 120u
#define ENV_SHOWN 24u

static void text(struct reply *out, const char *s, size_t max)
{
	rep_clip(out, s, strlen(s), max);
}

static void ended(const struct view *v, const json_t *t, struct reply *out)
{
	char age[AGE_SIZE];
	int64_t start, end;

	rep_add(out, "terminated %s, exit %" PRId64, *fld_str(t, "reason") ? fld_str(t, "reason") : "?",
		fld_int(t, "exitCode", -1));
	if (fld_int(t, "signal", 0))
		rep_add(out, ", signal %" PRId64, fld_int(t, "signal", 0));
	if (when_parse(fld_str(t, "startedAt"), &start) && when_parse(fld_str(t, "finishedAt"), &end))
		rep_add(out, ", ran %s", age_text(end - start, age));
	if (*fld_str(t, "finishedAt"))
		rep_add(out, ", ended %s ago", age_since(fld_str(t, "finishedAt"), v->now_ms, age));
	if (*fld_str(t, "message")) {
		rep_put(out, ": ");
		text(out, fld_str(t, "message"), MESSAGE_MAX);
	}
}

void kubernetes_container_state(const struct view *v, const json_t *state, struct reply *out)
{
	const json_t *waiting = json_object_get(state, "waiting"), *running = json_object_get(state, "running"),
		     *terminated = json_object_get(state, "terminated");
	char age[AGE_SIZE];

	if (waiting) {
		rep_add(out, "waiting %s",
			*fld_str(waiting, "reason") ? fld_str(waiting, "reason") : "(no reason yet)");
		if (*fld_str(waiting, "message")) {
			rep_put(out, ": ");
			text(out, fld_str(waiting, "message"), MESSAGE_MAX);
		}
	} else if (terminated) {
		ended(v, terminated, out);
	} else if (running) {
		rep_add(out, "running since %s", age_since(fld_str(running, "startedAt"), v->now_ms, age));
	} else {
		rep_put(out, "no state reported");
	}
}

static void status_lines(const struct view *v, const json_t *status, struct reply *out)
{
	rep_put(out, ": ");
	kubernetes_container_state(v, json_object_get(status, "state"), out);
	if (!fld_true(status, "ready"))
		rep_put(out, ", not ready");
	rep_add(out, ", restarts %" PRId64 "\n", fld_int(status, "restartCount", 0));
	if (fld_at(status, "lastState.terminated")) {
		rep_put(out, "    last run: ");
		ended(v, fld_at(status, "lastState.terminated"), out);
		rep_put(out, "\n");
	}
}

/* key=value of a flat object on one line, with a word before. */
static void flat(struct reply *out, const char *word, json_t *map)
{
	json_t *value;
	const char *key;
	size_t n = 0;

	json_object_foreach (map, key, value) {
		rep_add(out, "%s%s=", n++ ? ", " : word, key);
		brief_put(out, value, VALUE_MAX);
	}
}

static void words(struct reply *out, const char *word, json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		drop_text char *s = jsonpath_value_text(item);

		rep_put(out, i ? " " : word);
		text(out, s, 300);
	}
	if (json_array_size(list))
		rep_put(out, "\n");
}

static void probe(struct reply *out, const char *name, const json_t *p)
{
	const json_t *http = json_object_get(p, "httpGet"), *exec = fld_at(p, "exec.command");

	if (!p)
		return;
	rep_add(out, "    %s: ", name);
	if (http) {
		drop_text char *port = jsonpath_value_text(json_object_get(http, "port"));

		rep_add(out, "GET %s :%s%s", *fld_str(http, "scheme") ? fld_str(http, "scheme") : "HTTP", port,
			fld_str(http, "path"));
	} else if (exec) {
		drop_text char *command = jsonpath_value_text(exec);

		rep_put(out, "exec ");
		text(out, command, 200);
	} else {
		drop_text char *port =
			jsonpath_value_text(fld_at(p, json_object_get(p, "grpc") ? "grpc.port" : "tcpSocket.port"));

		rep_add(out, "%s :%s", json_object_get(p, "grpc") ? "gRPC" : "TCP", port);
	}
	rep_add(out, " delay=%" PRId64 "s period=%" PRId64 "s timeout=%" PRId64 "s failures=%" PRId64 "\n",
		fld_int(p, "initialDelaySeconds", 0), fld_int(p, "periodSeconds", 10), fld_int(p, "timeoutSeconds", 1),
		fld_int(p, "failureThreshold", 3));
}

static void env_source(const json_t *e, struct reply *out)
{
	const json_t *from = json_object_get(e, "valueFrom");

	if (fld_at(from, "configMapKeyRef"))
		rep_add(out, " from configMap %s/%s", fld_str(from, "configMapKeyRef.name"),
			fld_str(from, "configMapKeyRef.key"));
	else if (fld_at(from, "secretKeyRef"))
		rep_add(out, " from secret %s/%s", fld_str(from, "secretKeyRef.name"),
			fld_str(from, "secretKeyRef.key"));
	else if (fld_at(from, "fieldRef"))
		rep_add(out, " from field %s", fld_str(from, "fieldRef.fieldPath"));
	else if (fld_at(from, "resourceFieldRef"))
		rep_add(out, " from resource %s", fld_str(from, "resourceFieldRef.resource"));
}

static void environment(json_t *c, struct reply *out)
{
	json_t *list = json_object_get(c, "env"), *e;
	size_t i;

	json_array_foreach (json_object_get(c, "envFrom"), i, e)
		rep_add(out, "    all env from %s%s%s%s\n", *fld_str(e, "configMapRef.name") ? "configMap " : "secret ",
			fld_str(e, "configMapRef.name"), fld_str(e, "secretRef.name"),
			fld_true(e, "configMapRef.optional") || fld_true(e, "secretRef.optional") ? " (optional)" : "");
	json_array_foreach (list, i, e) {
		if (i == ENV_SHOWN) {
			rep_add(out, "; +%zu more", json_array_size(list) - i);
			break;
		}
		rep_add(out, "%s%s", i ? "; " : "    env: ", fld_str(e, "name"));
		if (json_object_get(e, "valueFrom")) {
			env_source(e, out);
		} else {
			rep_put(out, "=");
			text(out, fld_str(e, "value"), VALUE_MAX);
		}
	}
	if (json_array_size(list))
		rep_put(out, "\n");
}

static void ports_and_mounts(json_t *c, struct reply *out)
{
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(c, "ports"), i, item)
		rep_add(out, "%s%" PRId64 "/%s%s%s", i ? ", " : "    ports: ", fld_int(item, "containerPort", 0),
			*fld_str(item, "protocol") ? fld_str(item, "protocol") : "TCP",
			*fld_str(item, "name") ? " " : "", fld_str(item, "name"));
	rep_put(out, i ? "\n" : "");
	json_array_foreach (json_object_get(c, "volumeMounts"), i, item)
		rep_add(out, "%s%s from %s%s%s%s", i ? ", " : "    mounts: ", fld_str(item, "mountPath"),
			fld_str(item, "name"), *fld_str(item, "subPath") ? "/" : "", fld_str(item, "subPath"),
			fld_true(item, "readOnly") ? " (ro)" : "");
	rep_put(out, i ? "\n" : "");
}

static void one_container(const struct view *v, json_t *c, const char *what, json_t *status, struct reply *out)
{
	json_t *claims = fld_at(c, "resources.claims"), *claim;
	size_t i;

	rep_add(out, "  %s%s (%s)", what, fld_str(c, "name"), fld_str(c, "image"));
	if (status)
		status_lines(v, status, out);
	else
		rep_put(out, "\n");
	words(out, "    command: ", json_object_get(c, "command"));
	words(out, "    args: ", json_object_get(c, "args"));
	if (fld_count(c, "resources.requests") + fld_count(c, "resources.limits")) {
		rep_put(out, "    ");
		flat(out, "requests ", fld_at(c, "resources.requests"));
		rep_put(out, fld_count(c, "resources.requests") && fld_count(c, "resources.limits") ? "; " : "");
		flat(out, "limits ", fld_at(c, "resources.limits"));
		rep_put(out, "\n");
	}
	json_array_foreach (claims, i, claim)
		rep_add(out, "%s%s", i ? ", " : "    DRA claims: ", fld_str(claim, "name"));
	rep_put(out, i ? "\n" : "");
	ports_and_mounts(c, out);
	probe(out, "startup probe", json_object_get(c, "startupProbe"));
	probe(out, "liveness probe", json_object_get(c, "livenessProbe"));
	probe(out, "readiness probe", json_object_get(c, "readinessProbe"));
	environment(c, out);
	flat(out, "    security: ", json_object_get(c, "securityContext"));
	rep_put(out, fld_count(c, "securityContext") ? "\n" : "");
}

void kubernetes_containers(const struct view *v, json_t *spec, const json_t *pod, struct reply *out)
{
	static const char *const parts[][3] = {
		{"initContainers", "status.initContainerStatuses", "init "},
		{"containers", "status.containerStatuses", ""},
		{"ephemeralContainers", "status.ephemeralContainerStatuses", "ephemeral "}};
	json_t *c;
	size_t i;

	for (size_t p = 0; p < 3; p++)
		json_array_foreach (json_object_get(spec, parts[p][0]), i, c)
			one_container(v, c,
				      strcmp(fld_str(c, "restartPolicy"), "Always") == 0 ? "sidecar " : parts[p][2],
				      pod ? fld_item(fld_at(pod, parts[p][1]), "name", fld_str(c, "name")) : NULL, out);
}

static void volume_source(json_t *v, struct reply *out)
{
	static const char *const named[][3] = {{"configMap", "configMap.name", "configMap"},
					       {"secret", "secret.secretName", "secret"},
					       {"persistentVolumeClaim", "persistentVolumeClaim.claimName", "claim"},
					       {"hostPath", "hostPath.path", "hostPath"},
					       {"csi", "csi.driver", "csi"}};
	json_t *source;
	const char *key;
	size_t i;

	for (i = 0; i < 5; i++)
		if (json_object_get(v, named[i][0])) {
			rep_add(out, "%s %s", named[i][2], fld_str(v, named[i][1]));
			return;
		}
	json_array_foreach (fld_at(v, "projected.sources"), i, source) {
		rep_put(out, i ? "+" : "projected ");
		json_object_foreach (source, key, v)
			rep_add(out, "%s%s%s", key, *fld_str(v, "name") ? " " : "", fld_str(v, "name"));
	}
	if (i)
		return;
	json_object_foreach (v, key, source)
		if (strcmp(key, "name") != 0)
			rep_put(out, key);
}

void kubernetes_volumes(json_t *spec, struct reply *out)
{
	json_t *v;
	size_t i, n = 0;

	json_array_foreach (json_object_get(spec, "volumes"), i, v) {
		if (strncmp(fld_str(v, "name"), "kube-api-access-", 16) == 0)
			continue; /* every pod has it */
		rep_add(out, "%s%s: ", n++ ? ", " : "volumes: ", fld_str(v, "name"));
		volume_source(v, out);
	}
	rep_put(out, n ? "\n" : "");
}

static void tolerations(json_t *spec, struct reply *out)
{
	json_t *t;
	size_t i, n = 0;

	json_array_foreach (json_object_get(spec, "tolerations"), i, t) {
		const char *key = fld_str(t, "key");

		/* Admission gives these two to every pod. */
		if (strcmp(key, "node.kubernetes.io/not-ready") == 0 ||
		    strcmp(key, "node.kubernetes.io/unreachable") == 0)
			continue;
		rep_add(out, "%s%s%s%s:%s", n++ ? ", " : "tolerations: ", *key ? key : "everything",
			*fld_str(t, "value") ? "=" : "", fld_str(t, "value"),
			*fld_str(t, "effect") ? fld_str(t, "effect") : "any effect");
	}
	rep_put(out, n ? "\n" : "");
}

void kubernetes_placement(json_t *spec, struct reply *out)
{
	static const char *const whole[] = {"affinity", "topologySpreadConstraints", "schedulingGates",
					    "resourceClaims"};
	const char *scheduler = fld_str(spec, "schedulerName");
	size_t before = out->len;

	flat(out, "node selector: ", json_object_get(spec, "nodeSelector"));
	rep_put(out, out->len > before ? "\n" : "");
	for (size_t i = 0; i < 4; i++)
		if (json_object_get(spec, whole[i])) {
			rep_add(out, "%s: ", whole[i]);
			brief_put(out, json_object_get(spec, whole[i]), 500);
			rep_put(out, "\n");
		}
	tolerations(spec, out);
	if (*fld_str(spec, "priorityClassName"))
		rep_add(out, "priority class: %s (%" PRId64 ")\n", fld_str(spec, "priorityClassName"),
			fld_int(spec, "priority", 0));
	if (*scheduler && strcmp(scheduler, "default-scheduler") != 0)
		rep_add(out, "scheduler: %s\n", scheduler);
	if (*fld_str(spec, "runtimeClassName"))
		rep_add(out, "runtime class: %s\n", fld_str(spec, "runtimeClassName"));
	if (fld_true(spec, "hostNetwork"))
		rep_put(out, "host network: yes\n");
	if (*fld_str(spec, "dnsPolicy") && strcmp(fld_str(spec, "dnsPolicy"), "ClusterFirst") != 0)
		rep_add(out, "DNS policy: %s\n", fld_str(spec, "dnsPolicy"));
}
