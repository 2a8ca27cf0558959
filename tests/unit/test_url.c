/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/io/url.h"
#include "tests/tap.h"

static void refused(const char *url, const char *why)
{
	struct err e = {0};
	int rc = url_check(url, &e);

	is_int(rc, -1, "refused");
	is_int(e.code, ERR_ARG, "as an argument");
	like(e.msg, why, "says why");
	ok(!strstr(e.msg, "hunter2"), "no password in the message");
}

static void accepted(const char *url)
{
	struct err e = {0};
	int rc = url_check(url, &e);

	ok(rc == 0 && !e.msg[0], "accepted: %s %s", url, e.msg);
}

static void test_check(void)
{
	accepted("http://localhost:8080");
	accepted("https://api.example.com/v1?api-version=1");
	accepted("HTTPS://[::1]:6443/");
	accepted("https://10.0.0.1:6443");
	refused(NULL, "empty");
	refused("", "empty");
	refused("localhost:8080", "http:// or https://");
	refused("api.example.com/v1", "http:// or https://");
	refused("ftp://example.com/", "ftp");
	refused("file:///etc/passwd", "file");
	refused("http://", "URL");
	refused("http:///path", "no host");
	refused("http://host:99999/", "URL");
	refused("http://ho st/", "URL");
	refused("https://user:hunter2@example.com/", "example.com");
	refused("https://:hunter2@example.com/", "login");
	refused("https://user:hunter2@exa mple.com/", "login");
}

static void joined(const char *base, const char *path, const char *want)
{
	auto_free char *got = url_join(base, path);

	is_str(got, want, "joined");
}

static void test_join(void)
{
	joined("http://h", "v1/models", "http://h/v1/models");
	joined("http://h/", "/v1/models", "http://h/v1/models");
	joined("http://h/v1//", "//models?a=b&c", "http://h/v1/models?a=b&c");
	joined("http://h/v1", "", "http://h/v1/");
	joined("http://h/v1?api-version=3", "chat", "http://h/v1/chat?api-version=3");
	joined("http://h/v1/?api-version=3#x", "/chat?a=b", "http://h/v1/chat?a=b&api-version=3");
	joined("http://h/v1#frag", "chat", "http://h/v1/chat");
}

static void host_port(const char *url, const char *want)
{
	auto_free char *got = url_host_port(url);

	is_str(got, want, url ? url : "NULL");
}

static void test_hosts(void)
{
	host_port("https://example.com/x?y", "example.com:443");
	host_port("http://example.com", "example.com:80");
	host_port("http://example.com:8080/", "example.com:8080");
	host_port("https://[2001:db8::1]/", "[2001:db8::1]:443");
	host_port("https://[::1]:6443", "[::1]:6443");
	host_port("example.com", NULL);
	host_port("", NULL);
	host_port(NULL, NULL);

	ok(url_is_loopback("http://localhost:11434/v1"), "localhost");
	ok(url_is_loopback("http://LOCALHOST"), "in capitals");
	ok(url_is_loopback("http://grafana.localhost/"), "below localhost");
	ok(url_is_loopback("https://127.0.0.1:6443"), "127.0.0.1");
	ok(url_is_loopback("https://127.8.9.1"), "127/8");
	ok(url_is_loopback("https://[::1]:1"), "::1");
	ok(url_is_loopback("https://[::ffff:127.0.0.1]:1"), "mapped");
	ok(!url_is_loopback("https://127.0.0.1.example.com"), "a name that begins like it");
	ok(!url_is_loopback("https://notlocalhost"), "a name that ends like it");
	ok(!url_is_loopback("https://localhost.example.com"), "a name that begins with localhost");
	ok(!url_is_loopback("https://10.0.0.1"), "another address");
	ok(!url_is_loopback("https://[2001:db8::1]"), "another IPv6 address");
	ok(!url_is_loopback("https://128.0.0.1@10.0.0.1"), "a login that looks like it");
	ok(!url_is_loopback("localhost"), "no URL");
	ok(!url_is_loopback(NULL), "nothing");
}

static void test_coding(void)
{
	auto_buf struct buf b = BUF_INIT(1024);
	char *s;
	size_t wrong = 0;

	url_encode_to(&b, "a b/c?d=\xc3\xa4&%+~._-");
	is_str(buf_cstr(&b), "a%20b%2Fc%3Fd%3D%C3%A4%26%25%2B~._-", "encoded");
	s = url_decode(buf_cstr(&b), b.len, false);
	is_str(s, "a b/c?d=\xc3\xa4&%+~._-", "and back");
	free(s);
	s = url_decode("a+b%2", 5, true);
	is_str(s, "a b%2", "plus; a cut escape stays");
	free(s);
	s = url_decode("a+b%zz%4", 8, false);
	is_str(s, "a+b%zz%4", "no plus; a wrong escape stays");
	free(s);
	s = url_decode("a%00b", 5, false);
	is_str(s, "a%00b", "NUL stays written");
	free(s);
	for (int c = 1; c < 256; c++) {
		char one[2] = {(char)c, '\0'};

		buf_clear(&b);
		url_encode_to(&b, one);
		s = url_decode(buf_cstr(&b), b.len, true);
		wrong += strcmp(s, one) != 0;
		free(s);
	}
	is_int(wrong, 0, "every byte survives both ways");
}

static void query(const char *path, const char *name, const char *want)
{
	auto_free char *got = url_query(path, name);

	is_str(got, want, path);
}

static void test_query(void)
{
	query("/a?x=1&y=2", "x", "1");
	query("/a?x=1&y=2", "y", "2");
	query("/a?x=1&y=2", "z", NULL);
	query("/a?xx=1&x=2", "x", "2");
	query("/a?x=1&x=2", "x", "1");
	query("/a?x", "x", "");
	query("/a?x=", "x", "");
	query("/a?x=a%20b+c%26d", "x", "a b c&d");
	query("/a?a%20b=1", "a b", "1");
	query("/a?x=1#y=2", "x", "1");
	query("/a?x=1#&y=2", "y", NULL);
	query("/a", "x", NULL);
	query("/a?", "x", NULL);
	query("/a?&&x=b=c", "x", "b=c");
	query("", "x", NULL);
}

int main(void)
{
	test_check();
	test_join();
	test_hosts();
	test_coding();
	test_query();
	return done();
}
