/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After a handshake that failed on trust: what does that certificate say? curl keeps nothing of it, so it is asked for
 * once more, without trust, without sending anything but the handshake. Costs time only where an error is due.
 */
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/io/http_call.h"

#define LOOK_MS 2000

/* The server is not trusted: control characters do not pass, long texts are cut. */
static void copy_clean(char *to, size_t room, const char *from)
{
	auto_buf struct buf clean = BUF_INIT(4096);
	size_t n;

	utf8_printable(&clean, from, strnlen(from, 1024));
	n = utf8_cut(buf_cstr(&clean), clean.len, room - 1);
	memcpy(to, buf_cstr(&clean), n);
	to[n] = '\0';
}

static void take_line(struct http_cert *out, const char *line)
{
	if (str_starts(line, "X509v3 Subject Alternative Name:"))
		copy_clean(out->names, sizeof(out->names), strchr(line, ':') + 1);
	else if (str_starts(line, "Subject:") && !out->names[0])
		copy_clean(out->names, sizeof(out->names), line + strlen("Subject:"));
	else if (str_starts(line, "Issuer:"))
		copy_clean(out->issuer, sizeof(out->issuer), line + strlen("Issuer:"));
	else if (str_starts(line, "Start date:"))
		copy_clean(out->begins, sizeof(out->begins), line + strlen("Start date:"));
	else if (str_starts(line, "Expire date:"))
		copy_clean(out->ends, sizeof(out->ends), line + strlen("Expire date:"));
}

/* A copy of the failed handle, stripped of trust, of the client's own certificate and of our callbacks. */
static CURL *blind_copy(const struct http_call *c)
{
	CURL *easy = curl_easy_duphandle(c->easy);

	if (!easy)
		return NULL;
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_SSLCERT, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLKEY, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, NULL);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, NULL);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, NULL);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, NULL);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	return easy;
}

void http_cert_look(const struct http_call *c, struct http_cert *out)
{
	CURLM *multi = curl_multi_init();
	CURL *easy = blind_copy(c);
	struct curl_certinfo *info = NULL;
	CURLcode why = CURLE_FAILED_INIT;

	*out = (struct http_cert){0};
	if (multi && easy)
		http_drive(multi, c, easy, clock_sooner(c->q->deadline, clock_deadline(LOOK_MS)), &why);
	if (why == CURLE_OK)
		curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info);
	if (info && info->num_of_certs > 0)
		for (struct curl_slist *line = info->certinfo[0]; line; line = line->next)
			take_line(out, line->data);
	curl_easy_cleanup(easy);
	if (multi)
		curl_multi_cleanup(multi);
}
