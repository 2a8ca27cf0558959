/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/difference.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/data/yaml.h"
#include "tests/tap.h"

static json_t *template(const char *yaml)
{
	struct err e = {0};
	json_t *j = yaml_parse(yaml, strlen(yaml), "t", NULL, &e);

	if (!j)
		fprintf(stderr, "%s\n", e.msg);
	return j;
}

static void differs(const char *before, const char *after, const char *want, const char *name)
{
	auto_json json_t *a = template(before), *b = template(after);
	struct differences d;
	auto_free char *text = NULL;

	differences_find(&d, a, b);
	text = differences_text(&d, 4);
	is_str(text, want, name);
	for (size_t i = 0; i < d.count; i++)
		ok(json_pointer(d.items[i].after ? b : a, d.items[i].pointer) != NULL, "%s: %s leads somewhere", name,
		   d.items[i].pointer);
	differences_fini(&d);
}

#define POD(container) "{spec: {containers: [{name: app, " container "}]}}"

static void one_container(void)
{
	differs(POD("image: 'shop/cart:v1'"), POD("image: 'shop/cart:v1'"), "", "nothing");
	differs(POD("image: 'shop/cart:v1'"), POD("image: 'shop/cart:v2'"), "image shop/cart:v1 -> v2", "a tag");
	differs(POD("image: 'shop/cart:v1'"), POD("image: 'shop/kart:v1'"), "image shop/cart:v1 -> shop/kart:v1", "a name");
	differs(POD("image: 'r:5000/cart'"), POD("image: 'r:5000/card'"), "image r:5000/cart -> r:5000/card",
		"a port is no tag");
	differs(POD("env: [{name: A, value: '1'}, {name: B, value: b}]"),
		POD("env: [{name: B, value: c}, {name: C, value: 'x'}]"),
		"env B b -> c; env C added (x); env A removed (1)", "variables, wherever they stand");
	differs(POD("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]"),
		POD("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: l}}}]"),
		"env A.valueFrom.secretKeyRef.key k -> l", "a reference");
	differs(POD("image: i"), POD("image: i, env: [{name: A, value: ''}]"), "env A added ()", "the first variable");
	differs(POD("resources: {limits: {memory: 256Mi}}"), POD("resources: {limits: {memory: 64Mi, cpu: 1}}"),
		"limits.memory 256Mi -> 64Mi; limits.cpu added (1)", "limits");
	differs(POD("readinessProbe: {httpGet: {port: 8080}}"), POD("readinessProbe: {httpGet: {port: 8081}}"),
		"readinessProbe.httpGet.port 8080 -> 8081", "a probe");
	differs(POD("envFrom: [{configMapRef: {name: a}}]"), POD("envFrom: [{configMapRef: {name: b}}]"),
		"envFrom.configMapRef.name a -> b", "entries without a name");
	differs(POD("command: [a, b]"), POD("command: [a, c]"), "command [\"a\",\"b\"] -> [\"a\",\"c\"]", "a command");
	differs(POD("image: i"), POD("image: i, livenessProbe: {tcpSocket: {port: 1}}"), "livenessProbe added", "a whole probe");
}

static void pods(void)
{
	differs("{spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}",
		"{spec: {containers: [{name: b, image: z}, {name: c, image: q}]}}",
		"container b: image y -> z; container c added; container a removed", "of several the name is told");
	differs("{spec: {nodeSelector: {zone: a}}}", "{spec: {nodeSelector: {zone: b}}}", "nodeSelector.zone a -> b",
		"a selector");
	differs("{spec: {x: 1}}", "{spec: {x: 1, nodeSelector: {zone: b}}}", "nodeSelector.zone added (b)", "a new one");
	differs("{spec: {initContainers: [{name: m, image: a}]}}", "{spec: {initContainers: [{name: m, image: b}]}}",
		"init container m: image a -> b", "an init container");
	differs("{spec: {x: 1}}", "{spec: {x: 1, initContainers: [{name: m, image: b}]}}", "init container m added",
		"the first init container");
	differs("{metadata: {labels: {app: a, pod-template-hash: x}}}", "{metadata: {labels: {app: b, pod-template-hash: y}}}",
		"label app a -> b", "labels, but not the hash");
	differs("{metadata: {annotations: {checksum/config: 0123456789abcdef0123456789abcdef}}}",
		"{metadata: {annotations: {checksum/config: 1123456789abcdef0123456789abcdef}}}",
		"annotation checksum/config changed", "a digest is not read");
	differs("{metadata: {annotations: {}}}",
		"{metadata: {annotations: {kubectl.kubernetes.io/restartedAt: '2026-01-01T00:00:00Z'}}}",
		"restarted (restartedAt)", "a restart");
	differs("{spec: {volumes: [{name: v, configMap: {name: a}}]}}", "{spec: {volumes: [{name: v, configMap: {name: b}}]}}",
		"volumes v.configMap.name a -> b", "a volume");
	differs("{spec: {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1}}", "{spec: {a: 2, b: 2, c: 2, d: 2, e: 2, f: 2}}",
		"a 1 -> 2; b 1 -> 2; c 1 -> 2; d 1 -> 2; and 2 more", "many");
	differs("{spec: {a: [1]}}", "{spec: {a: {b: 1}}}", "a [1] -> {\"b\":1}", "another type");
}

static void secrets(void)
{
	auto_json json_t *a = template(POD("env: [{name: DB_PASSWORD, value: hunter2hunter2}]"));
	auto_json json_t *b = template(POD("env: [{name: DB_PASSWORD, value: swordfish99}]"));
	struct differences d;

	differences_find(&d, a, b);
	ok(d.count == 1 && !strstr(d.items[0].what, "hunter2") && !strstr(d.items[0].what, "swordfish"), "masked");
	like(d.items[0].what, "env DB_PASSWORD [masked:", "but told that it changed");
	differences_fini(&d);
}

/* Deeper than anybody writes, longer than anybody reads. */
static void hostile(void)
{
	json_t *a = json_integer(1), *b = json_integer(2);
	struct differences d;
	auto_free char *text = NULL;
	char *huge = mem_alloc(100000);

	for (int i = 0; i < 400; i++) {
		a = json_pack("{s:o}", "a", a);
		b = json_pack("{s:o}", "a", b);
	}
	differences_find(&d, a, b);
	is_int(d.count, 1, "deep ones end");
	differences_fini(&d);
	json_decref(a);
	json_decref(b);
	memset(huge, 'x', 99999);
	huge[99999] = '\0';
	a = json_pack("{s:s}", "a", "b");
	b = json_pack("{s:s}", "a", huge);
	differences_find(&d, a, b);
	text = differences_text(&d, 4);
	ok(strlen(text) < 200, "values are clipped");
	differences_fini(&d);
	json_decref(a);
	json_decref(b);
	free(huge);
	differences_find(&d, NULL, NULL);
	is_int(d.total, 0, "nothing and nothing");
	differences_fini(&d);
}

int main(void)
{
	one_container();
	pods();
	secrets();
	hostile();
	return done();
}
