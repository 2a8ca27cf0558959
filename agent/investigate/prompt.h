/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts that the model gets: prompts/NAME.md as logic-less templates, embedded, overridden file by file from
 * a folder. {{>name}} includes prompts/_name.md.
 */
#ifndef AGENT_INVESTIGATE_PROMPT_H
#define AGENT_INVESTIGATE_PROMPT_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include "agent/base/err.h"
#include <jansson.h>

struct prompts;

/*
 * dir NULL: embedded ones alone. Every file is checked: "FILE:LINE: why"; a file that names no prompt of ours is
 * an error with the nearest. New partials (_name.md) may come along when some prompt includes them.
 */
struct prompts *prompts_load(const char *dir, struct err *e);
void prompts_free(struct prompts *p);
/* Renders one ("system", "question", "summarize", "last_step"). The caller's; NULL with file and line. */
char *prompt_render(const struct prompts *p, const char *name, const json_t *data, struct err *e);

/* Appends text. The end mark of a frame ("</attachment") inside of it would end the frame early: there it gets a space. */
void prompt_defuse(struct buf *out, const char *text, const char *mark);

#endif
