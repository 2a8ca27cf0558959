/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/mask_rules.h"

#include <string.h>
#include <strings.h>

#define KEY_MAX 128

/* Endings of keys whose values are secrets, without '_', '-' and '.', in lower case. */
static const char *const endings[] = {
	"password",	   "passwd",	"pwd",	      "passphrase",    "secret",	   "token",
	"apikey",	   "accesskey", "secretkey",  "accountkey",    "connectionstring", "privatekey",
	"sharedaccesskey", "masterkey", "signingkey", "encryptionkey",
};

/* Values that say that there is no secret here. */
static const char *const empty_values[] = {
	"true", "false", "null", "nil", "none", "yes", "no", "unset", "empty", "undefined", "redacted", "hidden", "n/a",
};

/* What documentation and our own commands put where people write their secret. */
static const char *const placeholders[] = {"PASSWORD", "TOKEN", "SECRET", "KEY", "API_KEY"};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Lower case, separators left out; "" when it is too long for a key. */
static void plain_key(const char *s, size_t n, char out[static KEY_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < n && n < KEY_MAX; i++)
		if (s[i] != '_' && s[i] != '-' && s[i] != '.')
			out[len++] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] | 0x20) : s[i];
	out[len] = '\0';
}

static bool is_secret_key(const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t end = strlen(endings[i]);

		if (len >= end && strcmp(key + len - end, endings[i]) == 0)
			return true;
	}
	return false;
}

static size_t skip(const char *s, size_t n, size_t i, const char *set, size_t most)
{
	size_t from = i;

	while (i < n && i - from < most && s[i] && strchr(set, s[i]))
		i++;
	return i;
}

struct place {
	size_t value;	    /* where the value (or its opening quote) begins */
	bool tight, assign; /* no blank before it; '=' and not ':' */
};

/* Key, maybe a closing quote, then '=', ':', '=>' or ':='. */
static bool find_separator(const char *s, size_t n, size_t i, struct place *out)
{
	size_t p = skip(s, n, i, "\\\"'`", 8), after;

	p = skip(s, n, p, " \t", 32);
	if (p >= n || (s[p] != '=' && s[p] != ':'))
		return false;
	out->assign = s[p] == '=';
	p++;
	if (p < n && ((s[p - 1] == '=' && s[p] == '>') || (s[p - 1] == ':' && s[p] == '=')))
		p++;
	else if (p < n && s[p] == s[p - 1])
		return false; /* "==" compares, "::" qualifies */
	after = skip(s, n, p, " \t", 64);
	out->tight = after == p;
	out->value = after;
	return after < n && s[after] != '\n' && s[after] != '\r';
}

/* "--password x", ["--password","x"] and the same as YAML list items. */
static bool find_flag_value(const char *s, size_t n, size_t i, size_t key_len, struct place *out)
{
	size_t p;

	if (key_len < 3 || s[i] != '-' || s[i + 1] != '-')
		return false;
	p = skip(s, n, i + key_len, "\\\"' ,\t\r\n-", 64);
	if (p == i + key_len || p >= n || s[p - 1] == '-')
		return false;
	*out = (struct place){.value = p};
	for (size_t k = i + key_len; k < p; k++)
		out->assign = out->assign || s[k] == ',' || s[k] == '\n';
	return true;
}

/* A container's variable, {"name":"DB_PASSWORD","value":"x"} or the same as YAML: the key is the value of a name. */
static bool find_env_value(const char *s, size_t n, size_t i, struct place *out)
{
	size_t p = skip(s, n, i, "\\\"', \t\r\n", 64);

	if (p == i || n - p < 7 || memcmp(s + p, "value", 5) != 0)
		return false;
	if (!find_separator(s, n, p + 5, out))
		return false;
	out->assign = true;
	return true;
}

/* The end of a quoted value whose opening quote (with `slashes` backslashes before it) ends at i. */
static size_t quoted_end(const char *s, size_t n, size_t i, char quote, size_t slashes)
{
	for (size_t p = i; p < n; p++) {
		size_t run = 0;

		while (p + run < n && s[p + run] == '\\')
			run++;
		if (run && p + run < n && s[p + run] == quote && run <= slashes)
			return run == slashes ? p : p + run;
		if (run) {
			p += run; /* an escaped character is part of the value */
			continue;
		}
		if (s[p] == quote && slashes == 0)
			return p;
		if (s[p] == '\n')
			return p; /* an unpaired quote must not eat the text */
	}
	return n;
}

static size_t bare_end(const char *s, size_t n, size_t i)
{
	while (i < n && !is_space(s[i]) && !strchr(",;&\"'`)}]<>|\\", s[i]) && s[i])
		i++;
	return i;
}

static bool is_empty_value(const char *s, size_t n)
{
	if (n == 0 || s[0] == '<' || s[0] == '$' || s[0] == '*' || s[0] == '{' || s[0] == '[' || s[0] == '%')
		return true;
	for (size_t i = 0; i < sizeof empty_values / sizeof *empty_values; i++)
		if (strlen(empty_values[i]) == n && strncasecmp(s, empty_values[i], n) == 0)
			return true;
	for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
		if (strlen(placeholders[i]) == n && memcmp(s, placeholders[i], n) == 0)
			return true;
	return false;
}

/* One word of letters: prose ("token: expired") rather than a secret, unless it is all that the line holds. */
static bool is_plain_word(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_lower(s[i]) && !(i == 0 && is_lower(s[i] | 0x20)) && s[i] != '-' && s[i] != '.')
			return false;
	return true;
}

/* "ns/name", or a name of several parts: controllers log secret="ns/name" all day, and names are never masked. */
static bool is_object_name(const char *s, size_t n)
{
	size_t dashes = 0, run = 0, digits = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_lower(s[i]) && !is_digit(s[i]) && s[i] != '-' && s[i] != '.' && s[i] != '/')
			return false;
		if (s[i] == '-' || s[i] == '.' || s[i] == '/') {
			dashes++;
			run = digits = 0;
			continue;
		}
		run++;
		digits += is_digit(s[i]);
		if (run >= 12 && digits >= 3)
			return false;
	}
	return dashes > 0;
}

/* "1.2", "v3", "latest", "sha256": what follows the colon of an image. */
static bool is_image_tag(const char *s, size_t n)
{
	size_t i = n && s[0] == 'v';

	if ((n == 6 && memcmp(s, "latest", 6) == 0) || (n >= 6 && memcmp(s, "sha256", 6) == 0))
		return true;
	for (; i < n; i++)
		if (!is_digit(s[i]) && s[i] != '.' && s[i] != '-')
			return false;
	return n > 1 && memchr(s, '.', n);
}

static bool all_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_digit(s[i]))
			return false;
	return true;
}

/* Does the key begin its line, as in YAML and .env files? */
static bool begins_line(const char *s, size_t i)
{
	while (i > 0 && (is_blank(s[i - 1]) || s[i - 1] == '-' || s[i - 1] == '"'))
		i--;
	return i == 0 || s[i - 1] == '\n';
}

static bool line_ends(const char *s, size_t n, size_t i)
{
	i = skip(s, n, i, " \t,;\"'", 16);
	return i >= n || s[i] == '\n' || s[i] == '\r' || s[i] == '}' || s[i] == '#';
}

struct context {
	const char *key; /* plain */
	size_t at;	 /* where the key begins in the text */
	bool quoted, flag;
};

/* Is s[from, to) a secret, given how it is written and what its key is called? */
static bool is_secret(const char *s, size_t n, size_t from, size_t to, const struct place *p, const struct context *c)
{
	const char *v = s + from;
	size_t len = to - from;

	if (is_empty_value(v, len) || mask_is_mark(s, n, from))
		return false;
	if (strcmp(c->key, "secret") == 0 && is_object_name(v, len))
		return false;
	if (strcmp(c->key + (strlen(c->key) > 5 ? strlen(c->key) - 5 : 0), "token") == 0 && all_digits(v, len))
		return false; /* a count */
	if ((strcmp(c->key, "pwd") == 0 || strcmp(c->key, "oldpwd") == 0) && v[0] == '/')
		return false; /* the working directory */
	if (c->quoted || p->assign)
		return true;
	if (c->flag)
		return !is_plain_word(v, len);
	if (p->tight) {
		char before = c->at ? s[c->at - 1] : ' ';

		return before != '/' && !is_image_tag(v, len);
	}
	return !is_plain_word(v, len) || (begins_line(s, c->at) && line_ends(s, n, to));
}

/* docker's config.json: "auth": base64 of user:password. */
static bool is_docker_auth(const char *key, const char *s, size_t from, size_t to)
{
	return strcmp(key, "auth") == 0 && mask_is_basic(s + from, to - from);
}

bool mask_find_value(const char *s, size_t n, size_t i, size_t key_len, struct mask_hit *hit)
{
	struct context c = {.at = i};
	struct place p = {.value = 0};
	size_t slashes = 0, from, to;
	char key[KEY_MAX];
	bool known;

	plain_key(s + i, key_len, key);
	c.key = key;
	known = is_secret_key(key);
	if (!known && strcmp(key, "auth") != 0 && strcmp(key, "sig") != 0)
		return false;
	if (!find_separator(s, n, i + key_len, &p)) {
		if (!known)
			return false;
		if (find_flag_value(s, n, i, key_len, &p))
			c.flag = true;
		else if (!find_env_value(s, n, i + key_len, &p))
			return false;
	}
	from = p.value;
	while (from + slashes < n && s[from + slashes] == '\\')
		slashes++;
	if (from + slashes < n && strchr("\"'`", s[from + slashes]) && s[from + slashes]) {
		from += slashes + 1;
		to = quoted_end(s, n, from, s[from - 1], slashes);
		c.quoted = true;
	} else {
		to = bare_end(s, n, from);
	}
	if (to <= from)
		return false;
	*hit = (struct mask_hit){MASK_SECRET, from, to};
	if (strcmp(key, "auth") == 0)
		return is_docker_auth(key, s, from, to);
	if (strcmp(key, "sig") == 0) /* Azure's shared access signatures, in URLs only */
		return p.assign && i > 0 && (s[i - 1] == '&' || s[i - 1] == '?') && to - from >= 20;
	return is_secret(s, n, from, to, &p, &c);
}
