/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/io/url.h"

#include <arpa/inet.h>
#include <string.h>

#include <curl/curl.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

static void cleanup_url(CURLU **u)
{
	curl_url_cleanup(*u);
}

static void cleanup_part(char **part)
{
	curl_free(*part);
}

#define auto_url CLEANUP(cleanup_url)
#define auto_part CLEANUP(cleanup_part)

/* A parsed URL or NULL; a URL without a scheme is none. */
static CURLU *parse(const char *url, CURLUcode *why)
{
	CURLU *u = curl_url();

	*why = url && u ? curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) : CURLUE_MALFORMED_INPUT;
	if (*why == CURLUE_OK)
		return u;
	curl_url_cleanup(u);
	return NULL;
}

static char *part_of(CURLU *u, CURLUPart what)
{
	char *s = NULL;

	if (curl_url_get(u, what, &s, 0) != CURLUE_OK)
		return NULL;
	return s;
}

/* The text is quoted only where it cannot hold a password. */
static int refuse_unparsed(const char *url, CURLUcode why, struct err *e)
{
	if (strchr(url, '@'))
		return err_set(e, ERR_ARG,
			       "a URL is malformed (%s) and seems to hold a login: write https://HOST[:PORT][/PATH]",
			       curl_url_strerror(why));
	if (!strstr(url, "://"))
		return err_set(e, ERR_ARG, "\"%.120s\" is no URL: it must begin with http:// or https://", url);
	return err_set(e, ERR_ARG,
		       "\"%.120s\" is no URL (%s): write https://HOST[:PORT][/PATH]", url, curl_url_strerror(why));
}

int url_check(const char *url, struct err *e)
{
	CURLUcode why = CURLUE_OK;
	auto_url CURLU *u = NULL;
	auto_part char *scheme = NULL, *user = NULL, *password = NULL, *host = NULL;

	if (str_empty(url))
		return err_set(e, ERR_ARG, "the URL is empty: write https://HOST[:PORT][/PATH]");
	u = parse(url, &why);
	if (!u)
		return refuse_unparsed(url, why, e);
	scheme = part_of(u, CURLUPART_SCHEME);
	user = part_of(u, CURLUPART_USER);
	password = part_of(u, CURLUPART_PASSWORD);
	host = part_of(u, CURLUPART_HOST);
	if (user || password)
		return err_set(e, ERR_ARG,
			       "the URL of host %.120s holds a user or password: give the login in its own settings "
			       "instead",
			       str_or(host, "?"));
	if (!str_eq_nocase(scheme, "http") && !str_eq_nocase(scheme, "https"))
		return err_set(e, ERR_ARG, "\"%.120s\" has the scheme \"%.20s\": only http and https can be used", url,
			       str_or(scheme, ""));
	/* curl would take "http:///name" for "http://name" */
	if (str_empty(host) || strstr(url, "://")[3] == '/')
		return err_set(e, ERR_ARG, "\"%.120s\" names no host: write https://HOST[:PORT][/PATH]", url);
	return 0;
}

char *url_join(const char *base, const char *path)
{
	size_t n = strcspn(base, "?#");
	const char *query = base[n] == '?' ? base + n + 1 : "";
	int query_len = (int)strcspn(query, "#");

	while (n && base[n - 1] == '/')
		n--;
	while (*path == '/')
		path++;
	if (!query_len)
		return mem_printf("%.*s/%s", (int)n, base, path);
	return mem_printf("%.*s/%s%c%.*s", (int)n, base, path, strchr(path, '?') ? '&' : '?', query_len, query);
}

char *url_host_port(const char *url)
{
	CURLUcode why;
	auto_url CURLU *u = parse(url, &why);
	auto_part char *host = NULL, *port = NULL;

	if (!u)
		return NULL;
	host = part_of(u, CURLUPART_HOST);
	if (str_empty(host) || curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return NULL;
	return mem_printf("%s:%s", host, port);
}

static bool host_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char bare[INET6_ADDRSTRLEN] = "";
	size_t n = strlen(host);

	/* RFC 6761: "localhost" and every name below it stay on this machine, and curl resolves them so. */
	if (str_eq_nocase(host, "localhost") || (n > 10 && str_eq_nocase(host + n - 10, ".localhost")))
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	if (host[0] != '[' || host[n - 1] != ']' || n - 2 >= sizeof(bare))
		return false;
	memcpy(bare, host + 1, n - 2);
	if (inet_pton(AF_INET6, bare, &v6) != 1)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

bool url_is_loopback(const char *url)
{
	CURLUcode why;
	auto_url CURLU *u = parse(url, &why);
	auto_part char *host = NULL;

	if (!u)
		return false;
	host = part_of(u, CURLUPART_HOST);
	return !str_empty(host) && host_is_loopback(host);
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

void url_encode_to(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_unreserved(c))
			buf_char(b, *s);
		else
			buf_printf(b, "%%%02X", c);
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *url_decode(const char *s, size_t n, bool plus)
{
	char *out = mem_alloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		int high = s[i] == '%' && i + 2 < n ? hex_value(s[i + 1]) : -1;
		int low = high >= 0 ? hex_value(s[i + 2]) : -1;

		/* %00 would end the string early, so it stays as it is written. */
		if (low >= 0 && (high || low)) {
			out[len++] = (char)(high * 16 + low);
			i += 2;
		} else if (s[i] == '+' && plus) {
			out[len++] = ' ';
		} else {
			out[len++] = s[i];
		}
	}
	out[len] = '\0';
	return out;
}

char *url_query(const char *path_and_query, const char *name)
{
	const char *p = strchr(path_and_query, '?');

	while (p) {
		const char *item = p + 1;
		size_t len = strcspn(item, "&#");
		size_t key_len = strcspn(item, "=&#");
		auto_free char *key = url_decode(item, key_len, true);

		if (str_eq(key, name))
			return key_len < len ? url_decode(item + key_len + 1, len - key_len - 1, true) : mem_str("");
		p = item[len] == '&' ? item + len : NULL;
	}
	return NULL;
}
