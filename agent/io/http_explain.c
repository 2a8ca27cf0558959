/* SPDX-License-Identifier: Apache-2.0 */
/* Failures in words for people: what happened, with whom, what to check. No path, query, login or token gets in. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ERR_STATE openssl_err_state /* a type of theirs, an error code of ours */
#include <openssl/x509_vfy.h>
#undef ERR_STATE

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/io/http_call.h"
#include "agent/io/url.h"

static double seconds(int64_t ms)
{
	return (double)ms / 1000.0;
}

static char *host_of(const struct http_call *c)
{
	return mem_strn(c->target, (size_t)(strrchr(c->target, ':') - c->target));
}

/* What curl says of it, for the cases that have no sentence of their own. */
static const char *reason(const struct http_call *c, CURLcode why)
{
	return c->text[0] ? c->text : curl_easy_strerror(why);
}

/* How far the request got, as a half-sentence. */
static char *progress_of(const struct http_call *c)
{
	if (!c->connected)
		return mem_str("it was still connecting");
	if (!c->reply->status)
		return mem_str("it is connected, but no answer came");
	return mem_printf("status %d and %llu bytes came, but not the end", c->reply->status,
			  (unsigned long long)c->reply->bytes);
}

int http_call_explain_deadline(const struct http_call *c, struct err *e)
{
	auto_free char *how_far = progress_of(c);

	return err_set(e, ERR_TIMEOUT,
		       "no full answer from %.200s within the time limit (%.1f s were used; %s): check the server, or "
		       "allow more time", c->target,
		       seconds(clock_mono_ms() - c->started), how_far);
}

int http_call_explain_idle(const struct http_call *c, struct err *e)
{
	auto_free char *how_far = progress_of(c);

	return err_set(e, ERR_TIMEOUT,
		       "%.200s was silent for %.1f s (%s): check whether it is overloaded or hangs", c->target,
		       seconds(c->q->idle_ms > 0 ? c->q->idle_ms : HTTP_IDLE_MS), how_far);
}

static int explain_names(const struct http_call *c, const struct http_cert *cert, struct err *e)
{
	const char *wanted = c->q->peer ? c->q->peer->tls_server_name : NULL;
	auto_free char *host = host_of(c);

	return err_set(e, ERR_NET,
		       "the certificate of %.120s is not for \"%.80s\" but for %.160s: check the address, or set the "
		       "TLS server name",
		       c->target, str_or(wanted, host), str_or(cert->names, "other names"));
}

/* By the verdict of OpenSSL on the chain; the name is checked by curl, after it. */
static int explain_trust(struct http_call *c, CURLcode why, struct err *e)
{
	struct http_cert cert;
	long verdict = 0;

	curl_easy_getinfo(c->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
	http_cert_look(c, &cert);
	if (strstr(c->text, "target host name"))
		return explain_names(c, &cert, e);
	switch (verdict) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return err_set(e, ERR_NET,
			       "the certificate of %.120s has expired (valid until %.40s): renew it on the server, or "
			       "check the clock of this machine",
			       c->target, str_or(cert.ends, "an earlier date"));
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return err_set(e, ERR_NET,
			       "the certificate of %.120s is not valid yet (from %.40s on): check the clock of this "
			       "machine",
			       c->target, str_or(cert.begins, "a later date"));
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return err_set(e, ERR_NET,
			       "the certificate of %.120s is signed by an unknown authority (issuer: %.120s): check "
			       "the CA certificate that is configured for it",
			       c->target, str_or(cert.issuer, "unknown"));
	default:
		return err_set(e, ERR_NET,
			       "the certificate of %.120s is not accepted (%.160s): check the certificate and the CA "
			       "configured for it",
			       c->target, reason(c, why));
	}
}

static int explain_handshake(const struct http_call *c, CURLcode why, struct err *e)
{
	const char *text = reason(c, why);

	if (strstr(text, "wrong version number") || strstr(text, "packet length too long"))
		return err_set(e, ERR_NET,
			       "%.120s does not speak TLS: check the port, and whether the URL should begin with "
			       "http://",
			       c->target);
	if (str_find_nocase(text, "certificate required") || str_find_nocase(text, "bad certificate") ||
	    str_find_nocase(text, "unknown ca") || str_find_nocase(text, "handshake failure"))
		return err_set(e, ERR_NET,
			       "%.120s refused the TLS handshake (%.160s): check the client certificate it asks for",
			       c->target, text);
	return err_set(e, ERR_NET, "the TLS handshake with %.120s failed: %.240s", c->target, text);
}

/* Our own side of TLS: files and PEM texts that were given to us. */
static int explain_own_tls(const struct http_call *c, CURLcode why, struct err *e)
{
	const struct http_peer *peer = c->q->peer;
	bool ca = why == CURLE_SSL_CACERT_BADFILE;
	const char *file = NULL;

	if (peer && ca && !peer->ca_pem)
		file = peer->ca_file;
	if (peer && !ca && !peer->cert_pem)
		file = peer->cert_file;

	return err_set(e, ERR_CONFIG, "the %s%s%.120s for %.100s cannot be used (%.120s): it must be PEM%s",
		       ca ? "CA certificate" : "client certificate or key", file ? " in " : "", str_or(file, ""),
		       c->target, reason(c, why), ca ? "" : ", and the key must belong to the certificate");
}

/* curl names whom it could not reach: the host, or the proxy before it. */
static int explain_connect(const struct http_call *c, CURLcode why, struct err *e)
{
	char name[128] = "";
	unsigned port = 0;
	long sys = 0;
	bool proxied;
	auto_free char *who = NULL;

	curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &sys);
	if (sscanf(c->text, "Failed to connect to %127s port %u", name, &port) == 2)
		who = strchr(name, ':') ? mem_printf("[%s]:%u", name, port) : mem_printf("%s:%u", name, port);
	proxied = who && !str_eq_nocase(who, c->target);
	if (!who || !proxied) {
		free(who);
		who = mem_str(c->target);
	}
	if (sys == ECONNREFUSED)
		err_set(e, ERR_NET,
			"connection refused: nothing listens at %s%.160s; check the address and whether the %s runs",
			proxied ? "the proxy " : "", who, proxied ? "proxy" : "server");
	else if (sys == ENETUNREACH || sys == EHOSTUNREACH)
		err_set(e, ERR_NET,
			"no route to %s%.160s (%s): check the network and the VPN", proxied ? "the proxy " : "", who,
			strerror((int)sys));
	else
		err_set(e, ERR_NET,
			"cannot connect to %s%.160s: %.200s", proxied ? "the proxy " : "", who, reason(c, why));
	if (e)
		e->sys = (int)sys;
	return -1;
}

static int explain_proxy_name(const struct http_call *c, struct err *e)
{
	const char *proxy = c->q->peer ? c->q->peer->proxy : NULL;
	auto_free char *name = str_empty(proxy) ? NULL : url_host_port(proxy);

	return err_set(e, ERR_NET,
		       "the address of the proxy %.160s for %.120s is not found: check the proxy setting "
		       "(HTTPS_PROXY, NO_PROXY)",
		       str_or(name, "from the environment"), c->target);
}

static int explain_cut(const struct http_call *c, CURLcode why, struct err *e)
{
	long tunnel = 0;

	curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (tunnel >= 300)
		return err_set(e, ERR_NET,
			       "the proxy refused the way to %.120s with status %ld: check the proxy's login and "
			       "rules, or NO_PROXY",
			       c->target, tunnel);
	/* With TLS 1.3 a server refuses the client's certificate only after the client thinks that all is well. */
	if (!c->connected || strstr(c->text, "alert "))
		return explain_handshake(c, why, e);
	if (!c->reply->status)
		return err_set(e, ERR_NET,
			       "%.120s closed the connection without an answer: check the server's log, and http:// "
			       "against https://",
			       c->target);
	return err_set(e, ERR_NET,
		       "%.120s broke off in the middle of its answer (status %d, after %llu bytes: %.120s)", c->target,
		       c->reply->status, (unsigned long long)c->reply->bytes, reason(c, why));
}

static int explain_slow_connect(const struct http_call *c, struct err *e)
{
	const char *what = str_starts(c->text, "Resolving") ? "its name server did not answer: check DNS"
		: strstr(c->text, "SSL") ? "the TLS handshake hung: check the port"
		: "check the address, and a firewall or VPN on the way";

	return err_set(e, ERR_TIMEOUT, "no connection to %.120s within %.1f s; %s", c->target,
		       seconds(c->q->connect_ms > 0 ? c->q->connect_ms : HTTP_CONNECT_MS), what);
}

static int explain_limit(const struct http_call *c, struct err *e)
{
	char size[24];

	str_from_size(c->reply->bytes, size);
	return err_set(e, ERR_LIMIT,
		       "the answer of %.120s is larger than the limit of %s: the rest was not read", c->target, size);
}

int http_call_explain(struct http_call *c, CURLcode why, struct err *e)
{
	auto_free char *host = host_of(c);

	if (c->reply->capped)
		return explain_limit(c, e);
	switch ((int)why) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(e, ERR_NET,
			       "the host name \"%.160s\" is not found: check the spelling, DNS and the VPN", host);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return explain_proxy_name(c, e);
	case CURLE_COULDNT_CONNECT:
		return explain_connect(c, why, e);
	case CURLE_OPERATION_TIMEDOUT:
		return explain_slow_connect(c, e);
	case CURLE_PEER_FAILED_VERIFICATION:
		return explain_trust(c, why, e);
	case CURLE_SSL_CONNECT_ERROR:
		return explain_handshake(c, why, e);
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		return explain_own_tls(c, why, e);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return explain_cut(c, why, e);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return err_set(e, ERR_NET,
			       "%.120s does not answer with HTTP: check the port, and http:// against "
			       "https://", c->target);
	case CURLE_BAD_CONTENT_ENCODING:
		return err_set(e, ERR_NET,
			       "the answer of %.120s is compressed wrongly: check a proxy on the way", c->target);
	default:
		return err_set(e, ERR_NET, "the request to %.120s failed: %.240s", c->target, reason(c, why));
	}
}
