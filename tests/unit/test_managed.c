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
static char *cut(const char *in, size_t n)
{
	char *copy = mem_alloc(n ? n : 1), *to = mem_zero(n + 1);
	size_t len;

	memcpy(copy, in, n);
	len = managed_cut(copy, n, to);
	to[len <= n ? len : 0] = '\0';
	free(copy);
	return to;
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

int main(void)
{
	places();
	stays();
	truncations();
	return done();
}
