/* SPDX-License-Identifier: Apache-2.0 */
/* Ids that sort by time: 48 bits of milliseconds and 80 random bits in 26 characters of Crockford's base 32. */
#ifndef AGENT_STORE_ULID_H
#define AGENT_STORE_ULID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ULID_LEN 26
#define ULID_TEXT 27 /* with the NUL */

/*
 * Each one of a process sorts after all earlier ones, also within a millisecond and when the clock is set back.
 * Thread-safe.
 */
void ulid_new(int64_t wall_ms, char out[static ULID_TEXT]);
/*
 * What a person typed (any case, I and L for 1, O for 0) as the beginning of an id, in out. false: it can be none,
 * because it is empty, too long or has other characters.
 */
bool ulid_prefix(const char *typed, char out[static ULID_TEXT]);

#endif
