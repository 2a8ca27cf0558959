/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/age.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

static void two(char *out, int64_t big, char big_unit, int64_t small, char small_unit)
{
	if (small == 0)
		snprintf(out, AGE_SIZE, "%" PRId64 "%c", big, big_unit);
	else
		snprintf(out, AGE_SIZE, "%" PRId64 "%c%" PRId64 "%c", big, big_unit, small, small_unit);
}

const char *age_text(int64_t span_ms, char out[static AGE_SIZE])
{
	int64_t s = span_ms / 1000, m = s / 60, h = m / 60, d = h / 24;

	if (span_ms < -1999)
		memcpy(out, "<invalid>", 10);
	else if (span_ms < 0)
		memcpy(out, "0s", 3);
	else if (s < 120)
		two(out, s, 's', 0, 0);
	else if (m < 10)
		two(out, m, 'm', s % 60, 's');
	else if (m < 180)
		two(out, m, 'm', 0, 0);
	else if (h < 8)
		two(out, h, 'h', m % 60, 'm');
	else if (h < 48)
		two(out, h, 'h', 0, 0);
	else if (d < 8)
		two(out, d, 'd', h % 24, 'h');
	else if (d < 730)
		two(out, d, 'd', 0, 0);
	else if (d < 365 * 8)
		two(out, d / 365, 'y', d % 365, 'd');
	else
		two(out, d / 365, 'y', 0, 0);
	return out;
}

const char *age_since(const char *rfc3339, int64_t now_ms, char out[static AGE_SIZE])
{
	int64_t ms;

	if (when_parse(rfc3339, &ms))
		return age_text(now_ms - ms, out);
	memcpy(out, "-", 2);
	return out;
}

const char *age_of(const json_t *object, int64_t now_ms, char out[static AGE_SIZE])
{
	return age_since(fld_str(object, "metadata.creationTimestamp"), now_ms, out);
}
