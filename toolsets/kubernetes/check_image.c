/* SPDX-License-Identifier: Apache-2.0 */
/* Images that cannot be pulled: a wrong name or tag, missing credentials, a registry that cannot be reached. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

enum refusal {
	REFUSED_UNKNOWN,
	REFUSED_NAME,
	REFUSED_AUTH,
	REFUSED_DNS,
	REFUSED_NETWORK,
	REFUSED_RATE,
	REFUSED_PLATFORM,
	REFUSED_POLICY,
	REFUSED_SYNTAX
};

struct run {
	struct view v;
	struct diagnoses set;
};

/* One image that cannot be had, and the words that say so. */
struct pull {
	const struct patient *p;
	struct workload wl;
	const char *image, *text;
	json_t *object; /* where text stands */
	const char *pointer;
	enum refusal why;
};

static bool has(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

static enum refusal classify(const char *text, const char *reason)
{
	static const struct {
		const char *part;
		enum refusal why;
	} rules[] = {
		{"couldn't parse image", REFUSED_SYNTAX},
		{"invalid reference format", REFUSED_SYNTAX},
		{"no such host", REFUSED_DNS},
		{"server misbehaving", REFUSED_DNS},
		{"name resolution", REFUSED_DNS},
		{"toomanyrequests", REFUSED_RATE},
		{"429 too many requests", REFUSED_RATE},
		{"rate limit", REFUSED_RATE},
		{"no match for platform", REFUSED_PLATFORM},
		{"no matching manifest", REFUSED_PLATFORM},
		{"i/o timeout", REFUSED_NETWORK},
		{"connection refused", REFUSED_NETWORK},
		{"no route to host", REFUSED_NETWORK},
		{"tls handshake timeout", REFUSED_NETWORK},
		{"deadline exceeded", REFUSED_NETWORK},
		{"x509:", REFUSED_NETWORK},
		{"request canceled", REFUSED_NETWORK},
		{"proxyconnect", REFUSED_NETWORK},
		{"connection reset", REFUSED_NETWORK},
		{"http response to https client", REFUSED_NETWORK},
		{"registryunavailable", REFUSED_NETWORK},
		{"unauthorized", REFUSED_AUTH},
		{"authentication required", REFUSED_AUTH},
		{"no basic auth", REFUSED_AUTH},
		{"403 forbidden", REFUSED_AUTH},
		{"pull access denied", REFUSED_AUTH},
		{"insufficient_scope", REFUSED_AUTH},
		{"denied:", REFUSED_AUTH},
		{"401 ", REFUSED_AUTH},
		{"manifest unknown", REFUSED_NAME},
		{"not found", REFUSED_NAME},
		{"does not exist", REFUSED_NAME},
		{"name unknown", REFUSED_NAME},
		{"signature", REFUSED_POLICY},
		{"pull policy of never", REFUSED_POLICY},
	};

	if (strcmp(reason, "InvalidImageName") == 0)
		return REFUSED_SYNTAX;
	if (strcmp(reason, "ErrImageNeverPull") == 0)
		return REFUSED_POLICY;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (has(text, rules[i].part))
			return rules[i].why;
	return REFUSED_UNKNOWN;
}

/* "Back-off pulling image" says nothing: the event of the attempt has the registry's own words. */
static void find_words(const struct view *v, struct pull *q, char pointer[static 160])
{
	const char *reason;
	json_t *e;

	q->text = patient_waiting(q->p, &reason);
	q->object = q->p->pod;
	q->pointer = pointer;
	snprintf(pointer, 160, "%s/state/waiting/message", q->p->pointer);
	q->why = classify(q->text, reason);
	if (q->why != REFUSED_UNKNOWN)
		return;
	e = patient_event(v, q->p->pod, "Failed", "Failed to pull image");
	if (!e)
		return;
	q->text = event_message(e);
	q->object = e;
	snprintf(pointer, 160, "%s", event_pointer(e));
	q->why = classify(q->text, reason);
}

static const char *registry_of(const char *image, char out[static 200])
{
	size_t n = strcspn(image, "/");

	if (image[n] &&
	    (memchr(image, '.', n) || memchr(image, ':', n) || (n == 9 && memcmp(image, "localhost", 9) == 0)))
		snprintf(out, 200, "%.*s", (int)n, image);
	else
		snprintf(out, 200, "docker.io");
	return out;
}

/* The image without tag and digest. */
static size_t repository_length(const char *image)
{
	const char *slash = strrchr(image, '/'), *colon = strchr(slash ? slash : image, ':'), *at = strchr(image, '@');
	size_t n = colon ? (size_t)(colon - image) : strlen(image);

	return at && (size_t)(at - image) < n ? (size_t)(at - image) : n;
}

/* Another image of the same repository that runs in the cluster, or that an older ReplicaSet of this workload had. */
static const char *image_that_works(const struct view *v, const struct pull *q, json_t **holder)
{
	size_t n = repository_length(q->image), i, k;
	enum seen seen;
	json_t *pods = v->h->list(v->w, "pods", NULL, &seen), *pod, *s, *sets;

	sets = q->wl.object ? v->h->children(v->w, q->wl.object, "replicasets.apps") : NULL;
	for (i = json_array_size(sets); i-- > 0;) {
		json_t *set = json_array_get(sets, i);
		const json_t *c = fld_item(fld_at(set, "spec.template.spec.containers"), "name", q->p->name);

		if (!*fld_str(c, "image") || strcmp(fld_str(c, "image"), q->image) == 0)
			continue;
		*holder = set;
		return fld_str(c, "image");
	}
	json_array_foreach (pods, i, pod)
		json_array_foreach (fld_at(pod, "status.containerStatuses"), k, s) {
			const char *image = fld_str(s, "image");

			if (!fld_at(s, "state.running"))
				continue;
			if (repository_length(image) == n && strncmp(image, q->image, n) == 0 &&
			    strcmp(image, q->image) != 0) {
				*holder = pod;
				return image;
			}
		}
	return NULL;
}

/* Names of pull secrets (of the pod, which has its service account's too) that do not exist. */
static const char *missing_secret(const struct view *v, const struct pull *q, size_t *index)
{
	json_t *list = fld_at(q->p->pod, "spec.imagePullSecrets"), *ref;
	enum seen seen;
	size_t i;

	json_array_foreach (list, i, ref) {
		const char *name = fld_str(ref, "name");

		*index = i;
		if (*name && !v->h->find(v->w, "secrets", fld_ns(q->p->pod), name, &seen) && seen == SEEN_NOT_FOUND)
			return name;
		/* names of Secrets may not be readable; the kubelet says it too */
		if (*name && patient_event(v, q->p->pod, "FailedToRetrieveImagePullSecret", name))
			return name;
	}
	return NULL;
}

/* The kubelet passes over secrets of another type without a word. */
static bool wrong_type(struct run *r, struct diagnosis *d, const struct pull *q)
{
	json_t *list = fld_at(q->p->pod, "spec.imagePullSecrets"), *ref, *secret, *wrong = NULL;
	enum seen seen;
	char registry[200];
	size_t i, at = 0;

	json_array_foreach (list, i, ref) {
		const char *type;

		secret = r->v.h->find(r->v.w, "secrets", fld_ns(q->p->pod), fld_str(ref, "name"), &seen);
		type = fld_str(secret, "type");
		if (!*type || strcmp(type, "kubernetes.io/dockerconfigjson") == 0 ||
		    strcmp(type, "kubernetes.io/dockercfg") == 0)
			return false;
		wrong = secret;
		at = i;
	}
	if (!wrong)
		return false;
	registry_of(q->image, registry);
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_about(d, wrong);
	diag_cause(d,
		   "The image pull secret %s of %s %s is of type %s, which the kubelet passes over (it takes "
		   "kubernetes.io/dockerconfigjson), so %s is pulled without credentials",
		   fld_name(wrong), q->wl.kind, q->wl.name, fld_str(wrong, "type"), q->image);
	diag_cite(d, wrong, NULL, "/type");
	diag_cite(d, q->p->pod, NULL, "/spec/imagePullSecrets/%zu/name", at);
	diag_fix(d,
		 "Create it anew with the right type: kubectl delete secret %s -n %s; kubectl create secret "
		 "docker-registry "
		 "%s -n %s --docker-server=%s --docker-username=USER --docker-password=PASSWORD",
		 fld_name(wrong), fld_ns(wrong), fld_name(wrong), fld_ns(wrong), registry);
	return true;
}

static void say_auth(struct run *r, struct diagnosis *d, const struct pull *q)
{
	const char *ns = fld_ns(q->p->pod), *missing;
	char registry[200], arg[400];
	size_t i;
	json_t *e;

	workload_arg(&q->wl, arg);
	registry_of(q->image, registry);
	missing = missing_secret(&r->v, q, &i);
	if (missing) {
		diag_rate(d, SEVERITY_CRITICAL, 0.96);
		diag_cause(d, "%s %s pulls %s with the image pull secret %s, which does not exist in namespace %s",
			   q->wl.kind, q->wl.name, q->image, missing, ns);
		diag_cite(d, q->p->pod, NULL, "/spec/imagePullSecrets/%zu/name", i);
		diag_cite_absence(d, "secrets", ns, missing);
		e = patient_event(&r->v, q->p->pod, "FailedToRetrieveImagePullSecret", missing);
		if (e)
			diag_cite(d, e, NULL, "%s", event_pointer(e));
		diag_fix(d,
			 "Create it: kubectl create secret docker-registry %s -n %s --docker-server=%s "
			 "--docker-username=USER "
			 "--docker-password=PASSWORD",
			 missing, ns, registry);
		diag_fix(d, "Or name a secret that exists: kubectl edit %s", arg);
		return;
	}
	if (wrong_type(r, d, q))
		return;
	if (json_array_size(fld_at(q->p->pod, "spec.imagePullSecrets"))) {
		diag_cause(d, "The registry %s refuses the credentials that %s %s uses to pull %s", registry,
			   q->wl.kind, q->wl.name, q->image);
		diag_cite(d, q->p->pod, NULL, "/spec/imagePullSecrets/0/name");
		diag_fix(d, "Renew the secret %s: its user must have the right to pull %s",
			 fld_str(fld_at(q->p->pod, "spec.imagePullSecrets"), "0.name"), q->image);
		return;
	}
	diag_cause(d,
		   "The registry %s does not give out %s: it is private and %s %s has no image pull secret, or there "
		   "is no such repository",
		   registry, q->image, q->wl.kind, q->wl.name);
	diag_fix(d, "Check the name, and for a private repository add imagePullSecrets: kubectl edit %s", arg);
}

static void say_name(struct run *r, struct diagnosis *d, const struct pull *q)
{
	json_t *holder = NULL;
	const char *good = image_that_works(&r->v, q, &holder);
	char registry[200], arg[400];

	workload_arg(&q->wl, arg);
	diag_rate(d, SEVERITY_CRITICAL, 0.95);
	diag_cause(d, "Image %s of %s %s (container %s) does not exist in the registry %s: wrong name or tag", q->image,
		   q->wl.kind, q->wl.name, q->p->name, registry_of(q->image, registry));
	if (good) {
		diag_cause_more(d, "; %s is in use by %s %s", good, fld_kind(holder), fld_name(holder));
		diag_fix(d, "Use an image that exists, for instance: kubectl set image %s %s=%s", arg, q->p->name,
			 good);
	} else {
		diag_fix(d, "Set an image that exists in the registry: kubectl edit %s", arg);
	}
}

static void say_other(struct diagnosis *d, const struct pull *q)
{
	char registry[200], arg[400];

	workload_arg(&q->wl, arg);
	registry_of(q->image, registry);
	switch (q->why) {
	case REFUSED_DNS:
		diag_rate(d, SEVERITY_CRITICAL, 0.9);
		diag_cause(d,
			   "The registry host %s of image %s (%s %s) does not resolve: the name is wrong, or the "
			   "node's DNS fails",
			   registry, q->image, q->wl.kind, q->wl.name);
		diag_fix(d, "Correct the registry in the image name: kubectl edit %s", arg);
		diag_fix(d, "If the name is right, check DNS on node %s", fld_str(q->p->pod, "spec.nodeName"));
		break;
	case REFUSED_NETWORK:
		diag_rate(d, SEVERITY_CRITICAL, 0.82);
		diag_cause(d, "Node %s cannot reach the registry %s to pull %s for %s %s",
			   fld_str(q->p->pod, "spec.nodeName"), registry, q->image, q->wl.kind, q->wl.name);
		if (strstr(q->text, "x509:") || strstr(q->text, "certificate"))
			diag_cause_more(d, ": its certificate is not trusted");
		else if (strstr(q->text, "HTTP response to HTTPS client"))
			diag_cause_more(d, ": it speaks plain HTTP, but the runtime asks by HTTPS");
		else if (strstr(q->text, "timeout") || strstr(q->text, "deadline exceeded"))
			diag_cause_more(d, ": it does not answer in time");
		else if (strstr(q->text, "connection refused"))
			diag_cause_more(d, ": the connection is refused");
		if (strstr(q->text, "x509:") || strstr(q->text, "HTTP response to HTTPS client"))
			diag_fix(d,
				 "Tell the runtime of the nodes about it (containerd: "
				 "/etc/containerd/certs.d/%s/hosts.toml)",
				 registry);
		diag_fix(d, "Check firewall, proxy and certificates between the node and %s", registry);
		break;
	case REFUSED_RATE:
		diag_rate(d, SEVERITY_CRITICAL, 0.9);
		diag_cause(d, "The registry %s limits how often images are pulled and refuses %s for %s %s", registry,
			   q->image, q->wl.kind, q->wl.name);
		diag_fix(d, "Pull with credentials (imagePullSecrets) or through a mirror: kubectl edit %s", arg);
		break;
	case REFUSED_PLATFORM:
		diag_rate(d, SEVERITY_CRITICAL, 0.95);
		diag_cause(d, "Image %s of %s %s has no build for the processor of node %s", q->image, q->wl.kind,
			   q->wl.name, fld_str(q->p->pod, "spec.nodeName"));
		diag_fix(d,
			 "Publish the image for that architecture, or select nodes with kubernetes.io/arch: kubectl "
			 "edit %s",
			 arg);
		break;
	case REFUSED_POLICY:
		diag_rate(d, SEVERITY_CRITICAL, 0.9);
		diag_cause(d, "Image %s of %s %s may not be pulled (imagePullPolicy %s) and is not on node %s",
			   q->image, q->wl.kind, q->wl.name, fld_str(q->p->container, "imagePullPolicy"),
			   fld_str(q->p->pod, "spec.nodeName"));
		diag_fix(d, "Set imagePullPolicy: IfNotPresent, or load the image on the node: kubectl edit %s", arg);
		break;
	case REFUSED_SYNTAX:
		diag_rate(d, SEVERITY_CRITICAL, 0.97);
		diag_cause(d, "\"%s\" of %s %s (container %s) is not a valid image name", q->image, q->wl.kind,
			   q->wl.name, q->p->name);
		diag_fix(d, "Correct the image name: kubectl edit %s", arg);
		break;
	case REFUSED_UNKNOWN:
	case REFUSED_NAME:
	case REFUSED_AUTH:
		diag_rate(d, SEVERITY_CRITICAL, 0.75);
		diag_cause(d, "Image %s of %s %s (container %s) cannot be pulled", q->image, q->wl.kind, q->wl.name,
			   q->p->name);
		diag_fix(d, "See what the registry says: kubectl describe pod %s -n %s", fld_name(q->p->pod),
			 fld_ns(q->p->pod));
		break;
	}
}

/* Has the template another image by now? */
static bool is_outdated(const struct pull *q)
{
	const json_t *c = fld_item(fld_at(q->wl.spec, "containers"), "name", q->p->name);

	return q->wl.spec_object != q->p->pod && *fld_str(c, "image") && strcmp(fld_str(c, "image"), q->image) != 0;
}

static void on_patient(void *ctx, const struct patient *p)
{
	struct run *r = ctx;
	struct pull q = {.p = p, .image = fld_str(p->container, "image")};
	struct diagnosis *d;
	char pointer[160], place[128];
	size_t i;
	bool fresh;

	if (p->ailment != AILMENT_IMAGE)
		return;
	workload_of(r->v.h, r->v.w, p->pod, &q.wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s/%s", q.wl.kind, q.wl.ns, q.wl.name, q.image);
	diag_shows(d, p->pod);
	if (!fresh)
		return;
	find_words(&r->v, &q, pointer);
	workload_about(d, &q.wl);
	diag_cite(d, q.object, NULL, "%s", q.pointer);
	workload_container(&q.wl, p->name, place);
	if (*place && q.wl.spec_object != p->pod)
		diag_cite(d, q.wl.spec_object, NULL, "%s/image", place);
	else
		diag_cite(d, p->pod, NULL, "%s/image", p->spec_pointer);
	diag_docs(d, "https://kubernetes.io/docs/concepts/containers/images/");
	if (q.why == REFUSED_AUTH || (q.why == REFUSED_UNKNOWN && missing_secret(&r->v, &q, &i))) {
		diag_rate(d, SEVERITY_CRITICAL, 0.85);
		say_auth(r, d, &q);
	} else if (q.why == REFUSED_NAME) {
		say_name(r, d, &q);
	} else {
		say_other(d, &q);
	}
	if (is_outdated(&q)) /* whoever keeps the old pod there is the cause */
		diag_rate(d, SEVERITY_CRITICAL, 0.7);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	patients_each(&r.v, on_patient, &r);
	diag_send(&r.set);
}

const struct check kubernetes_image_check = {
	.size = sizeof(struct check),
	.name = "image-pull",
	.help = "Images that cannot be pulled: wrong name or tag, missing credentials, a registry out of reach",
	.run = run,
	.reads = "pods events secrets replicasets.apps",
};
