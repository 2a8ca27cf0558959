/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/json.h"

#include "tests/tap.h"

static json_t *parse(const char *s)
{
	struct err e = {0};
	json_t *j = json_parse(s, strlen(s), "t", &e);

	if (!j)
		printf("# %s\n", e.msg);
	return j;
}

static void is_dump(const char *in, const char *want, const char *name)
{
	auto_json json_t *j = parse(in);
	char *s = json_dump(j, false);

	is_str(j ? s : NULL, want, name);
	free(s);
}

static void is_error(const char *in, size_t n, const char *part, const char *name)
{
	struct err e = {0};
	auto_json json_t *j = json_parse(in, n, "t.json", &e);

	ok(!j && e.code == ERR_PARSE, "%s is refused", name);
	like(e.msg, part, name);
}

static void mending(void)
{
	is_dump("{\"a\":\"x\\u0000y\"}", "{\"a\":\"x\xef\xbf\xbdy\"}", "u0000 is mended");
	is_dump("[\"\\ud800\",\"\\udc00x\",\"\\ud83d\\ude00\",\"\\ud83d\\u0041\"]",
		"[\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"\xf0\x9f\x98\x80\",\"\xef\xbf\xbd"
		"A\"]",
		"lone surrogates are mended, pairs kept");
	is_dump("[9223372036854775807,9223372036854775808,-9223372036854775809]",
		"[9223372036854775807,9.223372036854776e+18,-9.223372036854776e+18]", "big integers become reals");
	is_dump("{\"k\":\"a\xff\xfe\",\"\\u0000\":1}", "{\"k\":\"a\xef\xbf\xbd\",\"\xef\xbf\xbd\":1}",
		"invalid UTF-8 and NULs in keys are mended");
	is_dump("\xef\xbb\xbf{\"a\":1}", "{\"a\":1}", "a byte order mark is skipped");
	is_dump("[\"\\\\u0000\", 99999999999999999999]", "[\"\\\\u0000\",1e+20]",
		"an escaped backslash before u0000 is text");
}

static void refusals(void)
{
	struct err e = {0};
	char deep[2001];
	json_t *j;

	is_error("{\"a\": 1,\n \"b\" 2}", 16, "t.json: line 2 column", "a missing colon");
	is_error("", 0, "empty", "nothing");
	is_error("{} x", 4, "line 1", "what follows the document");
	is_error("\"\\u00", 5, "t.json", "a cut escape");
	is_error("[\"\\u0000\", nope]", 16, "t.json", "broken in two ways");
	memset(deep, '[', 1000);
	memset(deep + 1000, ']', 1000);
	is_error(deep, 2000, "nested deeper than 512", "deep nesting");
	memset(deep + 512, ']', 512);
	j = json_parse(deep, 1024, "t", &e);
	ok(j != NULL, "512 levels are fine");
	json_decref(j);
	is_dump("\"[[[[ { \\\" [[\"", "\"[[[[ { \\\" [[\"", "brackets inside of strings do not count");
}

static void truncations(void)
{
	static const char doc[] =
		"{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\ud83d\\ude00\\n\"],\"b\":{\"c\":\"\xc3\xa9\"}}";
	int accepted = 0;

	for (size_t n = 0; n < sizeof(doc) - 1; n++) {
		struct err e = {0};
		char *copy = malloc(n ? n : 1);
		json_t *j;

		memcpy(copy, doc, n);
		j = json_parse(copy, n, "t", &e);
		if (j || e.code != ERR_PARSE || !e.msg[0])
			accepted++;
		json_decref(j);
		free(copy);
	}
	is_int(accepted, 0, "every truncation is an error with a message");
}

static void texts(void)
{
	auto_json json_t *bad = json_text("a\xff\0b", 4), *none = json_text0(NULL), *empty = json_text(NULL, 0);

	is_str(json_string_value(bad),
	       "a\xef\xbf\xbd\xe2\x90\x80"
	       "b",
	       "any bytes become text");
	ok(json_is_null(none), "NULL is null");
	is_str(json_string_value(empty), "", "no bytes are an empty text");
}

static void dumping(void)
{
	auto_json json_t *j = parse("{\"b\":0.97,\"a\":[1.0,1e300,0.1,-0.0,1e-7],\"c\":\"\\u0001\\t\\\"/\\\\\"}");
	char *s = json_dump(j, true);
	struct buf b = BUF_INIT(10);

	is_str(s, "{\"a\":[1.0,1e+300,0.1,-0.0,1e-07],\"b\":0.97,\"c\":\"\\u0001\\t\\\"/\\\\\"}",
	       "sorted, reals in their shortest form");
	free(s);
	json_dump_to(&b, j, false);
	ok(b.over && b.len == 10, "a dump respects the buffer's maximum");
	buf_fini(&b);
	s = json_dump(NULL, false);
	is_str(s, "null", "nothing is null");
	free(s);
	is_dump("[\"\\u009b31m \\u007f \\u202e \\u2028 \\u061c\"]", "[\"\\u009b31m \\u007f \\u202e \\u2028 \\u061c\"]",
		"what acts on terminals stays escaped");
	is_dump("[\"\\u00a0 \\u00e9 \\u2026 \\u0627 \\ud83d\\ude00\"]",
		"[\"\xc2\xa0 \xc3\xa9 \xe2\x80\xa6 \xd8\xa7 \xf0\x9f\x98\x80\"]", "other letters are not");
}

static void reals_round_trip(void)
{
	int bad = 0;
	double v = 1e-300;

	for (int i = 0; i < 2000; i++, v *= 2.0123456789) {
		json_t *j = json_real(v);
		char text[JSON_NUMBER_TEXT];

		json_number_text(j, text);
		if (strtod(text, NULL) != v || !strpbrk(text, ".e"))
			bad++;
		json_decref(j);
		if (v > 1e300)
			v = 1e-300;
	}
	is_int(bad, 0, "reals read back as they were");
}

static void paths(void)
{
	auto_json json_t *j =
		parse("{\"spec\":{\"c\":[{\"image\":\"x\"},{\"n\":\"12\"}],\"r\":2.9,\"big\":1e300,\"t\":true},"
		      "\"a.b\":{\"c\\\\d\":5},\"s\":\"str\",\"\":{\"\":7}}");

	is_str(json_str_at(j, "spec.c.0.image"), "x", "through an array");
	is_int(json_int_at(j, "spec.c.1.n", -1), 12, "a numeric string counts");
	is_int(json_int_at(j, "spec.r", -1), 2, "a real is truncated");
	is_int(json_int_at(j, "spec.big", -1) == INT64_MAX, 1, "a huge real is clamped");
	is_int(json_int_at(j, "s", -1), -1, "another string does not");
	is_int(json_int_at(j, "a\\.b.c\\\\d", -1), 5, "escaped dot and backslash");
	ok(json_at(j, "spec.c.2") == NULL && json_at(j, "spec.c.-1") == NULL && json_at(j, "spec.c.x") == NULL,
	   "no such item");
	ok(json_at(j, "s.x") == NULL && json_at(NULL, "s") == NULL, "through a string, through nothing");
	ok(json_at(j, "") == j, "the empty path is the document");
	ok(json_bool_at(j, "spec.t", false) && json_bool_at(j, "s", true), "booleans, fallback for others");
	is_str(json_str_or(j, "spec.t", "f"), "f", "fallback for what is no string");
	is_str(json_key_str(j, "s"), "str", "one key");
	ok(json_key_str(j, "a.b") == NULL && json_key_str(NULL, "s") == NULL, "a key that is no string, no object");
}

static void pointers(void)
{
	auto_json json_t *j = parse("{\"a/b\":{\"m~n\":[10,20]},\"\":1,\"~1\":2}");
	struct buf b = BUF_INIT(100);

	ok(json_pointer(j, "") == j, "the document itself");
	is_int(json_integer_value(json_pointer(j, "/a~1b/m~0n/1")), 20, "escapes and index");
	is_int(json_integer_value(json_pointer(j, "/")), 1, "the empty key");
	is_int(json_integer_value(json_pointer(j, "/~01")), 2, "~01 is ~1, not a slash");
	ok(!json_pointer(j, "a") && !json_pointer(j, "/a~1b/m~0n/01") && !json_pointer(j, "/a~1b/m~0n/2") &&
		   !json_pointer(j, "/~") && !json_pointer(j, "/a~1b/m~0n/-"),
	   "what leads nowhere");
	json_pointer_add(&b, "a/b~");
	json_pointer_add(&b, "0");
	is_str(buf_cstr(&b), "/a~1b~0/0", "building one");
	buf_fini(&b);
}

static int add_leaf(void *ctx, const char *pointer, const char *text)
{
	struct buf *b = ctx;

	buf_printf(b, "%s=%s ", pointer, text);
	return strcmp(text, "stop") == 0 ? 5 : 0;
}

static void leaves(void)
{
	auto_json json_t *j = parse("{\"z\":[1,\"two\",null,{\"k/\":0.5}],\"a\":true,\"b\":\"stop\",\"c\":\"never\"}");
	struct buf b = BUF_INIT(1000);
	int rc = json_each_leaf(j, add_leaf, &b);

	is_int(rc, 5, "the walk returns what stopped it");
	is_str(buf_cstr(&b), "/z/0=1 /z/1=two /z/3/k~1=0.5 /b=stop ", "leaves in document order");
	buf_clear(&b);
	rc = json_each_leaf(json_object_get(j, "c"), add_leaf, &b);
	is_str(buf_cstr(&b), "=never ", "a document that is one leaf");
	is_int(rc, 0, "to the end");
	buf_fini(&b);
}

int main(void)
{
	mending();
	refusals();
	truncations();
	texts();
	dumping();
	reals_round_trip();
	paths();
	pointers();
	leaves();
	return done();
}
