/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/cancel.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/tap.h"

static int readable(const struct cancel *c, int ms)
{
	struct pollfd p = {.fd = cancel_fd(c), .events = POLLIN};

	return poll(&p, 1, ms) == 1 && (p.revents & POLLIN);
}

static void alone(void)
{
	struct cancel *c = cancel_new(NULL);

	ok(!cancel_fired(c) && !readable(c, 0), "a new latch is quiet");
	cancel_fire(c);
	cancel_fire(c);
	ok(cancel_fired(c), "fired");
	ok(readable(c, 0) && readable(c, 0), "the descriptor stays readable");
	cancel_free(c);
	cancel_free(NULL);
	cancel_fire(NULL);
	ok(!cancel_fired(NULL) && cancel_fd(NULL) == -1, "NULL never fires");
}

static void family(void)
{
	struct cancel *chain[12], *side;

	chain[0] = cancel_new(NULL);
	for (size_t i = 1; i < 12; i++)
		chain[i] = cancel_new(chain[i - 1]);
	side = cancel_new(chain[0]);
	cancel_fire(chain[6]);
	ok(!cancel_fired(chain[5]) && !readable(chain[5], 0), "a parent does not see its child");
	ok(!cancel_fired(side) && !readable(side, 0), "nor does a sibling");
	ok(cancel_fired(chain[6]) && readable(chain[6], 0), "own");
	ok(cancel_fired(chain[11]) && readable(chain[11], 0), "a far descendant, deeper than epoll nests");
	cancel_fire(chain[0]);
	ok(cancel_fired(side) && readable(side, 0), "the root fires everybody");
	cancel_free(side);
	for (size_t i = 12; i-- > 0;)
		cancel_free(chain[i]);
}

static void *fire(void *arg)
{
	cancel_fire(arg);
	return NULL;
}

static struct cancel *on_signal;

static void handler(int sig)
{
	(void)sig;
	cancel_fire(on_signal);
}

static void from_elsewhere(void)
{
	struct cancel *root = cancel_new(NULL), *child = cancel_new(root);
	struct sigaction act = {.sa_handler = handler};
	pthread_t t;

	pthread_create(&t, NULL, fire, root);
	ok(readable(child, 10000), "a poll on the child wakes when another thread fires the parent");
	pthread_join(t, NULL);
	cancel_free(child);
	cancel_free(root);

	on_signal = cancel_new(NULL);
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	ok(cancel_fired(on_signal) && readable(on_signal, 0), "fired from a signal handler");
	cancel_free(on_signal);
}

static void out_of_descriptors(void)
{
	struct cancel *root = cancel_new(NULL), *child;
	struct rlimit before, none;

	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	child = cancel_new(root);
	setrlimit(RLIMIT_NOFILE, &before);
	cancel_fire(root);
	ok(cancel_fired(child) && readable(child, 0), "without descriptors the parent's is polled");
	cancel_free(child);
	cancel_free(root);
}

int main(void)
{
	alone();
	family();
	from_elsewhere();
	out_of_descriptors();
	return done();
}
