/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates made on the spot, and TLS for loopback.h. libssl is found through libcurl, which has it loaded; the
 * program itself does not link it.
 */
#ifndef TESTS_UNIT_TLS_H
#define TESTS_UNIT_TLS_H

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define ERR_STATE openssl_err_state /* a type of theirs, an error code of ours */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#include "tests/unit/loopback.h"

struct identity {
	X509 *cert;
	EVP_PKEY *key;
	char cert_pem[4096], key_pem[4096];
};

static inline void identity_write(struct identity *id)
{
	BIO *b = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(b, id->cert);
	BIO_read(b, id->cert_pem, sizeof(id->cert_pem) - 1);
	BIO_free(b);
	b = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey(b, id->key, NULL, NULL, 0, NULL, NULL);
	BIO_read(b, id->key_pem, sizeof(id->key_pem) - 1);
	BIO_free(b);
}

static inline void identity_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (!x || !X509_add_ext(cert, x, -1))
		abort();
	X509_EXTENSION_free(x);
}

/* ca NULL: a CA that signs itself. san: "DNS:a,IP:1.2.3.4" or NULL. Valid from and to so many seconds from now. */
static inline struct identity identity_new(const char *cn, const char *san, const struct identity *ca, long from,
					   long to)
{
	static long serial = 1;
	struct identity id = {.cert = X509_new(), .key = EVP_EC_gen("P-256")};
	X509_NAME *name = X509_get_subject_name(id.cert);

	X509_set_version(id.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(id.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(id.cert), from);
	X509_gmtime_adj(X509_getm_notAfter(id.cert), to);
	X509_set_pubkey(id.cert, id.key);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(id.cert, ca ? X509_get_subject_name(ca->cert) : name);
	if (!ca)
		identity_extend(id.cert, id.cert, NID_basic_constraints, "critical,CA:TRUE");
	if (san)
		identity_extend(id.cert, ca ? ca->cert : id.cert, NID_subject_alt_name, san);
	if (!X509_sign(id.cert, ca ? ca->key : id.key, EVP_sha256()))
		abort();
	identity_write(&id);
	return id;
}

static inline void identity_free(struct identity *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
}

#define TLS_FUNCTIONS(X)                                                                                       \
	X(TLS_server_method) X(SSL_CTX_new) X(SSL_CTX_free) X(SSL_CTX_use_certificate) X(SSL_CTX_use_PrivateKey) \
	X(SSL_CTX_set_verify) X(SSL_CTX_get_cert_store) X(SSL_new) X(SSL_free) X(SSL_set_fd) X(SSL_accept)       \
	X(SSL_read) X(SSL_write) X(SSL_shutdown) X(SSL_get_servername)

#define TLS_MEMBER(name) __typeof__(&name) f_##name;
static struct {
	TLS_FUNCTIONS(TLS_MEMBER)
} tls;

struct tls_server {
	struct loopback http;
	SSL_CTX *ctx;
	char sni[128];       /* of the last handshake that succeeded */
};

/* false: libcurl brings no OpenSSL. */
static inline bool tls_load(void)
{
	bool all = true;

#define TLS_FIND(name)                                                  \
	*(void **)(void *)&tls.f_##name = dlsym(RTLD_DEFAULT, #name);   \
	all = all && tls.f_##name;
	TLS_FUNCTIONS(TLS_FIND)
	return all;
}

static inline ssize_t tls_read(struct loopback_conn *c, void *p, size_t n)
{
	return tls.f_SSL_read(c->tls, p, (int)n);
}

static inline ssize_t tls_write(struct loopback_conn *c, const void *p, size_t n)
{
	return tls.f_SSL_write(c->tls, p, (int)n);
}

static inline bool tls_open(struct loopback_conn *c)
{
	struct tls_server *s = (struct tls_server *)(void *)c->server;
	const char *sni;

	c->tls = tls.f_SSL_new(s->ctx);
	tls.f_SSL_set_fd(c->tls, c->fd);
	if (tls.f_SSL_accept(c->tls) != 1)
		return false;
	sni = tls.f_SSL_get_servername(c->tls, TLSEXT_NAMETYPE_host_name);
	snprintf(s->sni, sizeof(s->sni), "%s", sni ? sni : "");
	return true;
}

static inline void tls_close(struct loopback_conn *c)
{
	tls.f_SSL_shutdown(c->tls);
	tls.f_SSL_free(c->tls);
}

/* client_ca: demand a client certificate signed by it. */
static inline void tls_start(struct tls_server *s, const struct identity *id, const struct identity *client_ca,
			     bool (*handle)(struct loopback_conn *c))
{
	s->ctx = tls.f_SSL_CTX_new(tls.f_TLS_server_method());
	if (tls.f_SSL_CTX_use_certificate(s->ctx, id->cert) != 1 || tls.f_SSL_CTX_use_PrivateKey(s->ctx, id->key) != 1)
		abort();
	if (client_ca) {
		X509_STORE_add_cert(tls.f_SSL_CTX_get_cert_store(s->ctx), client_ca->cert);
		tls.f_SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	s->http.handle = handle;
	s->http.open_tls = tls_open;
	s->http.read = tls_read;
	s->http.write = tls_write;
	s->http.close = tls_close;
	loopback_start(&s->http);
}

static inline void tls_stop(struct tls_server *s)
{
	loopback_stop(&s->http);
	tls.f_SSL_CTX_free(s->ctx);
}

#endif
