/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/yaml.h"

#include "agent/base/buf.h"
#include "agent/data/json.h"
#include "tests/tap.h"

static void is_yaml(const char *in, const char *want, const char *name)
{
	struct err e = {0};
	auto_json json_t *j = yaml_parse(in, strlen(in), "t.yaml", NULL, &e);
	char *got = j ? json_dump(j, false) : NULL;

	if (!j)
		printf("# %s\n", e.msg);
	is_str(got, want, name);
	free(got);
}

static void is_error(const char *in, enum err_code code, const char *part, const char *name)
{
	struct err e = {0};
	auto_json json_t *j = yaml_parse(in, strlen(in), "t.yaml", NULL, &e);

	ok(!j && e.code == code, "%s is refused", name);
	like(e.msg, part, name);
}

static void scalars(void)
{
	is_yaml("[null, Null, NULL, ~, '~', \"null\", nUll]", "[null,null,null,null,\"~\",\"null\",\"nUll\"]", "null");
	is_yaml("- \n-", "[null,null]", "nothing is null");
	is_yaml("[true, True, TRUE, false, False, FALSE, 'true', tRue]",
		"[true,true,true,false,false,false,\"true\",\"tRue\"]", "booleans");
	is_yaml("[on, off, yes, no, y, n, On]", "[\"on\",\"off\",\"yes\",\"no\",\"y\",\"n\",\"On\"]",
		"old booleans are text");
	is_yaml("[0, -1, +7, 0x1F, 0o17, 0644, -0, 0x, 0o8, 0xg]", "[0,-1,7,31,15,644,0,\"0x\",\"0o8\",\"0xg\"]",
		"integers");
	is_yaml("[9223372036854775807, 9223372036854775808]", "[9223372036854775807,9.223372036854776e+18]",
		"big integers");
	is_yaml("[1.5, .5, 1., -1e3, 1E-2, +.5e1, 123e4567]", "[1.5,0.5,1.0,-1000.0,0.01,5.0,\"123e4567\"]", "reals");
	is_yaml("[., -, +, e1, 1e, 1.2.3, 1_000, 12:30, 10.0.0.1, 100m, 1Gi]",
		"[\".\",\"-\",\"+\",\"e1\",\"1e\",\"1.2.3\",\"1_000\",\"12:30\",\"10.0.0.1\",\"100m\",\"1Gi\"]",
		"near numbers are text");
	is_yaml("[.inf, -.Inf, .nan]", "[\".inf\",\"-.Inf\",\".nan\"]", "what JSON lacks is text");
	is_yaml("[2026-05-01T10:00:00Z, 2026-05-01]", "[\"2026-05-01T10:00:00Z\",\"2026-05-01\"]", "times are text");
	is_yaml("[!!str 1, !!int \"2\", !!bool 'true', ! 3, !Ref x, !!binary aGk=]",
		"[\"1\",2,true,\"3\",\"x\",\"aGk=\"]", "tags");
	is_yaml("a: \"x\\0y\"", "{\"a\":\"x\xe2\x90\x80y\"}", "a NUL becomes its picture");
	is_yaml("a: |\n  x\n   y\n\nb: >-\n  p\n  q\n", "{\"a\":\"x\\n y\\n\",\"b\":\"p q\"}", "block texts");
}

static void collections(void)
{
	is_yaml("", "null", "nothing");
	is_yaml("# only this\n", "null", "a comment");
	is_yaml("---\n...\n", "null", "an empty document");
	is_yaml("a: {b: [1, {c: d}]}\ne:\n- f\n", "{\"a\":{\"b\":[1,{\"c\":\"d\"}]},\"e\":[\"f\"]}",
		"nested, in order");
	is_yaml("1: a\ntrue: b\n~: c\n0x10: d\n", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\",\"0x10\":\"d\"}",
		"keys are text");
	is_yaml("a: 1\n---\nb: 2\n", "{\"a\":1}", "the first document");
	is_yaml("{\"a\": [1, 2.50, \"x\\u00e9\", null]}", "{\"a\":[1,2.5,\"x\xc3\xa9\",null]}", "JSON is YAML");
}

static void anchors(void)
{
	struct err e = {0};
	static const char shared[] = "a: &x {k: [1]}\nb: *x\n";
	auto_json json_t *j = yaml_parse(shared, sizeof(shared) - 1, "t", NULL, &e);

	ok(j && json_equal(json_object_get(j, "a"), json_object_get(j, "b")), "an alias is equal");
	ok(j && json_object_get(j, "a") != json_object_get(j, "b"), "and a copy");
	is_yaml("- &a x\n- *a\n- &a y\n- *a\n", "[\"x\",\"x\",\"y\",\"y\"]", "anchors are set anew");
	is_yaml("&k key: v\n*k : w2\n", NULL, "an alias as key is that key, here for the second time");
	is_yaml("x: &k key\n*k : w\n", "{\"x\":\"key\",\"key\":\"w\"}", "an alias as key");
	is_yaml("base: &b {a: 1, b: 2}\nuse:\n  <<: *b\n  b: 3\n",
		"{\"base\":{\"a\":1,\"b\":2},\"use\":{\"b\":3,\"a\":1}}", "merge: what stands there wins");
	is_yaml("- &p {a: 1}\n- &q {a: 2, c: 3}\n- {<<: [*p, *q], d: 4}\n",
		"[{\"a\":1},{\"a\":2,\"c\":3},{\"d\":4,\"a\":1,\"c\":3}]", "merge of several: the earlier wins");
	is_yaml("\"<<\": {a: 1}\n", "{\"<<\":{\"a\":1}}", "a quoted << is a key like others");
	is_error("<<: 5\n", ERR_PARSE, "t.yaml:1: the merge key", "a merge of a number");
	is_error("a:\n  <<: [{b: 1}, 2]\n", ERR_PARSE, "t.yaml:2: the merge key", "a merge of a list with a number");
	is_error("a: *nope\n", ERR_PARSE, "t.yaml:1: the alias *nope has no anchor", "an unknown alias");
	is_error("a: &x [*x]\n", ERR_PARSE, "*x", "an alias inside of its own anchor");
}

static void refusals(void)
{
	is_error("a: 1\nb: 2\na: 3\n", ERR_PARSE, "t.yaml:3: the key \"a\" stands twice", "a key that stands twice");
	is_error("a: [1\nb: 2\n", ERR_PARSE, "t.yaml:", "an open bracket");
	is_error("a:\n\tb: 1\n", ERR_PARSE, "t.yaml:2: indented with a tab", "a tab");
	is_error("a: 1\n  b: 2\n", ERR_PARSE, "t.yaml:2:", "wrong indentation");
	is_error("? [a, b]\n: c\n", ERR_PARSE, "t.yaml:1: a mapping or a list cannot be a key", "a list as key");
	is_error("a: 1\n]\n", ERR_PARSE, "t.yaml:2:", "rubbish behind the document");
	is_error("a: b\nc: \xff\n", ERR_PARSE, "t.yaml:2: ", "bytes that are not UTF-8");
}

static void bombs(void)
{
	auto_buf struct buf b = BUF_INIT(1 << 20);
	struct err e = {0};
	json_t *j;

	buf_str(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++) {
		buf_printf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&b, "%s*a%d", k ? ", " : "", i - 1);
		buf_str(&b, "]\n");
	}
	is_error(b.data, ERR_LIMIT, "t.yaml:", "an alias bomb");
	buf_clear(&b);
	buf_str(&b, "a0: &a0 [x]\n");
	for (int i = 1; i < 200; i++)
		buf_printf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	is_error(b.data, ERR_LIMIT, "nested deeper than 128 levels", "a deep chain of aliases");
	buf_clear(&b);
	buf_str(&b, "a: &a \"");
	buf_repeat(&b, 'x', 500000);
	buf_str(&b, "\"\nb: [");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%s*a", i ? "," : "");
	buf_str(&b, "]\n");
	is_error(b.data, ERR_LIMIT, "repeat more than 256 MiB", "a long text many times");
	buf_clear(&b);
	buf_repeat(&b, '[', 200);
	is_error(b.data, ERR_LIMIT, "nested deeper than 128", "deep nesting");
	buf_clear(&b);
	buf_repeat(&b, '[', 128);
	buf_repeat(&b, ']', 128);
	j = yaml_parse(b.data, b.len, "t", NULL, &e);
	ok(j != NULL, "128 levels are fine");
	json_decref(j);
}

static void truncations(void)
{
	static const char doc[] =
		"a: &x [1, \"two\\n\", {k: v}]\nb: *x\n? c\n: |\n  text\n  more\n<<: {z: !!str 1}\n--- 'x'\n";
	int silent = 0;

	for (size_t n = 0; n < sizeof(doc); n++) {
		char *copy = malloc(n ? n : 1);
		struct err e = {0};
		json_t *j;

		memcpy(copy, doc, n);
		j = yaml_parse(copy, n, "t", NULL, &e);
		if (!j && !e.msg[0])
			silent++;
		json_decref(j);
		free(copy);
	}
	is_int(silent, 0, "every truncation is a value or an error with a message");
}

static void lines(void)
{
	static const char doc[] = "# comment\nspec:\n  a/b: 1\n  list:\n  - x\n  - name: y\n    z: 2\n";
	struct yaml_lines *l = NULL;
	struct err e = {0};
	auto_json json_t *j = yaml_parse(doc, sizeof(doc) - 1, "t", &l, &e);

	ok(j != NULL, "parsed");
	is_int(yaml_line_of(l, ""), 2, "the document");
	is_int(yaml_line_of(l, "/spec/a~1b"), 3, "an escaped key");
	is_int(yaml_line_of(l, "/spec/list/0"), 5, "an item");
	is_int(yaml_line_of(l, "/spec/list/1/z"), 7, "a key in an item");
	is_int(yaml_line_of(l, "/nope"), 0, "unknown");
	is_int(yaml_line_of(NULL, "/spec"), 0, "no table");
	yaml_lines_free(l);
	l = NULL;
	ok(!yaml_parse("a: [", 4, "t", &l, &e) && !l, "no table for a broken document");
}

struct seen {
	struct buf text;
	int stop_at;
};

static int see(void *ctx, size_t index, json_t *doc)
{
	struct seen *s = ctx;
	char *text = json_dump(doc, false);

	buf_printf(&s->text, "%zu:%s ", index, text);
	free(text);
	json_decref(doc);
	return (int)index == s->stop_at ? 9 : 0;
}

static void streams(void)
{
	static const char docs[] = "a: &x 1\n---\n- b\n---\n--- text\n...\n";
	struct seen s = {.text = BUF_INIT(1000), .stop_at = -1};
	struct err e = {0};
	int rc = yaml_each(docs, sizeof(docs) - 1, "t", 100, see, &s, &e);

	is_int(rc, 0, "to the end");
	is_str(buf_cstr(&s.text), "0:{\"a\":1} 1:[\"b\"] 2:null 3:\"text\" ", "each document");
	buf_clear(&s.text);
	s.stop_at = 1;
	rc = yaml_each(docs, sizeof(docs) - 1, "t", 100, see, &s, &e);
	is_int(rc, 9, "stopped");
	is_str(buf_cstr(&s.text), "0:{\"a\":1} 1:[\"b\"] ", "no more than asked for");
	buf_clear(&s.text);
	s.stop_at = -1;
	rc = yaml_each("a: 1\n---\nb: [\n", 14, "f.yaml", 100, see, &s, &e);
	ok(rc == -1 && e.code == ERR_PARSE, "a broken document is an error");
	is_str(buf_cstr(&s.text), "0:{\"a\":1} ", "what stood before it was delivered");
	buf_clear(&s.text);
	rc = yaml_each("a: &x 1\n---\nb: *x\n", 18, "f.yaml", 100, see, &s, &e);
	is_int(rc, -1, "anchors end with their document");
	buf_clear(&s.text);
	rc = yaml_each("[1,2]\n---\n[1,2]\n", 16, "f.yaml", 5, see, &s, &e);
	ok(rc == -1 && e.code == ERR_LIMIT, "the bound counts the whole stream");
	like(e.msg, "f.yaml:3: more than 5 values", "and names the file");
	buf_fini(&s.text);
}

int main(void)
{
	scalars();
	collections();
	anchors();
	refusals();
	bombs();
	truncations();
	lines();
	streams();
	return done();
}
