/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/template.h"

#include "agent/base/str.h"
#include "agent/data/json.h"
#include "tests/tap.h"

static const char *partial(void *ctx, const char *name)
{
	(void)ctx;
	if (str_eq(name, "greet"))
		return "hello {{name}}\n";
	if (str_eq(name, "loop"))
		return "x{{>loop}}";
	if (str_eq(name, "broken"))
		return "a\n{{#x}}";
	return NULL;
}

static int render(struct buf *out, const char *text, const char *data, struct err *e)
{
	auto_json json_t *j = data ? json_parse(data, strlen(data), "data", NULL) : NULL;

	return template_render(out, text, "t.md", j, partial, NULL, e);
}

static void is_text(const char *text, const char *data, const char *want, const char *name)
{
	auto_buf struct buf out = BUF_INIT(10000);
	struct err e = {0};
	int rc = render(&out, text, data, &e);

	if (rc != 0)
		printf("# %s\n", e.msg);
	is_str(rc == 0 ? buf_cstr(&out) : NULL, want, name);
}

static void is_error(const char *text, enum err_code code, const char *part, const char *name)
{
	auto_buf struct buf out = BUF_INIT(1000);
	struct err e = {0};
	int rc = render(&out, text, "{\"a\":[1,2,3]}", &e);

	ok(rc == -1 && e.code == code, "%s is refused", name);
	like(e.msg, part, name);
}

static void values(void)
{
	is_text("plain { text } }}", "{}", "plain { text } }}", "text alone");
	is_text("a {{x}} b {{ y.z }} c", "{\"x\":\"<&>\",\"y\":{\"z\":3}}", "a <&> b 3 c", "values, no escaping");
	is_text("[{{no}}{{x.no}}{{n}}]", "{\"x\":1,\"n\":null}", "[]", "unknown names render as nothing");
	is_text("{{a}} {{b}} {{c}} {{d}}", "{\"a\":0.97,\"b\":true,\"c\":[1,\"x\"],\"d\":{\"k\":1}}",
		"0.97 true [1,\"x\"] {\"k\":1}", "other types");
	is_text("{{x}}", NULL, "", "no data");
	is_text("{{x}}\n{{x}}\n", "{\"x\":\"v\"}", "v\nv\n", "a value alone on its line keeps the line");
}

static void sections(void)
{
	is_text("{{#l}}{{.}},{{/l}}", "{\"l\":[1,\"a\",0.5]}", "1,a,0.5,", "a list");
	is_text("{{#l}}{{n}}-{{top}};{{/l}}", "{\"l\":[{\"n\":1},{\"n\":2}],\"top\":\"T\"}", "1-T;2-T;",
		"items, and what stands outside");
	is_text("{{#o}}{{k}}{{/o}}", "{\"o\":{\"k\":\"v\"}}", "v", "an object");
	is_text("{{#s}}<{{.}}>{{/s}}", "{\"s\":\"v\"}", "<v>", "a text");
	is_text("{{#a}}A{{/a}}{{^a}}not{{/a}}", "{\"a\":[]}", "not", "an empty list");
	is_text("{{#a}}A{{/a}}{{^a}}not{{/a}}", "{\"a\":true}", "A", "true");
	is_text("{{^a}}a{{/a}}{{^b}}b{{/b}}{{^c}}c{{/c}}{{^d}}d{{/d}}{{^e}}e{{/e}}{{^f}}f{{/f}}",
		"{\"a\":null,\"b\":false,\"c\":0,\"d\":\"\",\"e\":{}}", "abcdf", "what counts as false");
	is_text("{{#a.b}}{{c}}{{/a.b}}", "{\"a\":{\"b\":[{\"c\":1},{\"c\":2}]}}", "12", "a dotted section");
	is_text("{{#a}}{{#b}}{{x}}{{/b}}{{/a}}", "{\"a\":[{\"x\":1,\"b\":[1,2]},{\"b\":[3]}],\"x\":9}", "119",
		"nested lists");
}

static void lines(void)
{
	is_text("a\n  {{#l}}  \n- {{.}}\n  {{/l}}\nb\n", "{\"l\":[1,2]}", "a\n- 1\n- 2\nb\n",
		"tags alone on their lines");
	is_text("{{#l}}\r\n{{.}}\r\n{{/l}}\r\nend", "{\"l\":[1]}", "1\r\nend", "with carriage returns");
	is_text("a\n{{! gone\nover lines }}\nb", "{}", "a\nb", "a comment alone");
	is_text("a {{! gone }} b", "{}", "a  b", "a comment inside");
	is_text("{{#x}}\n{{/x}}", "{\"x\":1}", "", "at the end of the text");
	is_text("x {{#l}} y\n{{/l}}", "{\"l\":[1,2]}", "x  y\n y\n", "a tag that is not alone");
	is_text("  {{>greet}}\nend", "{\"name\":\"you\"}", "hello you\nend", "a partial");
	is_text("{{#l}}{{>greet}}{{/l}}", "{\"l\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "hello a\nhello b\n",
		"a partial in a list");
}

static void refusals(void)
{
	struct err e = {0};
	int rc;

	is_error("a\n{{#x}}\n", ERR_PARSE, "t.md:2: section {{#x}} is not closed", "an open section");
	is_error("\n\n{{/x}}", ERR_PARSE, "t.md:3: {{/x}} closes no section", "a stray end");
	is_error("{{#x}}\n{{^y}}{{/x}}{{/y}}", ERR_PARSE, "t.md:2: {{/x}} stands where section {{^y}} of line 2",
		 "crossed sections");
	is_error("x\n{{! a\nb }}\n{{y", ERR_PARSE, "t.md:4: {{ without }}",
		 "an open tag, lines counted through comments");
	is_error("{{}}", ERR_PARSE, "is not a tag", "an empty tag");
	is_error("{{a b}}", ERR_PARSE, "t.md:1: {{a b}} is not a tag", "a name with a space");
	is_error("{{=<% %>=}}", ERR_PARSE, "is not a tag", "other delimiters");
	is_error("a\n{{>nope}}", ERR_NOT_FOUND, "t.md:2: there is no partial \"nope\"", "a missing partial");
	is_error("{{>broken}}", ERR_PARSE, "broken:2: section {{#x}}", "a broken partial names itself");
	is_error("{{>loop}}", ERR_LIMIT, "deep", "a partial that includes itself");
	rc = template_check("{{#x}}{{/x}}", "c.md", &e);
	is_int(rc, 0, "check accepts");
	rc = template_check("{{#x}}", "c.md", &e);
	is_int(rc, -1, "check refuses");
}

static void bounds(void)
{
	auto_buf struct buf out = BUF_INIT(100), deep = BUF_INIT(10000);
	auto_json json_t *data = json_object(), *list = json_array();
	struct err e = {0};
	int rc;

	for (int i = 0; i < 200; i++)
		json_array_append_new(list, json_integer(i));
	json_object_set(data, "l", list);
	rc = template_render(&out, "{{#l}}0123456789{{/l}}", "t", data, NULL, NULL, &e);
	ok(rc == -1 && e.code == ERR_LIMIT, "output beyond the maximum is an error");
	buf_clear(&out);
	rc = template_render(&out, "{{#l}}{{#l}}{{#l}}{{#l}}{{no}}{{/l}}{{/l}}{{/l}}{{/l}}", "t", data, NULL, NULL, &e);
	ok(rc == -1 && e.code == ERR_LIMIT, "silent repetition is bounded");
	for (int i = 0; i < 40; i++)
		buf_str(&deep, "{{#l}}");
	for (int i = 0; i < 40; i++)
		buf_str(&deep, "{{/l}}");
	rc = template_check(deep.data, "t", &e);
	ok(rc == -1 && strstr(e.msg, "deeper than 32"), "nesting is bounded");
}

static void truncations(void)
{
	static const char text[] = "a\n{{#l}}\n- {{x.y}} {{! c }}\n{{/l}}\n{{^m}}{{>greet}}{{/m}} b";
	int silent = 0;

	for (size_t n = 0; n <= sizeof(text) - 1; n++) {
		char *copy = strndup(text, n);
		auto_buf struct buf out = BUF_INIT(1000);
		struct err e = {0};

		if (render(&out, copy, "{\"l\":[{\"x\":{\"y\":1}}]}", &e) != 0 && !e.msg[0])
			silent++;
		free(copy);
	}
	is_int(silent, 0, "every truncation renders or says why not");
}

int main(void)
{
	values();
	sections();
	lines();
	refusals();
	bounds();
	truncations();
	return done();
}
