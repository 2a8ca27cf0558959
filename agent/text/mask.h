/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one masker that stands at every exit (model, page, chat, export): secrets in text become stable marks like
 * [masked:jwt:3f9a]. Deterministic: the same secret gives the same mark, so that texts stay comparable.
 * What counts: private keys (PEM), JWTs, bearer and basic credentials in headers and URLs, AWS, Azure, GCP,
 * GitHub, Slack, OpenAI keys,
 * values of keys named password, passwd, secret, token, api_key, access_key, connection strings. Never masks:
 * names of objects,
 * UIDs, image digests, resourceVersions.
 */
#ifndef AGENT_TEXT_MASK_H
#define AGENT_TEXT_MASK_H

#include "agent/base/buf.h"
#include <stddef.h>

/* Appends s masked; returns how many secrets were masked. */
size_t mask_text(struct buf *out, const char *s, size_t n);

#endif
