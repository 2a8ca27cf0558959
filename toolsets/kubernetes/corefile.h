/* SPDX-License-Identifier: Apache-2.0 */
/* The directives of CoreDNS's configuration that decide how a name is answered. */
#ifndef TOOLSETS_KUBERNETES_COREFILE_H
#define TOOLSETS_KUBERNETES_COREFILE_H

#include <stdbool.h>
#include <stddef.h>

/* A directive of a server block: its line and what stands between its braces. Pieces of the text. */
struct directive {
	const char *line; /* without what is before it */
	size_t len;
	const char *body; /* "" when it has none */
	size_t body_len;
};

/* The next one; *at starts at 0. False: no more. */
bool corefile_next(const char *text, size_t *at, struct directive *out);
/* The n-th word of the line, the directive's name is the 0th; false: it has fewer. */
bool corefile_word(const char *line, size_t len, size_t n, char *out, size_t size);
bool corefile_is(const struct directive *d, const char *name);
/* The rest of a line of the body behind a key: "rcode NXDOMAIN". False: no such line. */
bool corefile_body(const struct directive *d, const char *key, char *out, size_t size);

#endif
