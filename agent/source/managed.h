/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metadata.managedFields: who set which field and when, half of what an API server sends. Who and when is worth reading
 * (a few dozen bytes), which fields is not, but for few objects (struct source_request.whole). So it is made short in the
 * text, before that is decoded, because decoding is what costs.
 */
#ifndef AGENT_SOURCE_MANAGED_H
#define AGENT_SOURCE_MANAGED_H

#include <stddef.h>

/*
 * Copies the JSON text s into to (room for n bytes) without these members, as an API server writes them: compact, an
 * array of objects that begin with "manager". What looks otherwise stays. Returns the length, n when nothing was cut.
 */
size_t managed_cut(const char *s, size_t n, char *to);
/*
 * The same, but of each entry manager, operation, time and subresource are kept. Writers of the status become null: they
 * report, they change nothing, and the places of the others stay what they were. Where none is left, the member goes.
 */
size_t managed_keep(const char *s, size_t n, char *to);

#endif
