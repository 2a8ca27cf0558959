/* SPDX-License-Identifier: Apache-2.0 */
/* The place of a quote in a log: the line whose number the result prints before it, in the log that its heading names.
 */
#include "agent/investigate/locate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/text/quote.h"

#define LOG_MAX (16u << 20)   /* a longer log is not read once more: then what the result printed has to do */
#define MASKED_MAX (2u << 20) /* of a log that is masked as a whole to find a masked quote */
#define WORD_MAX 256

/* How much tells that a log is the one: its pod, its container, which run. */
enum { POD = 4, CONTAINER = 2, RUN = 1 };

/* What the result prints around the quote. */
struct printed {
	size_t number; /* of the line; 0: none */
	char *text;    /* after the number */
	char *place;   /* the heading of the block, else the line */
	bool heading;
};

static void printed_fini(struct printed *p)
{
	free(p->text);
	free(p->place);
}

/* In a table: the cell "12: text" that holds the quote, which stands at `quote` in the line. */
static const char *numbered_cell(const char *line, size_t quote)
{
	for (const char *p = line + quote; p > line + 1; p--) {
		size_t digits = strspn(p, "0123456789");

		if (p[-1] == ' ' && p[-2] == ' ')
			return digits && p[digits] == ':' ? p : line;
	}
	return line;
}

/* "12: text", "> 12: text", "decisive (kind): > 12: text". */
static void read_number(struct printed *p, const char *line, size_t quote)
{
	const char *at = str_starts(line, "decisive") ? strstr(line, ": > ") : numbered_cell(line, quote), *digits;
	int64_t n;

	if (at && str_starts(line, "decisive"))
		at += 2;
	at = at ? at + strspn(at, " >") : "";
	digits = at;
	while (isdigit((unsigned char)*at))
		at++;
	if (at > digits && at - digits < 19 && at[0] == ':' && at[1] == ' ') {
		auto_free char *word = mem_strn(digits, (size_t)(at - digits));

		p->number = str_to_i64(word, &n, NULL) < 0 ? 0 : (size_t)n;
		p->text = mem_str(at + 2);
	}
}

static char *line_at(const char *start)
{
	return mem_strn(start, strcspn(start, "\n"));
}

static const char *line_start(const char *text, const char *p)
{
	const char *before = memrchr(text, '\n', (size_t)(p - text));

	return before ? before + 1 : text;
}

/* Log lines are printed behind their numbers, so none of them can pass for a heading. */
static void read_printed(const struct search *s, struct printed *p)
{
	const char *start = line_start(s->shown, s->shown + s->at);
	auto_free char *line = line_at(start);

	*p = (struct printed){0};
	read_number(p, line, (size_t)(s->shown + s->at - start));
	for (const char *at = start; !p->heading; at = line_start(s->shown, at - 1)) {
		p->heading = str_starts(at, "== ");
		if (p->heading)
			p->place = line_at(at);
		if (at == s->shown)
			break;
	}
	if (!p->place)
		p->place = mem_str(line);
}

/* The word between two marks of a path, "" when it is not there. */
static void word_of(const char *path, const char *after, const char *until, char out[static WORD_MAX])
{
	const char *p = strstr(path, after);
	size_t n;

	out[0] = '\0';
	if (!p)
		return;
	p += strlen(after);
	n = strcspn(p, until);
	if (n < WORD_MAX)
		snprintf(out, WORD_MAX, "%.*s", (int)n, p);
}

static bool is_log(const struct work_touch *t)
{
	char pod[WORD_MAX];

	if (!t->path)
		return false;
	word_of(t->path, "/pods/", "/", pod);
	return *pod && strstr(t->path, "/log");
}

static int judge(const struct printed *p, const char *path)
{
	char pod[WORD_MAX], container[WORD_MAX];
	size_t n = strlen(p->place);
	int score = 0;

	word_of(path, "/pods/", "/", pod);
	word_of(path, "container=", "&", container);
	if (locate_names(p->place, n, pod, NULL))
		score |= POD;
	if (locate_names(p->place, n, container, NULL))
		score |= CONTAINER;
	if ((strstr(p->place, ", previous run") != NULL) == (strstr(path, "previous=true") != NULL))
		score |= RUN;
	return score;
}

static int add_line(const struct search *s, const char *path, size_t number, const char *line)
{
	auto_free char *source = mem_printf("GET %s", path);
	auto_free char *pointer = mem_printf("line %zu", number);
	auto_free char *text = locate_masked(line);
	size_t n = strlen(text);

	while (n && text[n - 1] == '\r')
		text[--n] = '\0';
	if (!quote_find(text, n, s->quote, NULL, NULL))
		return 0;
	locate_narrow(text, s->quote);
	return evidence_add(s->q->setup->world->evidence, &(struct evidence_item){.cluster = s->cluster->name,
										  .source = source,
										  .pointer = pointer,
										  .quote = text,
										  .masked = true});
}

static const char *nth_line(const char *text, size_t n)
{
	while (text && --n)
		if ((text = strchr(text, '\n')))
			text++;
	return text;
}

/* The first line that holds the quote; 0: none, or it spans lines. */
static size_t find_line(const struct search *s, const char *text, size_t len)
{
	auto_free char *masked = s->masked && len <= MASKED_MAX ? locate_masked(text) : NULL;
	const char *hay = masked ? masked : text;
	size_t start, end;

	if (!quote_find(hay, strlen(hay), s->quote, &start, &end) || memchr(hay + start, '\n', end - start))
		return 0;
	return quote_line(hay, start);
}

/* 0: not there. */
static int in_log(const struct search *s, const struct printed *p, const char *path)
{
	struct source_request r = {.path = path, .accept = WORK_LOG_ACCEPT, .max_bytes = LOG_MAX, .optional = true};
	struct origin_reply reply = {0};
	auto_free char *text = NULL;
	size_t len = 0, number = p->number;
	const char *start;

	if (s->call->bytes <= LOG_MAX)
		text = source_text(s->cluster->source, &r, &len, &reply);
	if (text) {
		if (!number)
			number = find_line(s, text, len);
		start = number ? nth_line(text, number) : NULL;
		if (start) {
			auto_free char *line = line_at(start);
			int id = add_line(s, path, number, line);

			if (id)
				return id;
		}
	}
	/* The log went on since, or it is too long: the result printed the line as it was, unless it had to cut it. */
	return p->number && !strstr(p->text, "… (+") ? add_line(s, path, p->number, p->text) : 0;
}

int locate_in_logs(const struct search *s)
{
	struct printed p;
	int id = 0;

	read_printed(s, &p);
	for (int score = POD | CONTAINER | RUN; score >= 0 && !id; score--) {
		size_t found = 0;

		for (size_t i = 0; i < s->call->touch_count; i++) {
			const struct work_touch *t = &s->call->touches[i];
			int here;

			if (!is_log(t) || judge(&p, t->path) != score)
				continue;
			/* A line of one log is not looked for in another one. */
			if (!(score & POD) && p.number && p.heading)
				continue;
			here = in_log(s, &p, t->path);
			if (here && found++ == 0)
				id = here;
		}
		if (found > 1 && !(score & POD))
			id = 0; /* several logs hold it, and nothing tells which */
		if (found)
			break;
	}
	printed_fini(&p);
	return id;
}
