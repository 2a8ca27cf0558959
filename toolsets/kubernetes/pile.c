/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/pile.h"

#include <string.h>

#include "toolsets/lib/field.h"

void pile_end(struct pile *p)
{
	struct diagnosis *d;

	if (!p->count)
		return;
	d = diag_new(p->set);
	diag_about(d, p->first);
	diag_past(d);
	diag_cause(d, "%zu %s", p->count, p->what);
	if (*p->ns)
		diag_cause_more(d, " in namespace %s", p->ns);
	for (size_t i = 0; i < p->count && i < 3; i++) {
		diag_cause_more(d, "%s%s", i ? ", " : ": ", fld_name(p->shown[i]));
		diag_cite(d, p->shown[i], NULL, "%s", p->pointers[i]);
	}
	if (p->count > 3)
		diag_cause_more(d, " and %zu more", p->count - 3);
	diag_fix(d, "%s", p->fix);
	p->count = 0;
}

void pile_add(struct pile *p, json_t *o, const char *pointer)
{
	if (p->count && strcmp(p->ns, fld_ns(o)) != 0)
		pile_end(p);
	if (!p->count) {
		p->first = o;
		p->ns = fld_ns(o);
	}
	if (p->count < 3) {
		p->shown[p->count] = o;
		p->pointers[p->count] = pointer;
	}
	p->count++;
}

json_t *pile_list(const struct view *v, const char *resource)
{
	enum seen seen = SEEN_NOT_SERVED;

	if (!v->h->kind(v->w, resource, NULL, 0))
		return NULL;
	v->h->lists_ahead(v->w, &resource, 1, &seen);
	return seen == SEEN_OK ? v->h->list(v->w, resource, NULL, &seen) : NULL;
}
