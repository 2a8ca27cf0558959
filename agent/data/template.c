/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/template.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/data/template_parse.h"

#define PARTIAL_DEPTH_MAX 16
#define SCOPES_MAX 512 /* 16 partials of 32 sections */
#define STEPS_MAX 10000000

struct render {
	struct buf *out;
	template_partial *partial;
	void *ctx;
	struct err *e;
	const json_t *scopes[SCOPES_MAX]; /* innermost last */
	size_t scope_count;
	size_t steps; /* lists in lists multiply even where they print nothing */
};

/* One template of a render: the file, or a partial of it. */
struct page {
	const char *name;
	struct template_parts parts;
	int depth;
};

static int render_text(struct render *r, const char *text, const char *name, int depth);

int template_check(const char *text, const char *name, struct err *e)
{
	struct template_parts parts;

	if (template_parse(text, name, &parts, e) != 0)
		return -1;
	template_parts_fini(&parts);
	return 0;
}

static json_t *member(const json_t *j, const char *s, size_t n)
{
	return json_is_object(j) ? json_object_getn(j, s, n) : NULL;
}

/* The first segment is looked for from the innermost scope outwards, the rest inside of what it names. */
static const json_t *lookup(const struct render *r, const char *s, size_t n)
{
	const json_t *j = NULL;
	size_t first;

	if (n == 1 && *s == '.')
		return r->scopes[r->scope_count - 1];
	first = memchr(s, '.', n) ? (size_t)((const char *)memchr(s, '.', n) - s) : n;
	for (size_t i = r->scope_count; i-- > 0 && !j;)
		j = member(r->scopes[i], s, first);
	while (j && first < n) {
		const char *rest = s + first + 1;
		size_t left = n - first - 1;
		const char *dot = memchr(rest, '.', left);
		size_t len = dot ? (size_t)(dot - rest) : left;

		j = member(j, rest, len);
		first += 1 + len;
	}
	return j;
}

static bool is_true(const json_t *j)
{
	if (!j || json_is_null(j) || json_is_false(j))
		return false;
	if (json_is_array(j))
		return json_array_size(j) > 0;
	if (json_is_string(j))
		return json_string_length(j) > 0;
	return !json_is_number(j) || json_number_value(j) != 0;
}

static void print(struct buf *out, const json_t *j)
{
	if (!j || json_is_null(j))
		return;
	if (json_is_string(j))
		buf_add(out, json_string_value(j), json_string_length(j));
	else
		json_dump_to(out, j, false);
}

static int step(struct render *r, const struct page *page, int line)
{
	if (r->out->over)
		return err_set(r->e, ERR_LIMIT, "%s:%d: the rendered text is longer than %zu bytes", page->name, line,
			       r->out->max);
	if (++r->steps > STEPS_MAX)
		return err_set(r->e, ERR_LIMIT, "%s:%d: the template repeats more than %d parts", page->name, line,
			       STEPS_MAX);
	return 0;
}

static int render_parts(struct render *r, const struct page *page, size_t from, size_t to);

static int render_in_scope(struct render *r, const struct page *page, size_t open, const json_t *scope)
{
	int rc;

	if (r->scope_count == SCOPES_MAX)
		return err_set(r->e, ERR_LIMIT, "%s:%d: sections nest too deep", page->name,
			       page->parts.items[open].line);
	r->scopes[r->scope_count++] = scope;
	rc = render_parts(r, page, open + 1, page->parts.items[open].close);
	r->scope_count--;
	return rc;
}

static int render_section(struct render *r, const struct page *page, size_t open)
{
	const struct template_part *part = &page->parts.items[open];
	const json_t *j = lookup(r, part->s, part->n);
	json_t *item;
	size_t i;

	if (part->type == TEMPLATE_INVERTED)
		return is_true(j) ? 0 : render_parts(r, page, open + 1, part->close);
	if (!is_true(j))
		return 0;
	if (!json_is_array(j))
		return render_in_scope(r, page, open, j);
	json_array_foreach (j, i, item) {
		if (step(r, page, part->line) != 0 || render_in_scope(r, page, open, item) != 0)
			return -1;
	}
	return 0;
}

static int render_partial(struct render *r, const struct page *page, const struct template_part *part)
{
	auto_free char *name = mem_strn(part->s, part->n);
	const char *text = r->partial ? r->partial(r->ctx, name) : NULL;

	if (!text)
		return err_set(r->e, ERR_NOT_FOUND, "%s:%d: there is no partial \"%s\"", page->name, part->line, name);
	if (page->depth + 1 >= PARTIAL_DEPTH_MAX)
		return err_set(r->e, ERR_LIMIT, "%s:%d: partials include each other more than %d deep", page->name,
			       part->line, PARTIAL_DEPTH_MAX);
	return render_text(r, text, name, page->depth + 1);
}

static int render_parts(struct render *r, const struct page *page, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct template_part *part = &page->parts.items[i];
		int rc = step(r, page, part->line);

		if (rc != 0)
			return rc;
		switch (part->type) {
		case TEMPLATE_TEXT:
			buf_add(r->out, part->s, part->n);
			break;
		case TEMPLATE_VALUE:
			print(r->out, lookup(r, part->s, part->n));
			break;
		case TEMPLATE_SECTION:
		case TEMPLATE_INVERTED:
			rc = render_section(r, page, i);
			i = part->close;
			break;
		case TEMPLATE_PARTIAL:
			rc = render_partial(r, page, part);
			break;
		case TEMPLATE_CLOSE:
			break;
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int render_text(struct render *r, const char *text, const char *name, int depth)
{
	struct page page = {.name = name, .depth = depth};
	int rc;

	if (template_parse(text, name, &page.parts, r->e) != 0)
		return -1;
	rc = render_parts(r, &page, 0, page.parts.count);
	if (rc == 0 && r->out->over)
		rc = step(r, &page, page.parts.count ? page.parts.items[page.parts.count - 1].line : 1);
	template_parts_fini(&page.parts);
	return rc;
}

int template_render(struct buf *out, const char *text, const char *name, const json_t *data, template_partial *partial,
		    void *ctx, struct err *e)
{
	struct render *r = MEM_NEW(struct render);
	int rc;

	r->out = out;
	r->partial = partial;
	r->ctx = ctx;
	r->e = e;
	r->scopes[0] = data;
	r->scope_count = 1;
	rc = render_text(r, text, name, 0);
	free(r);
	return rc;
}
