/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"
#include "toolsets/lib/jsonpath.h"

static const char doc[] =
	"{\"metadata\":{\"name\":\"web\",\"labels\":{\"app.kubernetes.io/name\":\"shop\",\"tier\":\"a\"}},"
	"\"spec\":{\"list\":[{\"n\":1,\"image\":\"x\"},{\"n\":2,\"image\":\"y\"}],\"on\":true,\"none\":null},"
	"\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"},{\"type\":\"Ok\",\"status\":\"True\"}]}"
	"}";

static json_t *root;

static void leads(const char *path, const char *want)
{
	char why[200] = "";
	struct jsonpath *p = jsonpath_parse(path, why, sizeof(why));
	char *got = p ? jsonpath_text(p, root) : NULL;

	is_str(p ? got : why, want, path);
	free(got);
	jsonpath_free(p);
}

static void wrong(const char *path, const char *part)
{
	char why[200] = "";
	struct jsonpath *p = jsonpath_parse(path, why, sizeof(why));

	ok(!p, "%s is no path", path);
	like(&why[0], part, "why");
	jsonpath_free(p);
}

int main(void)
{
	static const char whole[] = "{.status.conditions[?(@.type==\"Ready\")].status}";
	char why[200];

	root = json_loads(doc, 0, NULL);
	leads(".metadata.name", "web");
	leads("metadata.name", "web");
	leads("{.metadata.name}", "web");
	leads("$.metadata.name", "web");
	leads(".metadata.labels.app\\.kubernetes\\.io/name", "shop");
	leads(".metadata.labels['app.kubernetes.io/name']", "shop");
	leads("{.metadata['labels'].tier}", "a");
	leads(".spec.list[0].image", "x");
	leads(".spec.list[-1].image", "y");
	leads(".spec.list[*].n", "1,2");
	leads(".spec.list[7].n", "");
	leads(".spec.on", "true");
	leads(".spec.none", "");
	leads(".spec.list[1]", "{\"n\":2,\"image\":\"y\"}");
	leads(whole, "False");
	leads(".status.conditions[?(@.type!='Ready')].type", "Ok");
	leads(".spec.list[?(@.n==2)].image", "y");
	leads(".nothing.at.all", "");
	leads(".metadata.labels.*", "shop,a");
	wrong(".a[", "is missing");
	wrong(".a[0", "] is missing");
	wrong(".a['x", "not closed");
	wrong("{.a", "brace");
	wrong(".a..b", "name is missing");
	wrong(".a[?(x)]", "filter");
	wrong(".a[?(@.b)]", "compares");
	wrong(".a[?(@.b==1]", "closed");
	/* Every truncation: either a path or a reason, and nothing read past the end. */
	for (size_t n = 0; n < sizeof(whole); n++) {
		char *part = strndup(whole, n);
		struct jsonpath *p;

		why[0] = '\0';
		p = jsonpath_parse(part, why, sizeof(why));
		ok(p || *why, "cut at %zu", n);
		jsonpath_free(p);
		free(part);
	}
	json_decref(root);
	return done();
}
