/* SPDX-License-Identifier: Apache-2.0 */
/* JSON walked by its text, members left out of it, and equal parts kept once. */
#include "agent/facts/prune.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/facts/share.h"
#include "tests/tap.h"

static const char *pruned(const char *text, const char *const *drop)
{
	static struct buf out = {.max = 4096};
	struct span s = span_value(text, text + strlen(text));

	buf_clear(&out);
	if (s.s)
		prune_copy(&out, s, drop);
	return buf_cstr(&out);
}

static void test_prune(void)
{
	static const char *const drop[] = {"a.b", "list.x", "gone", NULL};

	is_str(pruned("{\"a\":{\"b\":[1,{\"}\":\"]\"}],\"c\":2}}", drop), "{\"a\":{\"c\":2}}", "a member of a member");
	is_str(pruned("{ \"gone\" : 1 , \"b\" : \"gone\" }", drop), "{\"b\":\"gone\"}", "blanks, and a text of that name");
	is_str(pruned("{\"list\":[{\"x\":1,\"y\":2},3,[{\"x\":1}]]}", drop), "{\"list\":[{\"y\":2},3,[{\"x\":1}]]}",
	       "of each element");
	is_str(pruned("{\"a\":{\"b\":1}}", drop), "{\"a\":{}}", "nothing is left");
	is_str(pruned("{\"a\":{\"bb\":1,\"\":2},\"go\":3}", drop), "{\"a\":{\"bb\":1,\"\":2},\"go\":3}",
	       "names that begin alike");
	is_str(pruned("{\"a\":{\"b\":1 \"c\":2}}", drop), "{\"a\":{\"b\":1 \"c\":2}}", "what is broken stays so");
	is_str(pruned("{\"\\u0061\":{\"b\":1}}", drop), "{\"\\u0061\":{\"b\":1}}", "an escaped name is another one");
	is_str(pruned("[1,2]", drop), "[1,2]", "no object");
	is_str(pruned("{\"a\":{\"b\":1}}", NULL), "{\"a\":{\"b\":1}}", "nothing to leave out");
	ok(prune_of("nodes") && prune_of("pods") && !prune_of("configmaps"), "what there are most of");
}

static void test_cut_anywhere(void)
{
	static const char text[] = "{\"a\":{\"b\":\"\\\\\\\"x\",\"c\":[true,null,-1.5e3]},\"list\":[{\"x\":{}}, {\"y\":\"\"}]}";
	static const char *const drop[] = {"a.b", "list.x", NULL};
	struct buf out = BUF_INIT(4096);
	bool good = true;

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *copy = mem_copy(text, n ? n : 1);
		struct span s = span_value(copy, copy + n);

		buf_clear(&out);
		good = good && !s.s;
		/* what was cut off, taken for a whole */
		prune_copy(&out, (struct span){copy, n}, drop);
		free(copy);
	}
	ok(good, "an object that was cut off is none");
	is_str(pruned(text, drop), "{\"a\":{\"c\":[true,null,-1.5e3]},\"list\":[{},{\"y\":\"\"}]}", "the whole one");
	buf_fini(&out);
}

static void test_text(void)
{
	char to[8];
	struct span s = {"\"ab\\ncd\"", 8};

	ok(span_text(s, to, sizeof(to)) && strcmp(to, "ab\ncd") == 0, "escapes are read");
	ok(!span_text((struct span){"\"12345678\"", 10}, to, sizeof(to)) && !*to, "too long");
	ok(span_text((struct span){"\"1234567\"", 9}, to, sizeof(to)), "just as long");
	ok(!span_text((struct span){"12", 2}, to, sizeof(to)) && !span_text((struct span){NULL, 0}, to, sizeof(to)),
	   "no string");
}

static void test_share(void)
{
	static const char one[] = "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"image\":\"web:1\",\"args\":[\"x\",{\"y\":1}]}}";
	static const char two[] = "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"image\":\"web:1\",\"args\":[\"x\",{\"y\":1}]}}";
	struct share *s = share_new();
	json_t *a = share_steal(s, json_parse(one, strlen(one), "a", NULL));
	json_t *b = share_steal(s, json_parse(two, strlen(two), "b", NULL));
	auto_free char *text = NULL, *again = NULL;

	ok(json_object_get(a, "spec") == json_object_get(b, "spec"), "what is equal is one");
	ok(json_object_get(a, "metadata") != json_object_get(b, "metadata"), "what differs is not");
	share_free(s);
	text = json_dump(a, false);
	again = json_dump(b, false);
	is_str(text, one, "the first reads as before");
	is_str(again, two, "and the second");
	json_decref(a);
	is_str(json_str_at(b, "spec.args.0"), "x", "and outlives the first");
	json_decref(b);
}

/* More values than are remembered: they are right all the same. */
static void test_share_many(void)
{
	struct share *s = share_new();
	json_t *all = json_array();
	bool good = true;

	for (int i = 0; i < 200000; i++)
		json_array_append_new(all, share_steal(s, json_pack("{s:i, s:s, s:[i, i]}", "n", i, "k", i % 2 ? "odd" : "even",
								    "of", i % 100, i % 7)));
	share_free(s);
	for (int i = 0; i < 200000; i++) {
		json_t *o = json_array_get(all, (size_t)i);

		good = good && json_int_at(o, "n", -1) == i && json_int_at(o, "of.0", -1) == i % 100 &&
		       json_int_at(o, "of.1", -1) == i % 7 && strcmp(json_str_at(o, "k"), i % 2 ? "odd" : "even") == 0;
	}
	ok(good, "200,000 objects");
	json_decref(all);
}

int main(void)
{
	test_prune();
	test_cut_anywhere();
	test_text();
	test_share();
	test_share_many();
	return done();
}
