/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/address.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolsets/lib/field.h"

static bool host_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.';
}

static bool digits(const char *s, size_t n)
{
	if (!n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* Port digits after a colon; 0 when what follows is no port. */
static int port_after(const char *s, size_t len, size_t *used)
{
	size_t n = 0;
	int port = 0;

	*used = 0;
	if (!len || s[0] != ':')
		return 0;
	while (n + 1 < len && n < 5 && isdigit((unsigned char)s[n + 1]))
		port = port * 10 + (s[++n] - '0');
	/* "10.0.0.1:80: connect" goes on, "main.go:12:5" does not name a port */
	if (!n || port > 65535 || (n + 1 < len && isalnum((unsigned char)s[n + 1])) ||
	    (n + 2 < len && s[n + 1] == ':' && isdigit((unsigned char)s[n + 2])))
		return 0;
	*used = n + 1;
	return port;
}

/* "user:secret@host": what stands before the @ is no host. */
static bool before_at(const char *s, size_t len, size_t i)
{
	while (i < len && !isspace((unsigned char)s[i]) && !strchr("/\"',;()", s[i])) {
		if (s[i] == '@')
			return true;
		i++;
	}
	return false;
}

bool address_next(const char *text, size_t len, size_t *at, struct address *out)
{
	size_t i = *at;

	while (i < len) {
		size_t start, n = 0, used;

		while (i < len && !isalnum((unsigned char)text[i]))
			i++;
		start = i;
		while (i < len && host_char(text[i]))
			i++;
		n = i - start;
		while (n && (text[start + n - 1] == '.' || text[start + n - 1] == '-'))
			n--;
		if (i + 2 < len && memcmp(text + i, "://", 3) == 0)
			continue;
		if (!n || n >= sizeof(out->host) || digits(text + start, n) ||
		    (i < len && (text[i] == '_' || text[i] == '=')) || (start && text[start - 1] == '_') ||
		    before_at(text, len, i))
			continue;
		*out = (struct address){.start = start};
		for (size_t k = 0; k < n; k++)
			out->host[k] = (char)tolower((unsigned char)text[start + k]);
		out->port = n == i - start ? port_after(text + i, len - i, &used) : 0;
		out->len = n + (out->port ? used : 0);
		*at = start + out->len;
		if (*at < i)
			*at = i;
		return true;
	}
	*at = len;
	return false;
}

/* Words before or after which a resolver names the host that it did not find. */
struct complaint {
	const char *before, *mark; /* host follows `before`; `mark` must stand in the text too (NULL: enough) */
};

static const struct complaint complaints[] = {
	{"lookup ", "no such host"},
	{"lookup ", "server misbehaving"},
	{"lookup ", "Temporary failure"},
	{"lookup ", "i/o timeout"},
	{"lookup ", ":53: "},
	{"translate host name \"", NULL},
	{"ENOTFOUND ", NULL},
	{"EAI_AGAIN ", NULL},
	{"UnknownHostException: ", NULL},
	{"resolve host: ", NULL},
	{"resolve host '", NULL},
	{"resolve host \"", NULL},
	{"can't resolve '", NULL},
	{"Unknown MySQL server host '", NULL},
	{"bad address '", NULL},
	{"server can't find ", NULL},
	{"Failed to resolve '", NULL},
	{"host not found in upstream \"", NULL},
	{"Name or service not known: ", NULL},
	{"DNS resolution failed for ", NULL},
	{"Name resolution failed for target dns:", NULL}, /* grpc-js */
	{"<Host: ", "not known"},			  /* Apache Thrift */
	{"<Host: ", "Temporary failure"},
	{"unknown host ", NULL},
	{"unknown host: ", NULL},
};

/* "db: Name or service not known": the host stands before. */
static const char *const behind[] = {": Name or service not known",
				     ": Temporary failure in name resolution",
				     ": nodename nor servname",
				     ": Name does not resolve",
				     ": No address associated with hostname",
				     ": NXDOMAIN",
				     NULL};

static bool host_at(const char *text, size_t len, size_t at, struct address *out)
{
	size_t end = at;

	while (end < len && host_char(text[end]))
		end++;
	while (end > at && text[end - 1] == '.')
		end--;
	if (end == at || !isalnum((unsigned char)text[at]))
		return false;
	return address_next(text, end + (len > end && text[end] == ':' ? (len - end < 6 ? len - end : 6) : 0), &at,
			    out);
}

static bool host_before(const char *text, size_t end, struct address *out)
{
	size_t at = end, colon = end;

	while (at > 0 && isdigit((unsigned char)text[at - 1]))
		at--;
	if (at > 0 && at < end && text[at - 1] == ':')
		colon = at - 1; /* "db:5432: Name or service not known" */
	at = colon;
	while (at > 0 && host_char(text[at - 1]))
		at--;
	return at < colon && address_next(text, end, &at, out);
}

/* Where a word stands last: "lookup error: lookup db on ..." is about db. */
static const char *last_of(const char *text, size_t len, const char *word)
{
	const char *hit = NULL, *next = text;
	size_t n = strlen(word);

	while ((next = memmem(next, len - (size_t)(next - text), word, n))) {
		hit = next;
		next += n;
	}
	return hit;
}

bool address_unresolved(const char *text, size_t len, struct address *out)
{
	const char *hit;

	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++) {
		const struct complaint *c = &complaints[i];

		hit = last_of(text, len, c->before);
		if (!hit || (c->mark && !memmem(text, len, c->mark, strlen(c->mark))))
			continue;
		if (host_at(text, len, (size_t)(hit - text) + strlen(c->before), out)) {
			out->unresolved = true;
			return true;
		}
	}
	for (size_t i = 0; behind[i]; i++) {
		hit = memmem(text, len, behind[i], strlen(behind[i]));
		if (hit && host_before(text, (size_t)(hit - text), out)) {
			out->unresolved = true;
			return true;
		}
	}
	return false;
}

static bool known_namespace(const struct view *v, const char *ns)
{
	enum seen seen;

	/* a namespace that holds Services is one, whether or not Namespace objects were read */
	if (v->h->find(v->w, "namespaces", NULL, ns, &seen))
		return true;
	return seen != SEEN_NOT_FOUND && json_array_size(v->h->list(v->w, "services", ns, &seen)) > 0;
}

bool address_in_cluster(const struct view *v, const char *host, const char *from_ns, char name[static 64],
			char ns[static 64])
{
	const char *dot = strchr(host, '.'), *second = dot ? strchr(dot + 1, '.') : NULL;
	size_t n = dot ? (size_t)(dot - host) : strlen(host), m;

	if (!n || n > 63 || strcmp(host, "localhost") == 0 || !isalpha((unsigned char)host[0]))
		return false;
	snprintf(name, 64, "%.*s", (int)n, host);
	snprintf(ns, 64, "%.63s", from_ns);
	if (!dot)
		return true;
	m = second ? (size_t)(second - dot - 1) : strlen(dot + 1);
	if (!m || m > 63)
		return false;
	snprintf(ns, 64, "%.*s", (int)m, dot + 1);
	if (!second)
		return known_namespace(v, ns);
	if (strcmp(second, ".svc") == 0 || strncmp(second, ".svc.", 5) == 0)
		return true;
	/* "db-0.db.shop.svc...": a pod behind a headless Service */
	if (strstr(second, ".svc")) {
		const char *svc = strstr(second, ".svc");

		snprintf(name, 64, "%.*s", (int)m, dot + 1);
		snprintf(ns, 64, "%.*s", (int)(svc - second - 1 > 63 ? 63 : svc - second - 1), second + 1);
		return *ns != '\0';
	}
	return false;
}

static json_t *by_address(const struct view *v, const char *ip, enum seen *seen)
{
	json_t *services = v->h->list(v->w, "services", NULL, seen), *s, *a;
	size_t i, k;

	json_array_foreach (services, i, s) {
		if (strcmp(fld_str(s, "spec.clusterIP"), ip) == 0)
			return s;
		json_array_foreach (fld_at(s, "spec.clusterIPs"), k, a)
			if (json_is_string(a) && strcmp(json_string_value(a), ip) == 0)
				return s;
	}
	return NULL;
}

json_t *address_service(const struct view *v, const char *host, const char *from_ns, enum seen *seen)
{
	char name[64], ns[64];

	*seen = SEEN_NOT_FOUND;
	if (isdigit((unsigned char)host[0]) && strspn(host, "0123456789.") == strlen(host))
		return by_address(v, host, seen);
	if (!address_in_cluster(v, host, from_ns, name, ns))
		return NULL;
	return v->h->find(v->w, "services", ns, name, seen);
}

bool address_port_open(const json_t *service, int port)
{
	json_t *p;
	size_t i;

	json_array_foreach (fld_at(service, "spec.ports"), i, p)
		if (fld_int(p, "port", 0) == port)
			return true;
	return false;
}
