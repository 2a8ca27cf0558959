/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/retry.h"

#include "agent/base/clock.h"
#include "tests/tap.h"

static void test_which(void)
{
	static const int again[] = {408, 409, 425, 429, 500, 502, 503, 504, 529},
			 never[] = {200, 301, 400, 401, 403, 404, 413, 422, 501, 505};
	struct err e = {.code = ERR_NET, .msg = "connection refused"};

	for (size_t i = 0; i < sizeof again / sizeof *again; i++)
		ok(retry_status(again[i]), "%d is worth another attempt", again[i]);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		ok(!retry_status(never[i]), "%d is not", never[i]);
	ok(retry_failure(&e), "no connection");
	err_set(&e, ERR_NET, "the certificate of x has expired");
	ok(!retry_failure(&e), "a certificate stays wrong");
	err_set(&e, ERR_TIMEOUT, "x was silent");
	ok(!retry_failure(&e), "silence was waited for already");
	err_set(&e, ERR_LIMIT, "too much");
	ok(!retry_failure(&e), "a cap");
}

static void test_waits(void)
{
	int64_t far = INT64_MAX;

	for (uint32_t r = 0; r < 3000; r += 13)
		for (int n = 1, base = 500; n < 12; n++, base = base < 16000 ? base * 2 : 30000) {
			int64_t w = retry_wait(n, -1, r, far);

			if (w < base * 3 / 4 || w > base * 5 / 4 + 1)
				ok(0, "attempt %d, random %u: %lld not around %d", n, r, (long long)w, base);
		}
	ok(retry_wait(1, -1, 0, far) != retry_wait(1, -1, 500, far), "jitter");
	ok(retry_wait(1, 7000, 0, far) == 7000, "Retry-After is honoured");
	ok(retry_wait(5, 0, 100, far) <= 250, "Retry-After 0 means now");
	ok(retry_wait(1, 60000, 0, far) == 60000, "up to 60 seconds");
	is_int(retry_wait(1, 60001, 0, far), -1, "not beyond");
	is_int(retry_wait(1, 5000, 0, 4000), -1, "not past the deadline");
	is_int(retry_wait(3, -1, 0, 1000), -1, "nor by our own back-off");
	ok(retry_wait(1, -1, 0, 1000) > 0, "what fits is waited");
}

static void test_sleep(void)
{
	struct cancel *c = cancel_new(NULL);
	struct err e = {0};
	int64_t start = clock_mono_ms();

	is_int(retry_sleep(20, c, &e), 0, "waits");
	ok(clock_mono_ms() - start >= 20, "as long as asked");
	is_int(retry_sleep(0, NULL, &e), 0, "nothing to wait for, nothing to cancel");
	cancel_fire(c);
	start = clock_mono_ms();
	is_int(retry_sleep(60000, c, &e), -1, "cancelled");
	is_int(e.code, ERR_CANCELED, "and says so");
	ok(clock_mono_ms() - start < 5000, "at once");
	cancel_free(c);
}

int main(void)
{
	test_which();
	test_waits();
	test_sleep();
	return done();
}
