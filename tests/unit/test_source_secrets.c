/* SPDX-License-Identifier: Apache-2.0 */
/* No value of a Secret gets out of a source, whatever way it is asked for. */
#include "tests/tap.h"

#include "tests/unit/fake_origin.h"
#include "tests/unit/tls.h"

#include "agent/source/pem.h"

/* "hunter2-password", and its base64. */
#define PLAIN "hunter2-password"
#define CODED "aHVudGVyMi1wYXNzd29yZA=="
#define SECRET_BODY                                                                                                    \
	"\"data\":{\"password\":\"" CODED "\",\"user\":\"YWRtaW4=\"},\"stringData\":{\"again\":\"" PLAIN "\"},"        \
	"\"type\":\"Opaque\""
#define NOTES                                                                                                          \
	"\"annotations\":{\"kubectl.kubernetes.io/"                                                                    \
	"last-applied-configuration\":\"{\\\"data\\\":{\\\"password\\\":\\\"" CODED "\\\"}}\",\"copy\":\"see " CODED   \
	"\",\"plain\":\"it is " PLAIN "\",\"team\":\"shop\"},\"labels\":{\"owner\":\"helm\"}"
#define NAMED "\"metadata\":{\"name\":\"db\",\"namespace\":\"shop\"," NOTES "}"
#define ONE "{\"apiVersion\":\"v1\",\"kind\":\"Secret\"," NAMED "," SECRET_BODY "}"
#define ITEM "{" NAMED "," SECRET_BODY "}"

static json_t *recorded;

static void add_read(void *ctx, const struct source_read *r)
{
	(void)ctx;
	json_array_append_new(recorded, r->body ? json_text(r->body, r->body_len) : json_text0(r->reply->why));
}

static bool leaks(const char *text)
{
	return text &&
	       (strstr(text, CODED) || strstr(text, PLAIN) || strstr(text, "YWRtaW4=") || strstr(text, "aHVudGVy"));
}

static int take(void *ctx, const char *data, size_t len)
{
	buf_add(ctx, data, len);
	return 0;
}

/* Every way to read a path. true: none of them shows a value. */
static bool all_hidden(const char *kind, const struct fake_answer *answers, const char *path, const char *accept)
{
	struct fake *f = fake_new(kind, answers);
	struct source_options o = {.origin = &f->base, .record = add_read};
	struct source *s = source_new(&o);
	struct source_request q = {.path = path, .accept = accept};
	struct buf got = BUF_INIT(1 << 20);
	struct origin_reply r;
	struct err e = {0};
	bool bad;

	recorded = json_array();
	f->piece = 7;
	for (int i = 0; i < 2; i++) {
		json_t *j = i ? NULL : source_json(s, &q, &r);
		char *text, *dump = j ? json_dump(j, false) : mem_str(r.why);

		bad = leaks(dump) || leaks(r.why);
		free(dump);
		json_decref(j);
		bad = source_get(s, &q, take, &got, &r, &e) < 0 || bad || leaks(buf_cstr(&got)) || leaks(r.why);
		text = source_text(s, &q, NULL, &r);
		bad = bad || leaks(text);
		free(text);
		q.fresh = true;
		if (bad)
			break;
	}
	for (size_t i = 0; i < json_array_size(recorded); i++)
		bad = bad || leaks(json_string_value(json_array_get(recorded, i)));
	bad = bad || json_array_size(recorded) == 0;
	json_decref(recorded);
	buf_fini(&got);
	source_free(s);
	return !bad;
}

static void test_no_way_out(void)
{
	static const struct {
		const char *name, *path, *accept, *body;
	} ways[] = {
		{"one Secret", "/api/v1/namespaces/shop/secrets/db", NULL, ONE},
		{"a SecretList", "/api/v1/namespaces/shop/secrets", NULL,
		 "{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"items\":[" ITEM "," ITEM "]}"},
		{"all namespaces", "/api/v1/secrets?limit=500", NULL, "{\"kind\":\"SecretList\",\"items\":[" ITEM "]}"},
		{"a List without a type", "/api/v1/secrets", NULL, "{\"kind\":\"List\",\"items\":[" ITEM "]}"},
		{"percent-encoded", "/api/v1/namespaces/shop/%73ecrets/db", NULL, ONE},
		{"nested in a List", "/apis/example.com/v1/bundles", NULL,
		 "{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":[" ONE "]}]}"},
		{"inside of another object", "/apis/template.openshift.io/v1/namespaces/x/templates/t", NULL,
		 "{\"kind\":\"Template\",\"objects\":[" ONE "],\"spec\":{\"deep\":[[" ONE "]]}}"},
		{"in a list of pods", "/api/v1/namespaces/shop/pods", NULL,
		 "{\"kind\":\"PodList\",\"items\":[" ONE ",{\"kind\":\"Pod\"}]}"},
		{"a Table of objects", "/api/v1/namespaces/shop/secrets",
		 "application/json;as=Table;v=v1;g=meta.k8s.io",
		 "{\"kind\":\"Table\",\"rows\":[{\"cells\":[\"db\",2],\"object\":" ONE "},{\"object\":" ITEM "}]}"},
		{"metadata", "/api/v1/namespaces/shop/secrets",
		 "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
		 "{\"kind\":\"PartialObjectMetadataList\",\"items\":[{\"metadata\":{\"annotations\":{\"kubectl."
		 "kubernetes.io/"
		 "last-applied-configuration\":\"" CODED "\"}}}]}"},
		{"a list that looks like an object", "/api/v1/namespaces/shop/secrets/db", NULL,
		 "{\"kind\":\"Secret\",\"items\":[],\"rows\":[]," NAMED "," SECRET_BODY "}"},
		{"behind a proxy", "/api/v1/namespaces/x/pods/kubectl:8001/proxy/api/v1/namespaces/shop/secrets/db",
		 NULL, ONE},
		{"no JSON", "/api/v1/namespaces/shop/secrets/db", NULL, ONE " trailing"},
		{"cut", "/api/v1/namespaces/shop/secrets/db", NULL,
		 "{\"kind\":\"Secret\",\"data\":{\"password\":\"" CODED},
		{"values of other types", "/api/v1/namespaces/shop/secrets/db", NULL,
		 "{\"kind\":\"Secret\",\"data\":\"" CODED "\",\"stringData\":{\"a\":{\"b\":\"" PLAIN
		 "\"},\"c\":[\"" PLAIN "\"]}}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct fake_answer answers[] = {{.path = ways[i].path, .state = READ_OK, .body = ways[i].body}, {0}};

		ok(all_hidden("live", answers, ways[i].path, ways[i].accept), "live: %s", ways[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct fake_answer answers[] = {{.path = ways[i].path, .state = READ_OK, .body = ways[i].body}, {0}};

		ok(all_hidden("snapshot", answers, ways[i].path, ways[i].accept), "snapshot: %s", ways[i].name);
	}
}

static void test_what_stays(void)
{
	static const struct fake_answer answers[] = {
		{.path = "/api/v1/namespaces/shop/secrets/db", .state = READ_OK, .body = ONE},
		{.path = "/api/v1/namespaces/shop/configmaps/c",
		 .state = READ_OK,
		 .body = "{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"b\"},\"ref\":{\"kind\":\"Secret\",\"name\":\"db\"}"
			 "}"},
		{0},
	};
	struct source *s = fake_source(fake_new("live", answers));
	struct source_request q = {.path = "/api/v1/namespaces/shop/secrets/db"};
	struct origin_reply r;
	json_t *j = source_json(s, &q, &r);
	char *text;

	is_str(json_str_at(j, "data.password"), "<hidden, 16 bytes>", "a key stays, with the size of its value");
	is_str(json_str_at(j, "data.user"), "<hidden, 5 bytes>", "decoded size");
	is_str(json_str_at(j, "stringData.again"), "<hidden, 16 bytes>", "plain values too");
	is_str(json_str_at(j, "type"), "Opaque", "type");
	is_str(json_str_at(j, "metadata.name"), "db", "name");
	is_str(json_str_at(j, "metadata.annotations.team"), "shop", "harmless annotations");
	is_str(json_str_at(j, "metadata.labels.owner"), "helm", "labels");
	like(json_key_str(json_at(j, "metadata.annotations"), "kubectl.kubernetes.io/last-applied-configuration"),
	     "<hidden, ", "what was applied");
	like(json_str_at(j, "metadata.annotations.copy"), "<hidden, ", "an annotation with a value in it");
	json_decref(j);
	text = source_text(s, &q, NULL, &r);
	ok(text && r.bytes == strlen(text), "the size is that of what was shown");
	free(text);
	q.path = "/api/v1/namespaces/shop/configmaps/c";
	text = source_text(s, &q, NULL, &r);
	is_str(text, answers[1].body, "what only refers to a Secret stays byte for byte");
	free(text);
	is_int(source_blind_count(s), 0, "hiding is no blind spot");
	source_free(s);
}

static void test_certificates(void)
{
	struct identity ca = identity_new("Test CA", NULL, NULL, -3600, 86400);
	struct identity id = identity_new("shop.example.com", "DNS:shop.example.com,DNS:www.example.com,IP:10.0.0.1",
					  &ca, -3600, 3600);
	char *both = mem_printf("%s%s", id.cert_pem, ca.cert_pem);
	char *crt = base64_encode(both, strlen(both)), *key = base64_encode(id.key_pem, strlen(id.key_pem));
	char *mixed = mem_printf("%s%s", id.key_pem, id.cert_pem);
	char *bundle = base64_encode(mixed, strlen(mixed));
	char *body = mem_printf(
		"{\"kind\":\"Secret\",\"type\":\"kubernetes.io/tls\",\"data\":{\"tls.crt\":\"%s\",\"tls.key\":\"%s\","
		"\"bundle.pem\":\"%s\",\"odd\":\"no base64!\"}}",
		crt, key, bundle);
	struct fake_answer answers[] = {{.path = "/api/v1/namespaces/shop/secrets/tls", .state = READ_OK, .body = body},
					{0}};
	struct source *s = fake_source(fake_new("live", answers));
	struct source_request q = {.path = "/api/v1/namespaces/shop/secrets/tls"};
	struct origin_reply r;
	json_t *j = source_json(s, &q, &r);
	const char *shown = json_str_at(j, "data.tls\\.crt");
	char *text = json_dump(j, false);

	like(shown, "subject: CN=shop.example.com\n", "subject");
	like(shown, "issuer: CN=Test CA\n", "issuer");
	like(shown, "notBefore: 2", "from");
	like(shown, "notAfter: 2", "to");
	like(shown, "dnsNames: shop.example.com, www.example.com\n", "names");
	like(shown, "\n\nsubject: CN=Test CA\n", "the whole chain");
	like(json_str_at(j, "data.tls\\.key"), "<hidden, ", "the key is hidden");
	like(json_str_at(j, "data.bundle\\.pem"), "subject: CN=shop", "of a bundle the certificate is shown");
	ok(!strstr(json_str_at(j, "data.bundle\\.pem"), "PRIVATE"), "and the key is not");
	is_str(json_str_at(j, "data.odd"), "<hidden, 10 bytes>", "what is not base64 is hidden all the same");
	ok(!strstr(text, "BEGIN"), "no PEM is left");
	json_decref(j);
	source_free(s);
	free(both), free(crt), free(key), free(mixed), free(bundle), free(body), free(text);
	identity_free(&ca);
	identity_free(&id);
}

int main(void)
{
	test_no_way_out();
	test_what_stays();
	test_certificates();
	return done();
}
