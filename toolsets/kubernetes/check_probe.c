/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that run, but whose probes fail: the probe asks for what the container does not offer, or the program is
 * not well. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/probe.h"
#include "toolsets/kubernetes/probe_said.h"
#include "toolsets/kubernetes/reach.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define READY_MS (60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

/* One container with a probe that fails. */
struct failing {
	json_t *pod, *container, *status;
	const char *kind; /* "readiness", "liveness", "startup" */
	struct probe probe;
	struct workload wl;
	json_t *event;	  /* of the failure; NULL */
	const char *said; /* its words, "" */
	struct log_text log;
	char place[160]; /* of the probe in wl.spec_object, "" */
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static const char *replica_text(int64_t restarts, char out[static 60])
{
	out[0] = '\0';
	if (restarts)
		snprintf(out, 60, " (%d restarts)", (int)restarts);
	return out;
}

static void cite_probe(struct diagnosis *d, const struct failing *f)
{
	const json_t *o = *f->place ? f->wl.spec_object : f->pod;

	if (f->event)
		diag_cite(d, f->event, NULL, "%s", event_pointer(f->event));
	diag_cite(d, o, NULL, "%s/%s/port", f->place, f->probe.action);
	if (*f->probe.path)
		diag_cite(d, o, NULL, "%s/%s/path", f->place, f->probe.action);
}

static void cite_ports(struct diagnosis *d, const struct failing *f)
{
	char base[128];

	workload_container(&f->wl, fld_str(f->container, "name"), base);
	for (size_t i = 0; i < 3 && *base; i++)
		diag_cite(d, f->wl.spec_object, NULL, "%s/ports/%zu/containerPort", base, i);
}

/* The port the probe asks and those the container has do not meet. */
static bool wrong_port(struct diagnosis *d, const struct failing *f)
{
	const char *name = fld_str(f->container, "name"), *line;
	char ports[200], arg[400], restarts[60];
	size_t len, number;
	int port = probe_port(&f->probe, f->container);
	int listening = lines_listening(f->log.text, f->log.len, port, &line, &len, &number);
	bool declared = probe_port_declared(&f->probe, f->pod), count = fld_count(f->container, "ports") > 0;
	bool refused = strstr(f->said, "connection refused") || strstr(f->said, "malformed HTTP") ||
		       strstr(f->said, "404") || !*f->said || strstr(f->said, "deadline exceeded") ||
		       strstr(f->said, "EOF");

	if (is(f->probe.action, "exec") || !refused || (port && listening == port) ||
	    (declared && (!listening || strstr(f->said, "404"))))
		return false;
	if (!declared && !count && !listening)
		return false;
	probe_ports_text(f->container, ports);
	diag_rate(d, SEVERITY_CRITICAL, listening || (port == 0 && count) ? 0.95 : 0.9);
	diag_cause(d, "The %s probe of container %s (%s %s) asks port %s, but ", f->kind, name, f->wl.kind, f->wl.name,
		   f->probe.port_text);
	if (listening)
		diag_cause_more(d, "the program listens on %d", listening);
	else
		diag_cause_more(d, "the container has %s", ports);
	diag_cause_more(d, "%s", replica_text(fld_int(f->status, "restartCount", 0), restarts));
	cite_probe(d, f);
	if (listening)
		diag_cite_line(d, &f->log, number, line, len);
	cite_ports(d, f);
	if (listening)
		snprintf(ports, sizeof(ports), "%d", listening);
	diag_fix(d, "Let the %s probe ask port %s: kubectl edit %s", f->kind, ports, workload_arg(&f->wl, arg));
	return true;
}

static bool wrong_path(struct diagnosis *d, const struct failing *f)
{
	char arg[400];
	const char *code = strstr(f->said, "statuscode: ");
	bool absent = code && strncmp(code + 12, "404", 3) == 0;

	if (!code || !(absent || strncmp(code + 12, "401", 3) == 0 || strncmp(code + 12, "403", 3) == 0 ||
		       strncmp(code + 12, "405", 3) == 0))
		return false;
	diag_rate(d, SEVERITY_CRITICAL, absent ? 0.9 : 0.85);
	diag_cause(d,
		   "The %s probe of container %s (%s %s) asks %s on port %s, which the program answers with status "
		   "%.3s: %s",
		   f->kind, fld_str(f->container, "name"), f->wl.kind, f->wl.name, f->probe.path, f->probe.port_text,
		   code + 12, absent ? "there is no such path" : "it does not let the probe in");
	cite_probe(d, f);
	diag_fix(d, "Set the path that the program offers for its health: kubectl edit %s", workload_arg(&f->wl, arg));
	return true;
}

/* The port speaks, but not what the probe speaks. */
static bool wrong_protocol(struct diagnosis *d, const struct failing *f)
{
	const char *scheme = fld_str(f->probe.object, "httpGet.scheme"), *speaks;
	char arg[400];

	if (strstr(f->said, "server gave HTTP response to HTTPS client"))
		speaks = "plain HTTP";
	else if (strstr(f->said, "malformed HTTP response"))
		speaks = "no HTTP/1 (gRPC, TLS or a protocol of its own)";
	else
		return false;
	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cause(d, "The %s probe of container %s (%s %s) asks port %s by %s, but the program speaks %s there",
		   f->kind, fld_str(f->container, "name"), f->wl.kind, f->wl.name, f->probe.port_text,
		   *scheme ? scheme : "HTTP", speaks);
	cite_probe(d, f);
	diag_cite(d, *f->place ? f->wl.spec_object : f->pod, NULL, "%s/httpGet/scheme", f->place);
	diag_fix(d, "%s: kubectl edit %s",
		 is(scheme, "HTTPS") ? "Set scheme: HTTP in the probe"
				     : "Use a grpc or tcpSocket probe, or scheme: HTTPS",
		 workload_arg(&f->wl, arg));
	return true;
}

/* A TLS server answers plain HTTP with 400, and says in its log why. */
static bool tls_server(struct diagnosis *d, const struct failing *f)
{
	const char *line;
	char arg[400];
	size_t len, number;

	if (!strstr(f->said, "statuscode: 400") || is(fld_str(f->probe.object, "httpGet.scheme"), "HTTPS") ||
	    !f->log.len)
		return false;
	number = lines_last_with(f->log.text, f->log.len, "HTTP request to an HTTPS server", &line, &len);
	if (!number)
		return false;
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d,
		   "The %s probe of container %s (%s %s) speaks plain HTTP to port %s, where the program speaks HTTPS",
		   f->kind, fld_str(f->container, "name"), f->wl.kind, f->wl.name, f->probe.port_text);
	cite_probe(d, f);
	diag_cite(d, *f->place ? f->wl.spec_object : f->pod, NULL, "%s/httpGet/scheme", f->place);
	diag_cite_line(d, &f->log, number, line, len);
	diag_fix(d, "Set scheme: HTTPS in the probe: kubectl edit %s", workload_arg(&f->wl, arg));
	return true;
}

/* The kubelet's words alone prove it. */
static bool as_said(struct diagnosis *d, const struct failing *f)
{
	struct probe_fault fault;
	char arg[400];

	if (!probe_said_fault(&f->probe, f->container, f->said, &fault))
		return false;
	diag_rate(d, SEVERITY_CRITICAL, fault.score);
	diag_cause(d, "The %s probe of container %s (%s %s) %s", f->kind, fld_str(f->container, "name"), f->wl.kind,
		   f->wl.name, fault.what);
	cite_probe(d, f);
	diag_cite(d, *f->place ? f->wl.spec_object : f->pod, NULL, "%s/%s", f->place, fault.place);
	cite_ports(d, f);
	diag_fix(d, "%s: kubectl edit %s", fault.fix, workload_arg(&f->wl, arg));
	return true;
}

/* It is up and says that it is not well, because something that it depends on is not. */
static bool complains_of_others(const struct run *r, const struct failing *f)
{
	const char *line, *word;
	size_t len;

	return f->log.len && r->v.h->decisive_line(f->log.text, f->log.len, &line, &len, &word) &&
	       lines_complains(line, len);
}

/* The program answers too late for this probe: it needs more time, or the probe gives too little. */
static bool impatient(const struct run *r, struct diagnosis *d, const struct failing *f)
{
	int64_t delay = fld_int(f->probe.object, "initialDelaySeconds", 0),
		period = fld_int(f->probe.object, "periodSeconds", 10);
	int64_t fails = fld_int(f->probe.object, "failureThreshold", 3), patience = delay + period * fails, lived = -1,
		a, b;
	const json_t *ended = fld_at(f->status, "lastState.terminated");
	char arg[400];

	if (is(f->kind, "readiness") || complains_of_others(r, f))
		return false;
	if (when_parse(fld_str(ended, "startedAt"), &a) && when_parse(fld_str(ended, "finishedAt"), &b))
		lived = (b - a) / 1000;
	if (patience > 60 || (lived >= 0 && lived > patience * 3 + 60))
		return false;
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	diag_cause(d,
		   "The %s probe of container %s (%s %s) is too impatient: it gives the program %d s (delay %d s, "
		   "every %d s, %d failures, "
		   "timeout %d s) and restarts it before it is up (%d restarts)",
		   f->kind, fld_str(f->container, "name"), f->wl.kind, f->wl.name, (int)patience, (int)delay,
		   (int)period, (int)fails, (int)fld_int(f->probe.object, "timeoutSeconds", 1),
		   (int)fld_int(f->status, "restartCount", 0));
	cite_probe(d, f);
	diag_cite(d, *f->place ? f->wl.spec_object : f->pod, NULL, "%s/periodSeconds", f->place);
	diag_cite(d, *f->place ? f->wl.spec_object : f->pod, NULL, "%s/failureThreshold", f->place);
	diag_fix(d, "%s initialDelaySeconds, timeoutSeconds and failureThreshold: kubectl edit %s",
		 is(f->kind, "startup") ? "Raise its" : "Add a startupProbe, or raise", workload_arg(&f->wl, arg));
	return true;
}

static void unwell(struct run *r, struct diagnosis *d, const struct failing *f)
{
	const char *line = "", *word = "", *name = fld_str(f->container, "name");
	char words[260], arg[400];
	size_t len = 0, number = 0;

	if (f->log.len)
		number = r->v.h->decisive_line(f->log.text, f->log.len, &line, &len, &word);
	diag_rate(d, SEVERITY_CRITICAL, number ? 0.6 : 0.55);
	diag_cause(d, "Container %s of %s %s runs but its %s probe fails", name, f->wl.kind, f->wl.name, f->kind);
	if (*f->said)
		diag_cause_more(d, " (%.160s)", f->said);
	if (number)
		diag_cause_more(d, ": its log says \"%s\"", lines_words(line, len, words));
	cite_probe(d, f);
	if (number)
		diag_cite_line(d, &f->log, number, line, len);
	diag_cite(d, f->pod, NULL, "/status/phase");
	diag_fix(d, "See what the program waits for: kubectl logs %s -n %s -c %s", fld_name(f->pod), fld_ns(f->pod),
		 name);
	diag_fix(d, "Then correct it, or the probe: kubectl edit %s", workload_arg(&f->wl, arg));
	if (number) {
		struct trouble t = {.why = TROUBLE_UNREADY,
				    .pod = f->pod,
				    .container = f->container,
				    .status = f->status,
				    .name = name,
				    .workload = f->wl,
				    .log = f->log,
				    .line = line,
				    .len = len,
				    .number = number,
				    .word = word};

		dependency_blame(&r->v, d, &t);
	}
	dependency_blame_text(&r->v, d, f->pod, f->said, strlen(f->said));
	if (strstr(f->said, "statuscode: 50")) { /* it says that it is not well, and not why */
		struct trouble t = {.pod = f->pod, .name = name, .workload = f->wl, .line = line, .len = len};

		reach_blame(&r->v, d, &t);
	}
}

static void judge(struct run *r, struct failing *f)
{
	const char *name = fld_str(f->container, "name");
	struct log_request q = {.ns = fld_ns(f->pod),
				.pod = fld_name(f->pod),
				.container = name,
				.tail_lines = 400,
				.limit_bytes = 512u << 10};
	struct diagnosis *d;
	char part[40];
	bool fresh;

	workload_of(r->v.h, r->v.w, f->pod, &f->wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s/%s/%s", f->wl.kind, f->wl.ns, f->wl.name, name, f->kind);
	diag_shows(d, f->pod);
	if (!fresh)
		return;
	workload_about(d, &f->wl);
	workload_container(&f->wl, name, f->place);
	if (*f->place)
		snprintf(f->place + strlen(f->place), 32, "/%s", f->probe.field);
	else
		f->wl.spec_object = f->pod;
	snprintf(part, sizeof(part), "%c%s probe", f->kind[0] - 'a' + 'A', f->kind + 1);
	f->event = patient_event(&r->v, f->pod, "Unhealthy", part);
	f->said = f->event ? event_message(f->event) : "";
	r->v.h->log(r->v.w, &q, &f->log);
	diag_docs(d, "https://kubernetes.io/docs/tasks/configure-pod-container/"
		     "configure-liveness-readiness-startup-probes/");
	if (!as_said(d, f) && !tls_server(d, f) && !wrong_protocol(d, f) && !wrong_port(d, f) && !wrong_path(d, f) &&
	    !impatient(r, d, f))
		unwell(r, d, f);
}

/* Killed by a probe again and again. */
static void on_patient(void *ctx, const struct patient *p)
{
	struct run *r = ctx;
	struct failing f = {.pod = p->pod, .container = p->container, .status = p->status};
	bool startup = patient_event(&r->v, p->pod, "Killing", "failed startup probe") != NULL;

	if (p->ailment != AILMENT_PROBE || !p->now)
		return;
	f.kind = startup ? "startup" : "liveness";
	if (probe_read(p->container, f.kind, &f.probe))
		judge(r, &f);
}

static bool long_enough(struct run *r, const json_t *status, const struct probe *p)
{
	int64_t at, patience = fld_int(p->object, "initialDelaySeconds", 0) +
			       fld_int(p->object, "periodSeconds", 10) * fld_int(p->object, "failureThreshold", 3);

	return when_parse(fld_str(status, "state.running.startedAt"), &at) &&
	       r->v.now_ms - at > READY_MS + patience * 1000;
}

static void on_pod(struct run *r, json_t *pod)
{
	json_t *statuses = fld_at(pod, "status.containerStatuses"), *status;
	size_t i;

	if (*fld_str(pod, "metadata.deletionTimestamp"))
		return;
	json_array_foreach (statuses, i, status) {
		struct failing f = {.pod = pod,
				    .status = status,
				    .kind = "readiness",
				    .container =
					    fld_item(fld_at(pod, "spec.containers"), "name", fld_str(status, "name"))};

		if (!fld_at(status, "state.running") || fld_true(status, "ready"))
			continue;
		if (json_is_false(fld_at(status, "started")))
			f.kind = "startup";
		if (probe_read(f.container, f.kind, &f.probe) && long_enough(r, status, &f.probe))
			judge(r, &f);
	}
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	patients_each(&r.v, on_patient, &r);
	json_array_foreach (pods, i, pod)
		on_pod(&r, pod);
	diag_send(&r.set);
}

const struct check kubernetes_probe_check = {
	.size = sizeof(struct check),
	.name = "probe-failing",
	.help = "Probes that ask a port or path that the container does not offer, give up too early, or show that a "
		"program is not well",
	.run = run,
	.reads = "pods pods/log events services",
};
