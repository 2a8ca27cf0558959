/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/cancel.h"
#include "agent/base/log.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/recorder.h"

static struct cancel *latch; /* the handler can reach nothing else */
static volatile sig_atomic_t fired;

/* The first one asks to stop, the second one stops. */
static void on_signal(int number)
{
	(void)number;
	if (fired++)
		_exit(EXIT_INTERRUPTED);
	cancel_fire(latch);
}

static void take_signals(struct session *s)
{
	struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	latch = s->cancel;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN},
		  NULL); /* a limit on files is an error of write */
}

int session_fail(const struct session *s, int status, const char *message)
{
	auto_buf struct buf b = BUF_INIT(65536);
	auto_free char *safe = term_safe(message);
	struct term plain = {.width = 100};
	const struct term *t = s && s->err.width ? &s->err : &plain;

	term_style(&b, t, STYLE_RED, "dupin:");
	buf_char(&b, ' ');
	if (t->tty)
		term_wrap(&b, t, safe, 7, 7);
	else
		buf_str(&b, safe);
	buf_char(&b, '\n');
	fputs(buf_cstr(&b), stderr);
	return status;
}

/* "--budget-tokens 0": nothing may be spent on a model. In the config file 0 is no limit, as its reference says. */
static bool is_zero_budget(const struct setting *set)
{
	static const char *const flags[] = {"max-steps", "budget-tokens", "budget-usd"};
	char *end;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (str_eq(set->flag, flags[i]))
			return *set->text && strtod(set->text, &end) == 0 && !*end;
	return false;
}

/* As the API server has it (RFC 1123): anything else would be asked for in vain. Empty is none. */
static bool is_namespace(const char *ns)
{
	size_t n = strlen(str_or(ns, ""));

	return n == 0 || (n <= 63 && strspn(ns, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && ns[0] != '-' &&
			  ns[n - 1] != '-');
}

int session_open(struct session *s, struct options *o)
{
	struct err e = {0};

	*s = (struct session){.options = o};
	s->out = term_of(stdout, "auto");
	s->err = term_of(stderr, "auto");
	log_setup(o->quiet ? LOG_ERROR : o->verbose > 1 ? LOG_DEBUG : o->verbose ? LOG_INFO : LOG_WARN, false);
	s->config = config_load(o->config_file, &e);
	if (!s->config)
		return session_fail(s, EXIT_USAGE, e.msg);
	for (size_t i = 0; i < o->setting_count; i++) {
		auto_free char *flag = mem_printf("--%s", o->settings[i].flag);

		if (is_zero_budget(&o->settings[i])) {
			s->nothing_to_spend = o->settings[i].flag;
			continue;
		}
		if (config_set(s->config, o->settings[i].key, o->settings[i].text, flag, &e) < 0)
			return session_fail(s, EXIT_USAGE, e.msg);
	}
	if (!is_namespace(s->config->cluster.ns)) {
		auto_free char *why =
			mem_printf("\"%.80s\" is no name of a namespace: small letters, digits and dashes, at "
				   "most 63 (-n, cluster.namespace)",
				   s->config->cluster.ns);

		return session_fail(s, EXIT_USAGE, why);
	}
	s->out = term_of(stdout, s->config->color);
	s->err = term_of(stderr, s->config->color);
	s->cancel = cancel_new(NULL);
	take_signals(s);
	return 0;
}

static void refused(void *ctx, const char *path, const char *why)
{
	(void)ctx;
	log_warn("toolsets", "%s was not loaded: %s", path, why);
}

int session_toolsets(struct session *s)
{
	struct err e = {0};

	s->registry = registry_new();
	if (registry_add_builtin(s->registry, s->config->toolsets.disable, &e) < 0)
		return session_fail(s, EXIT_USAGE, e.msg);
	for (char **dir = s->config->toolsets.dirs; dir && *dir; dir++)
		if (registry_add_folder(s->registry, *dir, refused, s, &e) < 0)
			return session_fail(s, EXIT_USAGE, e.msg);
	return 0;
}

static void add_origin(struct session *s, struct origin *origin)
{
	const struct config_cluster *c = &s->config->cluster;
	struct source_options o = {.origin = origin,
				   .cancel = s->cancel,
				   .request_ms = c->request_ms,
				   .max_bytes = c->max_bytes,
				   .record = s->recorded ? recorder_hook : NULL, /* digests cost time */
				   .record_ctx = recorder_get()};
	struct facts_scope scope = {.ns = s->options->all_namespaces || str_empty(c->ns) ? NULL : c->ns,
				    .whole_pods = c->whole_pods ? c->whole_pods : -1};

	world_add(s->world, source_new(&o), &scope);
}

/* Another cluster may be readable: then this one is a blind spot. When none is, its reason is the message. */
static void add_unreadable(struct session *s, const char *name, const char *place, const char *why)
{
	const char *base = strrchr(name, '/');

	add_origin(s, origin_unreadable(base && base[1] ? base + 1 : name, place, why));
	world_break(&s->world->clusters[s->world->count - 1], why);
}

static int add_snapshot(struct session *s, const char *path)
{
	struct err e = {0};
	struct origin *origin;

	if (str_empty(path))
		return session_fail(s, EXIT_USAGE, "--snapshot names nothing: give a folder or a .tar.gz of it");
	origin = origin_snapshot(path, s->cancel, &e);
	if (origin)
		add_origin(s, origin);
	else if (cancel_fired(s->cancel))
		return session_fail(s, EXIT_INTERRUPTED, e.msg);
	else
		add_unreadable(s, path, path, e.msg);
	return 0;
}

/* context NULL: the current one. What is wrong with the kubeconfig is wrong usage, not a cluster that is away. */
static int add_live(struct session *s, const char *context)
{
	struct err e = {0};
	struct origin *origin = origin_live(s->config->cluster.kubeconfig, context, &e);

	if (origin)
		add_origin(s, origin);
	else if (!s->patient && (e.code == ERR_CONFIG || e.code == ERR_ARG))
		return session_fail(s, EXIT_USAGE, e.msg);
	else
		add_unreadable(s, str_or(context, "cluster"), str_or(s->config->cluster.kubeconfig, "kubeconfig"),
			       e.msg);
	return 0;
}

int session_world(struct session *s)
{
	struct options *o = s->options;
	char **contexts = o->contexts.count ? o->contexts.items : s->config->cluster.contexts;
	int status = 0;

	s->pool = pool_new(SESSION_THREADS, SESSION_WAITING);
	s->world = world_new(s->cancel);
	s->world->pool = s->pool;
	for (size_t i = 0; i < o->snapshots.count && !status; i++)
		status = add_snapshot(s, o->snapshots.items[i]);
	if (status || (o->snapshots.count && !o->contexts.count))
		return status;
	if (!contexts || !*contexts)
		return add_live(s, NULL);
	for (; *contexts && !status; contexts++)
		status = add_live(s, *contexts);
	return status;
}

int session_store(struct session *s, bool needed)
{
	auto_free char *path = config_db_path(s->config);
	struct err e = {0};

	s->store = store_open(path, &e);
	if (s->store)
		return 0;
	if (needed)
		return session_fail(s, EXIT_USAGE, e.msg);
	log_warn("store", "%s; this investigation is not kept", e.msg);
	s->store = store_open(":memory:", &e);
	return s->store ? 0 : session_fail(s, EXIT_USAGE, e.msg);
}

static void broken_runbook(void *ctx, const char *text)
{
	(void)ctx;
	log_warn("runbooks", "%s", text);
}

int session_texts(struct session *s)
{
	struct err e = {0};

	s->prompts = prompts_load(s->config->prompts_dir, &e);
	if (!s->prompts)
		return session_fail(s, EXIT_USAGE, e.msg);
	s->runbooks = runbooks_load(s->config->runbook_dirs, broken_runbook, s, &e);
	if (!s->runbooks)
		return session_fail(s, EXIT_USAGE, e.msg);
	return 0;
}

/*
 * All that was read goes with the process, which ends now: nobody should wait until a million values were taken apart
 * one by one. Workers that could still use it have ended. Under a sanitizer it is freed, so that leaks and late users
 * show.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define end_world world_free
#else
static struct world *kept;

static void end_world(struct world *w)
{
	kept = w;
}
#endif

int session_close(struct session *s, int status)
{
	/* A worker that is deaf still holds all this, and what exit() runs would pull libraries from under it. Answers
	 * are flushed when they are printed, and the store writes as it goes. */
	if (s->unread)
		_exit(status);
	if (s->pool) {
		pool_stop(s->pool);
		pool_join(s->pool);
		pool_free(s->pool);
	}
	end_world(s->world);
	registry_free(s->registry);
	prompts_free(s->prompts);
	runbooks_free(s->runbooks);
	store_close(s->store);
	config_free(s->config);
	return status;
}

int session_print(const struct session *s, const char *text)
{
	auto_free char *why = NULL;

	if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
		return 0;
	if (errno == EPIPE) /* the reader has seen enough */
		return 0;
	why = mem_printf("the answer could not be written: %s", strerror(errno));
	return session_fail(s, EXIT_USAGE, why);
}

int session_print_json(const struct session *s, const json_t *document)
{
	auto_free char *json = json_dump(document, false);
	auto_free char *text = mem_printf("%s\n", json);

	return session_print(s, text);
}

bool session_interrupted(const struct session *s)
{
	return cancel_fired(s->cancel);
}

const char *session_format(const struct session *s)
{
	return str_or(s->options->output, "text");
}
