/* SPDX-License-Identifier: Apache-2.0 */
/* Logs of programs that run and do nothing but fail, and when a line was written. */
#ifndef TOOLSETS_KUBERNETES_OUTCRY_H
#define TOOLSETS_KUBERNETES_OUTCRY_H

#include <stddef.h>
#include <stdint.h>

/*
 * The last error of a log whose end is mostly errors, whatever they are about: 1-based number, 0 when the program also
 * does something else.
 */
size_t outcry_find(const char *text, size_t len, const char **line, size_t *line_len);
/* When a line says it was written (date and time, or seconds since 1970 in "ts"), in ms, UTC; 0: it does not say. */
int64_t outcry_time(const char *line, size_t len);

#endif
