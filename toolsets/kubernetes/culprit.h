/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server refuses a client: which of the two has to be mended? The client, when others are served by the same server or
 * its own settings show it; the server, when all of its clients are refused or only it can mend what it says.
 */
#ifndef TOOLSETS_KUBERNETES_CULPRIT_H
#define TOOLSETS_KUBERNETES_CULPRIT_H

#include "toolsets/kubernetes/server.h"

/* One program's complaint. */
struct plaint {
	struct trouble t; /* line, len and number are those of the complaint; patient is not set */
	struct complaint c;
	struct server server;
	bool served;	/* the server is known */
	bool is_server; /* it complains of its clients */
	bool told;	/* some finding speaks of it */
};

struct dispute {
	const struct view *v;
	struct diagnoses *set;
	struct plaint **plaints; /* of one server and one kind of fault; at least one */
	size_t count;
	struct clients clients; /* all who name the server, those who complain among them */
	size_t content;		/* clients that do not complain */
};

void culprit_find(struct dispute *q);

/* A client of the server that does not complain, as the n-th; NULL. */
const struct workload *dispute_content(const struct dispute *q, size_t n, const char **container);
/* What every finding of a dispute has: who shows it, the lines, the rating. */
void dispute_shows(struct dispute *q, struct diagnosis *d, size_t first, size_t count, double score);
/* "MySQL (Service shop/mysql)". */
const char *dispute_server(const struct plaint *p, char out[static 300]);

/* culprit_client.c: credentials and names that one client gives wrongly. */
void culprit_client(struct dispute *q, struct plaint *p, size_t nth);

#endif
