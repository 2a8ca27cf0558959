/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/route.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/kinds.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes a segment of n bytes and ends it with a NUL. Its end in out, or NULL for what must not stand in a path. */
static char *decode(char *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '%') {
			int hi = n - i > 2 ? hex(s[i + 1]) : -1, lo = n - i > 2 ? hex(s[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return NULL;
			c = (unsigned char)(hi * 16 + lo);
			i += 2;
		}
		if (c < 0x20 || c == 0x7f || c == '/' || c == '\\')
			return NULL;
		*out++ = (char)c;
	}
	*out = '\0';
	return out;
}

static int split(struct route *r, const char *path, size_t len, struct err *e)
{
	char *out = r->text;
	size_t i = 1;

	while (i <= len) {
		const char *slash = memchr(path + i, '/', len - i);
		size_t n = slash ? (size_t)(slash - path) - i : len - i;
		char *start = out;

		if (r->count == ROUTE_SEGMENTS)
			return err_set(e, ERR_ARG, "the path has more than %d parts: %.80s", ROUTE_SEGMENTS, path);
		out = decode(out, path + i, n);
		if (!out)
			return err_set(e, ERR_ARG,
				       "the path holds an encoded slash, a control byte or a broken %%-escape: %.200s",
				       path);
		if (str_eq(start, ".") || str_eq(start, "..") || (n == 0 && slash))
			return err_set(e, ERR_ARG, "the path must not hold \"..\", \".\" or \"//\": %.200s", path);
		if (n > 0)
			r->segments[r->count++] = start;
		out++;
		i += n + 1;
	}
	return 0;
}

/* namespaces/NS/RESOURCE/NAME/SUB..., where the namespace part may be missing. Returns the index of what follows SUB.
 */
static size_t name_parts(struct route *r, size_t i)
{
	const char *const *s = r->segments;
	size_t n = r->count;

	if (i + 2 < n && str_eq(s[i], "namespaces") && !str_eq(s[i + 2], "status") && !str_eq(s[i + 2], "finalize")) {
		r->ns = s[i + 1];
		i += 2;
	}
	r->resource = i < n ? s[i++] : NULL;
	r->name = i < n ? s[i++] : NULL;
	r->sub = i < n ? s[i++] : NULL;
	return i;
}

/* What stands behind a proxy may be an API server again (kubectl proxy as a side-car): then it is treated as one. */
static int proxied(struct route *r, size_t tail, struct err *e)
{
	static const char *const runs[] = {"run", "exec", "attach", "portForward", "cri", NULL};

	if (str_eq(r->resource, "nodes") && tail < r->count)
		for (size_t i = 0; runs[i]; i++)
			if (str_eq_nocase(r->segments[tail], runs[i]))
				return err_set(e, ERR_ARG, "\"%s\" of a kubelet runs commands: it is not a read",
					       runs[i]);
	for (size_t i = tail; i < r->count; i++) {
		if (str_eq(r->segments[i], "api") || str_eq(r->segments[i], "apis"))
			r->whole = true;
		if (r->whole && str_eq(r->segments[i], "secrets"))
			r->secrets = true;
	}
	return 0;
}

static bool truthy(const char *v, size_t n)
{
	return n > 0 && !(n == 1 && v[0] == '0') && !(n == 5 && strncmp(v, "false", 5) == 0);
}

/* Looks through "a=b&c=d" for what matters here. */
static int query(struct route *r, const char *q, struct err *e)
{
	while (*q) {
		size_t n = strcspn(q, "&");
		const char *eq = memchr(q, '=', n);
		size_t key = eq ? (size_t)(eq - q) : n, value = eq ? n - key - 1 : 0;

		if (r->whole && key == 5 && strncmp(q, "watch", 5) == 0 && truthy(eq + 1, value))
			return err_set(e, ERR_ARG, "a watch never ends: read the list without \"watch\"");
		if (r->log && key == 9 && strncmp(q, "container", 9) == 0 && !r->container)
			r->container = mem_strn(eq + 1, value);
		if (r->log && key == 8 && strncmp(q, "previous", 8) == 0)
			r->previous = truthy(eq + 1, value);
		q += n + (q[n] == '&');
	}
	return 0;
}

static int classify(struct route *r, struct err *e)
{
	const char *const *s = r->segments;
	size_t tail = 0;

	if (r->count > 0 && str_eq(s[0], "api")) {
		r->whole = true;
		r->group = "";
		r->version = r->count > 1 ? s[1] : NULL;
		tail = name_parts(r, 2);
	} else if (r->count > 0 && str_eq(s[0], "apis")) {
		r->whole = true;
		r->group = r->count > 1 ? s[1] : NULL;
		r->version = r->count > 2 ? s[2] : NULL;
		tail = name_parts(r, 3);
	}
	if (!r->resource)
		return 0;
	r->secrets = str_eq(r->resource, "secrets");
	if (str_eq(r->resource, "watch"))
		return err_set(e, ERR_ARG, "a watch never ends: read the list instead");
	if (str_eq(r->sub, "exec") || str_eq(r->sub, "attach") || str_eq(r->sub, "portforward"))
		return err_set(e, ERR_ARG, "\"%s\" runs things in a container: it is not a read", r->sub);
	if (str_eq(r->sub, "log") && str_eq(r->resource, "pods")) {
		r->log = true;
		r->whole = false;
	} else if (str_eq(r->sub, "proxy")) {
		r->whole = false;
		return proxied(r, tail, e);
	}
	return 0;
}

static bool media_is(const char *accept, const char *type)
{
	size_t n = strlen(type);

	return strncmp(accept, type, n) == 0 && (!accept[n] || strchr(" ;,", accept[n]));
}

/* Objects in another coding could not be looked through for values of Secrets. */
static int check_accept(const char *accept, struct err *e)
{
	while (accept && *accept) {
		accept += strspn(accept, " ,");
		if (*accept && !media_is(accept, "application/json") && !media_is(accept, "*/*"))
			return err_set(e, ERR_ARG, "objects are read as application/json only, not as \"%.80s\"",
				       accept);
		accept += strcspn(accept, ",");
	}
	return 0;
}

int route_parse(struct route *r, const char *path, const char *accept, struct err *e)
{
	size_t len, total = path ? strnlen(path, ROUTE_PATH_MAX + 1) : 0;

	memset(r, 0, sizeof(*r));
	if (total == 0 || path[0] != '/')
		return err_set(e, ERR_ARG, "only absolute paths can be read (\"/api/v1/...\"), not \"%.80s\"",
			       path ? path : "");
	if (total > ROUTE_PATH_MAX)
		return err_set(e, ERR_ARG, "the path is longer than %d bytes: %.80s...", ROUTE_PATH_MAX, path);
	for (size_t i = 0; i < total; i++)
		if ((unsigned char)path[i] <= 0x20 || (unsigned char)path[i] >= 0x7f || path[i] == '#')
			return err_set(e, ERR_ARG, "the path holds byte 0x%02x at %zu, which has to be percent-encoded",
				       (unsigned)(unsigned char)path[i], i);
	len = strcspn(path, "?");
	r->text = mem_alloc(len + 2);
	if (split(r, path, len, e) < 0 || classify(r, e) < 0 || query(r, path[len] ? path + len + 1 : "", e) < 0 ||
	    (r->whole && check_accept(accept, e) < 0)) {
		route_fini(r);
		return -1;
	}
	return 0;
}

void route_fini(struct route *r)
{
	free(r->text);
	free(r->container);
	memset(r, 0, sizeof(*r));
}

/* 1 namespaced, 0 of the cluster, -1 not one of the standard kinds. */
static int scope_of(const struct route *r)
{
	for (size_t i = 0; i < kinds_standard_count; i++)
		if (str_eq(kinds_standard[i].group, r->group) && str_eq(kinds_standard[i].plural, r->resource))
			return kinds_standard[i].namespaced;
	return -1;
}

static void what_resource(struct buf *b, const struct route *r)
{
	buf_str(b, r->resource);
	if (!str_empty(r->group))
		buf_printf(b, ".%s", r->group);
	if (r->sub)
		buf_printf(b, "/%s", r->sub);
	if (r->name)
		buf_printf(b, " %s", r->name);
	if (r->ns)
		buf_printf(b, " in namespace %s", r->ns);
	else if (!r->name && scope_of(r) != 0)
		buf_str(b, scope_of(r) > 0 ? " in all namespaces" : " of the whole cluster");
	if (r->container || r->previous)
		buf_printf(b, " (%s%s%s%s)", r->container ? "container " : "", str_or(r->container, ""),
			   r->container && r->previous ? ", " : "", r->previous ? "previous run" : "");
}

char *route_what(const struct route *r)
{
	struct buf b = BUF_INIT(2048);

	if (r->resource) {
		what_resource(&b, r);
	} else if (r->whole && r->version) {
		buf_printf(&b, "resources of API %s%s%s", r->group, *r->group ? "/" : "", r->version);
	} else if (r->whole) {
		buf_str(&b, r->group && *r->group ? "versions of API " : "list of served APIs");
		buf_str(&b, str_or(r->group, ""));
	} else {
		for (size_t i = 0; i < r->count; i++)
			buf_printf(&b, "/%s", r->segments[i]);
	}
	return buf_steal(&b);
}
