/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that the runtime cannot start: a command that is not in the image, a mount that does not fit. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

/* What stands between marks, at most size - 1 bytes. */
static bool between(const char *text, const char *before, char after, char *out, size_t size)
{
	const char *at = strstr(text, before), *end;

	if (!at)
		return false;
	at += strlen(before);
	end = strchr(at, after);
	if (!end || end == at)
		return false;
	snprintf(out, size, "%.*s", (int)((size_t)(end - at) < size ? (size_t)(end - at) : size - 1), at);
	return true;
}

/* The object and place where the runtime's own words stand. */
static const char *message_of(const struct view *v, const struct patient *p, json_t **object, char pointer[static 160])
{
	const char *text = patient_waiting(p, NULL);
	json_t *e;

	*object = p->pod;
	if (p->ended && *fld_str(p->ended, "message") && !strstr(text, "exec")) {
		snprintf(pointer, 160, "%s/message", p->ended_pointer);
		return fld_str(p->ended, "message");
	}
	snprintf(pointer, 160, "%s/state/waiting/message", p->pointer);
	if (*text && strncmp(text, "back-off", 8) != 0)
		return text;
	e = patient_event(v, p->pod, "Failed", NULL);
	if (!e)
		return text;
	*object = e;
	snprintf(pointer, 160, "%s", event_pointer(e));
	return event_message(e);
}

static void command_missing(struct diagnosis *d, const struct patient *p, const struct workload *wl, const char *text)
{
	char word[200] = "", arg[400], place[128];
	bool found = between(text, "exec: \"", '"', word, sizeof(word)) ||
		     between(text, "exec ", ':', word, sizeof(word)) || between(text, "stat ", ':', word, sizeof(word));

	if (strstr(text, "exec format error"))
		diag_cause(d,
			   "The image of container %s of %s %s is built for another processor than its node's: the "
			   "program \"%s\" "
			   "cannot be executed (exec format error)",
			   p->name, wl->kind, wl->name, found ? word : "?");
	else if (strstr(text, "permission denied"))
		diag_cause(d,
			   "Container %s of %s %s cannot start: its command \"%s\" may not be executed (permission "
			   "denied)",
			   p->name, wl->kind, wl->name, found ? word : "?");
	else
		diag_cause(d, "Container %s of %s %s cannot start: its command \"%s\" is not in the image", p->name,
			   wl->kind, wl->name, found ? word : "?");
	diag_rate(d, SEVERITY_CRITICAL, 0.95);
	workload_container(wl, p->name, place);
	if (*place && found)
		for (int i = 0; i < 3; i++)
			diag_cite(d, wl->spec_object, word, "%s/command/%d", place, i);
	diag_cite(d, p->pod, NULL, "%s/image", p->spec_pointer);
	diag_fix(d, "Correct command and args of container %s, or the image: kubectl edit %s", p->name,
		 workload_arg(wl, arg));
	if (wl->object && strcmp(wl->kind, "Deployment") == 0)
		diag_fix(d, "If the last change broke it, go back: kubectl rollout undo %s", arg);
}

static void other(struct diagnosis *d, const struct patient *p, const struct workload *wl, const char *text,
		  const char *reason)
{
	char arg[400];

	diag_cause(d, "Container %s of %s %s cannot be started (%s): %.300s", p->name, wl->kind, wl->name,
		   *reason ? reason : "StartError", *text ? text : "the runtime gives no reason");
	diag_rate(d, SEVERITY_CRITICAL, *text ? 0.85 : 0.6);
	diag_fix(d, "Correct what the runtime complains about: kubectl edit %s", workload_arg(wl, arg));
	diag_fix(d, "See the events: kubectl describe pod %s -n %s", fld_name(p->pod), fld_ns(p->pod));
}

static void on_patient(void *ctx, const struct patient *p)
{
	struct run *r = ctx;
	struct diagnosis *d;
	struct workload wl;
	const char *text, *reason;
	char pointer[160];
	json_t *object;
	bool fresh;

	if (p->ailment != AILMENT_START || !p->now)
		return;
	text = message_of(&r->v, p, &object, pointer);
	if (strstr(text, "unresolvable CDI devices"))
		return; /* the driver's matter */
	patient_waiting(p, &reason);
	workload_of(r->v.h, r->v.w, p->pod, &wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s/%s", wl.kind, wl.ns, wl.name, p->name);
	diag_shows(d, p->pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_cite(d, object, NULL, "%s", pointer);
	if (strstr(text, "executable file not found") ||
	    (strstr(text, "no such file or directory") && strstr(text, "exec") && !strstr(text, "profile")) ||
	    strstr(text, "exec format error") || (strstr(text, "permission denied") && strstr(text, "exec")))
		command_missing(d, p, &wl, text);
	else
		other(d, p, &wl, text, reason);
	diag_cite(d, p->pod, NULL, "%s/restartCount", p->pointer);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	patients_each(&r.v, on_patient, &r);
	diag_send(&r.set);
}

const struct check kubernetes_start_check = {
	.size = sizeof(struct check),
	.name = "container-start",
	.help = "Containers that the runtime cannot start: command not in the image, not executable, mounts that do "
		"not fit",
	.run = run,
	.reads = "pods events",
};
