/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stores and brokers refuse their clients, read from one line of a log: the client's or the server's own. A table
 * of wordings by product tells what is wrong, and who or what the line names.
 */
#ifndef TOOLSETS_KUBERNETES_COMPLAINT_H
#define TOOLSETS_KUBERNETES_COMPLAINT_H

#include <stdbool.h>
#include <stddef.h>

enum product {
	PRODUCT_ANY,
	PRODUCT_MYSQL,
	PRODUCT_POSTGRES,
	PRODUCT_MONGO,
	PRODUCT_REDIS,
	PRODUCT_KAFKA,
	PRODUCT_RABBIT,
	PRODUCT_ELASTIC,
	PRODUCT_S3,
	PRODUCT_ETCD,
	PRODUCTS
};

enum fault {
	FAULT_NONE,
	FAULT_CREDENTIAL,  /* name or password is not what the server has */
	FAULT_NO_USER,	   /* the server does not know the user */
	FAULT_RIGHTS,	   /* known, but may not */
	FAULT_NO_THING,	   /* database, topic, bucket that does not exist */
	FAULT_CONNECTIONS, /* all are taken */
	FAULT_READ_ONLY,
	FAULT_FULL,	/* memory or disk of the server */
	FAULT_PASSWORD, /* the server demands one, none was given */
	FAULT_TLS,	/* the server demands TLS */
	FAULT_RECORD,	/* one record that cannot be read, again and again */
};

struct complaint {
	enum fault fault;
	enum product product; /* PRODUCT_ANY: any of them says so */
	const char *words;    /* of the table, stable */
	char user[80];	      /* "" when the line names none */
	char thing[120];      /* database, topic, bucket, partition; "" likewise */
	bool serverside;      /* only the server itself says it like this */
};

/* False: the line is none of these. */
bool complaint_read(const char *line, size_t len, struct complaint *out);

/* "MySQL"; "the server" for any. */
const char *product_name(enum product p);
/* Does a port, a name or an image belong to the product? */
bool product_port(enum product p, int port);
bool product_word(enum product p, const char *name_or_image);
/* The settings by which a server is told to refuse in this way ("max_connections"), NULL-terminated; never NULL. */
const char *const *fault_settings(enum fault f);
/* "all its connections are taken" and the like. */
const char *fault_words(enum fault f);

#endif
