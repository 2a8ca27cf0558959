/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/credentials.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"

#define TOKEN_MAX_BYTES (1u << 20)
#define TOKEN_AGE_MS 60000 /* a token file is read again at least this often */
#define EARLY_MS 5000      /* credentials this near to their end are renewed before they are used */
#define FAILURE_MS 5000    /* a plug-in that failed is not run again before */
#define RENEW_MS 30000     /* what a 401 renewed is not renewed by a 401 again before */
#define LOOK_MS 50         /* a thread that waits for another one's plug-in looks at its own cancel this often */

struct credentials {
	const struct kube_context *k;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool running;            /* a thread runs the plug-in */
	bool stale;              /* what we have was refused */
	struct login have;       /* have.generation 0: nothing yet */
	int64_t expires;         /* wall; 0: never */
	int64_t renewed, failed; /* monotonic times of the last renewal by a 401 and of the last failure; 0: none */
	struct err failure;
	int64_t read_at; /* token file: monotonic, and what it was */
	struct stat seen;
};

static void wipe(char **s)
{
	if (*s)
		explicit_bzero(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

void login_fini(struct login *l)
{
	wipe(&l->bearer);
	wipe(&l->key_pem);
	wipe(&l->password);
	free(l->cert_pem);
	free(l->user);
	memset(l, 0, sizeof(*l));
}

static void login_copy(struct login *out, const struct login *from)
{
	*out = (struct login){
		.bearer = mem_str(from->bearer),
		.cert_pem = mem_str(from->cert_pem),
		.key_pem = mem_str(from->key_pem),
		.user = mem_str(from->user),
		.password = mem_str(from->password),
		.generation = from->generation,
	};
}

struct credentials *credentials_new(const struct kube_context *k)
{
	struct credentials *c = MEM_NEW(struct credentials);
	pthread_condattr_t attr;

	c->k = k;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &attr);
	pthread_condattr_destroy(&attr);
	return c;
}

void credentials_free(struct credentials *c)
{
	if (!c)
		return;
	login_fini(&c->have);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* As in client-go: a token that stands in the kubeconfig is used even if a plug-in is named too. */
static bool by_plugin(const struct credentials *c)
{
	return c->k->user.exec && !c->k->user.token && !c->k->user.token_file;
}

/* What the kubeconfig says and nothing renews. */
static void take_static(struct credentials *c)
{
	const struct kube_user *u = &c->k->user;

	if (c->have.generation)
		return;
	c->have = (struct login){
		.bearer = mem_str(u->token),
		.cert_pem = mem_str(u->cert_pem),
		.key_pem = mem_str(u->key_pem),
		.user = mem_str(u->login),
		.password = mem_str(u->password),
		.generation = 1,
	};
}

static bool file_changed(const struct credentials *c, const struct stat *now)
{
	return now->st_ino != c->seen.st_ino || now->st_dev != c->seen.st_dev || now->st_size != c->seen.st_size ||
	       now->st_mtim.tv_sec != c->seen.st_mtim.tv_sec || now->st_mtim.tv_nsec != c->seen.st_mtim.tv_nsec;
}

/* A file that cannot be read just now does not take away the token that we have. */
static int take_file(struct credentials *c, struct err *e)
{
	const char *path = c->k->user.token_file;
	struct stat now = {0};
	char *text, *token;

	if (stat(path, &now) == 0 && c->read_at && !c->stale && !file_changed(c, &now) &&
	    clock_mono_ms() - c->read_at < TOKEN_AGE_MS)
		return 0;
	text = file_read(path, TOKEN_MAX_BYTES, NULL, e);
	token = text ? str_trim(text) : NULL;
	if (str_empty(token)) {
		free(text);
		if (c->have.bearer)
			return 0;
		if (token)
			return err_set(e, ERR_CONFIG, "the token file %s of user \"%s\" is empty", path,
				       c->k->user.name);
		return err_wrap(e, "token file of user \"%s\"", c->k->user.name);
	}
	if (strpbrk(token, "\r\n")) {
		free(text);
		return err_set(e, ERR_CONFIG, "the token file %s of user \"%s\" holds more than one line", path,
			       c->k->user.name);
	}
	if (!str_eq(token, c->have.bearer)) {
		wipe(&c->have.bearer);
		c->have.bearer = mem_str(token);
		c->have.generation++;
	}
	wipe(&text);
	c->seen = now;
	c->read_at = clock_mono_ms();
	c->stale = false;
	return 0;
}

static bool plugin_fresh(const struct credentials *c)
{
	return c->have.generation && !c->stale && (!c->expires || clock_wall_ms() + EARLY_MS < c->expires);
}

/* Called with the lock, which is let go while the plug-in runs. */
static int run_plugin(struct credentials *c, int64_t deadline, struct cancel *cancel, struct err *e)
{
	struct login fresh = {0};
	struct err why = {0};
	int64_t expires = 0;
	int rc;

	c->running = true;
	pthread_mutex_unlock(&c->lock);
	rc = credentials_exec(c->k, deadline, cancel, &fresh, &expires, &why);
	pthread_mutex_lock(&c->lock);
	c->running = false;
	pthread_cond_broadcast(&c->changed);
	if (rc < 0) {
		login_fini(&fresh);
		if (why.code != ERR_CANCELED) {
			c->failed = clock_mono_ms();
			c->failure = why;
		}
		return err_set(e, why.code, "%s", why.msg);
	}
	if (!fresh.cert_pem && c->k->user.cert_pem) {
		fresh.cert_pem = mem_str(c->k->user.cert_pem);
		fresh.key_pem = mem_str(c->k->user.key_pem);
	}
	fresh.generation = c->have.generation + 1;
	login_fini(&c->have);
	c->have = fresh;
	c->expires = expires;
	c->stale = false;
	c->failed = 0;
	return 0;
}

static void wait_a_little(struct credentials *c)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&c->changed, &c->lock, &until);
}

static int take_plugin(struct credentials *c, int64_t deadline, struct cancel *cancel, struct err *e)
{
	while (!plugin_fresh(c)) {
		if (cancel_fired(cancel))
			return err_set(e, ERR_CANCELED, "cancelled while logging in");
		if (clock_left(deadline) == 0)
			return err_set(e, ERR_TIMEOUT, "the credential plug-in %s did not answer in time",
				       c->k->user.exec->command);
		if (c->running) {
			wait_a_little(c);
			continue;
		}
		if (c->failed && clock_mono_ms() - c->failed < FAILURE_MS)
			return err_set(e, c->failure.code, "%s", c->failure.msg);
		/* Credentials that live shorter than EARLY_MS are used as they come. */
		return run_plugin(c, deadline, cancel, e);
	}
	return 0;
}

int credentials_get(struct credentials *c, int64_t deadline, struct cancel *cancel, struct login *out, struct err *e)
{
	int rc = 0;

	memset(out, 0, sizeof(*out));
	pthread_mutex_lock(&c->lock);
	if (by_plugin(c))
		rc = take_plugin(c, deadline, cancel, e);
	else
		take_static(c);
	if (rc == 0 && c->k->user.token_file)
		rc = take_file(c, e);
	if (rc == 0)
		login_copy(out, &c->have);
	pthread_mutex_unlock(&c->lock);
	return rc;
}

bool credentials_renew(struct credentials *c, const struct login *used)
{
	bool again;

	pthread_mutex_lock(&c->lock);
	if (used->generation != c->have.generation) {
		again = true;
	} else if (by_plugin(c)) {
		again = c->stale || !c->renewed || clock_mono_ms() - c->renewed >= RENEW_MS;
		if (again) {
			c->renewed = clock_mono_ms();
			c->stale = true;
		}
	} else if (c->k->user.token_file) {
		c->stale = true;
		again = take_file(c, NULL) == 0 && used->generation != c->have.generation;
	} else {
		again = false;
	}
	pthread_mutex_unlock(&c->lock);
	return again;
}

void credentials_text(const struct credentials *c, char *out, size_t n)
{
	const struct kube_user *u = &c->k->user;

	if (!u->name)
		snprintf(out, n, "nobody (the context names no user)");
	else if (by_plugin(c))
		snprintf(out, n, "user \"%.60s\" by the plug-in %.60s", u->name, u->exec->command);
	else
		snprintf(out, n, "user \"%.60s\" by %s", u->name,
			 u->token_file ? "token file"
			 : u->token    ? "token"
			 : u->login    ? "password"
			 : u->cert_pem ? "certificate"
				       : "nothing");
}
