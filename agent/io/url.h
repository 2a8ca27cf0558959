/* SPDX-License-Identifier: Apache-2.0 */
/* URLs by libcurl's CURLU. Results are the caller's. */
#ifndef AGENT_IO_URL_H
#define AGENT_IO_URL_H

#include "agent/base/attr.h"
#include "agent/base/buf.h"
#include "agent/base/err.h"
#include <stdbool.h>

/* http or https with a host, no user or password in it; the message says what is wrong. */
int url_check(const char *url, struct err *e) MUST_CHECK;
/* base + "/" + path with exactly one slash between; a query in path stays. */
char *url_join(const char *base, const char *path);
/* Host and port ("host:443" by scheme default), or NULL when it is no URL. */
char *url_host_port(const char *url);
bool url_is_loopback(const char *url);
/* Percent-encodes s as one path segment or query value and appends it. */
void url_encode_to(struct buf *b, const char *s);
/* Decodes %XX (and + when plus). The caller's. */
char *url_decode(const char *s, size_t n, bool plus);
/* Value of a query parameter of "path?query", decoded, the caller's; NULL when absent. */
char *url_query(const char *path_and_query, const char *name);

#endif
