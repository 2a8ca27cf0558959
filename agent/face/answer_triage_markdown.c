/* SPDX-License-Identifier: Apache-2.0 */
/* The Markdown of a triage, as GitHub and chat programs draw it: nested lists, code in fences that nothing in it closes. */
#include "agent/face/answer.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer_changes.h"
#include "agent/face/answer_part.h"
#include "agent/face/answer_tree.h"
#include "agent/text/clip.h"
#include "agent/tools/blind.h"

#define CAUSES_SHOWN 30
#define SYMPTOMS_SHOWN 12
#define DEPTH_MAX 3
#define QUOTE_MAX 300

struct markdown {
	struct buf *b;
	const json_t *triage;
	size_t left; /* symptoms that may still be listed under this cause */
};

/* Text of others on one line, with what would be markup escaped. */
static void plain(struct buf *b, const char *s)
{
	auto_buf struct buf flat = BUF_INIT(65536);
	const char *p;

	clip_line(&flat, s, strlen(s), 16384);
	for (p = buf_cstr(&flat); *p; p++) {
		bool inside = p > flat.data && p[1] && p[-1] != ' ' && p[1] != ' '; /* snake_case is no markup */

		if (strchr("\\`*[]<>|", *p) || (*p == '_' && !inside) || (*p == '~' && p[1] == '~'))
			buf_char(b, '\\');
		buf_char(b, *p);
	}
}

/* The longest run of backticks in s. */
static size_t ticks(const char *s)
{
	size_t longest = 0;

	for (; *s; s++) {
		size_t n = strspn(s, "`");

		longest = n > longest ? n : longest;
		if (n)
			s += n - 1;
	}
	return longest;
}

/* `s` on one line, in as many backticks as it needs. */
static void code(struct buf *b, const char *s, size_t max)
{
	auto_buf struct buf flat = BUF_INIT(65536);
	const char *text;
	size_t n;

	clip_line(&flat, s, strlen(s), max);
	text = buf_cstr(&flat);
	if (!*text)
		return;
	n = ticks(text) + 1;
	buf_repeat(b, '`', n);
	buf_printf(b, n > 1 ? " %s " : "%s", text);
	buf_repeat(b, '`', n);
}

static void object(struct markdown *m, const json_t *f)
{
	auto_buf struct buf name = BUF_INIT(8192);

	part_object(&name, json_object_get(f, "object"), part_several(m->triage));
	code(m->b, buf_cstr(&name), 1024);
}

static void symptoms(struct markdown *m, const char *id, size_t indent, unsigned depth)
{
	const json_t *f;
	size_t i, folded = 0;

	json_array_foreach (json_object_get(m->triage, "findings"), i, f) {
		if (!str_eq(json_str_at(f, "caused_by"), id))
			continue;
		if (!m->left) {
			folded++;
			continue;
		}
		m->left--;
		buf_repeat(m->b, ' ', indent);
		buf_str(m->b, "- ");
		object(m, f);
		buf_str(m->b, ": ");
		plain(m->b, json_str_or(f, "cause", ""));
		buf_char(m->b, '\n');
		if (depth < DEPTH_MAX)
			symptoms(m, json_str_or(f, "id", ""), indent + 2, depth + 1);
	}
	if (folded) {
		buf_repeat(m->b, ' ', indent);
		buf_printf(m->b, "- and %zu more\n", folded);
	}
}

static void cause(struct markdown *m, size_t n, const json_t *f)
{
	auto_free char *mark = mem_printf("%zu. ", n);
	const json_t *id;
	size_t i;

	buf_printf(m->b, "%s**", mark);
	plain(m->b, json_str_or(f, "cause", ""));
	buf_str(m->b, "** ");
	object(m, f);
	buf_printf(m->b, " (%s, score %.2f, `%s`)", json_str_or(f, "severity", ""),
		   json_number_value(json_object_get(f, "score")), json_str_or(f, "check", ""));
	json_array_foreach (json_object_get(f, "evidence"), i, id) {
		buf_printf(m->b, " %s", json_string_value(id));
	}
	buf_char(m->b, '\n');
	m->left = SYMPTOMS_SHOWN;
	symptoms(m, json_str_or(f, "id", ""), strlen(mark), 0);
}

static void evidence(struct markdown *m, const json_t *causes, size_t shown)
{
	const json_t *id;
	size_t k, told = 0;

	buf_str(m->b, "\n## Evidence\n\n");
	for (size_t i = 0; i < shown; i++) {
		json_array_foreach (json_object_get(json_array_get(causes, i), "evidence"), k, id) {
			const json_t *e = part_by_id(json_object_get(m->triage, "evidence"), json_string_value(id));
			auto_free char *place = mem_printf("%s%s%s", json_str_or(e, "source", ""),
							   str_empty(json_str_at(e, "pointer")) ? "" : " ",
							   json_str_or(e, "pointer", ""));

			buf_printf(m->b, "- %s: ", json_string_value(id));
			code(m->b, json_str_or(e, "quote", ""), QUOTE_MAX);
			buf_str(m->b, "  \n  ");
			if (part_several(m->triage)) {
				plain(m->b, json_str_or(e, "cluster", ""));
				buf_str(m->b, ": ");
			}
			code(m->b, place, 4096);
			buf_str(m->b, json_bool_at(e, "derived", false) ? " (computed)\n" : "\n");
			told++;
		}
	}
	if (!told)
		buf_str(m->b, "None.\n");
}

static void blind(struct markdown *m)
{
	auto_json json_t *unseen = blind_suppressed(json_object_get(m->triage, "blind_spots"), false);
	auto_json json_t *suppressed = blind_suppressed(json_object_get(m->triage, "blind_spots"), true);
	auto_json json_t *spots = blind_grouped(unseen);
	const json_t *s;
	size_t i, n = json_array_size(suppressed);

	buf_str(m->b, "\n## Could not see\n\n");
	json_array_foreach (spots, i, s) {
		buf_str(m->b, "- ");
		if (part_several(m->triage)) {
			plain(m->b, json_str_or(s, "cluster", ""));
			buf_str(m->b, ": ");
		}
		plain(m->b, json_str_or(s, "what", ""));
		buf_str(m->b, ": ");
		plain(m->b, json_str_or(s, "why", ""));
		buf_char(m->b, '\n');
	}
	if (!i)
		buf_str(m->b, "Nothing: everything that was asked for could be read.\n");
	if (!n)
		return;
	buf_printf(m->b, "\nSuppressed: %zu finding%s\n\n", n, n == 1 ? "" : "s");
	json_array_foreach (suppressed, i, s) {
		buf_str(m->b, "- ");
		plain(m->b, json_str_or(s, "what", ""));
		buf_str(m->b, " (");
		plain(m->b, json_str_or(s, "why", "") + strlen("suppressed "));
		buf_str(m->b, ")\n");
	}
}

/* The command in a fence of its own below the sentence: chat programs give it a button to copy. */
static void fix(struct markdown *m, const char *text)
{
	auto_buf struct buf flat = BUF_INIT(65536);
	size_t len = 0, fence;
	const char *s, *command;

	clip_line(&flat, text, strlen(text), 32768);
	s = buf_cstr(&flat);
	command = part_command(s, &len);
	buf_str(m->b, "- ");
	if (!command) {
		plain(m->b, s);
		buf_char(m->b, '\n');
		return;
	}
	auto_free char *before = mem_strn(s, (size_t)(command - s) - 1);
	auto_free char *part = mem_strn(command, len);

	fence = ticks(part) < 3 ? 3 : ticks(part) + 1;
	plain(m->b, before);
	buf_str(m->b, "\n  ");
	buf_repeat(m->b, '`', fence);
	buf_printf(m->b, "sh\n  %s\n  ", part);
	buf_repeat(m->b, '`', fence);
	buf_char(m->b, '\n');
	if (command[len]) {
		buf_str(m->b, "  ");
		plain(m->b, command + len + strspn(command + len, ", "));
		buf_char(m->b, '\n');
	}
}

char *answer_triage_markdown(const json_t *triage)
{
	auto_buf struct buf b = BUF_INIT(8u << 20);
	auto_json json_t *causes = part_roots(triage);
	auto_free char *headline = part_headline(triage);
	struct markdown m = {.b = &b, .triage = triage};
	size_t n = json_array_size(causes), shown = n < CAUSES_SHOWN ? n : CAUSES_SHOWN, i;
	auto_json json_t *fixes = part_fixes(causes, shown);
	const json_t *item;

	if (*headline)
		buf_printf(&b, "%s.\n\n", headline);
	buf_str(&b, "## Root causes\n\n");
	for (i = 0; i < shown; i++)
		cause(&m, i + 1, json_array_get(causes, i));
	if (n > shown)
		buf_printf(&b, "\nand %zu more (`-o json` lists all)\n", n - shown);
	if (!n)
		buf_printf(&b, "%s.\n", part_no_causes(triage));
	evidence(&m, causes, shown);
	answer_changes_markdown(&b, triage);
	blind(&m);
	buf_str(&b, "\n## Fix\n\n");
	json_array_foreach (fixes, i, item) {
		fix(&m, json_string_value(item));
	}
	if (!i)
		buf_str(&b, "Nothing to do.\n");
	return buf_steal(&b);
}
