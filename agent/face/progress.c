/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/progress.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/text/clip.h"

#define ARGUMENTS_COLUMNS 70

static void close_line(struct progress *p)
{
	if (p->line_open)
		fputc('\n', stderr);
	p->line_open = false;
	p->column = 0;
}

static void line(struct progress *p, enum style style, const char *text)
{
	auto_buf struct buf b = BUF_INIT(65536);
	auto_free char *safe = term_safe(text);

	close_line(p);
	term_style(&b, &p->term, style, safe);
	buf_char(&b, '\n');
	fputs(buf_cstr(&b), stderr);
}

/* In one line: the answer says all of it. */
static void on_triage(struct progress *p, const json_t *data)
{
	size_t n = json_array_size(json_object_get(data, "root_causes"));
	const char *first = json_string_value(json_array_get(json_object_get(data, "root_causes"), 0));
	long long ms = (long long)json_int_at(data, "duration_ms", 0);
	auto_buf struct buf clipped = BUF_INIT(4096);
	auto_free char *text = NULL;

	if (n)
		text = mem_printf("checks: %zu root cause%s in %lld ms; first: %s", n, n == 1 ? "" : "s", ms,
				  str_or(first, ""));
	else
		text = mem_printf("checks: nothing is failing, as far as could be read (%lld ms)", ms);
	clip_line(&clipped, text, strlen(text), p->term.width - 1);
	line(p, STYLE_DIM, buf_cstr(&clipped));
}

static void on_tool_start(struct progress *p, const json_t *data)
{
	const char *arguments = json_str_or(data, "arguments", "");
	auto_buf struct buf b = BUF_INIT(4096);

	buf_printf(&b, "> %s ", json_str_or(data, "tool", "?"));
	clip_line(&b, arguments, strlen(arguments), ARGUMENTS_COLUMNS);
	line(p, STYLE_CYAN, buf_cstr(&b));
}

static void on_tool_end(struct progress *p, const json_t *data)
{
	const char *text = json_str_or(data, "text", "");
	auto_free char *evidence = mem_str(json_str_or(data, "evidence.0", ""));
	auto_free char *safe = NULL;
	char size[24];

	str_from_size(strlen(text), size);
	safe = mem_printf("  %s %s: %s, %s, %lld ms%s%s", evidence, json_str_or(data, "tool", "?"),
			  json_str_or(data, "status", "?"), size, (long long)json_int_at(data, "duration_ms", 0),
			  json_bool_at(data, "repeated", false) ? ", from the record" : "",
			  json_bool_at(data, "suspect", false) ? "; it holds what reads like orders to the model" : "");
	line(p, STYLE_DIM, safe);
	if (p->show_output)
		line(p, STYLE_PLAIN, text);
}

/* The model's own words, as they come. */
static void on_delta(struct progress *p, const json_t *data)
{
	auto_free char *safe = term_safe(json_str_or(data, "text", ""));
	auto_buf struct buf b = BUF_INIT(1u << 20);
	size_t n = strlen(safe);

	if (!n)
		return;
	term_style(&b, &p->term, STYLE_DIM, safe);
	fputs(buf_cstr(&b), stderr);
	fflush(stderr);
	p->line_open = safe[n - 1] != '\n';
}

static void on_retry(struct progress *p, const json_t *data)
{
	auto_free char *text = mem_printf("the model's endpoint: %s; trying again in %.1f s",
					  json_str_or(data, "why", ""), (double)json_int_at(data, "wait_ms", 0) / 1000);

	line(p, STYLE_YELLOW, text);
}

static void on_fallback(struct progress *p, const json_t *data)
{
	auto_free char *text =
		mem_printf("going on with model %s: %s", json_str_or(data, "model", ""), json_str_or(data, "why", ""));

	line(p, STYLE_YELLOW, text);
}

/* An empty line parts the way from the answer where both are on one screen. */
static void finish(struct progress *p)
{
	close_line(p);
	if (p->term.tty)
		fputc('\n', stderr);
}

void progress_event(void *ctx, const char *kind, const json_t *data)
{
	struct progress *p = ctx;

	if (p->quiet)
		return;
	if (str_eq(kind, "triage"))
		on_triage(p, data);
	else if (str_eq(kind, "tool_start"))
		on_tool_start(p, data);
	else if (str_eq(kind, "tool_end"))
		on_tool_end(p, data);
	else if (str_eq(kind, "delta"))
		on_delta(p, data);
	else if (str_eq(kind, "retry"))
		on_retry(p, data);
	else if (str_eq(kind, "fallback"))
		on_fallback(p, data);
	else if (str_eq(kind, "note") && p->term.tty)
		line(p, STYLE_YELLOW, json_str_or(data, "text", ""));
	else if (str_eq(kind, "end"))
		finish(p);
}
