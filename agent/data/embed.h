/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the tree that the build put into the binary: prompts/, runbooks/. Sorted by name. */
#ifndef AGENT_DATA_EMBED_H
#define AGENT_DATA_EMBED_H

#include <stddef.h>

struct embed_file {
	const char *name; /* "prompts/system.md" */
	const char *text; /* NUL-terminated */
	size_t len;
};

/* Ends with name NULL. */
extern const struct embed_file embed_files[];
const struct embed_file *embed_find(const char *name); /* NULL when absent */

#endif
