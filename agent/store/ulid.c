/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/store/ulid.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define RANDOM_BYTES 10

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	int64_t ms;
	unsigned char random[RANDOM_BYTES];
} last;

static void fill_random(unsigned char *out)
{
	while (getrandom(out, RANDOM_BYTES, 0) != RANDOM_BYTES) {
		if (errno != EINTR)
			abort(); /* cannot happen on a kernel with the call: so few bytes come whole */
	}
	/* Room above for as many ids within one millisecond as anybody can make. */
	out[0] &= 0x7f;
}

static void next(int64_t ms)
{
	if (ms > last.ms) {
		last.ms = ms;
		fill_random(last.random);
		return;
	}
	for (int i = RANDOM_BYTES - 1; i >= 0 && ++last.random[i] == 0; i--)
		;
}

void ulid_new(int64_t wall_ms, char out[static ULID_TEXT])
{
	unsigned char bytes[6 + RANDOM_BYTES];
	unsigned acc = 0, bits = 2; /* 130 bits of digits hold 128: the first digit has two leading zeros */
	size_t n = 0;

	pthread_mutex_lock(&lock);
	next(wall_ms);
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)(last.ms >> (40 - 8 * i));
	memcpy(bytes + 6, last.random, RANDOM_BYTES);
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		acc = acc << 8 | bytes[i];
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			out[n++] = digits[acc >> bits & 31];
		}
		acc &= (1u << bits) - 1;
	}
	out[n] = '\0';
}

bool ulid_prefix(const char *typed, char out[static ULID_TEXT])
{
	size_t n = strlen(typed);

	if (n == 0 || n > ULID_LEN)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = typed[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c == 'I' || c == 'L')
			c = '1';
		else if (c == 'O')
			c = '0';
		if (!strchr(digits, c))
			return false;
		out[i] = c;
	}
	out[n] = '\0';
	return true;
}
