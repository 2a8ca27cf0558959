/* SPDX-License-Identifier: Apache-2.0 */
/* Time: int64_t milliseconds everywhere. Deadlines are monotonic, 0 = none. Wall times are since 1970, UTC. */
#ifndef AGENT_BASE_CLOCK_H
#define AGENT_BASE_CLOCK_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT 32 /* room for an RFC 3339 text with milliseconds, or an age */

int64_t clock_mono_ms(void);
int64_t clock_wall_ms(void);
/* Monotonic deadline `ms` from now; ms <= 0 gives 0 (none). */
int64_t clock_deadline(int64_t ms);
/* Milliseconds left, never negative; INT64_MAX when deadline is 0. */
int64_t clock_left(int64_t deadline);
/* The earlier of two deadlines, 0 being none. */
int64_t clock_sooner(int64_t a, int64_t b);

/* RFC 3339, any offset, optional fraction ("2026-05-01T10:00:00.123Z"). false: not a time. */
bool clock_parse(const char *s, int64_t *wall_ms);
/* "2026-05-01T10:00:00Z" (milliseconds only when they are not 0). */
void clock_format(int64_t wall_ms, char out[static CLOCK_TEXT]);
/* "500ms", "30s", "15m", "1h30m", "2d", "1w"; a bare number is seconds. */
int clock_parse_duration(const char *s, int64_t *ms, struct err *e) MUST_CHECK;
/* As kubectl's AGE column: "45s", "3m12s", "5h", "2d4h", "12d". Negative gives "0s". */
void clock_age(int64_t ms, char out[static CLOCK_TEXT]);

#endif
