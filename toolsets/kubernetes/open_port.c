/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/open_port.h"

#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/probe.h"
#include "toolsets/kubernetes/serving.h"
#include "toolsets/lib/field.h"

#define HEAD_BYTES (64u << 10) /* programs say where they listen when they start */

/* A probe that asks the port and succeeds. */
static bool probed(const json_t *pod, int port)
{
	static const char *const kinds[] = {"readiness", "liveness", "startup"};
	json_t *list = fld_at(pod, "spec.containers"), *c, *status;
	struct probe p;
	size_t i;

	json_array_foreach (list, i, c) {
		status = fld_item(fld_at(pod, "status.containerStatuses"), "name", fld_str(c, "name"));
		for (size_t k = 0; k < 3 && fld_true(status, "ready"); k++)
			if (probe_read(c, kinds[k], &p) && strcmp(p.action, "exec") != 0 && probe_port(&p, c) == port)
				return true;
	}
	return false;
}

void open_port_of(const struct view *v, json_t *pod, int port, struct open_port *out)
{
	json_t *list = fld_at(pod, "spec.containers"), *c;
	size_t i;

	*out = (struct open_port){.verdict = probed(pod, port) ? PORT_OPEN : PORT_MAYBE};
	if (out->verdict == PORT_OPEN)
		return;
	json_array_foreach (list, i, c) {
		struct log_request q = {.ns = fld_ns(pod),
					.pod = fld_name(pod),
					.container = fld_str(c, "name"),
					.limit_bytes = HEAD_BYTES,
					.may_be_empty = true};
		struct open_port one = {0};

		v->h->log(v->w, &q, &one.log);
		one.listening = lines_listening(one.log.text, one.log.len, port, &one.line, &one.len, &one.number);
		if (!one.listening)
			continue;
		one.verdict = one.listening == port ? PORT_OPEN : PORT_CLOSED;
		*out = one;
		if (one.verdict == PORT_OPEN)
			return;
	}
}

/* Ports beside the one that clients use, by their names. */
static bool beside(const char *name)
{
	static const char *const words[] = {"metric",  "prom",	"health", "admin", "debug", "stat",
					    "telemetry", "monitor", "pprof",  "probe", "jmx",	"mgmt",
					    "manage",  "actuator", "trac",   "webhook", NULL};

	for (size_t i = 0; words[i]; i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

static bool sends_to(const json_t *service, const json_t *declared)
{
	json_t *list = fld_at(service, "spec.ports"), *p, *target;
	int64_t number = fld_int(declared, "containerPort", 0);
	size_t i;

	json_array_foreach (list, i, p) {
		target = fld_at(p, "targetPort");
		if (json_is_string(target) ? strcmp(json_string_value(target), fld_str(declared, "name")) == 0
					   : (target ? json_integer_value(target) : fld_int(p, "port", 0)) == number)
			return true;
	}
	return false;
}

static bool has_service(const struct view *v, const json_t *pod, const json_t *declared)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "services", fld_ns(pod), &seen), *s;
	size_t i;

	json_array_foreach (list, i, s)
		if (fld_count(s, "spec.selector") &&
		    v->h->labels_match(fld_at(s, "spec.selector"), fld_at(pod, "metadata.labels"), true) &&
		    sends_to(s, declared))
			return true;
	return false;
}

bool open_port_left_over(const struct view *v, const json_t *pod)
{
	json_t *list = fld_at(pod, "spec.containers"), *c, *p;
	size_t i, k;

	json_array_foreach (list, i, c)
		json_array_foreach (fld_at(c, "ports"), k, p)
			if (!beside(fld_str(p, "name")) && !has_service(v, pod, p))
				return true;
	return false;
}
