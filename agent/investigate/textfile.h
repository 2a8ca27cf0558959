/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that people write for the model (prompts, runbooks): the names in a folder, and one file as clean UTF-8. */
#ifndef AGENT_INVESTIGATE_TEXTFILE_H
#define AGENT_INVESTIGATE_TEXTFILE_H

#include "agent/base/attr.h"
#include "agent/base/err.h"

#define TEXTFILE_MAX (256u << 10) /* a model reads them whole: more is a mistake */
#define TEXTFILE_NAMES 2000       /* in one folder */

/* Names in the folder, sorted bytewise, without hidden ones. NULL-terminated; free with str_list_free. */
char **textfile_names(const char *folder, struct err *e);
/* The file without a byte order mark, lines ending in \n alone. The caller's; NULL: "FILE:1: why" or "FILE: why". */
char *textfile_read(const char *path, struct err *e);

#endif
