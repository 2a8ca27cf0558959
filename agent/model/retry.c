/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/retry.h"

#include <errno.h>
#include <poll.h>
#include <sys/random.h>

#include "agent/base/clock.h"
#include "agent/base/str.h"

bool retry_status(int status)
{
	return status == 408 || status == 409 || status == 425 || status == 429 ||
	       (status >= 500 && status < 600 && status != 501 && status != 505);
}

bool retry_failure(const struct err *e)
{
	if (e->code != ERR_NET)
		return false;
	return !str_find_nocase(e->msg, "certificate") && !str_find_nocase(e->msg, "TLS") &&
	       !str_find_nocase(e->msg, "not answer with HTTP");
}

int64_t retry_wait(int failed, int64_t retry_after_ms, uint32_t random, int64_t left_ms)
{
	int64_t wait = RETRY_BASE_MS;

	for (int i = 1; i < failed && wait < RETRY_MAX_MS; i++)
		wait *= 2;
	if (wait > RETRY_MAX_MS)
		wait = RETRY_MAX_MS;
	/* Between three and five quarters. */
	wait += wait * (int64_t)(random % 1001) / 2000 - wait / 4;
	if (retry_after_ms > RETRY_AFTER_MAX_MS)
		return -1;
	/* Never earlier than asked, and not all at the same moment. */
	if (retry_after_ms >= 0)
		wait = retry_after_ms + (int64_t)(random % 251);
	return wait < left_ms ? wait : -1;
}

int retry_sleep(int64_t ms, struct cancel *cancel, struct err *e)
{
	int64_t end = clock_deadline(ms > 0 ? ms : 1), left;
	struct pollfd p = {.fd = cancel_fd(cancel), .events = POLLIN};

	while ((left = clock_left(end)) > 0 && !cancel_fired(cancel))
		if (poll(&p, p.fd >= 0, (int)left) < 0 && errno != EINTR)
			return err_sys(e, "waiting before the next attempt failed");
	if (cancel_fired(cancel))
		return err_set(e, ERR_CANCELED, "cancelled while waiting to ask the model again");
	return 0;
}

uint32_t retry_random(void)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof r, GRND_NONBLOCK) != sizeof r)
		r = (uint32_t)clock_wall_ms();
	return r;
}
