/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/mask_rules.h"

#include <string.h>

enum need { NEED_NONE = 0, NEED_UPPER = 1, NEED_DIGIT = 2 };

/* Keys that begin with a mark of their issuer. extra: allowed beside letters and digits; min: characters after the
 * prefix. */
struct shape {
	const char *prefix, *extra, *kind;
	unsigned short min;
	unsigned char need;
};

static const struct shape shapes[] = {
	{"AKIA", "", "aws-key", 16, NEED_NONE},
	{"ASIA", "", "aws-key", 16, NEED_NONE},
	{"ghp_", "", "github", 20, NEED_NONE},
	{"gho_", "", "github", 20, NEED_NONE},
	{"ghu_", "", "github", 20, NEED_NONE},
	{"ghs_", "", "github", 20, NEED_NONE},
	{"ghr_", "", "github", 20, NEED_NONE},
	{"github_pat_", "_", "github", 22, NEED_NONE},
	{"glpat-", "_-", "gitlab", 16, NEED_NONE},
	{"xoxb-", "-", "slack", 10, NEED_NONE},
	{"xoxp-", "-", "slack", 10, NEED_NONE},
	{"xoxa-", "-", "slack", 10, NEED_NONE},
	{"xoxe-", "-", "slack", 10, NEED_NONE},
	{"xoxr-", "-", "slack", 10, NEED_NONE},
	{"xoxs-", "-", "slack", 10, NEED_NONE},
	{"xapp-", "-", "slack", 10, NEED_DIGIT},
	/* Pods may be called sk-web-5d8f7c9b9b-abcde: theirs are lower-case names. */
	{"sk-", "_-", "api-key", 20, NEED_UPPER | NEED_DIGIT},
	{"sk-", "", "api-key", 32, NEED_DIGIT},
	{"sk_live_", "", "stripe", 16, NEED_NONE},
	{"rk_live_", "", "stripe", 16, NEED_NONE},
	{"AIza", "_-", "gcp-key", 30, NEED_NONE},
	{"ya29.", "_-", "gcp-token", 20, NEED_NONE},
	{"npm_", "", "npm", 30, NEED_NONE},
	{"pypi-AgEI", "_-", "pypi", 20, NEED_NONE},
	{"hf_", "", "huggingface", 30, NEED_NONE},
	{"dckr_pat_", "_-", "docker", 20, NEED_NONE},
	{"hvs.", "_-", "vault", 20, NEED_NONE},
	{"SG.", "_-.", "sendgrid", 40, NEED_UPPER},
	{"nvapi-", "_-", "nvidia", 40, NEED_NONE},
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t run(const char *s, size_t n, size_t i, const char *extra)
{
	size_t end = i;

	while (end < n && (is_alnum(s[end]) || (s[end] && strchr(extra, s[end]))))
		end++;
	return end;
}

static bool has_class(const char *s, size_t n, char from, char to)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] >= from && s[i] <= to)
			return true;
	return false;
}

static bool find_prefixed(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	for (const struct shape *p = shapes; p < shapes + sizeof shapes / sizeof *shapes; p++) {
		size_t len = strlen(p->prefix), end;

		if (s[i] != p->prefix[0] || n - i < len + p->min || memcmp(s + i, p->prefix, len) != 0)
			continue;
		end = run(s, n, i + len, p->extra);
		if (end - i - len < p->min)
			continue;
		if ((p->need & NEED_UPPER) && !has_class(s + i + len, end - i - len, 'A', 'Z'))
			continue;
		if ((p->need & NEED_DIGIT) && !has_class(s + i + len, end - i - len, '0', '9'))
			continue;
		*hit = (struct mask_hit){p->kind, i, end};
		return true;
	}
	return false;
}

/* Three parts (five when encrypted) of base64url, the first a JSON object. */
static bool find_jwt(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	size_t head, body, end;

	if (n - i < 24 || memcmp(s + i, "eyJ", 3) != 0)
		return false;
	head = run(s, n, i, "_-");
	if (head - i < 12 || head >= n || s[head] != '.')
		return false;
	body = run(s, n, head + 1, "_-");
	if (body - head < 9 || body >= n || s[body] != '.')
		return false;
	end = run(s, n, body + 1, "_-");
	while (end < n && s[end] == '.' && end + 1 < n && is_alnum(s[end + 1]))
		end = run(s, n, end + 1, "_-");
	*hit = (struct mask_hit){"jwt", i, end};
	return true;
}

/* Azure AD client secrets: three characters, a digit, "Q~", then 31 or more. */
static bool find_azure(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	size_t end;

	if (n - i < 37 || s[i + 4] != 'Q' || s[i + 5] != '~' || s[i + 3] < '0' || s[i + 3] > '9')
		return false;
	end = run(s, n, i, "_~.-");
	if (end - i < 37)
		return false;
	*hit = (struct mask_hit){"azure-secret", i, end};
	return true;
}

/* A PEM private key: to its END line, or as far as it looks like base64 (newlines may be written \n). */
static bool find_pem(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	static const char begin[] = "-----BEGIN ", end_mark[] = "-----END ";
	size_t label = i + sizeof begin - 1, label_end = label;
	const char *end, *close;

	if (n - i < 32 || memcmp(s + i, begin, sizeof begin - 1) != 0)
		return false;
	while (label_end < n && label_end - label < 48 && (s[label_end] == ' ' || is_alnum(s[label_end])))
		label_end++;
	if (n - label_end < 5 || memcmp(s + label_end, "-----", 5) != 0 ||
	    !memmem(s + label, label_end - label, "PRIVATE KEY", 11))
		return false;
	label_end += 5;
	end = memmem(s + label_end, n - label_end, end_mark, sizeof end_mark - 1);
	if (!end) {
		*hit = (struct mask_hit){"private-key", i, run(s, n, label_end, "+/=\\\r\n ")};
		return true;
	}
	close = end + sizeof end_mark - 1;
	close = memmem(close, n - (size_t)(close - s) < 64 ? n - (size_t)(close - s) : 64, "-----", 5);
	*hit = (struct mask_hit){"private-key", i, close ? (size_t)(close - s) + 5 : n};
	return true;
}

bool mask_find_shape(const char *s, size_t n, size_t i, struct mask_hit *hit)
{
	if (s[i] == '-')
		return find_pem(s, n, i, hit);
	return find_jwt(s, n, i, hit) || find_prefixed(s, n, i, hit) || find_azure(s, n, i, hit);
}
