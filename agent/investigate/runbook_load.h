/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the runbooks: one volume from one file, and the shelf they stand on. Private to runbook*.c. */
#ifndef AGENT_INVESTIGATE_RUNBOOK_LOAD_H
#define AGENT_INVESTIGATE_RUNBOOK_LOAD_H

#include "agent/investigate/runbook.h"

#define RUNBOOKS_MAX 500 /* their titles stand in every prompt */

/* What the front matter holds. */
struct front {
	char *title;
	char **alerts, **checks, **kinds, **words;
};

struct volume {
	struct runbook pub; /* points into what follows */
	struct front front;
	char *name, *origin, *body;
	size_t folder;      /* 0: built in, else the position in the list of folders, from 1 */
};

struct runbooks {
	struct volume **items;
	size_t count, cap;
	void (*problem)(void *ctx, const char *text);
	void *ctx;
	size_t folder; /* the one that is being loaded */
};

/* Tells what is wrong with one file, which is then left out. */
void runbooks_problem(const struct runbooks *r, const char *text);
/* Takes v: puts it in its place, in place of one of that name from elsewhere, or tells why not. */
void runbooks_put(struct runbooks *r, struct volume *v);

/* --- runbook_file.c --- */
/* Our format: front matter with a title, and a body. text is borrowed. NULL: "ORIGIN:LINE: why". */
struct volume *volume_parse(const char *name, const char *origin, const char *text, struct err *e);
/* A SKILL.md: name (else the folder's) and description as title. */
struct volume *volume_parse_skill(const char *folder_name, const char *origin, const char *text, struct err *e);
/* A file of a catalog: its title stands there, front matter is passed over. */
struct volume *volume_parse_plain(const char *name, const char *origin, const char *title, const char *text,
				  struct err *e);
void volume_free(struct volume *v);

/* --- runbook_folder.c --- */
/* *.md, or what catalog.json links; and SKILL.md one and two folders down. -1: the folder itself cannot be read. */
int runbooks_add_folder(struct runbooks *r, const char *folder, struct err *e) MUST_CHECK;

#endif
