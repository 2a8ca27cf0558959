/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/managed.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "tests/tap.h"

#define FIELDS                                                                                                         \
	"\"managedFields\":[{\"manager\":\"kubelet\",\"fieldsV1\":{\"k:{\\\"name\\\":\\\"a]}\\\"}\":{\".\":{}}}},"     \
	"{\"manager\":\"x\"}]"

/* A copy of exact size, so that ASan sees a step beyond it. */
static char *worked(const char *in, size_t n, size_t (*work)(const char *, size_t, char *))
{
	char *copy = mem_alloc(n ? n : 1), *to = mem_zero(n + 1);
	size_t len;

	memcpy(copy, in, n);
	len = work(copy, n, to);
	to[len <= n ? len : 0] = '\0';
	free(copy);
	return to;
}

static char *cut(const char *in, size_t n)
{
	return worked(in, n, managed_cut);
}

static void is_kept(const char *in, const char *want, const char *name)
{
	auto_free char *out = worked(in, strlen(in), managed_keep);

	is_str(out, want, name);
}

static void is_cut(const char *in, const char *want, const char *name)
{
	auto_free char *out = cut(in, strlen(in));

	is_str(out, want, name);
}

static void places(void)
{
	is_cut("{\"metadata\":{\"name\":\"a\"," FIELDS ",\"uid\":\"b\"},\"spec\":{}}",
	       "{\"metadata\":{\"name\":\"a\",\"uid\":\"b\"},\"spec\":{}}", "in the middle");
	is_cut("{\"metadata\":{\"name\":\"a\"," FIELDS "}}", "{\"metadata\":{\"name\":\"a\"}}", "at the end");
	is_cut("{\"metadata\":{" FIELDS ",\"uid\":\"b\"}}", "{\"metadata\":{\"uid\":\"b\"}}", "at the start");
	is_cut("{\"metadata\":{" FIELDS "}}", "{\"metadata\":{}}", "alone");
	is_cut("{\"items\":[{\"metadata\":{\"a\":1," FIELDS "}},{\"metadata\":{" FIELDS ",\"b\":2}}]}",
	       "{\"items\":[{\"metadata\":{\"a\":1}},{\"metadata\":{\"b\":2}}]}", "of every item");
}

static void stays(void)
{
	is_cut("", "", "nothing");
	is_cut("{\"managedFields\":[]}", "{\"managedFields\":[]}", "an empty list");
	is_cut("{\"managedFields\":[{\"name\":1}]}", "{\"managedFields\":[{\"name\":1}]}", "a field of somebody else");
	is_cut("{\"note\":\"\\\"managedFields\\\":[{\\\"manager\\\":\\\"x\\\"}]\"}",
	       "{\"note\":\"\\\"managedFields\\\":[{\\\"manager\\\":\\\"x\\\"}]\"}", "a text that quotes one");
	is_cut("{\"a\\\"managedFields\":[{\"manager\":1}],\"b\":2}",
	       "{\"a\\\"managedFields\":[{\"manager\":1}],\"b\":2}", "a key that ends so");
}

/* What was cut off on its way is left to the decoder; no step leads beyond it. */
static void truncations(void)
{
	static const char doc[] = "{\"metadata\":{\"name\":\"a\"," FIELDS ",\"uid\":\"b\"}}";
	size_t bad = 0;

	for (size_t n = 0; n < sizeof(doc); n++) {
		auto_free char *out = cut(doc, n);
		auto_json json_t *before = json_parse(doc, n, "t", NULL),
				 *after = json_parse(out, strlen(out), "t", NULL);

		bad += strlen(out) > n || (after && !before);
	}
	is_int(bad, 0, "truncations stay broken");
}

#define ENTRY(rest)                                                                                                    \
	"{\"manager\":\"kubectl-edit\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":\"2026-01-01T00:00:00Z\"," \
	"\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:data\":{\"f:a]},{\\\"\":{}}}" rest "}"
#define SHORT(rest)                                                                                                    \
	"{\"manager\":\"kubectl-edit\",\"operation\":\"Update\",\"time\":\"2026-01-01T00:00:00Z\"" rest "}"
#define STATUS ",\"subresource\":\"status\""
#define SCALE ",\"subresource\":\"scale\""

static void keeps(void)
{
	is_kept("{\"metadata\":{\"managedFields\":[" ENTRY("") "],\"uid\":1}}",
		"{\"metadata\":{\"managedFields\":[" SHORT("") "],\"uid\":1}}", "who and when");
	is_kept("{\"a\":1,\"managedFields\":[" ENTRY(STATUS) "," ENTRY(SCALE) "," ENTRY(STATUS) "]}",
		"{\"a\":1,\"managedFields\":[null," SHORT(SCALE) ",null]}", "what reports leaves its place");
	is_kept("{\"a\":1,\"managedFields\":[" ENTRY(STATUS) "],\"b\":2}", "{\"a\":1,\"b\":2}", "none is left: it goes");
	is_kept("{\"a\":1,\"managedFields\":[" ENTRY(STATUS) "]}", "{\"a\":1}", "with the comma before it");
	is_kept("[{\"managedFields\":[" ENTRY("") "]},{\"managedFields\":[" ENTRY("") "," ENTRY("") "]}]",
		"[{\"managedFields\":[" SHORT("") "]},{\"managedFields\":[" SHORT("") "," SHORT("") "]}]", "of every item");
	is_kept("{\"managedFields\":[{\"manager\":1}]}", "{\"managedFields\":[{\"manager\":1}]}", "no text: it stays");
	is_kept("{\"managedFields\":[{\"manager\":\"a\",\"time\":null}]}",
		"{\"managedFields\":[{\"manager\":\"a\",\"time\":null}]}", "a null: it stays");
	is_kept("{\"managedFields\":[{\"manager\":\"a\"} ,{}]}", "{\"managedFields\":[{\"manager\":\"a\"} ,{}]}",
		"blanks: it stays");
	is_kept("{\"note\":\"\\\"managedFields\\\":[{\\\"manager\\\":\\\"x\\\"}]\"}",
		"{\"note\":\"\\\"managedFields\\\":[{\\\"manager\\\":\\\"x\\\"}]\"}", "a text that quotes one");
}

/* Whatever was cut off: never longer, never a document out of what was none, the same but for that member. */
static void truncations_kept(void)
{
	static const char doc[] = "{\"m\":{\"managedFields\":[" ENTRY(STATUS) "," ENTRY("") "," ENTRY(SCALE) "],\"u\":\"b\"}}";
	size_t bad = 0;

	for (size_t n = 0; n < sizeof(doc); n++) {
		auto_free char *out = worked(doc, n, managed_keep);
		auto_json json_t *before = json_parse(doc, n, "t", NULL),
				 *after = json_parse(out, strlen(out), "t", NULL);

		bad += strlen(out) > n || (after != NULL) != (before != NULL);
	}
	is_int(bad, 0, "truncations stay broken when it is kept short");
	bad = 0;
	/* and whatever stands where a byte stood */
	for (size_t n = 0; n + 1 < sizeof(doc); n++)
		for (const char *c = "\"\\{}[],: n"; *c; c++) {
			auto_free char *copy = mem_strn(doc, sizeof(doc) - 1);
			auto_free char *out = NULL;
			auto_json json_t *before = NULL, *after = NULL;

			copy[n] = *c;
			out = worked(copy, sizeof(doc) - 1, managed_keep);
			before = json_parse(copy, sizeof(doc) - 1, "t", NULL);
			after = json_parse(out, strlen(out), "t", NULL);
			bad += strlen(out) >= sizeof(doc) || (before && !after);
		}
	is_int(bad, 0, "what parsed still parses");
}

int main(void)
{
	places();
	stays();
	truncations();
	keeps();
	truncations_kept();
	return done();
}
