/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/quantity.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NANO ((__int128)1000000000)
#define LIMIT ((__int128)INT64_MAX * NANO)

static const struct {
	const char *suffix;
	int exponent; /* of ten, or of two when binary */
	bool binary;
} suffixes[] = {
	{"", 0, false},	  {"n", -9, false}, {"u", -6, false}, {"m", -3, false}, {"k", 3, false},  {"M", 6, false},
	{"G", 9, false},  {"T", 12, false}, {"P", 15, false}, {"E", 18, false}, {"Ki", 10, true}, {"Mi", 20, true},
	{"Gi", 30, true}, {"Ti", 40, true}, {"Pi", 50, true}, {"Ei", 60, true},
};

static bool scale_ten(__int128 *v, int exponent, bool *inexact)
{
	for (; exponent > 0; exponent--) {
		if (*v > LIMIT)
			return false;
		*v *= 10;
	}
	for (; exponent < 0 && *v; exponent++) {
		*inexact |= *v % 10 != 0;
		*v /= 10;
	}
	return *v <= LIMIT;
}

/* "e3", "E-2" with at least one digit: an exponent; a bare "E" is exa. */
static bool parse_exponent(const char *s, int *exponent)
{
	int sign = 1, n = 0;

	if (*s != 'e' && *s != 'E')
		return false;
	s++;
	if (*s == '+' || *s == '-')
		sign = *s++ == '-' ? -1 : 1;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || n > 100)
			return false;
		n = n * 10 + (*s - '0');
	}
	*exponent = sign * n;
	return true;
}

static bool parse_suffix(const char *s, int *ten, int *two)
{
	*two = 0;
	if (parse_exponent(s, ten))
		return true;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (strcmp(s, suffixes[i].suffix) != 0)
			continue;
		*ten = suffixes[i].binary ? 0 : suffixes[i].exponent;
		*two = suffixes[i].binary ? suffixes[i].exponent : 0;
		return true;
	}
	return false;
}

bool quantity_parse(const char *s, struct quantity *q)
{
	__int128 v = 0;
	bool negative, point = false, any = false, inexact = false;
	int decimals = 0, ten, two;

	if (!s)
		return false;
	negative = *s == '-';
	s += *s == '-' || *s == '+';
	for (; (*s >= '0' && *s <= '9') || (*s == '.' && !point); s++) {
		if (*s == '.') {
			point = true;
			continue;
		}
		any = true;
		if (v > LIMIT) { /* more digits than count: only after the point they may be dropped */
			if (!point)
				return false;
			inexact |= *s != '0';
			continue;
		}
		v = v * 10 + (*s - '0');
		decimals += point;
	}
	if (!any || !parse_suffix(s, &ten, &two))
		return false;
	/* Binary first: 0.5Gi must not lose its fraction. 2^60 * the 2^93 of LIMIT would overflow, so small steps. */
	for (; two > 0; two--) {
		if (v > LIMIT * 1024)
			return false;
		v *= 2;
	}
	if (!scale_ten(&v, ten + 9 - decimals, &inexact))
		return false;
	v += inexact;
	q->nano = negative ? -v : v;
	return true;
}

struct quantity quantity_of(const json_t *value)
{
	struct quantity q = {0};
	char text[64];

	if (json_is_string(value)) {
		if (!quantity_parse(json_string_value(value), &q))
			q.nano = 0;
	} else if (json_is_number(value)) {
		snprintf(text, sizeof(text), "%.9f", json_number_value(value));
		if (json_is_integer(value))
			q.nano = (__int128)json_integer_value(value) * NANO;
		else if (!quantity_parse(text, &q))
			q.nano = 0;
	}
	return q;
}

struct quantity quantity_sum(struct quantity a, struct quantity b)
{
	return (struct quantity){a.nano + b.nano};
}

struct quantity quantity_less(struct quantity a, struct quantity b)
{
	return (struct quantity){a.nano - b.nano};
}

int quantity_compare(struct quantity a, struct quantity b)
{
	return a.nano < b.nano ? -1 : a.nano > b.nano;
}

bool quantity_zero(struct quantity a)
{
	return a.nano == 0;
}

int quantity_percent(struct quantity a, struct quantity b)
{
	__int128 half = b.nano / 2;

	return b.nano <= 0 || a.nano > LIMIT ? 0 : (int)((a.nano * 100 + half) / b.nano);
}

static const char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
	return text;
}

static void binary_text(__int128 nano, char *out, size_t size)
{
	static const char *const units[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	size_t u = 0;
	__int128 unit = NANO;
	long long tenths;

	while (u < 6 && nano >= unit * 1024) {
		unit *= 1024;
		u++;
	}
	tenths = (long long)((nano * 10 + unit / 2) / unit);
	if (tenths % 10)
		snprintf(out, size, "%lld.%lld%s", tenths / 10, tenths % 10, units[u]);
	else
		snprintf(out, size, "%lld%s", tenths / 10, units[u]);
}

const char *quantity_text(struct quantity q, const char *resource, char out[static QUANTITY_SIZE])
{
	__int128 v = q.nano < 0 ? -q.nano : q.nano;
	char *at = out;

	if (q.nano < 0)
		*at++ = '-';
	if (strstr(resource, "memory") || strstr(resource, "storage") || strstr(resource, "hugepages")) {
		binary_text(v, at, QUANTITY_SIZE - 1);
		return out;
	}
	if (v % NANO == 0)
		snprintf(at, QUANTITY_SIZE - 1, "%lld", (long long)(v / NANO));
	else if (v < NANO && v % 1000000 == 0)
		snprintf(at, QUANTITY_SIZE - 1, "%lldm", (long long)(v / 1000000));
	else {
		snprintf(at, QUANTITY_SIZE - 1, "%lld.%09lld", (long long)(v / NANO), (long long)(v % NANO));
		trim(at);
	}
	return out;
}
