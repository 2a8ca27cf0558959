/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a quote out of a shaped tool result back to the string, number or log line of the cluster that it was
 * taken from.
 */
#include "agent/investigate/locate.h"

#include <ctype.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/investigate/citations.h"
#include "agent/text/mask.h"
#include "agent/text/quote.h"

#define KEPT 2000 /* bytes of a long text that evidence holds */
#define KEY_MAX 40

char *locate_masked(const char *text)
{
	size_t n = strlen(text);
	struct buf b = BUF_INIT(n * 4 + 64);

	mask_text(&b, text, n);
	return buf_steal(&b);
}

static bool is_part(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Names hold dashes and dots, and sentences end with dots: "web-1" does not stand in "web-1-x", but in "web-1.". */
static bool ends_word(const char *p, const char *end)
{
	if (p == end || !(is_part(*p) || *p == '-' || *p == '.'))
		return true;
	return !is_part(*p) && (p + 1 == end || !is_part(p[1]));
}

static bool begins_word(const char *text, const char *p)
{
	return p == text || !(is_part(p[-1]) || p[-1] == '-' || (p[-1] == '.' && p - 1 > text && is_part(p[-2])));
}

bool locate_names(const char *text, size_t n, const char *name, size_t *last)
{
	const char *end = text + n, *p = text;
	size_t len = name ? strlen(name) : 0;
	bool found = false;

	while (len && (p = memmem(p, (size_t)(end - p), name, len))) {
		if (begins_word(text, p) && ends_word(p + len, end)) {
			found = true;
			if (!last)
				return true;
			*last = (size_t)(p - text);
		}
		p++;
	}
	return found;
}

void locate_narrow(char *text, const char *quote)
{
	size_t n = strlen(text), start, end, from, to;

	if (n <= KEPT || !quote_find(text, n, quote, &start, &end))
		return;
	from = start > KEPT / 2 ? start - KEPT / 2 : 0;
	to = n - end > KEPT / 2 ? end + KEPT / 2 : n;
	while (from < start && ((unsigned char)text[from] & 0xc0) == 0x80)
		from++;
	to = utf8_cut(text, n, to);
	memmove(text, text + from, to - from);
	text[to - from] = '\0';
}

static int search(const struct search *s)
{
	int id = locate_in_logs(s);

	return id ? id : locate_in_objects(s);
}

/* "12: text" and "> 12: text", as log tools print it: the text alone. */
static const char *without_number(const char *quote)
{
	const char *p = quote + strspn(quote, " >"), *digits = p;

	while (isdigit((unsigned char)*p))
		p++;
	return p > digits && p[0] == ':' && p[1] == ' ' ? p + 2 : NULL;
}

/* "image: nginx:1.99" on one line, as YAML and descriptions print it: the value, with its key. */
static const char *without_key(const char *quote, char key[static KEY_MAX])
{
	const char *p = quote + strspn(quote, " -"), *colon = strstr(p, ": "), *value;
	size_t n = 0;

	if (!colon || strchr(quote, '\n') || (size_t)(colon - p) >= KEY_MAX)
		return NULL;
	for (; p < colon; p++) {
		if (!isalnum((unsigned char)*p) && *p != ' ' && *p != '-')
			return NULL;
		if (isalnum((unsigned char)*p))
			key[n++] = *p;
	}
	key[n] = '\0';
	value = colon + 2 + strspn(colon + 2, " '\"");
	return n && *value ? value : NULL;
}

/* The quotes that YAML puts around a value are not of it. */
static char *bare_value(const char *value)
{
	size_t n = strlen(value);

	while (n && strchr(" '\"", value[n - 1]))
		n--;
	return mem_strn(value, n);
}

/* The quote, then the quote without what was printed before its text: *part is that. */
static int search_parts(struct search *s, char **part)
{
	const char *text = without_number(s->quote), *value;
	char key[KEY_MAX];
	int id = search(s);

	if (!id && text) {
		*part = mem_str(text);
		s->quote = *part;
		id = locate_in_logs(s);
	} else if (!id && (value = without_key(s->quote, key))) {
		*part = bare_value(value);
		s->quote = *part;
		s->key = key;
		id = locate_in_objects(s);
	}
	if (!id || !*part) {
		free(*part);
		*part = NULL;
	}
	return id;
}

int locate_quote(struct inquiry *q, int evidence, const char *quote, const char *cause, char **part)
{
	const char *whole = evidence_quote(q->setup->world->evidence, evidence);
	size_t start;

	*part = NULL;
	if (!whole || !quote_find(whole, strlen(whole), quote, &start, NULL))
		return 0;
	for (size_t i = 0; i < q->result_count; i++) {
		struct search s = {.q = q,
				   .call = &q->results[i],
				   .shown = whole,
				   .at = start,
				   .quote = quote,
				   .cause = str_or(cause, ""),
				   .masked = strstr(quote, "[masked:") != NULL};
		int id;

		if (q->results[i].evidence != evidence || !q->results[i].touch_count)
			continue;
		s.cluster = world_cluster(q->setup->world, q->results[i].cluster);
		id = s.cluster ? search_parts(&s, part) : 0;
		if (id)
			return id;
	}
	return 0;
}
