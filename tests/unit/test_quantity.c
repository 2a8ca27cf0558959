/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"
#include "toolsets/lib/quantity.h"

static void text_of(const char *in, const char *resource, const char *want)
{
	struct quantity q;
	char out[QUANTITY_SIZE];
	bool good = quantity_parse(in, &q);

	ok(good, "%s is a quantity", in);
	is_str(good ? quantity_text(q, resource, out) : "", want, in);
}

static void equal(const char *a, const char *b)
{
	struct quantity x, y;
	bool good = quantity_parse(a, &x) && quantity_parse(b, &y) && quantity_compare(x, y) == 0;

	ok(good, "%s equals %s", a, b);
}

static void wrong(const char *in)
{
	struct quantity q;

	ok(!quantity_parse(in, &q), "\"%s\" is none", in);
}

int main(void)
{
	struct quantity a, b;
	json_t *v;

	text_of("100m", "cpu", "100m");
	text_of("1500m", "cpu", "1.5");
	text_of("0.1", "cpu", "100m");
	text_of("4", "cpu", "4");
	text_of("1Gi", "memory", "1Gi");
	text_of("16384Mi", "memory", "16Gi");
	text_of("1.5Gi", "memory", "1.5Gi");
	text_of("128974848", "memory", "123Mi");
	text_of("512", "memory", "512");
	text_of("2", "nvidia.com/gpu", "2");
	text_of("-3", "cpu", "-3");
	text_of("5n", "cpu", "0.000000005");
	equal("1e3", "1000");
	equal("1E3", "1k");
	equal("1E", "1000P");
	equal("12e-1", "1200m");
	equal("0.5Gi", "512Mi");
	equal("1Ki", "1024");
	equal("+1", "1");
	equal("1.", "1");
	equal(".5", "500m");
	/* Finer than a billionth: rounded up, as the API does. */
	equal("0.1n", "1n");
	equal("1.0000000001", "1.000000001");
	wrong("");
	wrong(NULL);
	wrong(".");
	wrong("abc");
	wrong("1.2.3");
	wrong("1 Gi");
	wrong("1gi");
	wrong("1e");
	wrong("9Ei9");
	wrong("100Ei");
	wrong("1e99999999999");
	wrong("100000000000000000000000000000000000000e-38"); /* too many digits to keep */
	wrong("99999999999999999999999999999999999999999999");
	quantity_parse("3", &a);
	quantity_parse("4", &b);
	is_int(quantity_percent(a, b), 75, "percent");
	is_int(quantity_percent(a, (struct quantity){0}), 0, "percent of nothing");
	is_int(quantity_compare(quantity_less(a, b), (struct quantity){0}), -1, "a difference below zero");
	v = json_integer(7);
	is_int(quantity_compare(quantity_of(v), quantity_sum(a, b)), 0, "from a JSON number");
	json_decref(v);
	v = json_real(0.25);
	quantity_parse("250m", &a);
	is_int(quantity_compare(quantity_of(v), a), 0, "from a JSON real");
	json_decref(v);
	ok(quantity_zero(quantity_of(NULL)), "nothing is zero");
	return done();
}
