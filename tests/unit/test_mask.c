/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/mask.h"

#include "agent/base/mem.h"
#include "tests/tap.h"

#define LOWER40 "abcdefghij0123456789abcdefghij0123456789"

struct masked {
	const char *text, *secret, *keep; /* secret must go, keep must stay */
};

static const struct masked secrets[] = {
	{"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U end",
	 "eyJhbGci", " end"},
	{"Authorization: Bearer abc123def456ghi789", "abc123def456ghi789", "Authorization: Bearer "},
	{"authorization: Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy", "Basic "},
	{"Authorization: Token 0123456789abcdef", "0123456789abcdef", "Token "},
	{"headers map[Authorization:[Bearer sEcr3tsEcr3tsEcr3t]]", "sEcr3tsEcr3t", "headers"},
	{"curl -H 'Proxy-Authorization: Basic dXNlcjpodW50ZXIy' http://x/", "dXNlcjpodW50ZXIy", "http://x/"},
	{"postgres://app:s3cr3t@db.prod:5432/app", "s3cr3t", "postgres://app:"},
	{"amqp://guest:p%40ss@rabbit/", "p%40ss", "@rabbit/"},
	{"https://ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/x", "ghp_abcdef", "@github.com/x"},
	{"https://0123456789abcdef0123456789@host/x", "0123456789abcdef0123456789", "@host/x"},
	{"app:hunter2@tcp(mysql:3306)/shop?parseTime=true", "hunter2", "@tcp(mysql:3306)/shop"},
	{"redis://:longpass@cache:6379/0", "longpass", "@cache:6379/0"},
	{"aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", "aws_access_key_id = "},
	{"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtn", "aws_secret_access_key = "},
	{"key sk-proj-Ab3dEfGh1jKlMn0pQrSt", "sk-proj-Ab3d", "key "},
	{"OPENAI_API_KEY=sk-0123456789abcdef0123456789abcdef", "sk-0123", "OPENAI_API_KEY="},
	{"xoxb-1234567890-abcdefghij", "xoxb-1234567890", ""},
	{"github_pat_11AAAAAAA0abcdefghijklmnop", "11AAAAAAA0", ""},
	{"glpat-abcdefghij0123456789", "abcdefghij", ""},
	{"AIzaSyA1234567890abcdefghijklmnopqrstuv", "AIzaSyA", ""},
	{"hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "hf_abc", ""},
	{"client abc8Q~" LOWER40, "8Q~", "client "},
	{"password=hunter2", "hunter2", "password="},
	{"DB_PASSWORD: hunter2", "hunter2", "DB_PASSWORD: "},
	{"DB_PASSWORD: letmein\nNEXT: 1", "letmein", "NEXT: 1"},
	{"{\"password\":\"hunter2\",\"user\":\"bob\"}", "hunter2", "\"user\":\"bob\""},
	{"{\"password\": \"with \\\"quote\\\" and , comma\", \"user\":\"bob\"}", "comma", "\"user\":\"bob\""},
	{"msg=\"{\\\"apiKey\\\":\\\"hunter2\\\",\\\"a\\\":1}\"", "hunter2", "\\\"a\\\":1"},
	{"{User:bob Password:hunter2 Host:db}", "hunter2", " Host:db}"},
	{"Server=db;User Id=sa;Password=hunter2;Encrypt=true", "hunter2", ";Encrypt=true"},
	{"Server=db;Pwd=hunter2;", "hunter2", "Server=db;"},
	{"jdbc:mysql://db/shop?user=x&password=hunter2&ssl=true", "hunter2", "&ssl=true"},
	{"DefaultEndpointsProtocol=https;AccountKey=abcd1234+/==;EndpointSuffix=x", "abcd1234", ";EndpointSuffix=x"},
	{"https://acct.blob.core/x?sv=2020&sig=abcDEF0123456789abcDEF%3D", "abcDEF01234", "sv=2020&sig="},
	{"spring.datasource.password=hunter2", "hunter2", "spring.datasource.password="},
	{"- name: DB_PASSWORD\n  value: letmein\n- name: X", "letmein", "- name: X"},
	{"{\"name\":\"API_TOKEN\",\"value\":\"letmein\"}", "letmein", "\"name\":\"API_TOKEN\""},
	{"args: [\"--password\", \"letmein\", \"--user\", \"bob\"]", "letmein", "\"--user\", \"bob\""},
	{"- --password\n- letmein\n- --user", "letmein", "- --user"},
	{"mysqld --password=letmein --user=bob", "letmein", "--user=bob"},
	{"mysqld --password hunter2 --user bob", "hunter2", "--user bob"},
	{"client_secret: 'letmein'", "letmein", "client_secret: "},
	{"x-api-key: 0a1b2c3d", "0a1b2c3d", "x-api-key: "},
	{"{\"auths\":{\"r\":{\"auth\":\"dXNlcjpodW50ZXIy\"}}}", "dXNlcjpodW50ZXIy", "\"auths\""},
	{"login failed, password: hunter2 host: db", "hunter2", "host: db"},
	{"-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc=\n-----END RSA PRIVATE KEY-----\nafter", "MIIEow", "after"},
	{"{\"key\":\"-----BEGIN PRIVATE KEY-----\\nMIIEow\\n-----END PRIVATE KEY-----\\n\",\"b\":1}", "MIIEow",
	 "\"b\":1"},
	{"-----BEGIN EC PRIVATE KEY-----\nMIIEowcutoff", "MIIEow", ""},
};

static const char *const kept[] = {
	"a1b2c3d4-e5f6-7890-abcd-ef0123456789",
	"image: ghcr.io/acme/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	"image: registry/auth-token:v1.2.3",
	"image: vault-secret:1.2",
	"resourceVersion: \"123456789\"",
	"secretName: my-tls",
	"secretKeyRef: {name: db, key: password}",
	"key: password\n        name: db-credentials",
	"MountVolume.SetUp failed for volume \"c\" : secret \"db-credentials\" not found",
	"E0501 10:00:00.000000 1 x.go:1] \"Failed\" secret=\"kube-system/bootstrap-token-abc123\" err=\"not found\"",
	"automountServiceAccountToken: false",
	"may require authorization: authorization failed: no basic auth credentials",
	"serviceAccountToken:\n  expirationSeconds: 3607",
	"failed to get secret kube-system/db-password: not found",
	"DB_PASSWORD: <set to the key 'password' in secret 'db'>  Optional: false",
	"password: $(DB_PASSWORD)",
	"max_tokens: 4096, completion_token=17",
	"FATAL:  password authentication failed for user \"app\"",
	"error: missing token: please log in",
	"the --token flag is required",
	"Bearer authentication is required",
	"kubectl create secret docker-registry regcred --docker-username=USER --docker-password=PASSWORD",
	"pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth",
	"pod sk-web-5d8f7c9b9b-abcde is running",
	"PWD=/app",
	"http://prometheus.monitoring:9090/api/v1/query",
	"git clone https://user@github.com/x",
	"invalid password: must be set",
	"-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
	"if token == nil { return }",
	"std::token::next",
	"",
};

static const char *run(struct buf *b, const char *s, size_t *count)
{
	buf_clear(b);
	*count = mask_text(b, s, strlen(s));
	return buf_cstr(b);
}

static void test_tables(void)
{
	auto_buf struct buf b = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
	size_t count;

	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		const struct masked *m = &secrets[i];
		const char *got = run(&b, m->text, &count);

		if (!ok(count >= 1 && !strstr(got, m->secret) && strstr(got, m->keep) && strstr(got, "[masked:"),
			"masks %.60s", m->text))
			printf("#  got %zu: %s\n", count, got);
		run(&again, buf_cstr(&b), &count);
		if (strcmp(buf_cstr(&again), buf_cstr(&b)) != 0)
			ok(0, "masking twice changes: %s", buf_cstr(&again));
	}
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const char *got = run(&b, kept[i], &count);

		if (!ok(count == 0 && strcmp(got, kept[i]) == 0, "leaves %.60s", kept[i]))
			printf("#  got %s\n", got);
	}
}

static void test_marks(void)
{
	auto_buf struct buf a = BUF_INIT(4096), b = BUF_INIT(4096);
	size_t count;
	const char *one, *two;

	one = strstr(run(&a, "password=hunter2", &count), "[masked:");
	two = strstr(run(&b, "postgres://app:hunter2@db/x", &count), "[masked:");
	ok(one && two && strncmp(one, two, strlen("[masked:secret:0000]")) == 0,
	   "one secret, one mark, wherever it stands");
	run(&b, "password=hunter3", &count);
	ok(strcmp(buf_cstr(&a), buf_cstr(&b)) != 0, "another secret, another mark");
	run(&b, "password=a1 token=b2c and https://u:pw3@h/", &count);
	is_int(count, 3, "count");
	run(&a, "token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", &count);
	like(buf_cstr(&a), "token=[masked:jwt:", "the shape names the kind");
}

/* Every truncation of every text: no byte before the secret changes, nothing is read beyond the end (ASan). */
static void test_truncated(void)
{
	auto_buf struct buf b = BUF_INIT(1 << 16);
	size_t bad = 0;

	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		for (size_t n = 0; n <= strlen(secrets[i].text); n++) {
			auto_free char *copy = mem_copy(secrets[i].text, n ? n : 1);

			buf_clear(&b);
			mask_text(&b, copy, n);
			bad += n && b.len == 0;
		}
	is_int(bad, 0, "every truncation");
}

int main(void)
{
	test_tables();
	test_marks();
	test_truncated();
	return done();
}
