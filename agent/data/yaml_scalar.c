/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/yaml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/str.h"
#include "agent/data/json.h"

static bool one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

static size_t digits_at(const char *s)
{
	return strspn(s, "0123456789");
}

/* 0x1f, 0o17. Beyond 64 bits they are left as text, since nobody calculates with those. */
static json_t *prefixed_integer(const char *s)
{
	int base = s[1] == 'x' ? 16 : 8;
	const char *allowed = base == 16 ? "0123456789abcdefABCDEF" : "01234567";
	size_t n = strspn(s + 2, allowed);
	unsigned long long v;

	if (n == 0 || s[2 + n])
		return NULL;
	errno = 0;
	v = strtoull(s + 2, NULL, base);
	return errno == ERANGE || v > INT64_MAX ? NULL : json_integer((json_int_t)v);
}

enum number { NUMBER_NONE, NUMBER_INTEGER, NUMBER_REAL };

/* [-+]? ( "." digits | digits ( "." digits? )? ) ( [eE] [-+]? digits )? : the core schema's int and float. */
static enum number number_kind(const char *s)
{
	const char *p = s + (*s == '-' || *s == '+');
	enum number kind = NUMBER_INTEGER;
	size_t whole = digits_at(p), fraction = 0;

	p += whole;
	if (*p == '.') {
		fraction = digits_at(p + 1);
		p += 1 + fraction;
		kind = NUMBER_REAL;
	}
	if (whole + fraction == 0)
		return NUMBER_NONE;
	if (*p == 'e' || *p == 'E') {
		size_t n;

		p++;
		p += *p == '-' || *p == '+';
		n = digits_at(p);
		if (n == 0)
			return NUMBER_NONE;
		p += n;
		kind = NUMBER_REAL;
	}
	return *p ? NUMBER_NONE : kind;
}

/* NULL: no number, or one that no double holds ("123e4567" is a commit, not infinity). */
static json_t *decimal(const char *s)
{
	enum number kind = number_kind(s);
	int64_t i;
	double v;

	if (kind == NUMBER_NONE)
		return NULL;
	if (kind == NUMBER_INTEGER && str_to_i64(s, &i, NULL) == 0)
		return json_integer(i);
	v = strtod(s, NULL);
	return isfinite(v) ? json_real(v) : NULL;
}

json_t *yaml_scalar_plain(const char *s, size_t n)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};
	json_t *j = NULL;

	if (n <= 5 && strlen(s) == n) {
		if (one_of(s, nulls))
			return json_null();
		if (one_of(s, trues))
			return json_true();
		if (one_of(s, falses))
			return json_false();
	}
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'o'))
		j = prefixed_integer(s);
	else if (strchr("0123456789+-.", s[0]) && n < 400 && strlen(s) == n)
		j = decimal(s);
	return j ? j : json_text(s, n);
}

static bool is_date(const char *s)
{
	return digits_at(s) == 4 && s[4] == '-' && digits_at(s + 5) > 0 && s[5 + digits_at(s + 5)] == '-';
}

/* What some reader, YAML 1.1 included, takes for something else than text. */
static bool is_other_value(const char *s)
{
	static const char *const words[] = {"y",     "n",    "yes", "no", "on", "off", "true",
					    "false", "null", "~",   "<<", "=",	NULL};
	const char *unsigned_part = s + (*s == '-' || *s == '+');

	for (const char *const *w = words; *w; w++)
		if (str_eq_nocase(s, *w))
			return true;
	if (str_eq_nocase(unsigned_part, ".inf") || str_eq_nocase(s, ".nan"))
		return true;
	if (number_kind(s) != NUMBER_NONE || is_date(s))
		return true;
	/* 12:30:45 and 1_000 */
	if (digits_at(unsigned_part) && strpbrk(s, ":_") && !unsigned_part[strspn(unsigned_part, "0123456789:_.")])
		return true;
	return unsigned_part[0] == '0' && unsigned_part[1] && strchr("xXoObB", unsigned_part[1]);
}

bool yaml_scalar_needs_quotes(const char *s, size_t n)
{
	if (n == 0 || strlen(s) != n || s[0] == ' ' || s[n - 1] == ' ' || s[n - 1] == ':')
		return true;
	if (strchr(",[]{}#&*!|>'\"%@`", s[0]))
		return true;
	if (strchr("-?:", s[0]) && (n == 1 || s[1] == ' '))
		return true;
	if (str_starts(s, "---") || str_starts(s, "...") || strstr(s, ": ") || strstr(s, " #"))
		return true;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return true;
	return is_other_value(s);
}
