/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/answer_tree.h"

#include <string.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/face/answer_part.h"

#define LINES_MAX 12  /* of one tree */
#define ALIKE_MAX 3   /* siblings of one kind that the same check found */
#define DEPTH_MAX 5
#define GROUPS_MAX 4  /* named in one fold */
#define NAMED_EARLY 64 /* bytes of a sentence before its object is named in it */
#define NARROW 72     /* below this a symptom takes two lines */

struct tree {
	struct buf *b;
	const struct term *t;
	const json_t *triage;
	size_t indent;
	size_t left;     /* lines */
	struct buf rails; /* what stands before the branches of this depth */
};

void tree_count(struct buf *b, size_t n, const char *kind)
{
	size_t len = strlen(kind);

	if (n != 1 && str_ends(kind, "y"))
		buf_printf(b, "%zu %.*sies", n, (int)len - 1, kind);
	else
		buf_printf(b, "%zu %s%s", n, kind, n == 1 ? "" : str_ends(kind, "s") ? "es" : "s");
}

void tree_sentence(struct buf *b, const json_t *finding, bool with_cluster)
{
	const char *kind = json_str_or(finding, "object.kind", ""), *name = json_str_or(finding, "object.name", "");
	const char *cause = json_str_or(finding, "cause", "");
	auto_free char *words = mem_printf("%s %s ", kind, name);
	const char *at = strstr(cause, words);
	size_t before = at ? (size_t)(at - cause) : 0;

	if (!at || before > NAMED_EARLY) {
		part_object(b, json_object_get(finding, "object"), with_cluster);
		buf_printf(b, "%s%s", str_empty(name) ? "" : ": ", cause);
		return;
	}
	buf_add(b, cause, before);
	part_object(b, json_object_get(finding, "object"), with_cluster);
	buf_printf(b, " %s", at + strlen(words));
}

/* What is folded away, by kind and check. */
struct fold {
	struct map *groups; /* "Kind\x1fcheck" to the count, in order */
	size_t total;
};

static void fold_add(struct fold *f, const char *group)
{
	size_t n = (size_t)(uintptr_t)map_get(f->groups, group);

	map_set(f->groups, group, (void *)(uintptr_t)(n + 1));
	f->total++;
}

/* "and 37 more Pods (probe-failing)", "and 45 more: 37 Pods (probe-failing), 8 Services (service-endpoints)". */
static void fold_text(struct buf *line, const struct fold *f)
{
	size_t n = map_len(f->groups);

	buf_printf(line, "and %zu more: ", f->total);
	for (size_t i = 0; i < n && i < GROUPS_MAX; i++) {
		void *count;
		const char *group = map_at(f->groups, i, &count), *check = strchr(group, '\x1f') + 1;
		auto_free char *kind = mem_strn(group, (size_t)(check - 1 - group));

		buf_str(line, i ? ", " : "");
		tree_count(line, (size_t)(uintptr_t)count, kind);
		buf_printf(line, " (%s)", check);
	}
	if (n > GROUPS_MAX)
		buf_str(line, ", ...");
}

/* One branch: cut to a line, or two where lines are short. */
static void branch(struct tree *tree, bool last, const char *text)
{
	const struct term *t = tree->t;
	size_t column = tree->indent + utf8_width(buf_cstr(&tree->rails), tree->rails.len) + 3;
	size_t room = t->width > column + 16 ? t->width - column : 16;
	auto_buf struct buf flat = BUF_INIT(65536);
	const char *rail = last ? "   " : t->unicode ? "│  " : "|  ";
	size_t n;

	part_clip(&flat, t, text, t->width < NARROW ? room * 2 - 8 : room);
	buf_repeat(tree->b, ' ', tree->indent);
	term_on(tree->b, t, STYLE_DIM);
	buf_str(tree->b, buf_cstr(&tree->rails));
	buf_str(tree->b, t->unicode ? (last ? "└─" : "├─") : (last ? "`-" : "|-"));
	term_off(tree->b, t);
	buf_char(tree->b, ' ');
	for (const char *s = buf_cstr(&flat);; s += n) {
		n = part_line(s, room);
		buf_add(tree->b, s, n);
		buf_char(tree->b, '\n');
		n += strspn(s + n, " ");
		if (!s[n])
			break;
		buf_repeat(tree->b, ' ', tree->indent);
		term_on(tree->b, t, STYLE_DIM);
		buf_str(tree->b, buf_cstr(&tree->rails));
		buf_str(tree->b, rail);
		term_off(tree->b, t);
	}
}

/* Which children are drawn; the others are in the fold. */
static json_t *choose(struct tree *tree, const char *id, struct fold *fold)
{
	json_t *shown = json_array(), *f;
	struct map *alike = map_new(NULL);
	size_t i;

	json_array_foreach (json_object_get(tree->triage, "findings"), i, f) {
		auto_free char *group = NULL;
		size_t n;

		if (!str_eq(json_str_at(f, "caused_by"), id))
			continue;
		group = mem_printf("%s\x1f%s", json_str_or(f, "object.kind", "object"), json_str_or(f, "check", ""));
		n = (size_t)(uintptr_t)map_get(alike, group);
		if (n >= ALIKE_MAX || json_array_size(shown) >= tree->left) {
			fold_add(fold, group);
			continue;
		}
		map_set(alike, group, (void *)(uintptr_t)(n + 1));
		json_array_append(shown, f);
	}
	map_free(alike);
	tree->left -= json_array_size(shown);
	return shown;
}

static void children(struct tree *tree, const char *id, unsigned depth)
{
	struct fold fold = {.groups = map_new(NULL)};
	auto_json json_t *shown = choose(tree, id, &fold);
	size_t i, mark = tree->rails.len;
	const json_t *f;

	json_array_foreach (shown, i, f) {
		bool last = i + 1 == json_array_size(shown) && !fold.total;
		auto_buf struct buf line = BUF_INIT(65536);

		tree_sentence(&line, f, part_several(tree->triage));
		branch(tree, last, buf_cstr(&line));
		buf_str(&tree->rails, last ? "   " : tree->t->unicode ? "│  " : "|  ");
		if (depth < DEPTH_MAX)
			children(tree, json_str_or(f, "id", ""), depth + 1);
		buf_cut(&tree->rails, mark);
	}
	if (fold.total && (json_array_size(shown) || !depth)) {
		auto_buf struct buf line = BUF_INIT(65536);

		fold_text(&line, &fold);
		branch(tree, true, buf_cstr(&line));
	}
	map_free(fold.groups);
}

void tree_symptoms(struct buf *b, const struct term *t, const json_t *triage, const json_t *root, size_t indent)
{
	struct tree tree = {.b = b, .t = t, .triage = triage, .indent = indent, .left = LINES_MAX, .rails = BUF_INIT(1024)};

	if (json_array_size(json_object_get(root, "symptoms")))
		children(&tree, json_str_or(root, "id", ""), 0);
	buf_fini(&tree.rails);
}
