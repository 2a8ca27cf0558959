/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/complaint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LINE_SEEN 2048 /* bytes of a line that are looked at */

/*
 * The wordings of servers and their client libraries, as they stand in the sources and manuals of MySQL (errors 1040,
 * 1044, 1045, 1049, 1290), PostgreSQL (appendix A, libpq), MongoDB (error codes 11, 13, 18, 141), Redis and Valkey (ACL and
 * maxmemory errors), Kafka (org.apache.kafka.common.errors), RabbitMQ (AMQP reply texts), Elasticsearch (cluster
 * blocks), S3 (error codes).
 */
struct wording {
	const char *words; /* lower case; the text of the line has to hold them */
	enum product product;
	enum fault fault;
	const char *user;  /* what stands before the user's name, NULL: none is named */
	const char *thing; /* likewise before the thing's */
	bool serverside;
};

static const struct wording wordings[] = {
	{"access denied for user", PRODUCT_MYSQL, FAULT_CREDENTIAL, "for user ", NULL, false},
	{"unknown database", PRODUCT_MYSQL, FAULT_NO_THING, NULL, "unknown database ", false},
	{"too many connections", PRODUCT_MYSQL, FAULT_CONNECTIONS, NULL, NULL, false},
	{"max_user_connections", PRODUCT_MYSQL, FAULT_CONNECTIONS, NULL, NULL, false},
	{"running with the --read-only option", PRODUCT_MYSQL, FAULT_READ_ONLY, NULL, NULL, false},
	{"running with the --super-read-only option", PRODUCT_MYSQL, FAULT_READ_ONLY, NULL, NULL, false},
	{"require_secure_transport", PRODUCT_MYSQL, FAULT_TLS, NULL, NULL, false},
	{"password authentication failed for user", PRODUCT_POSTGRES, FAULT_CREDENTIAL, "for user ", NULL, false},
	{"no password supplied", PRODUCT_POSTGRES, FAULT_CREDENTIAL, NULL, NULL, false},
	{"role \"*does not exist", PRODUCT_POSTGRES, FAULT_NO_USER, "role ", NULL, false},
	{"database \"*does not exist", PRODUCT_POSTGRES, FAULT_NO_THING, NULL, "database ", false},
	{"remaining connection slots are reserved", PRODUCT_POSTGRES, FAULT_CONNECTIONS, NULL, NULL, false},
	{"too many clients already", PRODUCT_POSTGRES, FAULT_CONNECTIONS, NULL, NULL, false},
	{"too many connections for", PRODUCT_POSTGRES, FAULT_CONNECTIONS, NULL, NULL, false},
	{"in a read-only transaction", PRODUCT_POSTGRES, FAULT_READ_ONLY, NULL, NULL, false},
	{"permission denied for table", PRODUCT_POSTGRES, FAULT_RIGHTS, NULL, "for table ", false},
	{"permission denied for schema", PRODUCT_POSTGRES, FAULT_RIGHTS, NULL, "for schema ", false},
	{"permission denied for database", PRODUCT_POSTGRES, FAULT_RIGHTS, NULL, "for database ", false},
	{"no pg_hba.conf entry for*no encryption", PRODUCT_POSTGRES, FAULT_TLS, "user ", NULL, false},
	{"no pg_hba.conf entry for*ssl off", PRODUCT_POSTGRES, FAULT_TLS, "user ", NULL, false},
	{"not authorized on", PRODUCT_MONGO, FAULT_RIGHTS, NULL, "not authorized on ", false},
	{"could not find user", PRODUCT_MONGO, FAULT_NO_USER, "could not find user ", NULL, true},
	{"usernotfound", PRODUCT_MONGO, FAULT_NO_USER, "user ", NULL, true},
	{"sasl conversation error", PRODUCT_MONGO, FAULT_CREDENTIAL, NULL, NULL, false},
	{"(authenticationfailed)", PRODUCT_MONGO, FAULT_CREDENTIAL, NULL, NULL, false},
	{"mongo*authentication failed", PRODUCT_MONGO, FAULT_CREDENTIAL, NULL, NULL, false},
	{"scram*authentication failed", PRODUCT_MONGO, FAULT_CREDENTIAL, NULL, NULL, false},
	{"command * requires authentication", PRODUCT_MONGO, FAULT_PASSWORD, NULL, NULL, false},
	{"only allow ssl connections", PRODUCT_MONGO, FAULT_TLS, NULL, NULL, true},
	{"only allow tls connections", PRODUCT_MONGO, FAULT_TLS, NULL, NULL, true},
	{"wrongpass", PRODUCT_REDIS, FAULT_CREDENTIAL, NULL, NULL, false},
	{"err invalid password", PRODUCT_REDIS, FAULT_CREDENTIAL, NULL, NULL, false},
	{"called without any password configured", PRODUCT_REDIS, FAULT_CREDENTIAL, NULL, NULL, false},
	{"noauth ", PRODUCT_REDIS, FAULT_PASSWORD, NULL, NULL, false},
	{"noperm ", PRODUCT_REDIS, FAULT_RIGHTS, NULL, NULL, false},
	{"oom command not allowed", PRODUCT_REDIS, FAULT_FULL, NULL, NULL, false},
	{"readonly you can't write against a read only", PRODUCT_REDIS, FAULT_READ_ONLY, NULL, NULL, false},
	{"max number of clients reached", PRODUCT_REDIS, FAULT_CONNECTIONS, NULL, NULL, false},
	{"misconf redis is configured to save rdb", PRODUCT_REDIS, FAULT_FULL, NULL, NULL, false},
	{"recorddeserializationexception", PRODUCT_KAFKA, FAULT_RECORD, NULL, "for partition ", false},
	{"error deserializing * for partition", PRODUCT_KAFKA, FAULT_RECORD, NULL, "for partition ", false},
	{"=unknown_topic_or_partition", PRODUCT_KAFKA, FAULT_NO_THING, NULL, "{", false},
	{"unknown topic or partition", PRODUCT_KAFKA, FAULT_NO_THING, NULL, "topic: ", false},
	{"does not host this topic-partition", PRODUCT_KAFKA, FAULT_NO_THING, NULL, "topic ", false},
	{"unknowntopicorpartition", PRODUCT_KAFKA, FAULT_NO_THING, NULL, "topic ", false},
	{"topic * not present in metadata", PRODUCT_KAFKA, FAULT_NO_THING, NULL, "topic ", false},
	{"saslauthenticationexception", PRODUCT_KAFKA, FAULT_CREDENTIAL, NULL, NULL, false},
	{"sasl authentication failed", PRODUCT_KAFKA, FAULT_CREDENTIAL, NULL, NULL, false},
	{"topicauthorizationexception", PRODUCT_KAFKA, FAULT_RIGHTS, NULL, "topics: ", false},
	{"not authorized to access topics", PRODUCT_KAFKA, FAULT_RIGHTS, NULL, "topics: ", false},
	{"not authorized to access group", PRODUCT_KAFKA, FAULT_RIGHTS, NULL, "group: ", false},
	{"access_refused - login was refused", PRODUCT_RABBIT, FAULT_CREDENTIAL, NULL, NULL, false},
	{"access_refused - access to", PRODUCT_RABBIT, FAULT_RIGHTS, NULL, "access to ", false},
	{"not_found - no queue", PRODUCT_RABBIT, FAULT_NO_THING, NULL, "no queue ", false},
	{"not_found - no exchange", PRODUCT_RABBIT, FAULT_NO_THING, NULL, "no exchange ", false},
	{"not_found - vhost", PRODUCT_RABBIT, FAULT_NO_THING, NULL, "vhost ", false},
	{"not_allowed - vhost", PRODUCT_RABBIT, FAULT_NO_THING, NULL, "vhost ", false},
	{"flood-stage watermark", PRODUCT_ELASTIC, FAULT_FULL, NULL, NULL, false},
	{"flood stage disk watermark", PRODUCT_ELASTIC, FAULT_FULL, NULL, NULL, true},
	{"index_not_found_exception", PRODUCT_ELASTIC, FAULT_NO_THING, NULL, "no such index [", false},
	{"unable to authenticate user", PRODUCT_ELASTIC, FAULT_CREDENTIAL, "user [", NULL, false},
	{"nosuchbucket", PRODUCT_S3, FAULT_NO_THING, NULL, NULL, false},
	{"the specified bucket does not exist", PRODUCT_S3, FAULT_NO_THING, NULL, NULL, false},
	{"invalidaccesskeyid", PRODUCT_S3, FAULT_CREDENTIAL, NULL, NULL, false},
	{"signaturedoesnotmatch", PRODUCT_S3, FAULT_CREDENTIAL, NULL, NULL, false},
	{"etcdserver: mvcc: database space exceeded", PRODUCT_ETCD, FAULT_FULL, NULL, NULL, false},
	{NULL, PRODUCT_ANY, FAULT_NONE, NULL, NULL, false},
};

static const struct {
	const char *name;
	int ports[4];
	const char *words[6];
} products[PRODUCTS] = {
	[PRODUCT_ANY] = {"the server", {0}, {NULL}},
	[PRODUCT_MYSQL] = {"MySQL", {3306, 33060}, {"mysql", "mariadb", "percona", "vitess", NULL}},
	[PRODUCT_POSTGRES] = {"PostgreSQL", {5432, 6432}, {"postgres", "pgsql", "timescale", "pgbouncer", "pgpool", NULL}},
	[PRODUCT_MONGO] = {"MongoDB", {27017, 27018}, {"mongo", NULL}},
	[PRODUCT_REDIS] = {"Redis", {6379, 6380, 26379}, {"redis", "valkey", "keydb", "dragonfly", NULL}},
	[PRODUCT_KAFKA] = {"Kafka", {9092, 9093, 9094}, {"kafka", "redpanda", NULL}},
	[PRODUCT_RABBIT] = {"RabbitMQ", {5672, 5671}, {"rabbit", NULL}},
	[PRODUCT_ELASTIC] = {"Elasticsearch", {9200}, {"elastic", "opensearch", NULL}},
	[PRODUCT_S3] = {"the object store", {0}, {"minio", "ceph", "s3", "garage", "seaweed", NULL}},
	[PRODUCT_ETCD] = {"etcd", {2379}, {"etcd", NULL}},
};

static bool has(const char *low, const char *pattern)
{
	const char *star = strchr(pattern, '*'), *at;
	char part[80];

	if (!star)
		return strstr(low, pattern) != NULL;
	snprintf(part, sizeof(part), "%.*s", (int)(star - pattern), pattern);
	at = strstr(low, part);
	return at && has(at + strlen(part), star + 1);
}

/* The word behind a mark: 'ts', "ts", \"ts\", [ts] or plain, up to what cannot be a part of a name. */
static void word_after(const char *line, size_t len, const char *low, const char *mark, char *out, size_t size)
{
	const char *at = mark ? strstr(low, mark) : NULL;
	size_t i, n = 0;

	out[0] = '\0';
	if (!at)
		return;
	for (i = (size_t)(at - low) + strlen(mark); i < len && strchr("\\\"'`[{(", line[i]); i++)
		;
	while (i < len && n + 1 < size &&
	       (isalnum((unsigned char)line[i]) || strchr("-_./$", line[i]) || (unsigned char)line[i] >= 0x80))
		out[n++] = line[i++];
	while (n && strchr("./", out[n - 1]))
		n--;
	out[n] = '\0';
}

/* "orders-0 at offset 48123": the place of a record is partition and offset. */
static void add_offset(struct complaint *out, const char *low)
{
	const char *at = strstr(low, " at offset ");
	size_t n = strlen(out->thing), digits = at ? strspn(at + 11, "0123456789") : 0;

	if (digits && digits < 20 && n + 32 < sizeof(out->thing))
		snprintf(out->thing + n, sizeof(out->thing) - n, " at offset %.*s", (int)digits, at + 11);
}

bool complaint_read(const char *line, size_t len, struct complaint *out)
{
	char low[LINE_SEEN + 1];

	if (len > LINE_SEEN)
		len = LINE_SEEN;
	for (size_t i = 0; i < len; i++)
		low[i] = line[i] ? (char)tolower((unsigned char)line[i]) : ' ';
	low[len] = '\0';
	for (const struct wording *w = wordings; w->words; w++) {
		if (!has(low, w->words))
			continue;
		*out = (struct complaint){
			.fault = w->fault, .product = w->product, .words = w->words, .serverside = w->serverside};
		word_after(line, len, low, w->user, out->user, sizeof(out->user));
		word_after(line, len, low, w->thing, out->thing, sizeof(out->thing));
		if (w->fault == FAULT_RECORD)
			add_offset(out, low);
		return true;
	}
	return false;
}

const char *product_name(enum product p)
{
	return products[p].name;
}

bool product_port(enum product p, int port)
{
	for (size_t i = 0; port && i < 4; i++)
		if (products[p].ports[i] == port)
			return true;
	return false;
}

bool product_word(enum product p, const char *name)
{
	for (size_t i = 0; products[p].words[i]; i++)
		if (strcasestr(name, products[p].words[i]))
			return true;
	return false;
}

const char *const *fault_settings(enum fault f)
{
	static const char *const connections[] = {"max_connections", "max-connections", "max_user_connections", "maxclients",
						  "maxIncomingConnections", "default_pool_size", NULL},
				 *const read_only[] = {"super-read-only", "super_read_only", "read-only", "read_only",
						       "default_transaction_read_only", NULL},
				 *const full[] = {"maxmemory", "flood_stage", "quota-backend-bytes", NULL},
				 *const password[] = {"requirepass", "aclfile", "authorization", NULL},
				 *const tls[] = {"requireTLS", "requireSSL", "require_secure_transport",
						 "require-secure-transport", "hostssl", "tlsMode", NULL},
				 *const none[] = {NULL};

	switch (f) {
	case FAULT_CONNECTIONS:
		return connections;
	case FAULT_READ_ONLY:
		return read_only;
	case FAULT_FULL:
		return full;
	case FAULT_PASSWORD:
		return password;
	case FAULT_TLS:
		return tls;
	default:
		return none;
	}
}

const char *fault_words(enum fault f)
{
	static const char *const words[] = {
		[FAULT_NONE] = "",
		[FAULT_CREDENTIAL] = "refuses the user or password it is given",
		[FAULT_NO_USER] = "does not know the user",
		[FAULT_RIGHTS] = "does not allow what the user asks",
		[FAULT_NO_THING] = "does not have what is asked for",
		[FAULT_CONNECTIONS] = "has no connection left for its clients",
		[FAULT_READ_ONLY] = "is read-only and refuses every write",
		[FAULT_FULL] = "is full and refuses writes",
		[FAULT_PASSWORD] = "demands a password, and its clients give none",
		[FAULT_TLS] = "demands TLS, and its clients do not use it",
		[FAULT_RECORD] = "serves a record that cannot be read",
	};

	return words[f];
}
