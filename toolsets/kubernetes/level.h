/* SPDX-License-Identifier: Apache-2.0 */
/* What a line of a log says of its own weight. */
#ifndef TOOLSETS_KUBERNETES_LEVEL_H
#define TOOLSETS_KUBERNETES_LEVEL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does its writer call the line a matter of course (trace, debug, info, note)? MySQL notes each client that goes away
 * as "[Note] Aborted connection ... (Got an error reading communication packets)". False: it says more, or nothing.
 */
bool level_is_mild(const char *line, size_t len);

#endif
