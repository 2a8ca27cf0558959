/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feature flags that make a program fail on purpose: a file of flags in a ConfigMap (the format of flagd: variants and the
 * one that is in effect), a flag named for a failure that is not on its harmless variant, and a program of that name
 * that fails.
 */
#include "toolsets/kubernetes/checks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/settings.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

#define FAILING_MAX 100
#define WORDS_MAX 12
#define WORD_SIZE 32

struct run {
	struct view v;
	struct diagnoses set;
	struct trouble *failing;
	size_t count, cap;
};

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct run *r = ctx;

	if (r->count >= FAILING_MAX || !t->number)
		return;
	ALLOC_GROW(r->failing, r->count, r->cap);
	r->failing[r->count] = *t;
	r->failing[r->count++].patient = NULL;
}

/* "paymentServiceFailure" and "kafka-queue-problems": the words of a name, in lower case. */
static size_t words_of(const char *name, char out[][WORD_SIZE])
{
	size_t count = 0, n = 0;

	for (const char *p = name; *p && count < WORDS_MAX; p++) {
		bool begins = isupper((unsigned char)*p) && p > name && !isupper((unsigned char)p[-1]);

		if ((!isalnum((unsigned char)*p) || begins) && n) {
			out[count++][n] = '\0';
			n = 0;
		}
		if (count < WORDS_MAX && isalnum((unsigned char)*p) && n + 1 < WORD_SIZE)
			out[count][n++] = (char)tolower((unsigned char)*p);
	}
	if (n && count < WORDS_MAX)
		out[count++][n] = '\0';
	return count;
}

static bool in(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strncmp(word, *list, strlen(*list)) == 0)
			return true;
	return false;
}

/* Is the flag named for something that goes wrong? */
static bool is_harmful(const char *flag)
{
	static const char *const harms[] = {"fail",  "error",   "unreach", "unavail", "outage", "chaos", "fault",  "leak",
					    "problem", "flood", "slow",	   "delay",   "latency", "crash", "broken", "high",
					    "inaccurate", "ratelimit", "timeout", "break", "corrupt", NULL};
	char words[WORDS_MAX][WORD_SIZE];
	size_t n = words_of(flag, words);

	for (size_t i = 0; i < n; i++)
		if (in(words[i], harms))
			return true;
	return false;
}

/* Off, false, 0, none: what harms nobody. */
static bool is_harmless(const json_t *value, const char *variant)
{
	static const char *const names[] = {"off", "false", "none", "no", "disabled", "0", NULL};

	for (size_t i = 0; names[i]; i++)
		if (strcasecmp(variant, names[i]) == 0)
			return true;
	return json_is_false(value) || json_is_null(value) || (json_is_number(value) && json_number_value(value) == 0);
}

/* Does the flag's name speak of the workload? "paymentFailure" of payment and of payment-service. */
static bool is_about(const char *flag, const char *workload)
{
	static const char *const idle[] = {"service", "svc", "app", "api", "server", "deployment", "ts", NULL};
	char fw[WORDS_MAX][WORD_SIZE], ww[WORDS_MAX][WORD_SIZE];
	size_t n = words_of(flag, fw), m = words_of(workload, ww);

	for (size_t i = 0; i < m; i++) {
		if (strlen(ww[i]) < 2 || in(ww[i], idle))
			continue;
		for (size_t k = 0; k < n; k++)
			if (strcmp(fw[k], ww[i]) == 0 || (strlen(fw[k]) > 3 && strncmp(ww[i], fw[k], strlen(fw[k])) == 0))
				return true;
	}
	return false;
}

static const struct trouble *victim(const struct run *r, const char *flag, const char *ns)
{
	const struct trouble *found = NULL;

	for (size_t i = 0; i < r->count; i++) {
		const struct trouble *t = &r->failing[i];

		if (strcmp(t->workload.ns, ns) != 0)
			continue;
		if (is_about(flag, t->workload.name))
			return t;
		/* "Product Catalog Fail Feature Flag Enabled" says it itself */
		if (!found && (memmem(t->line, t->len, "eature flag", 11) || memmem(t->line, t->len, "eature Flag", 11) ||
			       memmem(t->line, t->len, flag, strlen(flag))))
			found = t;
	}
	return found;
}

static void judge(struct run *r, json_t *map, const char *key, const char *name, const json_t *flag)
{
	const char *variant = fld_str(flag, "defaultVariant"), *state = fld_str(flag, "state");
	const json_t *value = json_object_get(fld_at(flag, "variants"), variant);
	const struct trouble *t;
	struct diagnosis *d;
	char pointer[300], words[260], quote[160];

	if (!*variant || !value || strcasecmp(state, "DISABLED") == 0 || !is_harmful(name) || is_harmless(value, variant))
		return;
	t = victim(r, name, fld_ns(map));
	if (!t)
		return;
	d = diag_new(&r->set);
	diag_about(d, map);
	diag_rate(d, t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.9);
	diag_cause(d, "ConfigMap %s/%s (%s) has the feature flag %s on variant \"%s\", which makes %s %s fail; its log says \"%s\"",
		   fld_ns(map), fld_name(map), key, name, variant, t->workload.kind, t->workload.name,
		   trouble_words(t, words));
	snprintf(quote, sizeof(quote), "\"%.140s\"", name);
	diag_cite(d, map, quote, "/data/%s", settings_key(key, pointer));
	trouble_cite(d, t);
	diag_shows(d, t->pod);
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	/* those who ask it fail with its words */
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->failing[i].workload.ns, fld_ns(map)) == 0 && is_about(r->failing[i].workload.name, name))
			diag_shows(d, r->failing[i].pod);
	diag_fix(d, "Set defaultVariant of %s to the harmless one (off): kubectl edit configmap %s -n %s", name, fld_name(map),
		 fld_ns(map));
}

static void read_map(struct run *r, json_t *map)
{
	json_t *value, *doc, *flag;
	const char *key, *name;

	json_object_foreach (fld_at(map, "data"), key, value) {
		const char *text = json_string_value(value);

		if (!text || !strstr(text, "\"defaultVariant\"") || strlen(text) > (1u << 20))
			continue;
		doc = json_loads(text, 0, NULL);
		json_object_foreach (json_object_get(doc, "flags"), name, flag)
			judge(r, map, key, name, flag);
		json_decref(doc);
	}
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *maps = h->list(w, "configmaps", NULL, &seen), *map;
	size_t i;
	bool any = false;

	json_array_foreach (maps, i, map) {
		json_t *value;
		const char *key;

		json_object_foreach (fld_at(map, "data"), key, value)
			any = any || (json_is_string(value) && strstr(json_string_value(value), "\"defaultVariant\""));
	}
	if (any) {
		troubles_each(&r.v, TROUBLE_ANY | TROUBLE_SPARSE, on_trouble, &r);
		json_array_foreach (maps, i, map)
			read_map(&r, map);
	}
	free(r.failing);
	diag_send(&r.set);
}

const struct check kubernetes_flag_check = {
	.size = sizeof(struct check),
	.name = "feature-flag",
	.help = "Feature flags in ConfigMaps that make a program fail on purpose, with the program that does",
	.run = run,
	.reads = "configmaps pods pods/log events",
};
