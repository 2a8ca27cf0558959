/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latch is an atomic flag and an eventfd. With parents the descriptor to poll is an epoll set of the own eventfd
 * and those of all ancestors, flat, because the kernel lets epoll sets nest only a few deep. When the process is out of
 * descriptors the flag alone still works, and the nearest ancestor's descriptor is polled.
 */
#include "agent/base/cancel.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/base/mem.h"

struct cancel {
	struct cancel *parent;
	atomic_bool fired;
	int own; /* eventfd */
	int all; /* epoll set, or -1 without a parent */
};

static bool watch(int set, int fd)
{
	struct epoll_event want = {.events = EPOLLIN};

	return fd < 0 || epoll_ctl(set, EPOLL_CTL_ADD, fd, &want) == 0;
}

struct cancel *cancel_new(struct cancel *parent)
{
	struct cancel *c = MEM_NEW(struct cancel);

	c->parent = parent;
	c->own = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->all = -1;
	if (!parent || c->own < 0)
		return c;
	c->all = epoll_create1(EPOLL_CLOEXEC);
	if (c->all < 0)
		return c;
	for (struct cancel *p = c; p; p = p->parent) {
		if (watch(c->all, p->own))
			continue;
		close(c->all);
		c->all = -1;
		break;
	}
	return c;
}

void cancel_free(struct cancel *c)
{
	if (!c)
		return;
	if (c->all >= 0)
		close(c->all);
	if (c->own >= 0)
		close(c->own);
	free(c);
}

void cancel_fire(struct cancel *c)
{
	uint64_t one = 1;
	int keep = errno;
	ssize_t done;

	if (!c)
		return;
	atomic_store(&c->fired, true);
	/* Fails only when the counter is full, and then it is readable already. */
	done = write(c->own, &one, sizeof(one));
	(void)done;
	errno = keep;
}

bool cancel_fired(const struct cancel *c)
{
	for (; c; c = c->parent)
		if (atomic_load(&c->fired))
			return true;
	return false;
}

int cancel_fd(const struct cancel *c)
{
	if (!c)
		return -1;
	if (!c->parent)
		return c->own;
	return c->all >= 0 ? c->all : cancel_fd(c->parent);
}
