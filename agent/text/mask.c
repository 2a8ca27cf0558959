/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/mask.h"

#include <openssl/sha.h>
#include <string.h>

#include "agent/text/mask_rules.h"

#define MARK "[masked:"

bool mask_is_mark(const char *s, size_t n, size_t i)
{
	return n - i >= sizeof MARK - 1 && memcmp(s + i, MARK, sizeof MARK - 1) == 0;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Keys may be paths and flags: "spring.datasource.password", "--api-key". */
static bool is_key(char c)
{
	return is_word(c) || c == '-' || c == '.';
}

/* Sixteen bits of a digest: enough to tell secrets apart, too few to find one. */
static void add_mark(struct buf *out, const char *secret, size_t n, const char *kind)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)secret, n, digest);
	buf_printf(out, MARK "%s:%02x%02x]", kind, digest[0], digest[1]);
}

/* End of the mark that starts at i: marks are copied, so that masking twice changes nothing. */
static size_t mark_end(const char *s, size_t n, size_t i)
{
	const char *close = memchr(s + i, ']', n - i > 64 ? 64 : n - i);

	return close ? (size_t)(close - s) + 1 : i + 1;
}

static bool find_at(const char *s, size_t n, size_t i, size_t *key_end, struct mask_hit *hit)
{
	char before = i ? s[i - 1] : ' ';

	if (s[i] == ':')
		return mask_find_url(s, n, i, hit);
	if (s[i] == '-' || (!is_word(before) && is_word(s[i]))) {
		if (mask_find_shape(s, n, i, hit) || mask_find_header(s, n, i, hit))
			return true;
	}
	/* Each key is measured once, at its start. */
	if (is_key(s[i]) && i >= *key_end) {
		size_t end = i;

		while (end < n && is_key(s[end]))
			end++;
		*key_end = end;
		return mask_find_value(s, n, i, end - i, hit);
	}
	return false;
}

/* A secret has one mark, wherever it stands: what its shape tells counts more than the key before it. */
static void name_shape(const char *s, size_t n, struct mask_hit *hit)
{
	struct mask_hit shape;

	if (mask_find_shape(s, n, hit->start, &shape) && shape.end >= hit->end)
		*hit = shape;
}

size_t mask_text(struct buf *out, const char *s, size_t n)
{
	size_t count = 0, copied = 0, key_end = 0, i = 0;
	/* A key's value is found at the key's start; what lies between is looked at before the value is masked. */
	struct mask_hit later = {NULL, 0, 0}, hit;

	while (i < n) {
		if (s[i] == '[' && mask_is_mark(s, n, i)) {
			i = mark_end(s, n, i);
			continue;
		}
		if (later.kind && i >= later.start) {
			hit = later;
			later.kind = NULL;
			if (i > hit.start) /* something inside was masked already */
				continue;
			name_shape(s, n, &hit);
		} else if (!find_at(s, n, i, &key_end, &hit)) {
			i++;
			continue;
		} else if (hit.start > i) {
			later = hit;
			i++;
			continue;
		}
		buf_add(out, s + copied, hit.start - copied);
		add_mark(out, s + hit.start, hit.end - hit.start, hit.kind);
		count++;
		i = copied = hit.end;
	}
	buf_add(out, s + copied, n - copied);
	return count;
}
