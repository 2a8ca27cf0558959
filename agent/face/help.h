/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts made from the tables: help for people, the manual page, completion scripts. Each returns heap text, the
 * caller's.
 */
#ifndef AGENT_FACE_HELP_H
#define AGENT_FACE_HELP_H

#include "agent/face/cli.h"
#include "agent/face/term.h"

char *help_overview(const struct term *t);
char *help_command(const struct term *t, const struct command *c);
/* Every key of the config file with its type, default and meaning. */
char *help_config(const struct term *t);
char *help_man(void);
char *help_completion(const char *shell); /* NULL: unknown shell */

#endif
