/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that run and are ready, but whose logs end in errors about something they depend on; and ports taken by a
 * neighbour. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/advice.h"
#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/echo.h"
#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/reach.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
	struct echoes echoes;
};

static void on_errors(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	struct diagnosis *d;
	char words[260];

	if (t->why != TROUBLE_ERRORS) { /* others report it, but it may be what another log speaks of */
		echo_add(&r->echoes, t, NULL);
		return;
	}
	d = diag_new(&r->set);
	echo_add(&r->echoes, t, d);
	workload_about(d, &t->workload);
	diag_rate(d, SEVERITY_WARNING, 0.58);
	diag_cause(d, "%s %s runs and is ready, but its log ends in errors that repeat: \"%s\"", t->workload.kind,
		   t->workload.name, trouble_words(t, words));
	trouble_cite(d, t);
	diag_cite(d, t->pod, NULL, "/status/phase");
	dependency_blame(&r->v, d, t);
	if (reach_blame(&r->v, d, t))
		diag_rate(d, SEVERITY_WARNING, 0.62);
	diag_shows(d, t->pod);
	advice_of_line(&r->v, d, t);
	diag_fix(d, "See what it cannot reach or may not use: kubectl logs %s -n %s -c %s --tail=50", fld_name(t->pod),
		 fld_ns(t->pod), t->name);
}

static void run_errors(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_ANY, on_errors, &r);
	echo_link(&r.echoes);
	diag_send(&r.set);
}

/* The number of the port in "bind: address already in use" lines: the last ":digits" before it. */
static int port_before(const char *line, size_t len)
{
	const char *end = memmem(line, len, "ddress already in use", 21);
	size_t n = end ? (size_t)(end - line) : len;
	int best = 0;

	for (size_t i = 0; i < n; i++) {
		int port = 0;
		size_t k = i + 1;

		if (line[i] != ':' && line[i] != ' ')
			continue;
		while (k < n && k - i < 7 && line[k] >= '0' && line[k] <= '9')
			port = port * 10 + (line[k++] - '0');
		if (k - i >= 3 && port <= 65535 && (k >= n || line[k] == ':' || line[k] == ' ' || line[k] == ')'))
			best = port;
	}
	return best;
}

/* The other container of the pod that has this port. */
static const json_t *neighbour(const struct trouble *t, int port, size_t *container, size_t *index)
{
	json_t *list = fld_at(t->pod, "spec.containers"), *c, *p;
	size_t i, k;

	json_array_foreach (list, i, c) {
		if (strcmp(fld_str(c, "name"), t->name) == 0)
			continue;
		json_array_foreach (fld_at(c, "ports"), k, p)
			if (fld_int(p, "containerPort", 0) == port) {
				*container = i;
				*index = k;
				return c;
			}
	}
	return NULL;
}

static void on_crash(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;
	const char *line;
	size_t len, number = trouble_last_line(t, "address already in use", &line, &len), container, index;
	struct diagnosis *d;
	const json_t *other;
	char arg[400];
	int port;

	if (!number)
		return;
	port = port_before(line, len);
	other = port ? neighbour(t, port, &container, &index) : NULL;
	if (!other && fld_count(t->pod, "spec.containers") < 2)
		return;
	d = diag_new(&r->set);
	workload_about(d, &t->workload);
	diag_rate(d, SEVERITY_CRITICAL, other ? 0.95 : 0.82);
	diag_cause(d, "Containers of one pod of %s %s want the same port%s: %s cannot listen", t->workload.kind,
		   t->workload.name, "", t->name);
	if (port)
		diag_cause_more(d, " on %d", port);
	if (other)
		diag_cause_more(d, ", which container %s has", fld_str(other, "name"));
	diag_cite_line(d, &t->log, number, line, len);
	if (other)
		diag_cite(d, t->pod, NULL, "/spec/containers/%zu/ports/%zu/containerPort", container, index);
	diag_shows(d, t->pod);
	diag_fix(d, "Give one of them another port: kubectl edit %s", workload_arg(&t->workload, arg));
}

static void run_port(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_CRASH, on_crash, &r);
	diag_send(&r.set);
}

const struct check kubernetes_errors_check = {
	.size = sizeof(struct check),
	.name = "log-errors",
	.help = "Ready programs whose logs end in repeated errors about what they depend on",
	.run = run_errors,
	.reads = "pods pods/log events services namespaces nodes persistentvolumeclaims configmaps",
};

const struct check kubernetes_taken_check = {
	.size = sizeof(struct check),
	.name = "port-taken",
	.help = "Containers that cannot listen because another container of their pod has the port",
	.run = run_port,
	.reads = "pods pods/log events nodes",
};
