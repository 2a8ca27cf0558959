/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/template_parse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"

#define NESTING_MAX 32
#define PARTS_MAX 100000

struct parse {
	const char *at, *name;
	int line;
	struct template_parts *out;
	size_t open[NESTING_MAX]; /* indexes of sections that wait for their end */
	size_t depth;
	struct err *e;
};

static void add(struct parse *p, enum template_part_type type, const char *s, size_t n)
{
	struct template_parts *out = p->out;

	MEM_GROW(out->items, out->count, out->cap);
	out->items[out->count++] = (struct template_part){.type = type, .s = s, .n = n, .line = p->line};
}

static void add_text(struct parse *p, const char *s, size_t n)
{
	if (n)
		add(p, TEMPLATE_TEXT, s, n);
}

static int count_lines(const char *s, size_t n)
{
	int lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += s[i] == '\n';
	return lines;
}

static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      memchr("_-./", c, 4)))
			return false;
	}
	return n > 0;
}

static int open_section(struct parse *p)
{
	if (p->depth == NESTING_MAX)
		return err_set(p->e, ERR_PARSE, "%s:%d: sections nest deeper than %d", p->name, p->line, NESTING_MAX);
	p->open[p->depth++] = p->out->count - 1;
	return 0;
}

static int close_section(struct parse *p)
{
	struct template_part *close = &p->out->items[p->out->count - 1], *open;

	if (p->depth == 0)
		return err_set(p->e, ERR_PARSE, "%s:%d: {{/%.*s}} closes no section", p->name, p->line, (int)close->n,
			       close->s);
	open = &p->out->items[p->open[--p->depth]];
	if (open->n != close->n || memcmp(open->s, close->s, close->n) != 0)
		return err_set(p->e, ERR_PARSE,
			       "%s:%d: {{/%.*s}} stands where section {{%c%.*s}} of line %d must be closed", p->name,
			       p->line, (int)close->n, close->s, open->type == TEMPLATE_SECTION ? '#' : '^',
			       (int)open->n, open->s, open->line);
	open->close = p->out->count - 1;
	return 0;
}

/* The tag's inside, s[0..n), without braces. Comments were taken before. */
static int add_tag(struct parse *p, const char *s, size_t n)
{
	enum template_part_type type = TEMPLATE_VALUE;
	const char *all = s;
	size_t all_len = n;

	if (n && strchr("#^/>", *s)) {
		type = *s == '#'   ? TEMPLATE_SECTION
		       : *s == '^' ? TEMPLATE_INVERTED
		       : *s == '/' ? TEMPLATE_CLOSE
				   : TEMPLATE_PARTIAL;
		s++;
		n--;
	}
	while (n && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (!is_name(s, n))
		return err_set(p->e, ERR_PARSE,
			       "%s:%d: {{%.*s}} is not a tag: a name of letters, digits and _ - . / is expected",
			       p->name, p->line, all_len > 60 ? 60 : (int)all_len, all);
	add(p, type, s, n);
	if (type == TEMPLATE_SECTION || type == TEMPLATE_INVERTED)
		return open_section(p);
	return type == TEMPLATE_CLOSE ? close_section(p) : 0;
}

/*
 * When a tag stands alone on its line, the line is not part of the text: *before gets the spaces in front of it, *after
 * the rest of the line with its end.
 */
static bool stands_alone(const char *text, const char *open, const char *end, size_t *before, size_t *after)
{
	const char *from = open, *to = end;

	while (from > text && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	if (from > text && from[-1] != '\n')
		return false;
	while (*to == ' ' || *to == '\t')
		to++;
	if (to[0] == '\r' && to[1] == '\n')
		to++;
	if (*to != '\n' && *to != '\0')
		return false;
	*before = (size_t)(open - from);
	*after = (size_t)(to + (*to == '\n') - end);
	return true;
}

/* One tag that begins at open; literal text before it is added too. */
static int take_tag(struct parse *p, const char *text, const char *open)
{
	const char *inside = open + 2, *end = strstr(inside, "}}");
	size_t before = 0, after = 0, literal = (size_t)(open - p->at);
	bool value, comment = *inside == '!';
	int rc = 0;

	p->line += count_lines(p->at, literal);
	if (!end)
		return err_set(p->e, ERR_PARSE, "%s:%d: {{ without }}", p->name, p->line);
	value = !comment && !(*inside && strchr("#^/>", *inside));
	if (!value)
		stands_alone(text, open, end + 2, &before, &after);
	add_text(p, p->at, literal - (before < literal ? before : literal));
	if (!comment)
		rc = add_tag(p, inside, (size_t)(end - inside));
	p->line += count_lines(inside, (size_t)(end + 2 + after - inside));
	p->at = end + 2 + after;
	return rc;
}

int template_parse(const char *text, const char *name, struct template_parts *out, struct err *e)
{
	struct parse p = {.at = text, .name = name, .line = 1, .out = out, .e = e};
	const char *open;

	*out = (struct template_parts){0};
	while ((open = strstr(p.at, "{{"))) {
		if (take_tag(&p, text, open) != 0)
			goto failed;
		if (out->count > PARTS_MAX) {
			err_set(e, ERR_LIMIT, "%s:%d: more than %d tags", name, p.line, PARTS_MAX);
			goto failed;
		}
	}
	add_text(&p, p.at, strlen(p.at));
	if (p.depth > 0) {
		const struct template_part *last = &out->items[p.open[p.depth - 1]];

		err_set(e, ERR_PARSE, "%s:%d: section {{%c%.*s}} is not closed", name, last->line,
			last->type == TEMPLATE_SECTION ? '#' : '^', (int)last->n, last->s);
		goto failed;
	}
	return 0;
failed:
	template_parts_fini(out);
	return -1;
}

void template_parts_fini(struct template_parts *parts)
{
	free(parts->items);
	*parts = (struct template_parts){0};
}
