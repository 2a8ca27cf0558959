/* SPDX-License-Identifier: Apache-2.0 */
/* The one thing that is POSTed: a question of what we ourselves may do. It changes nothing. */
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/source_private.h"

#define REVIEWS "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

static json_t *attributes(const char *verb, const char *group, const char *resource, const char *ns)
{
	const char *slash = strchr(resource, '/');
	json_t *a = json_object();

	json_object_set_new(a, "verb", json_text0(verb));
	json_object_set_new(a, "group", json_text0(str_or(group, "")));
	json_object_set_new(a, "resource", json_text(resource, slash ? (size_t)(slash - resource) : strlen(resource)));
	if (slash)
		json_object_set_new(a, "subresource", json_text0(slash + 1));
	if (!str_empty(ns))
		json_object_set_new(a, "namespace", json_text0(ns));
	return a;
}

int source_allowed(struct source *s, const char *verb, const char *group, const char *resource, const char *ns)
{
	struct source_request q = {.path = REVIEWS, .optional = true};
	auto_json json_t *review = json_object(), *answer = NULL;
	auto_free char *post = NULL;
	struct origin_reply r;
	json_t *spec = json_object();

	if (!str_eq(source_kind(s), "live")) {
		json_decref(spec);
		return -1;
	}
	json_object_set_new(review, "apiVersion", json_string("authorization.k8s.io/v1"));
	json_object_set_new(review, "kind", json_string("SelfSubjectAccessReview"));
	json_object_set_new(spec, "resourceAttributes", attributes(verb, group, resource, ns));
	json_object_set_new(review, "spec", spec);
	post = json_dump(review, false);
	answer = source_json_post(s, &q, post, &r);
	if (!json_is_boolean(json_at(answer, "status.allowed")))
		return -1;
	return json_bool_at(answer, "status.allowed", false) ? 1 : 0;
}
