/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/snapshot_docs.h"
#include "tests/tap.h"

static void count(void *ctx, json_t *doc)
{
	(*(size_t *)ctx)++;
	json_decref(doc);
}

static size_t docs(const char *text, int json, int *rc, struct err *e)
{
	size_t n = 0;

	*e = (struct err){0};
	*rc = snap_docs_each(text, strlen(text), "f", json, count, &n, e);
	return n;
}

static void kinds(const char *text, const char *want)
{
	char *out[8], got[400] = "";
	size_t n = snap_docs_kinds(text, strlen(text), out, 8);

	for (size_t i = 0; i < n; i++) {
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "", out[i]);
		free(out[i]);
	}
	is_str(got, want, "kinds of broken text");
}

int main(void)
{
	const char *stream = "{\"a\":\"}\\\"]\"} [1,[2]]\n{\"b\":{}}";
	size_t bad = 0, whole = strlen(stream);
	struct err e;
	int rc;

	is_int(docs("\xef\xbb\xbf{\"a\":1}", 1, &rc, &e), 1, "a byte order mark is skipped");
	is_int(docs(" \n\t", 1, &rc, &e), 0, "blank JSON");
	is_int(rc, 0, "is fine");
	is_int(docs("", 0, &rc, &e), 0, "empty YAML");
	is_int(docs(stream, 1, &rc, &e), 3, "JSON documents after one another");
	is_int(docs("a: 1\n---\nb: 2\n", 0, &rc, &e), 2, "YAML documents");
	is_int(docs("{\"a\": 1}\n", 0, &rc, &e), 1, "JSON in a YAML file");
	is_int(docs("{a: 1}\n---\nb: 1\n", 0, &rc, &e), 2, "YAML that begins like JSON");
	is_int(docs("{\"a\":1}\n{\n\"b\" 1}", 1, &rc, &e), 1, "what stands before the break");
	ok(rc && str_starts(e.msg, "f:3: "), "is named by file and line: %s", e.msg);
	for (size_t n = 0; n <= whole; n++) {
		char *part = mem_strn(stream, n);
		size_t got = docs(part, 1, &rc, &e), complete = (n >= 12) + (n >= 20) + (n >= whole);

		/* At a border between documents the text is whole; elsewhere it is broken and says so. */
		bad += got != complete ||
		       (rc != 0) != (n != 0 && n != 12 && n != 13 && n != 20 && n != 21 && n != whole);
		free(part);
	}
	is_int(bad, 0, "every truncation of a stream");
	kinds("apiVersion: v1\nkind: Pod\nmetadata:\n  ownerReferences:\n  - kind: ReplicaSet\n---\nkind: Secret\n",
	      "Pod Secret");
	kinds("kind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    ownerReferences:\n    - kind: Job\n",
	      "Pod");
	kinds("{\n    \"kind\": \"PodList\",\n    \"items\": [\n        {\n            \"metadata\": {\n               "
	      " \"ownerReferences\": [\n"
	      "                    {\"kind\": \"ReplicaSet\"",
	      "Pod");
	kinds("{\"items\":[{\"kind\":\"Pod\"},{\"kind\":\"Node\"", "Pod Node");
	kinds("mankind: Pod\nkind: lower\nkind:\n", "");
	kinds("", "");
	return done();
}
