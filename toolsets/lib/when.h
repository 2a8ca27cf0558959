/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time: RFC 3339 as Kubernetes writes it, and "15m" before now. Wall clock, milliseconds, UTC. */
#ifndef TOOLSETS_LIB_WHEN_H
#define TOOLSETS_LIB_WHEN_H

#include <stdbool.h>
#include <stdint.h>

bool when_parse(const char *rfc3339, int64_t *ms);
/* "90s", "15m", "2h", "1h30m", "3d", "1w". */
bool when_parse_span(const char *text, int64_t *ms);
/* Either a span before now or a point in time. */
bool when_parse_since(const char *text, int64_t now_ms, int64_t *ms);
/* "2026-11-02T14:03:22Z"; "-" for 0. Returns out. */
const char *when_text(int64_t ms, char out[static 24]);

#endif
