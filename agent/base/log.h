/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says of itself, on standard error: one line each, terminal-safe. Never an answer. */
#ifndef AGENT_BASE_LOG_H
#define AGENT_BASE_LOG_H

#include "agent/base/attr.h"
#include <stdbool.h>

enum log_level { LOG_ERROR = 0, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Default LOG_WARN: -v gives INFO, -vv DEBUG, -q ERROR. json: one JSON object a line with time, level, module, msg. */
void log_setup(enum log_level level, bool json);
bool log_enabled(enum log_level level);
/* Text form: "dupin: msg" for errors and warnings ("dupin: warning: msg"), "dupin[module]: msg" otherwise. */
void log_at(enum log_level level, const char *module, const char *fmt, ...) PRINTF(3, 4);

#define log_error(mod, ...) log_at(LOG_ERROR, mod, __VA_ARGS__)
#define log_warn(mod, ...) log_at(LOG_WARN, mod, __VA_ARGS__)
#define log_info(mod, ...) log_at(LOG_INFO, mod, __VA_ARGS__)
#define log_debug(mod, ...) log_at(LOG_DEBUG, mod, __VA_ARGS__)

#endif
