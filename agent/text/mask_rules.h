/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the masker looks for. Each finder looks at one place of a text (s[i], i < n; what is before i may be looked at
 * for context) and says which bytes from there on are a secret. Finders look at most MASK_REACH bytes ahead (private
 * keys and quoted values apart, which end where they end), so that masking stays linear.
 */
#ifndef AGENT_TEXT_MASK_RULES_H
#define AGENT_TEXT_MASK_RULES_H

#include <stdbool.h>
#include <stddef.h>

#define MASK_REACH 4096

/* The kind of all that is known by its context only, so that one secret has one mark. */
#define MASK_SECRET "secret"

struct mask_hit {
	const char *kind;
	size_t start, end; /* the secret's bytes; i <= start < end <= n */
};

/* Shapes that speak for themselves: private keys, JWTs, keys of well-known services. i is at a word's start. */
bool mask_find_shape(const char *s, size_t n, size_t i, struct mask_hit *hit);
/* "Bearer x", "Basic x", "Authorization: x". i is at a word's start. */
bool mask_find_header(const char *s, size_t n, size_t i, struct mask_hit *hit);
/* user:password@ of URLs and of data source names; s[i] is ':'. */
bool mask_find_url(const char *s, size_t n, size_t i, struct mask_hit *hit);
/* The value of a key named like a secret; i is at the key's start, key_len its length. */
bool mask_find_value(const char *s, size_t n, size_t i, size_t key_len, struct mask_hit *hit);

/* Base64 of "user:password": what basic credentials look like. */
bool mask_is_basic(const char *s, size_t n);
/* The mark of an earlier masking starts here. */
bool mask_is_mark(const char *s, size_t n, size_t i);

#endif
