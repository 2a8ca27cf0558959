/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/prompt.h"

#include <string.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/embed.h"
#include "agent/data/template.h"
#include "agent/data/template_parse.h"
#include "agent/investigate/textfile.h"

#define EMBEDDED "prompts/"
#define RENDERED_MAX (8u << 20) /* attachments are cut to the model's window before they come here */

struct prompt {
	char *name; /* "system"; a partial begins with '_' */
	char *path; /* for messages */
	char *text;
	bool ours;   /* not from a folder */
	bool needed; /* of a partial: some prompt includes it */
};

struct prompts {
	struct prompt *items;
	size_t count, cap;
};

static struct prompt *find(const struct prompts *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->count; i++)
		if (strlen(p->items[i].name) == len && strncmp(p->items[i].name, name, len) == 0)
			return &p->items[i];
	return NULL;
}

/* {{>name}} is the file _name.md. */
static struct prompt *find_partial(const struct prompts *p, const char *name, size_t len)
{
	auto_free char *file = mem_printf("_%.*s", (int)len, name);

	return find(p, file, len + 1);
}

/* name is copied, path and text are taken. */
static void put(struct prompts *p, const char *name, size_t name_len, char *path, char *text, bool ours)
{
	struct prompt *item = find(p, name, name_len);

	if (!item) {
		MEM_GROW(p->items, p->count, p->cap);
		item = &p->items[p->count++];
		*item = (struct prompt){.name = mem_strn(name, name_len)};
	}
	free(item->path);
	free(item->text);
	item->path = path;
	item->text = text;
	item->ours = ours;
}

static void add_embedded(struct prompts *p)
{
	for (const struct embed_file *f = embed_files; f->name; f++) {
		const char *name = f->name + strlen(EMBEDDED);

		if (str_starts(f->name, EMBEDDED) && str_ends(name, ".md"))
			put(p, name, strlen(name) - 3, mem_str(f->name), mem_strn(f->text, f->len), true);
	}
}

static int unknown_file(const struct prompts *p, const char *path, const char *file, struct err *e)
{
	const char **names = mem_resize_array(NULL, p->count + 1, sizeof(*names));
	auto_free char *all = NULL;
	auto_free char *stem = mem_strn(file, strlen(file) - 3);
	const char *near;

	for (size_t i = 0; i < p->count; i++)
		names[i] = p->items[i].name;
	names[p->count] = NULL;
	near = str_nearest(stem, names);
	free(names);
	if (near)
		return err_set(e, ERR_CONFIG, "%s: there is no prompt of that name: did you mean \"%s.md\"?", path,
			       near);
	all = mem_str("");
	for (size_t i = 0; i < p->count; i++) {
		char *longer = mem_printf("%s%s%s.md", all, i ? ", " : "", p->items[i].name);

		free(all);
		all = longer;
	}
	return err_set(e, ERR_CONFIG, "%s: there is no prompt of that name; the prompts are %s", path, all);
}

/* Files of the folder take the place of ours; new partials may come along. */
static int add_folder(struct prompts *p, const char *dir, struct err *e)
{
	char **names = textfile_names(dir, e);
	int rc = 0;

	if (!names)
		return err_wrap(e, "prompts_dir");
	for (size_t i = 0; names[i] && rc == 0; i++) {
		size_t len = strlen(names[i]);
		char *path, *text;

		if (!str_ends(names[i], ".md"))
			continue;
		path = file_join(dir, names[i]);
		if (names[i][0] != '_' && !find(p, names[i], len - 3)) {
			rc = unknown_file(p, path, names[i], e);
			free(path);
			break;
		}
		text = textfile_read(path, e);
		if (text) {
			put(p, names[i], len - 3, path, text, false);
		} else {
			rc = -1;
			free(path);
		}
	}
	str_list_free(names);
	return rc;
}

/* Syntax, and that each partial that is named is there. */
static int check_one(struct prompts *p, const struct prompt *item, struct err *e)
{
	struct template_parts parts;
	int rc = 0;

	if (template_parse(item->text, item->path, &parts, e) != 0)
		return -1;
	for (size_t i = 0; i < parts.count && rc == 0; i++) {
		const struct template_part *part = &parts.items[i];
		struct prompt *partial;

		if (part->type != TEMPLATE_PARTIAL)
			continue;
		partial = find_partial(p, part->s, part->n);
		if (partial)
			partial->needed = true;
		else
			rc = err_set(e, ERR_CONFIG, "%s:%d: {{>%.*s}} needs a file _%.*s.md beside it", item->path,
				     part->line, (int)part->n, part->s, (int)part->n, part->s);
	}
	template_parts_fini(&parts);
	return rc;
}

/* What template_render hands to partial_text. */
struct shelf {
	const struct prompts *p;
};

static const char *partial_text(void *ctx, const char *name)
{
	const struct shelf *shelf = ctx;
	const struct prompt *item = find_partial(shelf->p, name, strlen(name));

	return item ? item->text : NULL;
}

static char *render(const struct prompts *p, const struct prompt *item, const json_t *data, struct err *e)
{
	auto_buf struct buf out = BUF_INIT(RENDERED_MAX);
	struct shelf shelf = {p};

	if (template_render(&out, item->text, item->path, data, partial_text, &shelf, e) != 0)
		return NULL;
	return buf_steal(&out);
}

static int check_all(struct prompts *p, struct err *e)
{
	for (size_t i = 0; i < p->count; i++)
		if (check_one(p, &p->items[i], e) != 0)
			return -1;
	for (size_t i = 0; i < p->count; i++) {
		const struct prompt *item = &p->items[i];

		/* One of ours may be left over where a prompt that included it was replaced. */
		if (item->name[0] == '_' && !item->needed && !item->ours)
			return err_set(e, ERR_CONFIG,
				       "%s:1: no prompt includes it: write {{>%s}} where it belongs, or remove it",
				       item->path, item->name + 1);
	}
	/* partials that include themselves show here, not in the middle of a question */
	for (size_t i = 0; i < p->count; i++) {
		auto_free char *text = render(p, &p->items[i], NULL, e);

		if (!text)
			return -1;
	}
	return 0;
}

struct prompts *prompts_load(const char *dir, struct err *e)
{
	struct prompts *p = MEM_NEW(struct prompts);

	add_embedded(p);
	if ((!str_empty(dir) && add_folder(p, dir, e) != 0) || check_all(p, e) != 0) {
		if (e)
			e->code = ERR_CONFIG;
		prompts_free(p);
		return NULL;
	}
	return p;
}

void prompts_free(struct prompts *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++) {
		free(p->items[i].name);
		free(p->items[i].path);
		free(p->items[i].text);
	}
	free(p->items);
	free(p);
}

char *prompt_render(const struct prompts *p, const char *name, const json_t *data, struct err *e)
{
	const struct prompt *item = find(p, name, strlen(name));

	if (item)
		return render(p, item, data, e);
	err_set(e, ERR_ARG, "there is no prompt \"%s\"", name);
	return NULL;
}

void prompt_defuse(struct buf *out, const char *text, const char *mark)
{
	const char *p;

	while ((p = str_find_nocase(text, mark))) {
		buf_add(out, text, (size_t)(p - text));
		buf_printf(out, "< %s", mark + 1);
		text = p + strlen(mark);
	}
	buf_str(out, text);
}
