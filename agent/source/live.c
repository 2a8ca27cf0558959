/* SPDX-License-Identifier: Apache-2.0 */
/* A live Kubernetes API: one request at a time and thread, as the user of a kubeconfig. Reads only. */
#include "agent/source/live.h"
#include <stdlib.h>
#include <string.h>
#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/io/url.h"
#include "agent/source/credentials.h"
#include "agent/source/kubeconfig.h"
#include "agent/source/pem.h"

#define DEFAULT_MAX_BYTES ((uint64_t)256 << 20)
#define FIXED_HEADERS 5u

struct live {
	struct origin base;
	struct kube_context context;
	struct credentials *credentials;
	struct http_set *clients;
	size_t impersonate; /* header lines of that kind */
};

/* One attempt: where its body goes. */
struct live_call {
	struct origin_reply *r;
	origin_sink *sink;
	void *ctx;
	struct http_reply http;
	struct buf error; /* body of an error status */
};

/* The two questions that a reader may POST: they ask what we may do, and change nothing. */
static bool is_review(const char *path)
{
	return str_eq(path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") ||
	       str_eq(path, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews");
}

static int check_request(const struct origin_request *q, struct err *e)
{
	const unsigned char *p = (const unsigned char *)q->path;

	if (!p || *p != '/')
		return err_set(e, ERR_ARG, "a path of the API must begin with \"/\"");
	for (; *p; p++)
		if (*p <= ' ' || *p == 127)
			return err_set(e, ERR_ARG,
				       "a path of the API must be percent-encoded: it holds a blank or control "
				       "character");
	if (q->body && !is_review(q->path))
		return err_set(e, ERR_ARG, "only reads are sent to a cluster: no body for %.200s", q->path);
	return 0;
}

static int take_body(void *ctx, const char *data, size_t len)
{
	struct live_call *c = ctx;

	if (c->http.status < 200 || c->http.status > 299) {
		buf_add(&c->error, data, len);
		return c->error.over;
	}
	c->r->bytes += len;
	return c->sink(c->ctx, data, len);
}

static const char **request_headers(const struct live *l, const struct origin_request *q, char **accept)
{
	const char **list = mem_zero((FIXED_HEADERS + l->impersonate) * sizeof(*list));
	size_t n = 0, i;

	*accept = mem_printf("Accept: %s", q->accept ? q->accept : "application/json");
	list[n++] = *accept;
	list[n++] = "User-Agent: dupin/" DUPIN_VERSION;
	if (q->body)
		list[n++] = "Content-Type: application/json";
	if (l->context.cluster.uncompressed)
		list[n++] = "Accept-Encoding: identity";
	for (i = 0; i < l->impersonate; i++)
		list[n++] = l->context.user.impersonate[i];
	return list;
}

static int send_as(struct live *l, const struct origin_request *q, const struct login *who, struct live_call *c,
		   struct err *e)
{
	const struct kube_cluster *cl = &l->context.cluster;
	struct http_peer peer = {
		.ca_pem = cl->ca_pem,
		.tls_server_name = cl->tls_server_name,
		.insecure = cl->insecure,
		.proxy = cl->proxy,
		.cert_pem = who->cert_pem,
		.key_pem = who->key_pem,
		.bearer = who->bearer,
		.user = who->bearer ? NULL : who->user,
		.password = who->bearer ? NULL : who->password,
	};
	auto_free char *url = url_join(cl->server, q->path);
	auto_free char *accept = NULL;
	auto_free const char **headers = request_headers(l, q, &accept);
	struct http_request request = {
		.method = q->body ? "POST" : "GET",
		.url = url,
		.headers = headers,
		.body = q->body,
		.body_len = q->body ? strlen(q->body) : 0,
		.peer = &peer,
		.deadline = q->deadline,
		.max_bytes = q->max_bytes ? q->max_bytes : DEFAULT_MAX_BYTES,
		.cancel = q->cancel,
	};
	struct http *h = http_set_take(l->clients);
	int rc = http_do(h, &request, take_body, c, &c->http, e);

	http_set_give(l->clients, h);
	return rc;
}

static void explain_401(struct live *l, struct origin_reply *r, const struct login *who, bool renewed)
{
	char how[200], when[CLOCK_TEXT];
	int64_t end = pem_not_after(who->cert_pem);

	credentials_text(l->credentials, how, sizeof(how));
	if (end && end < clock_wall_ms()) {
		clock_format(end, when);
		live_why(r, "401 Unauthorized: the client certificate of %s expired at %s", how, when);
		return;
	}
	live_why(r, "401 Unauthorized: the cluster does not accept %s%s", how, renewed ? ", renewed once" : "");
}

static void explain_reply(struct live *l, const struct origin_request *q, struct live_call *c, const struct login *who,
			  bool renewed)
{
	struct origin_reply *r = c->r;
	char size[24];

	memcpy(r->type, c->http.type, sizeof(r->type));
	r->status = c->http.status;
	r->retry_after_ms = c->http.retry_after_ms;
	if (r->status < 200 || r->status > 299) {
		live_explain_status(r, q->path, buf_cstr(&c->error), c->error.len);
		if (r->status == 401)
			explain_401(l, r, who, renewed);
	} else if (c->http.stopped) {
		str_from_size(r->bytes, size);
		r->state = READ_CUT;
		live_why(r, "stopped after %s", size);
	} else {
		r->state = READ_OK;
	}
}

/* 0 answered, 1 try again with other credentials, -1 cancelled. */
static int attempt(struct live *l, const struct origin_request *q, struct live_call *c, bool renewed, struct err *e)
{
	struct err why = {0};
	struct login who;
	int rc = 0;

	if (credentials_get(l->credentials, q->deadline, q->cancel, &who, &why) < 0) {
		if (why.code == ERR_CANCELED)
			return err_set(e, ERR_CANCELED, "%s", why.msg);
		/* Without a login the server would say 401; it is spared the question. */
		c->r->state = why.code == ERR_TIMEOUT ? READ_TIMEOUT : READ_DENIED;
		c->r->status = why.code == ERR_TIMEOUT ? 0 : 401;
		live_why(c->r, "%s", why.msg);
		return 0;
	}
	if (send_as(l, q, &who, c, &why) < 0 && c->http.status != 401) {
		c->r->status = c->http.status;
		memcpy(c->r->type, c->http.type, sizeof(c->r->type));
		if (why.code == ERR_CANCELED)
			rc = err_set(e, ERR_CANCELED, "%s", why.msg);
		else
			live_explain_failure(c->r, &why, &c->http);
	} else if (c->http.status == 401 && !renewed && credentials_renew(l->credentials, &who)) {
		rc = 1;
	} else {
		explain_reply(l, q, c, &who, renewed);
	}
	login_fini(&who);
	return rc;
}

static int live_get(struct origin *o, const struct origin_request *q, origin_sink *sink, void *ctx,
		    struct origin_reply *r, struct err *e)
{
	struct live *l = CONTAINER_OF(o, struct live, base);
	struct live_call c = {.r = r, .sink = sink, .ctx = ctx, .error = BUF_INIT(LIVE_MAX_ERROR_BYTES)};
	int rc;

	*r = (struct origin_reply){.state = READ_FAILED, .retry_after_ms = -1};
	if (check_request(q, e) < 0)
		return -1;
	rc = attempt(l, q, &c, false, e);
	if (rc == 1) {
		buf_clear(&c.error);
		rc = attempt(l, q, &c, true, e);
	}
	buf_fini(&c.error);
	return rc;
}

static void live_free(struct origin *o)
{
	struct live *l = CONTAINER_OF(o, struct live, base);

	credentials_free(l->credentials);
	http_set_free(l->clients);
	kube_context_fini(&l->context);
	free(l);
}

static const struct origin_ops live_ops = {
	.kind = "live",
	.get = live_get,
	.free = live_free,
};

struct origin *origin_live(const char *kubeconfig, const char *context, struct err *e)
{
	struct live *l = MEM_NEW(struct live);

	if (kubeconfig_load(kubeconfig, context, &l->context, e) < 0) {
		free(l);
		return NULL;
	}
	l->base.ops = &live_ops;
	l->base.name = mem_str(l->context.name);
	l->base.place = mem_str(l->context.cluster.server);
	l->base.default_namespace = mem_str(l->context.namespace);
	l->credentials = credentials_new(&l->context);
	l->clients = http_set_new();
	while (l->context.user.impersonate && l->context.user.impersonate[l->impersonate])
		l->impersonate++;
	return &l->base;
}
