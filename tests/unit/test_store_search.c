/* SPDX-License-Identifier: Apache-2.0 */
/* Words to investigations: anywhere in them, typed by anybody. */
#include "agent/store/store_private.h"

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "tests/tap.h"

static void begin(struct store *s, const char *text, char id[static STORE_ID])
{
	struct store_begin b = {.question = text, .mode = "offline", .version = "1"};

	if (store_begin(s, &b, id, NULL))
		abort();
}

static void quote(struct store *s, const char *id, const char *name, const char *text)
{
	auto_json json_t *item = json_pack("{s:s, s:s}", "id", name, "quote", text);

	if (store_evidence(s, id, item, NULL))
		abort();
}

/* Ids found, joined, as letters of their place in ids. */
static void finds(struct store *s, const char *words, char ids[][STORE_ID], const char *want)
{
	struct err e = {0};
	auto_json json_t *found = store_search(s, words, 0, &e);
	char got[32] = "", label[64];
	json_t *hit;
	size_t i;

	json_array_foreach(found, i, hit) {
		for (int k = 0; k < 4; k++) {
			if (str_eq(ids[k], json_str_at(hit, "id")))
				got[i] = (char)('a' + k);
		}
	}
	if (!found)
		snprintf(got, sizeof(got), "%s", err_name(e.code));
	snprintf(label, sizeof(label), "%.40s", words);
	for (char *p = label; *p; p++)
		*p = *p == '\n' || *p == '\t' ? ' ' : *p;
	is_str(got, want, label);
}

static void words(struct store *s, char ids[][STORE_ID])
{
	finds(s, "training", ids, "a");
	finds(s, "TRAINING", ids, "a");
	finds(s, "train", ids, "a");
	finds(s, "rain", ids, "");
	finds(s, "gpu-h100", ids, "a");
	finds(s, "gpu-h1", ids, "a");
	finds(s, "h100-gpu", ids, "");
	finds(s, "training DeviceClass", ids, "a");
	finds(s, "train DeviceClass", ids, "");
	finds(s, "training zebra", ids, "");
	finds(s, "OOMKilled", ids, "b");
	finds(s, "payments/api", ids, "b");
	finds(s, "memory raise", ids, "b");
	finds(s, "cafe", ids, "c");
	finds(s, "Caf\xc3\xa9", ids, "c");
	finds(s, "\xe9\x83\xa8\xe7\xbd\xb2", ids, "c");
	finds(s, "\"image pull\"", ids, "d");
	finds(s, "  pull\t image\n", ids, "d");
}

static void mischief(struct store *s, char ids[][STORE_ID])
{
	static const char *const odd[] = {"AND",
					  "OR",
					  "NOT training",
					  "NEAR(training, 2)",
					  "text:training",
					  "training*",
					  "^training",
					  "-training",
					  "{text}: training",
					  "(training",
					  "training)",
					  "'training'",
					  "tra'ining",
					  "x\"; DROP TABLE search; --",
					  "col:",
					  "+ training",
					  "training \xff\xfe",
					  "%",
					  "_"};
	auto_free char *many = NULL;
	char *p;
	int failed = 0;

	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		struct err e = {0};
		auto_json json_t *found = store_search(s, odd[i], 0, &e);

		if (!found && e.code != ERR_ARG) {
			printf("# %s: %s\n", odd[i], e.msg);
			failed++;
		}
	}
	is_int(failed, 0, "no typed text is a syntax error");
	finds(s, "NOT training", ids, "");
	finds(s, "training*", ids, "a");
	finds(s, "(training - gpu-h100)", ids, "a");
	finds(s, "\"training\"gpu", ids, "a");
	finds(s, "training --", ids, "a");
	finds(s, "training \xe2\x80\x94", ids, "a");
	finds(s, "", ids, "arg");
	finds(s, " \t ", ids, "arg");
	finds(s, "*", ids, "arg");
	finds(s, "\xe2\x80\x94", ids, "arg");
	many = p = mem_alloc(100000);
	for (int i = 0; i < 9999; i++, p += 9)
		memcpy(p, "training ", 9);
	*p = '\0';
	finds(s, many, ids, "a");
	memset(many, 'x', 90000);
	finds(s, many, ids, "");
}

static void answers(struct store *s, char ids[][STORE_ID])
{
	struct err e = {0};
	auto_json json_t *found = store_search(s, "DeviceClass", 0, &e), *none = NULL, *limited = NULL;

	is_str(json_str_at(found, "0.question"), "why is the training pod pending?", "question");
	is_str(json_str_at(found, "0.status"), "running", "status");
	ok(str_ends(json_str_or(found, "0.created", ""), "Z"), "time");
	is_str(json_str_at(found, "0.snippet"), "3 [DeviceClasses], no [DeviceClass] named gpu-h100",
	       "the words in brackets, on one line");
	none = store_search(s, "nowhere", 0, &e);
	ok(json_is_array(none) && json_array_size(none) == 0, "nothing found is an empty list");
	for (int i = 0; i < 3; i++) {
		char id[STORE_ID];

		begin(s, "common words", id);
	}
	limited = store_search(s, "common", 2, &e);
	is_int(json_array_size(limited), 2, "at most so many");
	quote(s, ids[0], "E1", "quite another text");
	finds(s, "DeviceClass", ids, "");
	finds(s, "quite another", ids, "a");
}

int main(void)
{
	struct err e = {0};
	struct store *s = store_open(":memory:", &e);
	char ids[4][STORE_ID];
	auto_json json_t *doc = json_pack("{s:s, s:[{s:s, s:{s:s, s:s, s:s}}]}", "answer", "Raise the limit.",
					  "root_causes", "cause", "The container was OOMKilled.", "object", "kind",
					  "Deployment", "namespace", "payments", "name", "api");
	auto_json json_t *f =
	    json_pack("{s:s, s:s, s:s}", "id", "F1", "severity", "critical", "cause", "image pull failed");

	begin(s, "why is the training pod pending?", ids[0]);
	begin(s, "who eats the memory?", ids[1]);
	begin(s, "Caf\xc3\xa9 \xe9\x83\xa8\xe7\xbd\xb2?", ids[2]);
	begin(s, "why so slow?", ids[3]);
	quote(s, ids[0], "E1", "3 DeviceClasses,\n\tno  DeviceClass named gpu-h100");
	is_int(store_end(s, ids[1], "answered", doc, &e), 0, "one has an answer");
	is_int(store_finding(s, ids[3], f, &e), 0, "one a finding");
	words(s, ids);
	mischief(s, ids);
	answers(s, ids);
	store_close(s);
	return done();
}
