/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/cel_value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

struct cel_value cel_bool(bool truth)
{
	return (struct cel_value){.type = CEL_V_BOOL, .truth = truth};
}

struct cel_value cel_string(const char *s, size_t n)
{
	return (struct cel_value){.type = CEL_V_STRING, .text = s, .len = n};
}

struct cel_value cel_unknown(void)
{
	return (struct cel_value){.type = CEL_V_UNKNOWN};
}

static struct cel_value quantity_value(const json_t *v)
{
	struct cel_value out = {.type = CEL_V_QUANTITY};

	if (json_is_string(v) && !quantity_parse(json_string_value(v), &out.quantity))
		return cel_unknown();
	if (!json_is_string(v))
		out.quantity = quantity_of(v);
	return out;
}

struct cel_value cel_json(const json_t *v)
{
	const json_t *x;

	if (json_is_string(v))
		return quantity_value(v);
	if ((x = json_object_get(v, "string")))
		return json_is_string(x) ? cel_string(json_string_value(x), json_string_length(x)) : cel_unknown();
	if ((x = json_object_get(v, "bool")))
		return cel_bool(json_is_true(x));
	if ((x = json_object_get(v, "int")))
		return (struct cel_value){.type = CEL_V_INT, .number = json_integer_value(x)};
	if ((x = json_object_get(v, "version"))) {
		struct cel_value out =
			cel_string(json_string_value(x) ? json_string_value(x) : "", json_string_length(x));

		out.type = CEL_V_SEMVER;
		return out;
	}
	if ((x = json_object_get(v, "value")))
		return quantity_value(x);
	return cel_unknown();
}

struct cel_value cel_member(const struct cel_value *domain, const char *driver, const char *name, size_t len)
{
	char key[300];
	const json_t *v = NULL;

	if (domain->len + len + 2 > sizeof(key))
		return cel_unknown();
	snprintf(key, sizeof(key), "%.*s/%.*s", (int)domain->len, domain->text, (int)len, name);
	v = json_object_get(domain->map, key);
	/* names without a domain belong to the driver's own */
	if (!v && strlen(driver) == domain->len && memcmp(driver, domain->text, domain->len) == 0) {
		snprintf(key, sizeof(key), "%.*s", (int)len, name);
		v = json_object_get(domain->map, key);
	}
	return v ? cel_json(v) : (struct cel_value){.type = CEL_V_NONE};
}

/* Numbers of a version: "1.2.3-rc.1+x" to 1, 2, 3; the rest begins at *rest. */
static bool version_parts(const char *s, size_t n, long long out[static 3], size_t *rest)
{
	size_t i = 0;

	for (int k = 0; k < 3; k++) {
		size_t digits = 0;

		out[k] = 0;
		while (i < n && isdigit((unsigned char)s[i]) && digits < 18) {
			out[k] = out[k] * 10 + (s[i++] - '0');
			digits++;
		}
		if (!digits || (k < 2 && (i >= n || s[i] != '.')))
			return false;
		if (k < 2)
			i++;
	}
	*rest = i;
	return i >= n || s[i] == '-' || s[i] == '+';
}

static int sign(long long d)
{
	return d < 0 ? -1 : d > 0;
}

int cel_semver_compare(const char *a, size_t na, const char *b, size_t nb, bool *ok)
{
	long long x[3], y[3];
	size_t i, k, la, lb, n;
	int d;

	*ok = version_parts(a, na, x, &i) && version_parts(b, nb, y, &k);
	if (!*ok)
		return 0;
	for (int p = 0; p < 3; p++)
		if (x[p] != y[p])
			return sign(x[p] - y[p]);
	/* what follows a minus makes it older; what follows a plus does not count */
	la = i < na && a[i] == '-' ? strcspn(a + i, "+") : 0;
	lb = k < nb && b[k] == '-' ? strcspn(b + k, "+") : 0;
	la = la > na - i ? na - i : la;
	lb = lb > nb - k ? nb - k : lb;
	if (!la || !lb)
		return (int)(lb != 0) - (int)(la != 0);
	n = la < lb ? la : lb;
	d = memcmp(a + i, b + k, n);
	return d ? sign(d) : sign((long long)la - (long long)lb);
}

static double as_double(const struct cel_value *v)
{
	return v->type == CEL_V_INT ? (double)v->number : v->real;
}

static bool is_number(const struct cel_value *v)
{
	return v->type == CEL_V_INT || v->type == CEL_V_DOUBLE;
}

int cel_compare(const struct cel_value *a, const struct cel_value *b, bool *ok)
{
	size_t n;
	int d;

	*ok = true;
	if (a->type == CEL_V_INT && b->type == CEL_V_INT)
		return (a->number > b->number) - (a->number < b->number);
	if (is_number(a) && is_number(b))
		return (as_double(a) > as_double(b)) - (as_double(a) < as_double(b));
	if (a->type == CEL_V_QUANTITY && b->type == CEL_V_QUANTITY)
		return quantity_compare(a->quantity, b->quantity);
	if (a->type == CEL_V_SEMVER && b->type == CEL_V_SEMVER)
		return cel_semver_compare(a->text, a->len, b->text, b->len, ok);
	if (a->type == CEL_V_BOOL && b->type == CEL_V_BOOL)
		return (int)a->truth - (int)b->truth;
	if (a->type == CEL_V_STRING && b->type == CEL_V_STRING) {
		n = a->len < b->len ? a->len : b->len;
		d = n ? memcmp(a->text, b->text, n) : 0;
		return d ? sign(d) : sign((long long)a->len - (long long)b->len);
	}
	*ok = false;
	return 0;
}
