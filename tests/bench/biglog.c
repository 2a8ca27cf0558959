/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/biglog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES 2048u /* of one piece */
#define DIGITS 12u

static const char stamp[] = "2026-08-01T10:00:00.000Z ";
#define NUMBER_AT (sizeof(stamp) - 1 + sizeof("INFO  request=") - 1)

static void write_line(char *to, const char *number, const char *level, const char *text)
{
	char line[BIGLOG_LINE + 1];
	int n = snprintf(line, sizeof(line), "%s%s request=%s %s", stamp, level, number, text);

	memset(to, ' ', BIGLOG_LINE - 1);
	memcpy(to, line, (size_t)n);
	to[BIGLOG_LINE - 1] = '\n';
}

static void usual(char *to, const char *number)
{
	write_line(to, number, "INFO ", "GET /api/v1/orders 200 in 12 ms, 4096 bytes to 10.1.2.3");
}

static void rare(char *to, const char *number)
{
	write_line(to, number, "ERROR", "payment refused: card network unreachable (dial 10.9.8.7:443)");
}

/* Decimal digits count faster than a number is printed, and there are sixteen million of them. */
static void count_up(char *number)
{
	size_t i = DIGITS - 1;

	while (number[i] == '9')
		number[i--] = '0';
	number[i]++;
}

void biglog_send(struct httpd_call *c, uint64_t first, uint64_t last)
{
	char *piece = httpd_alloc(NULL, LINES * BIGLOG_LINE);
	char number[32];

	snprintf(number, sizeof(number), "%0*" PRIu64, (int)DIGITS, first);
	for (size_t i = 0; i < LINES; i++)
		usual(piece + i * BIGLOG_LINE, number);
	httpd_begin(c, "text/plain");
	for (uint64_t at = first; at < last;) {
		size_t n = last - at < LINES ? (size_t)(last - at) : LINES;
		char *odd = NULL;

		for (size_t i = 0; i < n; i++) {
			char *line = piece + i * BIGLOG_LINE;

			count_up(number);
			memcpy(line + NUMBER_AT, number, DIGITS);
			if (++at % BIGLOG_RARE == 0)
				rare(odd = line, number);
		}
		if (httpd_piece(c, piece, n * BIGLOG_LINE) < 0)
			break;
		if (odd)
			usual(odd, number);
	}
	httpd_end(c);
	free(piece);
}
