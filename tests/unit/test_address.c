/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts and ports in logs and settings, and names that a resolver did not find. */
#include "toolsets/kubernetes/address.h"

#include "tests/tap.h"

static struct address a;

static bool nth(const char *text, size_t n)
{
	size_t at = 0;

	while (address_next(text, strlen(text), &at, &a))
		if (!n--)
			return true;
	return false;
}

static void words(void)
{
	ok(nth("connect to redis-cart:6379 failed", 2) && strcmp(a.host, "redis-cart") == 0 && a.port == 6379,
	   "a host and its port");
	ok(nth("postgres://shop:secret@Orders-DB.shop:5432/orders?sslmode=off", 0), "an URL");
	is_str(a.host, "orders-db.shop", "without scheme and login, in small letters");
	is_int(a.port, 5432, "with the port");
	ok(nth("dial tcp 10.96.0.7:80: connect: connection refused", 2) && strcmp(a.host, "10.96.0.7") == 0 &&
		   a.port == 80,
	   "an IP address");
	ok(nth("amqp://rabbitmq", 0) && strcmp(a.host, "rabbitmq") == 0 && a.port == 0, "no port");
	ok(!nth("12345 678", 0), "numbers are no hosts");
	ok(nth("at 12:30:45 kafka:9092.", 1) && strcmp(a.host, "kafka") == 0 && a.port == 9092,
	   "a time is none either");
	ok(nth("db:99999", 0) && a.port == 0, "a port beyond 65535 is none");
	ok(nth("my_host:80", 0) ? strcmp(a.host, "my") != 0 : true, "a part of a word with _ is no host");
	ok(!nth("", 0), "nothing");
}

static const struct {
	const char *text, *host;
	int port;
} lost[] = {
	{"dial tcp: lookup postgres on 10.96.0.10:53: no such host", "postgres", 0},
	{"A record lookup error: lookup currency on 10.96.0.10:53: no such host", "currency", 0},
	{"could not translate host name \"db\" to address: Name or service not known", "db", 0},
	{"Error: getaddrinfo ENOTFOUND redis-master", "redis-master", 0},
	{"getaddrinfo EAI_AGAIN mongo", "mongo", 0},
	{"java.net.UnknownHostException: kafka: Name or service not known", "kafka", 0},
	{"curl: (6) Could not resolve host: api.shop.svc.cluster.local", "api.shop.svc.cluster.local", 0},
	{"nslookup: can't resolve 'cms-db'", "cms-db", 0},
	{"Unknown MySQL server host 'mysql' (-2)", "mysql", 0},
	{"nc: bad address 'queue'", "queue", 0},
	{"psql: error: search: Temporary failure in name resolution", "search", 0},
	{"** server can't find web.shop.svc.cluster.local: NXDOMAIN", "web.shop.svc.cluster.local", 0},
	{"nginx: [emerg] host not found in upstream \"backend:8080\" in /etc/nginx/conf.d/default.conf:3", "backend",
	 8080},
	{"Error 111 connecting to redis:6379: Name or service not known", "redis", 6379},
};

int main(void)
{
	words();
	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		bool found = address_unresolved(lost[i].text, strlen(lost[i].text), &a);

		ok(found && strcmp(a.host, lost[i].host) == 0 && a.port == lost[i].port, "%s is about %s", lost[i].text,
		   found ? a.host : "nothing");
		/* every beginning, in memory of its own */
		for (size_t n = 0; n < strlen(lost[i].text); n++) {
			char *head = malloc(n ? n : 1);

			memcpy(head, lost[i].text, n);
			address_unresolved(head, n, &a);
			free(head);
		}
	}
	ok(!address_unresolved("connection refused", 18, &a), "a refusal is about no name");
	ok(!address_unresolved("lookup done", 11, &a), "nor is every lookup");
	return done();
}
