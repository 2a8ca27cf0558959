/* SPDX-License-Identifier: Apache-2.0 */
/* Spans of time as kubectl prints them: 119s, 5m30s, 3h, 2d4h, 1y30d. */
#ifndef TOOLSETS_LIB_AGE_H
#define TOOLSETS_LIB_AGE_H

#include <jansson.h>
#include <stdint.h>

#define AGE_SIZE 24
/* Returns out. "<invalid>" for a span that lies in the future. */
const char *age_text(int64_t span_ms, char out[static AGE_SIZE]);
/* From an RFC 3339 text to now; "-" when there is none. */
const char *age_since(const char *rfc3339, int64_t now_ms, char out[static AGE_SIZE]);
/* metadata.creationTimestamp to now. */
const char *age_of(const json_t *object, int64_t now_ms, char out[static AGE_SIZE]);

#endif
