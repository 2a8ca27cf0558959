/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/yaml.h"

#include "agent/base/buf.h"
#include "agent/data/json.h"
#include "tests/tap.h"

static const char *const odd[] = {"on",
				  "0x1",
				  "1e3",
				  "",
				  " a",
				  "a ",
				  "a: b",
				  "a:",
				  ":a",
				  "a:b",
				  "#x",
				  "x #y",
				  "x#y",
				  "~",
				  "null",
				  "Null",
				  "true",
				  "- x",
				  "-",
				  "-x",
				  "--flag=1",
				  "---",
				  "--- x",
				  "...",
				  "?",
				  "? x",
				  "?x",
				  ":",
				  ": x",
				  "|",
				  ">",
				  ">-",
				  "&a",
				  "*a",
				  "!t",
				  "!!str x",
				  "%d",
				  "@x",
				  "`x",
				  "'",
				  "\"",
				  "'q'",
				  "\"q\"",
				  "[",
				  "]",
				  "{",
				  "}",
				  "[a]",
				  "{a: b}",
				  ",",
				  "a,b",
				  "<<",
				  "=",
				  "y",
				  "No",
				  "1",
				  "-1",
				  "+1",
				  "01",
				  "1.5",
				  ".5",
				  "1.",
				  ".",
				  "1_000",
				  "12:30:45",
				  "2026-05-01",
				  "2026-05-01T10:00:00Z",
				  ".inf",
				  "-.INF",
				  ".NaN",
				  "0b1",
				  "0o7",
				  "0644",
				  "10.0.0.1",
				  "1.2.3",
				  "100m",
				  "nvidia.com/gpu",
				  "a\nb",
				  "a\nb\n",
				  "a\nb\n\n",
				  "a\nb\n\n\n",
				  "\na",
				  "\n",
				  "\n\n",
				  " \n",
				  "\n ",
				  " a\nb",
				  "\ta\nb",
				  "a\n b\n",
				  "a\n\n b",
				  "a \nb ",
				  "a\n\tb\n",
				  "  \na\n",
				  "a\n  ",
				  "a\n  \n",
				  "a\r\nb",
				  "a\rb",
				  "a\tb",
				  "\ta",
				  "a\t",
				  "x\x01y",
				  "x\x7fy",
				  "\xc2\x85",
				  "a\xe2\x80\xa8"
				  "b\nc",
				  "\xef\xbb\xbf"
				  "x",
				  "a\n\xef\xbb\xbf",
				  "\xef\xbf\xbf",
				  "\xc3\xa9\n\xf0\x9f\x98\x80",
				  "# a\n# b\n",
				  "- a\n- b\n",
				  "---\na: 1\n",
				  "...\nx",
				  "a: b\nc: d",
				  "|\n",
				  "\\",
				  "\\n",
				  "a\\",
				  "\"\\",
				  "key: |\n  x\n",
				  "\xc2\xa0",
				  "\xc2\xa0x\ny",
				  "#",
				  "a #",
				  "a:\nb",
				  "{\"a\": 1}",
				  "$(X)",
				  "${X}",
				  "%",
				  "100%",
				  "\\\n",
				  "a\n#b\n",
				  "''",
				  "!",
				  "&",
				  "*",
				  "trUe",
				  "0x",
				  "+.5",
				  "-.5e3"};

static void check(const json_t *j, const char *name)
{
	char *text = yaml_dump(j, 1 << 20);
	struct err e = {0};
	auto_json json_t *back = yaml_parse(text, strlen(text), "dump", NULL, &e);

	if (!ok(back && json_equal(j, back), "%s reads back", name)) {
		char *want = json_dump(j, false), *got = json_dump(back, false);

		printf("# want %s\n# got  %s\n# text %s\n# %s\n", want, got, text, e.msg);
		free(want);
		free(got);
	}
	free(text);
}

/* Each odd text alone, as value, as key, in lists and deeper, where indentation counts differently. */
static void odd_texts(void)
{
	auto_json json_t *all = json_array(), *keys = json_object();

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		const char *s = odd[i];
		auto_json json_t *j = json_pack("{s:s, s:[s,s], s:{s:s,s:{s:s}}, s:[{s:s,s:[s]}], s:[[s,[s]]]}", s, s,
						"l", s, s, "m", "x", s, "n", s, s, "o", "p", s, "q", s, "r", s, s);
		auto_json json_t *alone = json_string(s);
		char name[64];

		snprintf(name, sizeof(name), "text %zu", i);
		check(alone, name);
		check(j, name);
		json_array_append(all, alone);
		json_object_set(keys, s, alone);
	}
	check(all, "a list of all");
	check(keys, "a mapping of all");
}

/* All short strings over the characters that mean something somewhere. */
static void all_short_texts(void)
{
	static const char letters[] = "a \n\t-:#'\"|?&{,1.";
	int bad = 0;
	size_t n = sizeof(letters) - 1;

	for (size_t i = 0; i < n * n * n * n; i++) {
		char s[] = {letters[i % n], letters[i / n % n], letters[i / n / n % n], letters[i / n / n / n], '\0'};
		auto_json json_t *j = json_pack("{s:[s,{s:s}]}", s, s, "k", s);
		char *text = yaml_dump(j, 4096);
		auto_json json_t *back = yaml_parse(text, strlen(text), "dump", NULL, NULL);

		if (!back || !json_equal(j, back)) {
			if (bad++ < 5)
				printf("# %s\n", text);
		}
		free(text);
	}
	is_int(bad, 0, "all texts of four such characters read back");
}

static void values(void)
{
	struct err e = {0};
	static const char doc[] = "{\"a\":[],\"b\":{},\"c\":null,\"d\":[1,-2,0.5,1e300,true,false,[],[[]],{}],\"e\":[["
				  "1,2],[{\"x\":[{}]}]]}";
	auto_json json_t *j = json_parse(doc, sizeof(doc) - 1, "t", &e), *n = json_integer(7),
			 *long_key = json_object();
	auto_json json_t *nested = json_array(), *empty = json_array();
	char key[3000];

	check(j, "all kinds of values");
	check(n, "a number alone");
	check(empty, "an empty list alone");
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	json_object_set_new(long_key, key, json_pack("{s:[s]}", "a", "b"));
	json_object_set_new(long_key, "z", json_string("y"));
	key[1000] = '\0';
	json_object_set_new(long_key, key, json_string("l1\nl2\n"));
	key[0] = '\n';
	json_object_set_new(long_key, key, json_string("x"));
	check(long_key, "very long keys");
	for (int i = 0; i < 100; i++) {
		json_t *outer = i % 2 ? json_pack("{s:o}", "k", nested) : json_pack("[o,s]", nested, "x\ny");

		nested = outer;
	}
	check(nested, "a hundred levels");
}

static void looks(void)
{
	struct err e = {0};
	static const char doc[] = "{\"metadata\":{\"name\":\"web\",\"labels\":{\"app\":\"on\"}},\"spec\":{\"args\":[\"-"
				  "-port=80\",\"a: b\"],"
				  "\"containers\":[{\"name\":\"c\",\"env\":[]}],\"script\":\"set -e\\nrun\\n\"}}";
	auto_json json_t *j = json_parse(doc, sizeof(doc) - 1, "t", &e);
	char *text = yaml_dump(j, 10000);

	is_str(text,
	       "metadata:\n  name: web\n  labels:\n    app: \"on\"\nspec:\n  args:\n  - --port=80\n  - \"a: b\"\n  "
	       "containers:\n"
	       "  - name: c\n    env: []\n  script: |\n    set -e\n    run\n",
	       "as kubectl prints it");
	free(text);
	text = yaml_dump(j, 80);
	is_str(text, "metadata:\n  name: web\n  labels:\n    app: \"on\"\n# cut here: the rest is too long\n",
	       "cut after a whole line");
	free(text);
	text = yaml_dump(j, 5);
	is_str(text, "", "no room for anything");
	free(text);
}

int main(void)
{
	odd_texts();
	all_short_texts();
	values();
	looks();
	return done();
}
