/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that are rare among the lines of a busy program, but come again and again until the end of its log. */
#ifndef TOOLSETS_KUBERNETES_RARE_H
#define TOOLSETS_KUBERNETES_RARE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The last line of a complaint that recurs: 1-based number, 0 when none does. Lines of one wording count together; between
 * the last one and the end of the log, and before now, no more may lie than usually lies between two of them.
 */
size_t rare_find(const char *text, size_t len, int64_t now_ms, const char **line, size_t *line_len);

#endif
