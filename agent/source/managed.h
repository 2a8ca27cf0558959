/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metadata.managedFields: who set which field, half of what an API server sends, asked for by nobody. It is cut out of
 * the text before that is decoded, because decoding is what costs.
 */
#ifndef AGENT_SOURCE_MANAGED_H
#define AGENT_SOURCE_MANAGED_H

#include <stddef.h>

/*
 * Copies the JSON text s into to (room for n bytes) without these members, as an API server writes them: compact, an
 * array of objects that begin with "manager". What looks otherwise stays. Returns the length, n when nothing was cut.
 */
size_t managed_cut(const char *s, size_t n, char *to);

#endif
