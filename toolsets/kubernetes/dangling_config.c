/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that lead nowhere in what a container is configured with: variables, arguments and files of any form in
 * which a line has a key and a value. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/complaint.h"
#include "toolsets/kubernetes/dangling.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

#define WORDS_MAX 60 /* of a line that are looked up */
#define LINES_MAX 3000
#define BESIDE_LINES 3 /* between a host and its port in a file */
#define TYPO 25	       /* distance of names that differ by a slip */

struct search {
	const struct view *v;
	const struct trouble *t;
	struct dangling_address *out;
	bool strict; /* the log names no host: only what is beyond doubt counts */
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool ends_in(const char *s, size_t n, const char *const *ends)
{
	for (size_t i = 0; ends[i]; i++) {
		size_t m = strlen(ends[i]);

		if (n >= m && strncasecmp(s + n - m, ends[i], m) == 0)
			return true;
	}
	return false;
}

static bool names_host(const char *key, size_t n)
{
	static const char *const ends[] = {"HOST",     "ADDR", "ADDRESS", "ENDPOINT", "SERVER",	 "SERVERS",  "BROKERS",
					   "HOSTNAME", "URL",  "URI",	  "DSN",      "SERVICE", "UPSTREAM", "TARGET",
					   "BACKEND",  "HOSTS", "NODES",  NULL};

	return ends_in(key, n, ends);
}

/* What programs do without: nobody fails because his traces go nowhere. */
static bool is_optional(const char *key)
{
	static const char *const words[] = {"otel",	 "otlp",   "tracing", "trace",	  "jaeger",	 "zipkin",
					    "collector", "metric", "statsd", "profil", "sentry",  "telemetr", "apm", NULL};

	for (size_t i = 0; words[i]; i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

/* One line of a file, or the whole of a variable. */
struct pair {
	const char *key;
	size_t key_len;
	const char *text; /* the line, or the value */
	size_t len;
	bool file;
};

static bool read_pair(const char *line, size_t len, struct pair *out)
{
	size_t i = 0, from;

	while (i < len && (isspace((unsigned char)line[i]) || strchr("-\"'{,", line[i])))
		i++;
	if (i == len || strchr("#;!", line[i]) || (i + 1 < len && line[i] == '/' && line[i + 1] == '/') ||
	    (i + 3 < len && memcmp(line + i, "<!--", 4) == 0))
		return false;
	from = i;
	while (i < len && !strchr(" \t:=\"'", line[i]))
		i++;
	*out = (struct pair){.key = line + from, .key_len = i - from, .text = line, .len = len, .file = true};
	for (size_t k = 1; k < len; k++) /* what follows " #" is said to people */
		if (line[k] == '#' && isspace((unsigned char)line[k - 1])) {
			out->len = k;
			break;
		}
	return out->len > i;
}

static int number_in(const char *s, size_t len)
{
	int n = 0;

	while (len && !isdigit((unsigned char)*s)) {
		s++;
		len--;
	}
	while (len && isdigit((unsigned char)*s) && n < 65536) {
		n = n * 10 + (*s++ - '0');
		len--;
	}
	return n < 65536 ? n : 0;
}

/* "host: db" with "port: 5433" a line or two from it. */
static int port_in_file(const char *file, const struct pair *p)
{
	static const char *const ends[] = {"PORT", NULL};
	const char *at = p->text;
	struct pair near;

	for (int n = 0; n < BESIDE_LINES && at > file + 1; n++)
		for (at--; at > file && at[-1] != '\n'; at--)
			;
	for (int n = 0; n < 2 * BESIDE_LINES + 1 && *at; n++) {
		const char *end = strchrnul(at, '\n');

		if (at != p->text && read_pair(at, (size_t)(end - at), &near) && ends_in(near.key, near.key_len, ends) &&
		    near.key - at == p->key - p->text)
			return number_in(near.key + near.key_len, near.len - (size_t)(near.key + near.key_len - near.text));
		at = *end ? end + 1 : end;
	}
	return 0;
}

struct beside {
	char wanted[140];
	struct setting found;
	char pointer[320];
	int port;
};

static bool is_wanted(void *ctx, const struct setting *s)
{
	struct beside *b = ctx;

	if (strcasecmp(s->name, b->wanted) != 0)
		return false;
	b->found = *s;
	snprintf(b->pointer, sizeof(b->pointer), "%s", s->pointer);
	b->port = number_in(s->value, strlen(s->value));
	return true;
}

/* DB_HOST=mysql beside DB_PORT=3306, wherever each of them comes from. */
static int port_beside(const struct search *q, const struct setting *s, struct beside *b)
{
	static const char *const ends[] = {"HOST", "ADDR", "HOSTNAME", "SERVER", NULL};
	size_t n = strlen(s->name);

	*b = (struct beside){0};
	for (size_t i = 0; ends[i]; i++) {
		size_t m = strlen(ends[i]);

		if (n < m || n > 120 || strcasecmp(s->name + n - m, ends[i]) != 0)
			continue;
		snprintf(b->wanted, sizeof(b->wanted), "%.*sPORT", (int)(n - m), s->name);
		if (settings_each(q->v, &q->t->workload, q->t->name, is_wanted, b))
			return b->port;
	}
	return 0;
}

/* Of a program whose log names no host: a port that the Service lacks, or a name that is all but one that exists. */
static bool beyond_doubt(const struct search *q, const struct dangling_address *a)
{
	enum seen seen;
	json_t *list, *s;
	size_t i;

	if (!q->strict || a->what == DANGLING_PORT)
		return true;
	list = q->v->h->list(q->v->w, "services", NULL, &seen);
	json_array_foreach (list, i, s)
		if ((is(fld_ns(s), a->ns) && nearest_distance(a->name, fld_name(s)) <= TYPO) ||
		    (is(fld_name(s), a->name) && !is(fld_ns(s), a->ns)))
			return true;
	return false;
}

static bool candidate(const struct pair *p, const struct address *a)
{
	bool url = a->start >= 3 && memcmp(p->text + a->start - 3, "://", 3) == 0;

	/* a bare word is a host if the key is named for one; names with a port look like images and times too */
	if (url || (a->port && strstr(a->host, ".svc")))
		return true;
	if (!names_host(p->key, p->key_len))
		return false;
	/* in a line of a file, the key itself is no value */
	if (p->file && p->text + a->start < p->key + p->key_len)
		return false;
	if (a->port || !p->file)
		return a->port || a->len == p->len;
	/* in a file the value is what is left of the line but signs */
	for (size_t i = a->start + a->len; i < p->len; i++)
		if (isalnum((unsigned char)p->text[i]))
			return false;
	return true;
}

static bool judge_pair(struct search *q, const struct setting *s, const struct pair *p)
{
	struct address a;
	size_t at = 0;

	for (int n = 0; n < WORDS_MAX && address_next(p->text, p->len, &at, &a); n++) {
		struct dangling_address found;
		struct beside b = {0};

		if (dangling_own_name(q->t, a.host) || !candidate(p, &a))
			continue;
		if (!a.port)
			a.port = p->file ? port_in_file(s->value, p) : a.len == p->len ? port_beside(q, s, &b) : 0;
		found.what = dangling_judge(q->v, fld_ns(q->t->pod), &a, &found);
		if (!found.what || !beyond_doubt(q, &found))
			continue;
		*q->out = found;
		if (found.what == DANGLING_PORT && b.port) {
			b.found.pointer = b.pointer;
			return dangling_set_place(q->out, &b.found);
		}
		dangling_set_place(q->out, s);
		if (p->file)
			snprintf(q->out->variable, sizeof(q->out->variable), "%.80s: %.*s", s->name,
				 (int)(p->key_len < 40 ? p->key_len : 40), p->key);
		return true;
	}
	return false;
}

static bool leads_nowhere(void *ctx, const struct setting *s)
{
	struct search *q = ctx;
	const char *line = s->value;
	struct pair p = {.key = s->name, .key_len = strlen(s->name), .text = s->value, .len = strlen(s->value)};

	if (q->strict && is_optional(s->name))
		return false;
	if (!strchr(line, '\n'))
		return p.len <= 4096 && judge_pair(q, s, &p);
	for (int n = 0; *line && n < LINES_MAX; n++) {
		const char *end = strchrnul(line, '\n');

		if (end - line < 1000 && read_pair(line, (size_t)(end - line), &p)) {
			char key[80];

			snprintf(key, sizeof(key), "%.*s", (int)(p.key_len < 79 ? p.key_len : 79), p.key);
			if (!(q->strict && is_optional(key)) && judge_pair(q, s, &p))
				return true;
		}
		line = *end ? end + 1 : end;
	}
	return false;
}

/* Is the host beside a port given in the open? Then that one was judged already. */
static bool host_is_seen(const struct search *q, const char *port_name)
{
	static const char *const ends[] = {"HOST", "ADDR", "HOSTNAME", "SERVER", "ADDRESS", NULL};
	struct beside b = {0};
	size_t n = strlen(port_name);

	for (size_t i = 0; ends[i] && n > 4 && n < 120; i++) {
		snprintf(b.wanted, sizeof(b.wanted), "%.*s%s", (int)(n - 4), port_name, ends[i]);
		if (settings_each(q->v, &q->t->workload, q->t->name, is_wanted, &b))
			return true;
	}
	return false;
}

/* The Service of a product in the namespace; has: one of them has the port. */
static json_t *service_of(const struct search *q, enum product p, int port, bool *has)
{
	enum seen seen;
	json_t *list = q->v->h->list(q->v->w, "services", fld_ns(q->t->pod), &seen), *s, *found = NULL;
	size_t i;

	*has = seen != SEEN_OK;
	json_array_foreach (list, i, s) {
		if (!product_word(p, fld_name(s)) && !product_port(p, (int)fld_int(s, "spec.ports.0.port", 0)))
			continue;
		*has = *has || address_port_open(s, port);
		found = found ? found : s;
	}
	return found;
}

/* ORDER_MYSQL_PORT=13306, whose host is in a Secret: no Service of MySQL has that port. */
static bool lone_port(void *ctx, const struct setting *s)
{
	static const char *const ends[] = {"PORT", NULL};
	struct search *q = ctx;
	int port = number_in(s->value, strlen(s->value));
	bool has;

	if (!port || strspn(s->value, "0123456789") != strlen(s->value) || !ends_in(s->name, strlen(s->name), ends) ||
	    host_is_seen(q, s->name))
		return false;
	for (int p = PRODUCT_ANY + 1; p < PRODUCTS; p++) {
		json_t *service = product_word((enum product)p, s->name) ? service_of(q, (enum product)p, port, &has) : NULL;

		if (!service || has)
			continue;
		*q->out = (struct dangling_address){.what = DANGLING_PORT, .service = service, .address = {.port = port}};
		snprintf(q->out->address.host, sizeof(q->out->address.host), "%s", fld_name(service));
		snprintf(q->out->name, sizeof(q->out->name), "%.63s", fld_name(service));
		snprintf(q->out->ns, sizeof(q->out->ns), "%.63s", fld_ns(service));
		return dangling_set_place(q->out, s);
	}
	return false;
}

bool dangling_in_config(const struct view *v, const struct trouble *t, struct dangling_address *out)
{
	struct search q = {.v = v, .t = t, .out = out, .strict = (t->why & (TROUBLE_ERRORS | TROUBLE_MUTE)) != 0};

	*out = (struct dangling_address){0};
	return settings_each(v, &t->workload, t->name, leads_nowhere, &q) ||
	       (t->why != TROUBLE_MUTE && settings_each(v, &t->workload, t->name, lone_port, &q));
}
