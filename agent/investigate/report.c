/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/report.h"

#include <ctype.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/text/clip.h"

#define CAUSES_MAX 8	 /* more is no answer */
#define CITATIONS_MAX 12 /* for one cause */
#define LIST_MAX 20
#define SENTENCE_COLUMNS 2000

json_t *report_schema(void)
{
	static const char text[] =
		"{\"type\":\"function\",\"function\":{\"name\":\"report\",\"description\":\"Give the final answer. "
		"Every "
		"cause "
		"needs citations: verbatim text copied out of a tool result or finding, with the id (E12) it stands "
		"under. "
		"Code looks "
		"each quote up.\",\"parameters\":{\"type\":\"object\",\"properties\":{"
		"\"summary\":{\"type\":\"string\",\"description\":\"the answer to the question in one to three "
		"sentences\"},"
		"\"root_causes\":{\"type\":\"array\",\"description\":\"most likely first; empty when nothing is "
		"wrong\",\"items\":{"
		"\"type\":\"object\",\"properties\":{"
		"\"cause\":{\"type\":\"string\",\"description\":\"one sentence that names the cause, not the "
		"symptom\"},"
		"\"object\":{\"type\":\"string\",\"description\":\"what to repair: Kind/namespace/name or Kind/name\"},"
		"\"confidence\":{\"type\":\"string\",\"enum\":[\"high\",\"medium\",\"low\"]},"
		"\"citations\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"evidence\":{"
		"\"type\":"
		"\"string\"},"
		"\"quote\":{\"type\":\"string\",\"description\":\"verbatim, at least 8 "
		"characters\"}},\"required\":[\"evidence\",\"quote\"]}}},"
		"\"required\":[\"cause\",\"object\",\"confidence\",\"citations\"]}},"
		"\"fix\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"description\":\"steps, with commands\"},"
		"\"not_seen\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"description\":\"what you would "
		"have "
		"needed to see and could not\"}},"
		"\"required\":[\"summary\",\"root_causes\"]}}}";

	return json_loads(text, 0, NULL);
}

/* "Pod/shop/web-1", "pod shop/web-1", {"kind":...} to {"kind","namespace","name"}; NULL when it names nothing. */
static json_t *object_of(const json_t *v)
{
	auto_free char *text = NULL;
	char *parts[4] = {0};
	size_t n = 0;

	if (json_is_object(v))
		return json_pack("{s:o,s:o,s:o}", "kind", json_text0(json_str_at(v, "kind")), "namespace",
				 json_text0(json_str_at(v, "namespace")), "name", json_text0(json_str_at(v, "name")));
	if (!json_is_string(v))
		return NULL;
	text = mem_str(json_string_value(v));
	for (char *save = NULL, *p = strtok_r(text, "/ \t", &save); p && n < 4; p = strtok_r(NULL, "/ \t", &save))
		parts[n++] = p;
	if (n == 2)
		return json_pack("{s:s,s:s}", "kind", parts[0], "name", parts[1]);
	if (n == 3)
		return json_pack("{s:s,s:s,s:s}", "kind", parts[0], "namespace", parts[1], "name", parts[2]);
	return n == 1 ? json_pack("{s:s}", "name", parts[0]) : NULL;
}

/* What is meant to be a sentence or a few: one line, so that it cannot look like a section of the answer. */
static json_t *sentence(const char *s)
{
	auto_buf struct buf b = BUF_INIT(64u << 10);

	clip_line(&b, s, strlen(s), SENTENCE_COLUMNS);
	return json_text(buf_cstr(&b), b.len);
}

/* lines: commands may have several. */
static json_t *strings_of(const json_t *v, bool lines)
{
	json_t *out = json_array(), *item;
	size_t i;

	if (json_is_string(v) && json_string_length(v))
		json_array_append_new(out, lines ? json_text0(json_string_value(v)) : sentence(json_string_value(v)));
	json_array_foreach (v, i, item) {
		if (!json_is_string(item) || !json_string_length(item) || json_array_size(out) >= LIST_MAX)
			continue;
		json_array_append_new(out,
				      lines ? json_text0(json_string_value(item)) : sentence(json_string_value(item)));
	}
	return out;
}

static json_t *citations_of(const json_t *v)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach (v, i, item) {
		const char *quote = json_str_at(item, "quote");

		if (str_empty(quote) || json_array_size(out) >= CITATIONS_MAX)
			continue;
		json_array_append_new(
			out, json_pack("{s:s,s:s}", "evidence", json_str_or(item, "evidence", ""), "quote", quote));
	}
	return out;
}

static const char *confidence_of(const json_t *v)
{
	const char *c = json_str_or(v, "confidence", "medium");

	return str_eq_nocase(c, "high") ? "high" : str_eq_nocase(c, "low") ? "low" : "medium";
}

static json_t *causes_of(const json_t *v)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach (v, i, item) {
		const char *cause = json_is_string(item) ? json_string_value(item) : json_str_at(item, "cause");
		json_t *o;

		if (str_empty(cause) || json_array_size(out) >= CAUSES_MAX)
			continue;
		o = json_object();
		json_object_set_new(o, "cause", sentence(cause));
		json_object_set_new(o, "object", object_of(json_object_get(item, "object")));
		if (!json_object_get(o, "object"))
			json_object_set_new(o, "object", json_null());
		json_object_set_new(o, "confidence", json_string(confidence_of(item)));
		json_object_set_new(o, "citations", citations_of(json_object_get(item, "citations")));
		json_array_append_new(out, o);
	}
	return out;
}

static json_t *normalise(const json_t *given)
{
	json_t *o = json_object();

	json_object_set_new(o, "summary", sentence(json_str_or(given, "summary", json_str_or(given, "answer", ""))));
	json_object_set_new(o, "root_causes", causes_of(json_object_get(given, "root_causes")));
	json_object_set_new(o, "fix", strings_of(json_object_get(given, "fix"), true));
	json_object_set_new(o, "not_seen", strings_of(json_object_get(given, "not_seen"), false));
	return o;
}

json_t *report_from_arguments(const char *text, size_t len, struct err *e)
{
	auto_json json_t *given = json_parse(text, len, "arguments", e);
	json_t *report;

	if (!given) {
		err_wrap(e, "report was called with broken JSON");
		return NULL;
	}
	if (!json_is_object(given)) {
		err_set(e, ERR_ARG, "report: arguments must be an object with summary and root_causes");
		return NULL;
	}
	report = normalise(given);
	if (!json_string_length(json_object_get(report, "summary")) &&
	    !json_array_size(json_object_get(report, "root_causes"))) {
		json_decref(report);
		err_set(e, ERR_ARG,
			"report: summary and root_causes are both empty: say what you found, or that nothing is wrong");
		return NULL;
	}
	return report;
}

/* What may stand before a report that is written as text: nothing, or the opening of a fenced block. */
static bool opens_block(const char *text, const char *start)
{
	while (start > text && isspace((unsigned char)start[-1]))
		start--;
	if (start == text)
		return true;
	for (size_t i = 0; i < 4 && start > text && start[-1] != '`'; i++) /* "json" */
		start--;
	return start - text >= 3 && strncmp(start - 3, "```", 3) == 0;
}

/* And after it. */
static bool ends_text(const char *end)
{
	return end[strspn(end, " \t\r\n`")] == '\0';
}

/*
 * JSON of a report that is the whole of a text, or a fenced block at its end. JSON inside of prose is a quotation: a
 * log may hold what looks like a report, and a model may tell of it.
 */
static json_t *embedded(const char *text)
{
	const char *start = strchr(text, '{'), *end = strrchr(text, '}');
	json_t *j;

	if (!start || !end || end < start || !strstr(start, "\"root_causes\"") || !opens_block(text, start) ||
	    !ends_text(end + 1))
		return NULL;
	j = json_parse(start, (size_t)(end - start) + 1, "answer", NULL);
	if (j && !json_is_object(j)) {
		json_decref(j);
		return NULL;
	}
	return j;
}

static bool is_quote_mark(const char *p, size_t *len)
{
	static const char *const marks[] = {"\"", "“", "”", "`", "«", "»"};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (str_starts(p, marks[i])) {
			*len = strlen(marks[i]);
			return true;
		}
	}
	return false;
}

/* After an id "E12": separators, then a quoted text on the same line. Returns past it, or NULL. */
static const char *quoted(const char *p, const char **start, size_t *len)
{
	size_t mark;
	const char *end;

	while (*p && strchr(" :,-]()*", *p))
		p++;
	if (str_starts(p, "—"))
		p += strlen("—");
	while (*p == ' ')
		p++;
	if (!is_quote_mark(p, &mark))
		return NULL;
	*start = p + mark;
	for (end = *start; *end && *end != '\n'; end++) {
		size_t close;

		if (is_quote_mark(end, &close) && end > *start) {
			*len = (size_t)(end - *start);
			return end + close;
		}
	}
	return NULL;
}

/* Citations in prose: [E3: "text"], E3 "text", (E3, `text`). */
static json_t *inline_citations(const char *text, const char *end)
{
	json_t *out = json_array();

	for (const char *p = text; p < end; p++) {
		const char *start, *digits = p + 1, *next;
		size_t len;

		if (*p != 'E' || (p > text && isalnum((unsigned char)p[-1])) || !isdigit((unsigned char)p[1]))
			continue;
		while (isdigit((unsigned char)*digits))
			digits++;
		next = quoted(digits, &start, &len);
		if (next && next <= end && json_array_size(out) < CITATIONS_MAX) {
			auto_free char *id = mem_strn(p, (size_t)(digits - p));
			json_t *c = json_object();

			json_object_set_new(c, "evidence", json_string(id));
			json_object_set_new(c, "quote", json_text(start, len));
			json_array_append_new(out, c);
			p = next - 1;
		}
	}
	return out;
}

static bool heading_is(const char *line, const char *word)
{
	while (*line == '#' || *line == ' ' || *line == '*')
		line++;
	return str_find_nocase(line, word) == line;
}

/* One list item or paragraph of the root-cause section as a cause. */
static void add_cause(json_t *causes, const char *start, const char *end)
{
	auto_free char *text = NULL;
	char *line_end;
	json_t *o;

	while (start < end && strchr(" \t\n-*0123456789.)#", *start))
		start++;
	if (end - start < 8 || json_array_size(causes) >= CAUSES_MAX)
		return;
	text = mem_strn(start, (size_t)(end - start));
	line_end = strchr(text, '\n');
	o = json_object();
	json_object_set_new(o, "citations", inline_citations(text, text + strlen(text)));
	if (line_end)
		*line_end = '\0';
	json_object_set_new(o, "cause", json_text0(str_trim(text)));
	json_object_set_new(o, "object", json_null());
	json_object_set_new(o, "confidence", json_string("medium"));
	json_array_append_new(causes, o);
}

/* The top-level items under a heading "Root cause(s)"; without that heading the first paragraph, if anything is cited.
 */
static json_t *prose_causes(const char *text)
{
	json_t *causes = json_array();
	const char *p = text, *item = NULL;
	bool inside = false, heading = false;

	for (const char *line = p; *line;) {
		const char *next = strchr(line, '\n');
		size_t n = next ? (size_t)(next - line) : strlen(line);
		bool title = *line == '#' || (str_starts(line, "**") && n > 4 && strncmp(line + n - 2, "**", 2) == 0);

		if (title) {
			if (inside && item)
				add_cause(causes, item, line);
			inside = heading_is(line, "root cause");
			heading |= inside;
			item = NULL;
		} else if (inside && (*line == '-' || *line == '*' || isdigit((unsigned char)*line) || !item) && n) {
			if (item)
				add_cause(causes, item, line);
			item = line;
		}
		line += n + (next ? 1 : 0);
	}
	if (inside && item)
		add_cause(causes, item, text + strlen(text));
	if (!heading) { /* citations may stand anywhere in a short prose answer; without any it is an opinion, no cause
			 */
		json_t *citations = inline_citations(text, text + strlen(text));
		const char *end = strstr(text, "\n\n");

		if (json_array_size(citations))
			add_cause(causes, text, end ? end : text + strlen(text));
		if (json_array_size(causes))
			json_object_set(json_array_get(causes, 0), "citations", citations);
		json_decref(citations);
	}
	return causes;
}

json_t *report_from_text(const char *text)
{
	auto_json json_t *given = embedded(text);
	json_t *o;

	if (given)
		return normalise(given);
	o = json_object();
	json_object_set_new(o, "summary", json_text0(text));
	json_object_set_new(o, "root_causes", prose_causes(text));
	json_object_set_new(o, "fix", json_array());
	json_object_set_new(o, "not_seen", json_array());
	json_object_set_new(o, "prose", json_true());
	return o;
}
