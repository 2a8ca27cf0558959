/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/str.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int str_to_i64(const char *s, int64_t *out, struct err *e)
{
	char *end;
	long long v;

	if (str_empty(s) || !(s[s[0] == '-' || s[0] == '+'] >= '0' && s[s[0] == '-' || s[0] == '+'] <= '9'))
		return err_set(e, ERR_ARG, "\"%s\" is not a whole number", s ? s : "");
	errno = 0;
	v = strtoll(s, &end, 10);
	if (*end)
		return err_set(e, ERR_ARG, "\"%s\" is not a whole number", s);
	if (errno == ERANGE)
		return err_set(e, ERR_ARG, "\"%s\" is too large for a 64-bit number", s);
	*out = v;
	return 0;
}

int str_to_double(const char *s, double *out, struct err *e)
{
	char *end;
	double v;

	/* strtod also takes hexadecimal, infinity and leading blanks, which nobody means here. */
	if (str_empty(s) || strspn(s, "0123456789+-.eE") != strlen(s))
		return err_set(e, ERR_ARG, "\"%s\" is not a number", s ? s : "");
	v = strtod(s, &end);
	if (end == s || *end)
		return err_set(e, ERR_ARG, "\"%s\" is not a number", s);
	if (!isfinite(v))
		return err_set(e, ERR_ARG, "\"%s\" is too large for a number", s);
	*out = v;
	return 0;
}

/* The factor of a unit ("", "B", "k", "Ki", "GiB", ...), or 0. */
static double unit_factor(const char *unit)
{
	static const char letters[] = "kmgtpe";
	char first = unit[0];
	const char *at;
	double base = 1000, factor = 1;
	size_t i = 1;

	if (!first || str_eq_nocase(unit, "b"))
		return 1;
	if (first >= 'A' && first <= 'Z')
		first = (char)(first + ('a' - 'A'));
	at = strchr(letters, first);
	if (!at)
		return 0;
	if (unit[i] == 'i') {
		base = 1024;
		i++;
	}
	if (unit[i] == 'b' || unit[i] == 'B')
		i++;
	if (unit[i])
		return 0;
	for (const char *p = letters; p <= at; p++)
		factor *= base;
	return factor;
}

int str_to_size(const char *s, uint64_t *out, struct err *e)
{
	char number[40];
	size_t digits = s ? strspn(s, "0123456789.") : 0;
	const char *unit = s ? s + digits : "";
	double factor, v;

	while (*unit == ' ')
		unit++;
	factor = unit_factor(unit);
	if (digits == 0 || digits >= sizeof(number) || factor == 0)
		return err_set(e, ERR_ARG, "\"%s\" is not a size; write it like 512, 64KiB, 1.5M or 2GiB", s ? s : "");
	memcpy(number, s, digits);
	number[digits] = '\0';
	if (str_to_double(number, &v, NULL) != 0)
		return err_set(e, ERR_ARG, "\"%s\" is not a size; write it like 512, 64KiB, 1.5M or 2GiB", s);
	/* Whole numbers stay exact beyond 2^53. */
	if (!strchr(number, '.')) {
		uint64_t whole, product;

		errno = 0;
		whole = strtoull(number, NULL, 10);
		if (errno == ERANGE || __builtin_mul_overflow(whole, (uint64_t)factor, &product))
			return err_set(e, ERR_ARG, "\"%s\" is more than 64 bits can count", s);
		*out = product;
		return 0;
	}
	if (v * factor >= 18446744073709551616.0)
		return err_set(e, ERR_ARG, "\"%s\" is more than 64 bits can count", s);
	*out = (uint64_t)(v * factor + 0.5);
	return 0;
}

void str_from_size(uint64_t bytes, char out[static 24])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double v = (double)bytes;
	size_t i = 0;

	/* 1023.96 would print as "1024.0 KiB". */
	while (v >= (i ? 1023.95 : 1024) && i < 6) {
		v /= 1024;
		i++;
	}
	if (i == 0)
		snprintf(out, 24, "%llu B", (unsigned long long)bytes);
	else
		snprintf(out, 24, "%.1f %s", v, units[i]);
}
