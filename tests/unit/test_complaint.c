/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/complaint.h"

#include <stdlib.h>
#include <string.h>

#include "tests/tap.h"

static struct complaint c;

static bool reads(const char *line)
{
	return complaint_read(line, strlen(line), &c);
}

static void servers(void)
{
	ok(reads("ERROR (1045, \"Access denied for user 'ts'@'10.1.2.3' (using password: YES)\")") &&
		   c.fault == FAULT_CREDENTIAL && c.product == PRODUCT_MYSQL && strcmp(c.user, "ts") == 0,
	   "MySQL: the user");
	ok(reads("pq: password authentication failed for user \\\"shop\\\"") && c.product == PRODUCT_POSTGRES &&
		   strcmp(c.user, "shop") == 0,
	   "PostgreSQL: a user between escaped quotes");
	ok(reads("FATAL:  role \"reports\" does not exist") && c.fault == FAULT_NO_USER && strcmp(c.user, "reports") == 0,
	   "PostgreSQL: no such role");
	ok(reads("FATAL:  database \"crm\" does not exist") && c.fault == FAULT_NO_THING && strcmp(c.thing, "crm") == 0,
	   "PostgreSQL: no such database");
	ok(reads("panic: not authorized on geo-db to execute command { find: \"geo\" }") && c.fault == FAULT_RIGHTS &&
		   strcmp(c.thing, "geo-db") == 0,
	   "MongoDB: rights on a database");
	ok(reads("NOAUTH Authentication required.") && c.fault == FAULT_PASSWORD && c.product == PRODUCT_REDIS, "Redis: no password");
	ok(reads("fetching metadata : {shipments-v2=UNKNOWN_TOPIC_OR_PARTITION}") && c.fault == FAULT_NO_THING &&
		   strcmp(c.thing, "shipments-v2") == 0,
	   "Kafka: the topic");
	ok(reads("Error deserializing VALUE for partition orders-0 at offset 48123. If needed") && c.fault == FAULT_RECORD &&
		   strcmp(c.thing, "orders-0 at offset 48123") == 0,
	   "Kafka: partition and offset");
	ok(reads("An error occurred (NoSuchBucket) when calling PutObject") && c.product == PRODUCT_S3, "S3: no bucket");
	ok(reads("The server is configured to only allow SSL connections") && c.serverside, "said by the server alone");
}

static void others(void)
{
	static const char *const lines[] = {
		"INFO GET /orders 200",
		"ERROR dial tcp: lookup db: no such host",
		"connection refused",
		"role of the user was changed",
		"database \"crm\" opened",
		"",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok(!reads(lines[i]), "is none: %s", lines[i]);
}

/* No cut of a line may be read behind its end; ASan sees it. */
static void cuts(void)
{
	static const char line[] = "Error deserializing VALUE for partition orders-0 at offset 48123, user 'a'@'b'";

	for (size_t n = 0; n < sizeof(line); n++) {
		char *copy = malloc(n ? n : 1);

		memcpy(copy, line, n);
		complaint_read(copy, n, &c);
		free(copy);
	}
	ok(true, "every truncation");
}

static void products(void)
{
	ok(product_port(PRODUCT_MYSQL, 3306) && !product_port(PRODUCT_MYSQL, 5432) && !product_port(PRODUCT_S3, 0), "ports");
	ok(product_word(PRODUCT_REDIS, "valkey-cart") && !product_word(PRODUCT_REDIS, "cart"), "names");
	ok(!*fault_settings(FAULT_CREDENTIAL) && *fault_settings(FAULT_CONNECTIONS), "settings of a fault");
}

int main(void)
{
	servers();
	others();
	cuts();
	products();
	return done();
}
