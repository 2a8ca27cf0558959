/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/suppress.h"

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/tools/blind.h"

/* What becomes of the findings, by their old ids. */
struct sorting {
	const struct suppression **by; /* the rule, of what is suppressed by itself or by its cause */
	int *fresh;                    /* the new id; 0: left out */
};

/* The rule of the nearest cause on the way up that is suppressed. */
static const struct suppression *inherited(const struct triage *t, const struct sorting *s, int id)
{
	for (size_t n = 0; id && n <= t->count; n++, id = t->findings[id - 1].caused_by)
		if (s->by[id])
			return s->by[id];
	return NULL;
}

static void put_aside(struct triage *t, struct triage_finding *f, const struct suppression *by)
{
	t->suppressed = mem_resize_array(t->suppressed, t->suppressed_count + 1, sizeof(*t->suppressed));
	t->suppressed[t->suppressed_count++] = (struct triage_suppressed){
		.f = f->f,
		.why = mem_printf(BLIND_SUPPRESSED "%s by %s: %s", by->until, by->place, by->reason),
		.reason = mem_str(by->reason),
	};
	free(f->symptoms);
}

static void renumber_list(int *list, const int *fresh)
{
	size_t n = 0;

	for (size_t i = 0; list && list[i]; i++)
		if (fresh[list[i]])
			list[n++] = fresh[list[i]];
	if (list)
		list[n] = 0;
}

static void close_ranks(struct triage *t, const struct sorting *s)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct triage_finding *f = &t->findings[i];
		const struct suppression *by = inherited(t, s, f->id);

		if (by)
			put_aside(t, f, by);
		else
			s->fresh[f->id] = (int)++n;
	}
	n = 0;
	for (size_t i = 0; i < t->count; i++)
		if (s->fresh[i + 1])
			t->findings[n++] = t->findings[i];
	t->count = n;
	for (size_t i = 0; i < t->count; i++) {
		t->findings[i].id = (int)i + 1;
		t->findings[i].caused_by = s->fresh[t->findings[i].caused_by]; /* fresh[0] is 0 */
		renumber_list(t->findings[i].symptoms, s->fresh);
	}
	renumber_list(t->root_causes, s->fresh);
}

void suppress_findings(struct triage *t, const struct suppressions *rules, int64_t now_ms)
{
	struct sorting s = {.by = mem_zero((t->count + 1) * sizeof(*s.by)),
			    .fresh = mem_zero((t->count + 1) * sizeof(int))};
	size_t hits = 0;

	for (size_t i = 0; rules && i < t->count; i++) {
		const struct work_finding *f = &t->findings[i].f;

		s.by[i + 1] = suppressions_match(rules, now_ms, f->check, f->cluster->name, f->object.ns, f->object.kind,
						 f->object.name);
		hits += s.by[i + 1] != NULL;
	}
	if (hits)
		close_ranks(t, &s);
	free(s.by);
	free(s.fresh);
}
