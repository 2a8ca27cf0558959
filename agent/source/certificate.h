/* SPDX-License-Identifier: Apache-2.0 */
/* What may be said of a certificate in a Secret: whose it is, who signed it, from when to when, for which names. */
#ifndef AGENT_SOURCE_CERTIFICATE_H
#define AGENT_SOURCE_CERTIFICATE_H

#include "agent/base/buf.h"

/*
 * Appends lines "subject: ...", "issuer: ...", "notBefore: RFC 3339", "notAfter: ...", "dnsNames: a, b" for each
 * certificate in PEM text, an empty line between two. Anything else in the text (keys) is left out. Returns how many;
 * at most 16 are read.
 */
size_t certificate_describe(struct buf *out, const char *pem, size_t len);

#endif
