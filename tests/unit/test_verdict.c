/* SPDX-License-Identifier: Apache-2.0 */
/* What a status says: polarity of condition types, grace, depth, generations, runs; references by the names of fields. */
#include "toolsets/kubernetes/custom.h"
#include "toolsets/kubernetes/verdict.h"
#include "toolsets/lib/when.h"

#include "tests/tap.h"

#define CREATED "\"creationTimestamp\":\"2026-01-01T00:00:00Z\""

static struct verdict judged(const char *meta, const char *rest)
{
	static json_t *kept[200];
	static size_t n;
	struct view v = {.now_ms = 0};
	struct verdict out;
	char text[4000];

	snprintf(text, sizeof(text), "{\"kind\":\"Thing\",\"metadata\":{\"name\":\"x\",%s," CREATED "},\"spec\":{},%s}", meta,
		 rest);
	when_parse("2026-03-01T12:00:00Z", &v.now_ms);
	kept[n] = json_loads(text, 0, NULL);
	if (!kept[n])
		ok(false, "not JSON: %s", text);
	verdict_of(&v, kept[n], &out);
	n++; /* what it points at must live */
	return out;
}

static void polarity(void)
{
	static const char *const good[] = {"Ready", "InferenceReady", "Synced", "ControlPlaneAvailable",
					   "example.com/Ready", "ResolvedRefs", "LastBackupSucceeded"};
	static const char *const bad[] = {"Degraded", "Stalled", "FetchFailed", "NotReady", "ComparisonError",
					  "InvalidRequest", "ReconcileFailure", "Fallback"};
	static const char *const none[] = {"Progressing", "Active", "Upgradeable", "Paused", "Issuing", "Reconciling",
					   "NoWarnings", "RollingOut", ""};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(verdict_polarity(good[i]) == POLARITY_GOOD, "%s is good", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(verdict_polarity(bad[i]) == POLARITY_BAD, "%s is bad", bad[i]);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		ok(verdict_polarity(none[i]) == POLARITY_NONE, "\"%s\" is neither", none[i]);
}

#define COND(type, status, reason, at)                                                                                 \
	"\"status\":{\"conditions\":[{\"type\":\"" type "\",\"status\":\"" status "\",\"reason\":\"" reason                  \
	"\",\"message\":\"why\",\"lastTransitionTime\":\"" at "\"}]}"
#define LONG_AGO "2026-03-01T01:00:00Z"
#define MOMENT "2026-03-01T11:59:30Z"

static void conditions(void)
{
	static const struct {
		const char *meta, *rest;
		enum verdict_kind want;
		const char *what;
	} cases[] = {
		{"\"generation\":1", COND("Ready", "True", "Fine", LONG_AGO), VERDICT_FINE, "True"},
		{"\"generation\":1", COND("Ready", "False", "Broken", LONG_AGO), VERDICT_BAD, "False for long"},
		{"\"generation\":1", COND("Ready", "False", "Broken", MOMENT), VERDICT_FINE, "False for a moment"},
		{"\"generation\":1", COND("Ready", "False", "Progressing", "2026-03-01T11:55:00Z"), VERDICT_FINE,
		 "in progress for minutes"},
		{"\"generation\":1", COND("Ready", "False", "Suspended", LONG_AGO), VERDICT_FINE, "wanted so"},
		{"\"generation\":1", COND("Ready", "Unknown", "X", LONG_AGO), VERDICT_UNKNOWN, "Unknown for long"},
		{"\"generation\":1", COND("Ready", "Unknown", "X", "2026-03-01T11:45:00Z"), VERDICT_FINE, "Unknown lately"},
		{"\"generation\":1", COND("Degraded", "True", "X", LONG_AGO), VERDICT_BAD, "Degraded"},
		{"\"generation\":1", COND("Degraded", "False", "X", LONG_AGO), VERDICT_FINE, "not Degraded"},
		{"\"generation\":1", COND("Active", "False", "ScalerNotActive", LONG_AGO), VERDICT_FINE, "idle"},
		{"\"generation\":1", COND("Succeeded", "False", "Failed", LONG_AGO), VERDICT_FINE, "a run of this morning"},
		{"\"generation\":1", COND("Succeeded", "False", "Failed", "2026-03-01T11:30:00Z"), VERDICT_BAD, "a run of now"},
		{"\"generation\":4", "\"status\":{\"observedGeneration\":3,\"conditions\":[]}", VERDICT_STALE, "stale"},
		{"\"generation\":4", "\"status\":{\"parents\":[{\"conditions\":[{\"observedGeneration\":4}]}]}", VERDICT_FINE,
		 "observed at depth"},
		{"\"generation\":1", "\"x\":1", VERDICT_SILENT, "no status"},
		{"\"generation\":1,\"deletionTimestamp\":\"2026-03-01T00:00:00Z\"", COND("Ready", "False", "X", LONG_AGO),
		 VERDICT_FINE, "being deleted"},
		{"\"annotations\":{\"cluster.x-k8s.io/paused\":\"true\"}", COND("Ready", "False", "X", LONG_AGO), VERDICT_FINE,
		 "paused"},
		{"\"generation\":1", "\"status\":{\"phase\":\"Failed\",\"message\":\"no\"}", VERDICT_BAD, "phase"},
		{"\"generation\":1", "\"status\":{\"phase\":\"Failed\",\"completionTimestamp\":\"2026-02-20T00:00:00Z\"}",
		 VERDICT_FINE, "a run of last month"},
		{"\"generation\":1", "\"status\":{\"state\":\"pending\",\"reason\":\"lookup x: no such host\"}", VERDICT_BAD,
		 "waits and complains"},
		{"\"generation\":1", "\"status\":{\"state\":\"pending\",\"reason\":\"a moment\"}", VERDICT_FINE, "waits"},
		{"\"generation\":1", "\"status\":{\"health\":{\"status\":\"Degraded\"}}", VERDICT_BAD, "health"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct verdict got = judged(cases[i].meta, cases[i].rest);

		ok(got.kind == cases[i].want, "%s: %d", cases[i].what, (int)got.kind);
	}
}

static void depth(void)
{
	struct verdict got = judged(
		"\"generation\":1",
		"\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"message\":\"parts fail\","
		"\"lastTransitionTime\":\"" LONG_AGO "\"}],\"parts\":[{\"name\":\"a\"},{\"conditions\":[{\"type\":\"Ready\","
		"\"status\":\"False\",\"message\":\"disk full\",\"lastTransitionTime\":\"" LONG_AGO "\"}]}]}");

	is_str(got.pointer, "/status/parts/1/conditions/0", "the deepest one counts");
	is_str(got.text_pointer, "/status/parts/1/conditions/0/message", "its message is pointed at");
	is_str(got.message, "disk full", "and told");
	got = judged("\"generation\":2",
		     "\"status\":{\"observedGeneration\":2,\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\","
		     "\"observedGeneration\":1,\"lastTransitionTime\":\"" LONG_AGO "\"}]}");
	ok(got.kind == VERDICT_FINE, "a condition of an earlier generation is not the truth");
}

static bool last_ref(void *ctx, const struct custom_ref *r)
{
	snprintf(ctx, 300, "%s|%s|%s|%s", r->kind, r->ns, r->name, r->pointer);
	return true;
}

static void references(void)
{
	json_t *from = json_loads("{\"kind\":\"App\",\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"},\"spec\":{\"from\":"
				  "{\"secretStoreRef\":{\"name\":\"vault\"}},\"other\":{\"name\":\"no\"}}}",
				  0, NULL);
	json_t *store = json_loads("{\"kind\":\"SecretStore\",\"metadata\":{\"name\":\"vault\",\"namespace\":\"n\"}}", 0, NULL);
	json_t *wide = json_loads("{\"kind\":\"ClusterSecretStore\",\"metadata\":{\"name\":\"vault\"}}", 0, NULL);
	struct custom_ref r = {"", "", "vault", "secretStoreRef", ""};
	char got[300] = "";

	custom_refs(json_object_get(from, "spec"), "/spec", last_ref, got);
	is_str(got, "||vault|/spec/from/secretStoreRef/name", "a field called Ref is a reference, a name alone is none");
	ok(custom_ref_is(&r, from, store), "the field tells the kind");
	ok(custom_ref_is(&r, from, wide), "of the cluster too");
	r.kind = "SecretStore";
	ok(!custom_ref_is(&r, from, wide), "a kind that is given counts");
	r.ns = "other";
	ok(!custom_ref_is(&r, from, store), "and so does a namespace");
	json_decref(from);
	json_decref(store);
	json_decref(wide);
}

int main(void)
{
	polarity();
	conditions();
	depth();
	references();
	return done();
}
