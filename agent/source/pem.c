/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/pem.h"
#include <string.h>
#include <time.h>
/* OpenSSL has a type of the name of one of our error codes. */
#define ERR_STATE openssl_err_state
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#undef ERR_STATE
#include "agent/base/mem.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

char *base64_decode(const char *s, size_t *len)
{
	char *out = mem_alloc(strlen(s) / 4 * 3 + 4);
	unsigned bits = 0, digits = 0, pad = 0;
	size_t n = 0;

	for (; *s; s++) {
		int v = base64_value(*s);

		if (*s == '\n' || *s == '\r')
			continue;
		if (*s == '=') {
			pad++;
			continue;
		}
		if (v < 0 || pad > 0)
			goto bad;
		bits = bits << 6 | (unsigned)v;
		if (++digits % 4 == 0) {
			out[n++] = (char)(bits >> 16);
			out[n++] = (char)(bits >> 8);
			out[n++] = (char)bits;
			bits = 0;
		}
	}
	if ((digits + pad) % 4 != 0 || pad > 2 || digits % 4 == 1)
		goto bad;
	if (digits % 4 == 2) {
		out[n++] = (char)(bits >> 4);
	} else if (digits % 4 == 3) {
		out[n++] = (char)(bits >> 10);
		out[n++] = (char)(bits >> 2);
	}
	out[n] = '\0';
	if (len)
		*len = n;
	return out;
bad:
	free(out);
	return NULL;
}

char *base64_encode(const void *p, size_t n)
{
	const unsigned char *in = p;
	char *out = mem_alloc((n + 2) / 3 * 4 + 1), *o = out;
	size_t i;

	for (i = 0; i < n; i += 3) {
		unsigned left = n - i > 2 ? 3 : (unsigned)(n - i);
		unsigned bits =
			(unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);

		*o++ = alphabet[bits >> 18];
		*o++ = alphabet[bits >> 12 & 63];
		*o++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		*o++ = left > 2 ? alphabet[bits & 63] : '=';
	}
	*o = '\0';
	return out;
}

/* OpenSSL would ask for a passphrase on the terminal: no passphrase, then. */
static int no_passphrase(char *text, int size, int writing, void *ctx)
{
	(void)text, (void)size, (void)writing, (void)ctx;
	return -1;
}

static X509 *first_cert(const char *pem)
{
	BIO *in = BIO_new_mem_buf(pem, -1);
	X509 *cert = in ? PEM_read_bio_X509(in, NULL, no_passphrase, NULL) : NULL;

	BIO_free(in);
	ERR_clear_error();
	return cert;
}

int pem_check_certs(const char *pem, const char *what, struct err *e)
{
	BIO *in = BIO_new_mem_buf(pem, -1);
	X509 *cert;
	unsigned long why;
	size_t n = 0;

	ERR_clear_error();
	while (in && (cert = PEM_read_bio_X509(in, NULL, no_passphrase, NULL))) {
		X509_free(cert);
		n++;
	}
	why = ERR_peek_last_error();
	BIO_free(in);
	ERR_clear_error();
	if (n == 0)
		return err_set(e, ERR_PARSE, "%s holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
			       what);
	if (ERR_GET_REASON(why) != PEM_R_NO_START_LINE)
		return err_set(e, ERR_PARSE, "%s: certificate %zu of the bundle is damaged; make the file anew", what,
			       n + 1);
	return 0;
}

int pem_check_pair(const char *cert, const char *key, const char *what, struct err *e)
{
	X509 *x = first_cert(cert);
	BIO *in = BIO_new_mem_buf(key, -1);
	EVP_PKEY *pkey = in ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
	int rc = 0;

	if (!x)
		rc = err_set(e, ERR_PARSE, "the client certificate of %s is no certificate in PEM form", what);
	else if (!pkey && strstr(key, "ENCRYPTED"))
		rc = err_set(e, ERR_PARSE,
			     "the client key of %s is protected by a passphrase, which no Kubernetes client "
			     "supports; store it decrypted (openssl pkey -in KEY -out KEY.plain)",
			     what);
	else if (!pkey)
		rc = err_set(e, ERR_PARSE, "the client key of %s is no private key in PEM form", what);
	else if (X509_check_private_key(x, pkey) != 1)
		rc = err_set(e, ERR_PARSE, "client certificate and client key of %s do not belong together", what);
	EVP_PKEY_free(pkey);
	X509_free(x);
	BIO_free(in);
	ERR_clear_error();
	return rc;
}

int64_t pem_not_after(const char *pem)
{
	X509 *cert = pem ? first_cert(pem) : NULL;
	struct tm tm;
	int64_t ms = 0;

	if (cert && ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1)
		ms = (int64_t)timegm(&tm) * 1000;
	X509_free(cert);
	return ms;
}
