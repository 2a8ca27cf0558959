/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and keys as PEM in memory: decoded from base64, checked before a connection needs them. */
#ifndef AGENT_SOURCE_PEM_H
#define AGENT_SOURCE_PEM_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stddef.h>
#include <stdint.h>

#define PEM_MAX_BYTES (4u << 20)

/* Standard base64 with padding; line breaks are skipped. The caller's, NUL-terminated; NULL when it is not base64. */
char *base64_decode(const char *s, size_t *len);
/* With padding, in one line. The caller's. */
char *base64_encode(const void *p, size_t n);

/* At least one certificate, and each one parses. what names it in the message. */
int pem_check_certs(const char *pem, const char *what, struct err *e) MUST_CHECK;
/* A certificate and an unencrypted private key that belong together. */
int pem_check_pair(const char *cert, const char *key, const char *what, struct err *e) MUST_CHECK;
/* Wall time at which the first certificate ends; 0: unknown. */
int64_t pem_not_after(const char *pem);

#endif
