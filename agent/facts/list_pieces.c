/* SPDX-License-Identifier: Apache-2.0 */
/* Where all namespaces at once may not be listed: each one that may be read, the others are blind spots. */
#include <stdio.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/pool.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"

/* THREADS: as polite as kubectl's own limit. NAMED_MAX: more blind spots of one kind are told in one. */
enum { THREADS = 8, NAMESPACES_MAX = 20000, NAMED_MAX = 20, EXAMPLES = 5 };

struct piece {
	struct facts *f;
	const struct kind *kind;
	const char *ns;
	struct list *list;
};

static void read_piece(void *arg)
{
	struct piece *p = arg;

	p->list = list_of_namespace(p->f, p->kind, p->ns);
}

static void read_all(struct piece *pieces, size_t count)
{
	struct pool *pool = pool_new(count < THREADS ? count : THREADS, count);

	for (size_t i = 0; i < count; i++)
		if (pool_run(pool, read_piece, &pieces[i], NULL) < 0)
			read_piece(&pieces[i]);
	pool_stop(pool);
	pool_join(pool);
	pool_free(pool);
}

/* Names of the namespaces to try, sorted; *known: these are all there are. */
static size_t namespaces(struct facts *f, const char **names, size_t room, bool *known)
{
	enum read_state state;
	json_t *list = facts_list(f, "namespaces", NULL, &state), *o;
	size_t n = 0, i;

	*known = state == READ_OK;
	json_array_foreach (list, i, o) {
		const char *name = json_str_at(o, "metadata.name");

		if (name && n < room)
			names[n++] = name;
	}
	if (n == 0)
		names[n++] = source_default_namespace(f->source);
	return n;
}

/* One blind spot for each, or one for all when there are many. */
static void note_denied(struct facts *f, const struct list *l, const struct piece *pieces, size_t count, size_t unread)
{
	struct buf what = BUF_INIT(4096);
	size_t shown = 0;
	const struct list *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct list *p = pieces[i].list;

		if (p->state == READ_OK || p->state == READ_NOT_SERVED)
			continue;
		if (unread <= NAMED_MAX) {
			list_note(f, p);
			continue;
		}
		first = first ? first : p;
		if (shown == 0)
			buf_printf(&what, "%s in %zu of %zu namespaces (", l->kind->resource, unread, count);
		if (shown < EXAMPLES)
			buf_printf(&what, "%s%s", shown ? ", " : "", p->ns);
		shown++;
	}
	if (first) {
		buf_str(&what, ", ...)");
		source_blind(f->source, first->state, buf_cstr(&what), first->why);
	}
	buf_fini(&what);
}

/* Puts the pieces together. l holds the denial for all namespaces. */
static void join(struct facts *f, struct list *l, const struct piece *pieces, size_t count, bool known)
{
	size_t unread = 0;
	bool cut = false;

	for (size_t i = 0; i < count; i++) {
		const struct list *p = pieces[i].list;

		json_array_extend(l->items, p->items);
		l->selected = l->selected || p->selected;
		l->rows += p->selected ? p->rows : json_array_size(p->items);
		cut = cut || p->state == READ_CUT;
		unread += p->state != READ_OK && p->state != READ_CUT;
	}
	/* Denied everywhere: that is the denial for all, which whoever asks for the list makes a blind spot. */
	if (unread == count)
		return;
	note_denied(f, l, pieces, count, unread + cut);
	if (!known) {
		auto_free char *what = mem_printf("%s in namespaces other than %s", l->kind->resource, pieces[0].ns);

		source_blind(f->source, READ_DENIED, what, l->why);
	}
	l->state = READ_OK;
	l->why[0] = '\0';
}

void list_read_pieces(struct facts *f, struct list *l)
{
	const char **names = mem_zero(NAMESPACES_MAX * sizeof(*names));
	struct piece *pieces;
	bool known;
	size_t count = namespaces(f, names, NAMESPACES_MAX, &known);

	pieces = mem_zero(count * sizeof(*pieces));
	for (size_t i = 0; i < count; i++)
		pieces[i] = (struct piece){.f = f, .kind = l->kind, .ns = names[i]};
	read_all(pieces, count);
	l->pieced = true;
	join(f, l, pieces, count, known);
	free(pieces);
	free(names);
}
