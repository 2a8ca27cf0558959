/* SPDX-License-Identifier: Apache-2.0 */
/* Does a line look like an error? By level words and the usual openings; "0 errors" and "error=nil" do not count. */
#ifndef TOOLSETS_LOGS_ALARM_H
#define TOOLSETS_LOGS_ALARM_H

#include <stdbool.h>
#include <stddef.h>

bool logs_alarm_line(const char *line, size_t len);
/* How many of a text's lines do; lines: how many there are. */
size_t logs_alarm_count(const char *text, size_t len, size_t *lines);

#endif
