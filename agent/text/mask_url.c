/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/mask_rules.h"

#include <string.h>
#include <strings.h>

#define USERINFO_MAX 512

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_base64(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
}

static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)(p - digits) : -1;
}

bool mask_is_basic(const char *s, size_t n)
{
	unsigned bits = 0, held = 0, colons = 0;

	while (n && s[n - 1] == '=')
		n--;
	if (n < 4)
		return false;
	for (size_t i = 0; i < n; i++) {
		int v = base64_value(s[i]);
		unsigned char byte;

		if (v < 0)
			return false;
		bits = bits << 6 | (unsigned)v;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		byte = bits >> held & 0xff;
		if (byte < 0x20 || byte == 0x7f)
			return false;
		colons += byte == ':';
	}
	return colons > 0;
}

/* scheme://user:password@host and scheme://token@host; i is the colon before the slashes. */
static bool find_userinfo(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	size_t start = i + 3, colon = 0, at = 0;

	for (size_t p = start; p < n && p - start < USERINFO_MAX; p++) {
		if (is_space(s[p]) || strchr("/\"'<>`?#|,", s[p]))
			break;
		if (s[p] == ':' && !colon)
			colon = p;
		if (s[p] == '@')
			at = p;
	}
	if (!at || mask_is_mark(s, n, colon ? colon + 1 : start))
		return false;
	if (colon && colon < at) {
		*hit = (struct mask_hit){MASK_SECRET, colon + 1, at};
		return at > colon + 1;
	}
	*hit = (struct mask_hit){MASK_SECRET, start, at};
	return at - start >= 20;
}

/* user:password@tcp(host:port)/name, as Go's MySQL driver wants it. */
static bool find_dsn(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	for (size_t p = i + 1; p < n && p - i < 128 && !is_space(s[p]) && s[p] != '"'; p++) {
		if (s[p] != '@' || n - p < 6)
			continue;
		if (memcmp(s + p + 1, "tcp(", 4) != 0 && memcmp(s + p + 1, "unix(", 5) != 0)
			continue;
		*hit = (struct mask_hit){MASK_SECRET, i + 1, p};
		return p > i + 1 && !mask_is_mark(s, n, i + 1);
	}
	return false;
}

bool mask_find_url(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	if (n - i > 4 && s[i + 1] == '/' && s[i + 2] == '/')
		return find_userinfo(s, n, i, hit);
	return n - i > 6 && find_dsn(s, n, i, hit);
}

static size_t word_at(const char *s, size_t n, size_t i, const char *word)
{
	size_t len = strlen(word);

	return n - i > len && strncasecmp(s + i, word, len) == 0 ? i + len : 0;
}

static size_t skip_blanks(const char *s, size_t n, size_t i)
{
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i;
}

static size_t token_end(const char *s, size_t n, size_t i)
{
	while (i < n && (is_base64(s[i]) || strchr("-._~=%", s[i])) && s[i])
		i++;
	return i;
}

static bool has_digit(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] >= '0' && s[i] <= '9')
			return true;
	return false;
}

/* "Authorization: SCHEME value": whatever the scheme, the value is a secret. */
static bool find_authorization(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	static const char *const schemes[] = {"bearer", "basic", "token", "digest", "negotiate", "apikey", "splunk"};
	size_t p = i;
	bool scheme = false;

	while (p < n && s[p] && strchr("\"'\\ :=[", s[p]) && !mask_is_mark(s, n, p))
		p++;
	if (p == i || p - i > 16)
		return false;
	for (size_t k = 0; k < sizeof schemes / sizeof *schemes; k++) {
		size_t after = word_at(s, n, p, schemes[k]);

		if (after && skip_blanks(s, n, after) > after) {
			p = skip_blanks(s, n, after);
			scheme = true;
			break;
		}
	}
	*hit = (struct mask_hit){MASK_SECRET, p, token_end(s, n, p)};
	/* "may require authorization: authorization failed" is prose: a bare word is no credential */
	if (!scheme && hit->end - p < 20 && !has_digit(s + p, hit->end - p))
		return false;
	return hit->end - p >= 6;
}

bool mask_find_header(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	size_t p;

	if ((s[i] | 0x20) == 'a') {
		p = word_at(s, n, i, "authorization");
		return p && find_authorization(s, n, p, hit);
	}
	if ((s[i] | 0x20) != 'b')
		return false;
	p = word_at(s, n, i, "bearer");
	if (p && skip_blanks(s, n, p) > p) {
		p = skip_blanks(s, n, p);
		*hit = (struct mask_hit){MASK_SECRET, p, token_end(s, n, p)};
		/* "Bearer authentication required" is prose; tokens are long and hold digits. */
		return hit->end - p >= 12 && has_digit(s + p, hit->end - p);
	}
	p = word_at(s, n, i, "basic");
	if (!p || skip_blanks(s, n, p) == p)
		return false;
	p = skip_blanks(s, n, p);
	*hit = (struct mask_hit){MASK_SECRET, p, token_end(s, n, p)};
	return mask_is_basic(s + p, hit->end - p);
}
