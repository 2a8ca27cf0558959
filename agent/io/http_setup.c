/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to the options of a curl handle. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/io/http_call.h"
#include "agent/io/url.h"

static bool has_header(const struct http_request *q, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; q->headers && q->headers[i]; i++)
		if (strncasecmp(q->headers[i], name, n) == 0 && q->headers[i][n] == ':')
			return true;
	return false;
}

/* What would end a header line early could smuggle a second one in. */
static bool has_control(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

static void add_header(struct http_call *c, const char *line)
{
	struct curl_slist *list = curl_slist_append(c->headers, line);

	if (list)
		c->headers = list;
}

static int add_bearer(struct http_call *c, const char *token, struct err *e)
{
	auto_free char *copy = mem_str(token);
	auto_free char *line = NULL;
	const char *clean = str_trim(copy); /* token files usually end in a newline */

	if (!*clean || has_control(clean))
		return err_set(e, ERR_ARG,
			       "the token for %s is empty or holds control characters: check the file or setting it "
			       "comes from",
			       c->target);
	line = mem_printf("Authorization: Bearer %s", clean);
	add_header(c, line);
	explicit_bzero(line, strlen(line));
	explicit_bzero(copy, strlen(copy));
	return 0;
}

static int set_headers(struct http_call *c, struct err *e)
{
	const struct http_request *q = c->q;

	for (size_t i = 0; q->headers && q->headers[i]; i++) {
		if (has_control(q->headers[i]))
			return err_set(e, ERR_ARG, "the header \"%.*s\" for %s holds control characters: remove them",
				       (int)strcspn(q->headers[i], ":\r\n"), q->headers[i], c->target);
		add_header(c, q->headers[i]);
	}
	/* No pause of a second for servers that do not answer 100, and no form type for what is no form. */
	add_header(c, "Expect:");
	if (!has_header(q, "Content-Type"))
		add_header(c, "Content-Type:");
	if (q->peer && q->peer->bearer && !has_header(q, "Authorization") && add_bearer(c, q->peer->bearer, e) < 0)
		return -1;
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	return 0;
}

static void set_method(struct http_call *c)
{
	const struct http_request *q = c->q;
	const char *method = str_or(q->method, "GET");

	if (str_eq(method, "HEAD")) {
		curl_easy_setopt(c->easy, CURLOPT_NOBODY, 1L);
	} else if (q->body_len || str_eq(method, "POST")) {
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, q->body_len ? q->body : "");
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
		if (!str_eq(method, "POST"))
			curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, method);
	} else if (!str_eq(method, "GET")) {
		curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, method);
	}
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
	struct curl_blob blob = {.data = (void *)(uintptr_t)pem, .len = strlen(pem), .flags = CURL_BLOB_COPY};

	curl_easy_setopt(easy, option, &blob);
}

static void set_trust(CURL *easy, const struct http_peer *peer)
{
	const char *env_ca = getenv("SSL_CERT_FILE");

	if (peer && (peer->ca_pem || peer->ca_file)) {
		/* Only this authority counts then, as in every other Kubernetes client. */
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(easy, CURLOPT_CAINFO, peer->ca_pem ? NULL : peer->ca_file);
		if (peer->ca_pem)
			set_blob(easy, CURLOPT_CAINFO_BLOB, peer->ca_pem);
	} else if (!str_empty(env_ca)) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, env_ca);
	}
	if (peer && peer->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

void http_call_set_tls(CURL *easy, const struct http_peer *peer)
{
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	set_trust(easy, peer);
	if (!peer)
		return;
	if (peer->cert_pem)
		set_blob(easy, CURLOPT_SSLCERT_BLOB, peer->cert_pem);
	else if (peer->cert_file)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, peer->cert_file);
	if (peer->key_pem)
		set_blob(easy, CURLOPT_SSLKEY_BLOB, peer->key_pem);
	else if (peer->key_file)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, peer->key_file);
}

/*
 * Another TLS name: the URL gets that name, so that SNI and verification use it, and the connection is led to the real
 * host. The Host header stays the real one.
 */
static int set_server_name(struct http_call *c, const char *name, struct err *e)
{
	CURLU *u = curl_url();
	char *url = NULL, *port = NULL;
	auto_free char *host = strchr(name, ':') ? mem_printf("[%s]", name) : mem_str(name);
	auto_free char *header = NULL, *route = NULL;

	if (!u || curl_url_set(u, CURLUPART_URL, c->q->url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
	    curl_url_set(u, CURLUPART_HOST, host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_URL, &url, 0) != CURLUE_OK) {
		curl_free(port);
		curl_url_cleanup(u);
		return err_set(e, ERR_ARG,
			       "the TLS server name \"%.120s\" for %s is no host name: correct or remove "
			       "it", name, c->target);
	}
	route = mem_printf("%s:%s:%s", host, port, c->target);
	c->connect_to = curl_slist_append(NULL, route);
	curl_easy_setopt(c->easy, CURLOPT_CONNECT_TO, c->connect_to);
	curl_easy_setopt(c->easy, CURLOPT_URL, url);
	if (!has_header(c->q, "Host")) {
		header = mem_printf("Host: %s", c->target);
		add_header(c, header);
	}
	curl_free(url);
	curl_free(port);
	curl_url_cleanup(u);
	return 0;
}

static void set_login(CURL *easy, const struct http_peer *peer)
{
	if (!peer->user && !peer->password)
		return;
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(easy, CURLOPT_USERNAME, str_or(peer->user, ""));
	curl_easy_setopt(easy, CURLOPT_PASSWORD, str_or(peer->password, ""));
}

static int set_peer(struct http_call *c, struct err *e)
{
	const struct http_peer *peer = c->q->peer;

	http_call_set_tls(c->easy, peer);
	if (peer && peer->proxy)
		curl_easy_setopt(c->easy, CURLOPT_PROXY, peer->proxy);
	else if (url_is_loopback(c->q->url))
		curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
	if (!peer)
		return 0;
	set_login(c->easy, peer);
	return str_empty(peer->tls_server_name) || !strncasecmp(c->q->url, "http:", 5) ? 0
		: set_server_name(c, peer->tls_server_name, e);
}

static void set_limits(struct http_call *c)
{
	int64_t connect_ms = c->q->connect_ms > 0 ? c->q->connect_ms : HTTP_CONNECT_MS;

	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_ms < INT_MAX ? connect_ms : INT_MAX));
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	/* A cancel during a slow DNS look-up must not wait for it: curl's look-up thread ends alone. */
	curl_easy_setopt(c->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(c->easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(c->easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c->easy, CURLOPT_BUFFERSIZE, HTTP_BUFFER);
	curl_easy_setopt(c->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT, "dupin/" DUPIN_VERSION);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->text);
}

int http_call_setup(struct http_call *c, struct err *e)
{
	if (url_check(c->q->url, e) < 0)
		return -1;
	c->target = url_host_port(c->q->url);
	if (!c->target)
		return err_set(e, ERR_ARG, "a URL has no usable host and port: write https://HOST[:PORT][/PATH]");
	set_limits(c);
	curl_easy_setopt(c->easy, CURLOPT_URL, c->q->url);
	set_method(c);
	if (set_peer(c, e) < 0)
		return -1;
	return set_headers(c, e);
}

void http_call_fini(struct http_call *c)
{
	for (struct curl_slist *h = c->headers; h; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(c->headers);
	curl_slist_free_all(c->connect_to);
	free(c->target);
}
