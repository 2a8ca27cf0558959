/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
/* OpenSSL has a type of the name of one of our error codes. */
#define ERR_STATE openssl_err_state
#include <openssl/evp.h>
#undef ERR_STATE

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/source/source_private.h"

struct tee {
	struct buf kept;
	EVP_MD_CTX *digest;
};

struct tee *tee_new(size_t keep, bool digest)
{
	struct tee *t = MEM_NEW(struct tee);

	buf_init(&t->kept, keep);
	if (digest) {
		t->digest = EVP_MD_CTX_new();
		tee_clear(t);
	}
	return t;
}

void tee_free(struct tee *t)
{
	if (!t)
		return;
	EVP_MD_CTX_free(t->digest);
	buf_fini(&t->kept);
	free(t);
}

void tee_add(struct tee *t, const char *data, size_t len)
{
	if (t->digest)
		EVP_DigestUpdate(t->digest, data, len);
	if (t->kept.over)
		return;
	buf_add(&t->kept, data, len);
	if (t->kept.over)
		buf_fini(&t->kept); /* stays over */
}

void tee_clear(struct tee *t)
{
	buf_clear(&t->kept);
	if (t->digest)
		EVP_DigestInit_ex(t->digest, EVP_sha256(), NULL);
}

bool tee_over(const struct tee *t)
{
	return t->kept.over;
}

char *tee_finish(struct tee *t, size_t *len, char sha256[static 65])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (t->digest)
		EVP_DigestFinal_ex(t->digest, sum, &n);
	for (unsigned i = 0; i < n && i < 32; i++) {
		sha256[2 * i] = hex[sum[i] >> 4];
		sha256[2 * i + 1] = hex[sum[i] & 15];
	}
	sha256[n ? 64 : 0] = '\0';
	*len = t->kept.len;
	return t->kept.over ? NULL : buf_steal(&t->kept);
}
