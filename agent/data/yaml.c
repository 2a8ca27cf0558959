/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/yaml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/data/yaml_build.h"

void yaml_build_init(struct yaml_build *b, const char *s, size_t n, const char *name, size_t max_nodes, struct err *e)
{
	*b = (struct yaml_build){.text = s ? s : "", .len = s ? n : 0, .name = name, .max_nodes = max_nodes, .e = e};
	b->pointer = BUF_INIT(1u << 20);
	if (!yaml_parser_initialize(&b->parser))
		abort(); /* fails only without memory */
	yaml_parser_set_input_string(&b->parser, (const unsigned char *)b->text, b->len);
}

void yaml_build_fini(struct yaml_build *b)
{
	yaml_parser_delete(&b->parser);
	map_free(b->anchors);
	buf_fini(&b->pointer);
}

int yaml_build_fail(struct yaml_build *b, enum err_code code, size_t line, const char *fmt, ...)
{
	auto_buf struct buf text = BUF_INIT(2048);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	return err_set(b->e, code, "%s:%zu: %s", b->name, line, buf_cstr(&text));
}

/* Tabs look like spaces in an editor, and libyaml's words for them help nobody. */
static bool begins_with_tab(const struct yaml_build *b, size_t line)
{
	const char *p = b->text, *end = b->text + b->len;

	for (size_t i = 0; p && i < line; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	while (p && p < end && *p == ' ')
		p++;
	return p && p < end && *p == '\t';
}

static size_t line_at(const struct yaml_build *b, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset && i < b->len; i++)
		line += b->text[i] == '\n';
	return line;
}

static int broken(struct yaml_build *b)
{
	const yaml_parser_t *p = &b->parser;
	size_t line = p->problem_mark.line;

	if (p->error == YAML_READER_ERROR)
		return yaml_build_fail(b, ERR_PARSE, line_at(b, p->problem_offset), "%s (byte %zu of the file)",
				       p->problem, p->problem_offset);
	if (begins_with_tab(b, line))
		return yaml_build_fail(b, ERR_PARSE, line + 1, "indented with a tab; YAML wants spaces");
	if (p->context && p->context_mark.line != line)
		return yaml_build_fail(b, ERR_PARSE, line + 1, "%s %s that begins in line %zu", p->problem, p->context,
				       p->context_mark.line + 1);
	return yaml_build_fail(b, ERR_PARSE, line + 1, "%s%s%s", p->problem ? p->problem : "this is not YAML",
			       p->context ? " " : "", p->context ? p->context : "");
}

int yaml_build_next(struct yaml_build *b, yaml_event_t *event)
{
	if (yaml_parser_parse(&b->parser, event))
		return 0;
	return broken(b);
}

/* 1: *doc is the next document; 0: the stream ended; -1: broken. */
static int next_document(struct yaml_build *b, json_t **doc)
{
	yaml_event_t event;

	for (;;) {
		yaml_event_type_t type;

		if (yaml_build_next(b, &event) != 0)
			return -1;
		type = event.type;
		if (type == YAML_DOCUMENT_START_EVENT || type == YAML_STREAM_START_EVENT ||
		    type == YAML_DOCUMENT_END_EVENT) {
			yaml_event_delete(&event);
			continue;
		}
		if (type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		break;
	}
	/* Anchors end with their document. */
	map_free(b->anchors);
	b->anchors = NULL;
	if (b->lines)
		yaml_lines_add(b->lines, "", event.start_mark.line + 1);
	*doc = yaml_build_value(b, &event, 0);
	return *doc ? 1 : -1;
}

/* Behind the first document only another one may follow; anything else is a mistake that must not be passed over. */
static int check_rest(struct yaml_build *b)
{
	for (;;) {
		yaml_event_type_t type;
		yaml_event_t event;

		if (yaml_build_next(b, &event) != 0)
			return -1;
		type = event.type;
		yaml_event_delete(&event);
		if (type != YAML_DOCUMENT_END_EVENT)
			return 0;
	}
}

json_t *yaml_parse(const char *s, size_t n, const char *name, struct yaml_lines **lines, struct err *e)
{
	struct yaml_build b;
	json_t *doc = NULL;
	int rc;

	yaml_build_init(&b, s, n, name, YAML_MAX_NODES, e);
	if (lines)
		b.lines = yaml_lines_new();
	rc = next_document(&b, &doc);
	if (rc == 1 && check_rest(&b) != 0) {
		json_decref(doc);
		doc = NULL;
	}
	if (rc == 0)
		doc = json_null();
	if (lines && doc)
		*lines = b.lines;
	else
		yaml_lines_free(b.lines);
	yaml_build_fini(&b);
	return doc;
}

int yaml_each(const char *s, size_t n, const char *name, size_t max_nodes,
	      int (*fn)(void *ctx, size_t index, json_t *doc), void *ctx, struct err *e)
{
	struct yaml_build b;
	json_t *doc = NULL;
	int rc, stop = 0;

	yaml_build_init(&b, s, n, name, max_nodes, e);
	for (size_t index = 0; (rc = next_document(&b, &doc)) == 1; index++) {
		stop = fn(ctx, index, doc);
		if (stop)
			break;
	}
	yaml_build_fini(&b);
	return rc < 0 ? -1 : stop;
}
