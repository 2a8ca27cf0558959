/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include "tests/unit/fake_origin.h"

#define ITEM(n) "{\"metadata\":{\"name\":\"p" #n "\",\"uid\":\"u" #n "\"}}"
#define PAGE(next, items) "{\"kind\":\"PodList\",\"metadata\":{\"continue\":\"" next "\"},\"items\":[" items "]}"
#define FIRST "/api/v1/pods?limit=500"

struct seen {
	char names[256];
	int pages, stop_after;
};

static int take(void *ctx, json_t *page)
{
	struct seen *s = ctx;
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(page, "items"), i, item) {
		size_t n = strlen(s->names);

		snprintf(s->names + n, sizeof(s->names) - n, "%s ", json_str_or(item, "metadata.name", "?"));
	}
	return ++s->pages == s->stop_after;
}

static int read_all(struct source *s, size_t max, struct seen *seen, struct origin_reply *r, struct err *e)
{
	struct source_request q = {.path = "/api/v1/pods"};

	return source_pages(s, &q, max, take, seen, r, e);
}

static void test_all_pages(void)
{
	static const struct fake_answer answers[] = {
		{.path = FIRST, .state = READ_OK, .body = PAGE("a/b=", ITEM(1) "," ITEM(2))},
		{.path = FIRST "&continue=a%2Fb%3D", .state = READ_OK, .body = PAGE("c", ITEM(3))},
		{.path = FIRST "&continue=c", .state = READ_OK, .body = PAGE("", ITEM(4))},
		{.path = "/api/v1/pods?labelSelector=a%3Db&limit=2", .state = READ_OK, .body = PAGE("", ITEM(5))},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct source_request q = {.path = "/api/v1/pods?labelSelector=a%3Db&limit=2"};
	struct seen seen = {0};
	struct origin_reply r;
	struct err e = {0};
	int rc = read_all(s, 0, &seen, &r, &e);

	ok(rc == 0 && r.state == READ_OK, "read");
	is_str(seen.names, "p1 p2 p3 p4 ", "every page, the token percent-encoded");
	is_int(f->requests, 3, "one request a page");
	seen = (struct seen){0};
	rc = source_pages(s, &q, 0, take, &seen, &r, &e);
	ok(rc == 0 && strcmp(seen.names, "p5 ") == 0, "selectors and a limit of the caller stay");
	seen = (struct seen){.stop_after = 1};
	rc = read_all(s, 0, &seen, &r, &e);
	ok(rc == 0 && r.state == READ_CUT && seen.pages == 1, "the reader stops");
	is_int(source_blind_count(s), 0, "which is no blind spot");
	source_free(s);
}

static void test_expired_token(void)
{
	static const struct fake_answer answers[] = {
		{.path = FIRST, .state = READ_OK, .body = PAGE("a", ITEM(1) "," ITEM(2))},
		{.path = FIRST, .state = READ_OK, .body = PAGE("b", ITEM(0) "," ITEM(1) "," ITEM(2))},
		{.path = FIRST "&continue=a", .state = READ_CUT, .status = 410, .why = "410 Gone: token expired"},
		{.path = FIRST "&continue=b", .state = READ_OK, .body = PAGE("", ITEM(2) "," ITEM(3))},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct seen seen = {0};
	struct origin_reply r;
	struct err e = {0};
	int rc = read_all(s, 0, &seen, &r, &e);

	ok(rc == 0 && r.state == READ_OK, "started over");
	is_str(seen.names, "p1 p2 p0 p3 ", "each object once");
	is_int(source_blind_count(s), 0, "nothing is missing");
	source_free(s);
}

static void test_expired_twice(void)
{
	static const struct fake_answer answers[] = {
		{.path = FIRST, .state = READ_OK, .body = PAGE("a", ITEM(1))},
		{.path = FIRST "&continue=a", .state = READ_CUT, .status = 410, .why = "410 Gone"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct seen seen = {0};
	struct origin_reply r;
	struct err e = {0};
	int rc = read_all(s, 0, &seen, &r, &e);

	ok(rc == 0 && r.state == READ_CUT && strstr(r.why, "first 1"), "the second time the rest is missing: %s",
	   r.why);
	is_str(seen.names, "p1 ", "what came is kept");
	is_int(f->requests, 4, "two pages, twice");
	ok(fake_blind(s, "pods in all namespaces", "410 Gone"), "a blind spot");
	source_free(s);
}

static void test_rows_without_uid(void)
{
	static const struct fake_answer answers[] = {
		{.path = FIRST,
		 .state = READ_OK,
		 .body = "{\"metadata\":{\"continue\":\"a\"},\"rows\":[{\"cells\":[1]}]}"},
		{.path = FIRST "&continue=a", .state = READ_CUT, .status = 410, .why = "410 Gone"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct seen seen = {0};
	struct origin_reply r;
	struct err e = {0};
	int rc = read_all(s, 0, &seen, &r, &e);

	ok(rc == 0 && r.state == READ_CUT && f->requests == 2, "rows that cannot be told apart are not read twice");
	source_free(s);
}

static void test_failures(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/nodes?limit=500", .state = READ_DENIED, .status = 403, .why = "403 Forbidden"},
		{.path = FIRST,
		 .state = READ_OK,
		 .body = "{\"metadata\":{\"continue\":\"a\",\"remainingItemCount\":7},\"items\":[" ITEM(1) "]}"},
		{.path = FIRST "&continue=a",
		 .state = READ_DENIED,
		 .status = 403,
		 .why = "403 Forbidden: not any more"},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct source_request q = {.path = "/api/v1/nodes"}, wrong = {.path = "/api/../x"};
	struct seen seen = {0};
	struct origin_reply r;
	struct err e = {0};
	int rc = source_pages(s, &q, 0, take, &seen, &r, &e);

	ok(rc == 0 && r.state == READ_DENIED && seen.pages == 0, "the first page fails: the list does");
	ok(fake_blind(s, "nodes", "403"), "a blind spot");
	rc = read_all(s, 0, &seen, &r, &e);
	ok(rc == 0 && r.state == READ_CUT && strstr(r.why, "first 1 of about 8"),
	   "a later page: the rest is missing: %s", r.why);
	ok(fake_blind(s, "pods in all namespaces", "not any more"), "with the reason");
	rc = source_pages(s, &wrong, 0, take, &seen, &r, &e);
	ok(rc == -1 && e.code == ERR_ARG, "a wrong path");
	source_free(s);
}

static void test_budget(void)
{
	static const struct fake_answer answers[] = {
		{.path = FIRST "*", .state = READ_OK, .body = PAGE("again", ITEM(1) "," ITEM(2))},
		{0},
	};
	struct fake *f = fake_new("live", answers);
	struct source *s = fake_source(f);
	struct seen seen = {0};
	struct origin_reply r;
	struct err e = {0};
	int rc = read_all(s, 5, &seen, &r, &e);

	ok(rc == 0 && r.state == READ_CUT && seen.pages == 3, "a list without an end is cut: %s", r.why);
	ok(fake_blind(s, "pods in all namespaces", "limit for one list"), "and says so");
	source_free(s);
}

int main(void)
{
	test_all_pages();
	test_expired_token();
	test_expired_twice();
	test_rows_without_uid();
	test_failures();
	test_budget();
	return done();
}
