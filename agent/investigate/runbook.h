/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runbooks: Markdown files with front matter (title, match, and steps that name real tools). Embedded ones,
 * overridden file by
 * file from disk; HolmesGPT's catalog.json and SKILL.md folders load too. The model sees titles and fetches what
 * it needs.
 */
#ifndef AGENT_INVESTIGATE_RUNBOOK_H
#define AGENT_INVESTIGATE_RUNBOOK_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stddef.h>

struct runbook {
	const char *name;           /* file name without .md, or the folder's for SKILL.md: what people type */
	const char *title;
	const char *origin;         /* "built in" or the file's path */
	const char *body;           /* Markdown without the front matter */
	char *const *alerts;        /* alert names (exact or with *), NULL-terminated, maybe empty; likewise: */
	char *const *checks;        /* check names, likewise with * */
	char *const *kinds;         /* kinds of objects */
	char *const *words;         /* words of a question */
};

struct runbooks;

/*
 * Embedded ones, then each folder of dirs (NULL: none; a missing one is an error). Broken files are left out and
 * told through
 * problem(ctx, "FILE:LINE: why"), which may be NULL.
 */
struct runbooks *runbooks_load(char *const *dirs, void (*problem)(void *ctx, const char *text), void *ctx, struct err *e);
void runbooks_free(struct runbooks *r);
size_t runbooks_count(const struct runbooks *r);
const struct runbook *runbooks_at(const struct runbooks *r, size_t i);
const struct runbook *runbooks_find(const struct runbooks *r, const char *name);
const char *runbooks_nearest(const struct runbooks *r, const char *name);
/*
 * The best match for what is known (each may be NULL), or NULL. Alert name (exact, then with *) beats check beats
 * kind with words beats words (two at least, of which one may be a kind). Of equals, people's own goes first.
 */
const struct runbook *runbooks_match(const struct runbooks *r, const char *alert, const char *check, const char *kind,
				     const char *question);

#endif
