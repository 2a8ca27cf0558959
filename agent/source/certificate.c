/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL has an ERR_STATE of its own, so neither err.h nor what includes it can be used here. */
#include "agent/source/certificate.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "agent/base/utf8.h"

enum { CERTIFICATES_MAX = 16, NAMES_MAX = 100 };

static void add_name(struct buf *out, const char *label, const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (!b)
		return;
	/* Most specific part first ("CN=shop,O=Acme"), UTF-8 as it is, controls escaped. */
	X509_NAME_print_ex(b, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	n = BIO_get_mem_data(b, &text);
	buf_printf(out, "%s: ", label);
	if (n > 0)
		utf8_clean(out, text, (size_t)n);
	buf_char(out, '\n');
	BIO_free(b);
}

static void add_time(struct buf *out, const char *label, const ASN1_TIME *when)
{
	struct tm tm;
	char text[64] = "unreadable";

	if (when && ASN1_TIME_to_tm(when, &tm) == 1)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_printf(out, "%s: %s\n", label, text);
}

static void add_dns_names(struct buf *out, const X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int count = names ? sk_GENERAL_NAME_num(names) : 0, shown = 0;

	for (int i = 0; i < count && shown < NAMES_MAX; i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);

		if (g->type != GEN_DNS)
			continue;
		buf_str(out, shown++ ? ", " : "dnsNames: ");
		utf8_clean(out, (const char *)ASN1_STRING_get0_data(g->d.dNSName),
			   (size_t)ASN1_STRING_length(g->d.dNSName));
	}
	if (shown)
		buf_char(out, '\n');
	GENERAL_NAMES_free(names);
}

size_t certificate_describe(struct buf *out, const char *pem, size_t len)
{
	BIO *in = len <= INT_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
	size_t n = 0;

	while (in && n < CERTIFICATES_MAX) {
		/* A password is never asked for: certificates have none, and an encrypted one is not described. */
		X509 *cert = PEM_read_bio_X509(in, NULL, NULL, (void *)(uintptr_t) "");

		if (!cert)
			break;
		if (n++)
			buf_char(out, '\n');
		add_name(out, "subject", X509_get_subject_name(cert));
		add_name(out, "issuer", X509_get_issuer_name(cert));
		add_time(out, "notBefore", X509_get0_notBefore(cert));
		add_time(out, "notAfter", X509_get0_notAfter(cert));
		add_dns_names(out, cert);
		X509_free(cert);
	}
	BIO_free(in);
	ERR_clear_error();
	return n;
}
