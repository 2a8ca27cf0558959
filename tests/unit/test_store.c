/* SPDX-License-Identifier: Apache-2.0 */
/* Recording: what was acknowledged survives kill -9, other processes, a full disk. */
#include "agent/store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/store/ulid.h"
#include "tests/scratch.h"
#include "tests/tap.h"

extern char **environ;

static struct store_begin question(const char *text)
{
	return (struct store_begin){.question = text, .mode = "offline", .version = "0", .now_ms = 1000};
}

static int64_t count(struct store *s, const char *sql)
{
	struct db_stmt *q;
	int64_t n = -1;

	db_lock(s->db);
	q = db_prepare(s->db, sql, NULL);
	if (db_step(q, NULL) == 1)
		n = db_int(q, 0);
	db_release(q);
	db_unlock(s->db);
	return n;
}

static void ids(void)
{
	char a[ULID_TEXT], b[ULID_TEXT], prefix[ULID_TEXT];
	int wrong = 0;

	ulid_new(1700000000000, a);
	is_int(strlen(a), ULID_LEN, "26 characters");
	ok(strncmp(a, "01HF7YAT00", 10) == 0, "which begin with the time: %s", a);
	for (int i = 0; i < 100000; i++) {
		ulid_new(1700000000000 - i % 3, b);
		wrong += strcmp(a, b) >= 0;
		memcpy(a, b, sizeof(a));
	}
	is_int(wrong, 0, "each sorts after the one before, with the same clock or an earlier one");
	ulid_new(1700000000001, b);
	ok(strcmp(a, b) < 0 && strncmp(b, "01HF7YAT01", 10) == 0, "and so does the next millisecond");
	ok(ulid_prefix("01hf7yAtOoiL", prefix), "typed in any case");
	is_str(prefix, "01HF7YAT0011", "and with look-alikes");
	ok(!ulid_prefix("", prefix) && !ulid_prefix("01HU", prefix) && !ulid_prefix("a-b", prefix),
	   "what can be no id");
	ok(!ulid_prefix("01HF7YAT0001HF7YAT0001HF7YA", prefix), "too long for one");
}

static void owners(void)
{
	char me[OWNER_TEXT], text[OWNER_TEXT];
	char *space;

	owner_name(getpid(), me);
	ok(owner_alive(me, 0, 1), "this process is alive: %s", me);
	is_int(owner_pid(me), getpid(), "its number");
	snprintf(text, sizeof(text), "%s1", me);
	ok(!owner_alive(text, 0, 1), "the same number started at another time is another process");
	snprintf(text, sizeof(text), "x%s", me);
	ok(!owner_alive(text, 0, 1), "before a reboot is gone");
	ok(!owner_alive("", 0, 1) && !owner_alive("nonsense", 0, 1) && !owner_alive(NULL, 0, 1), "nonsense is gone");
	memcpy(text, me, sizeof(text));
	space = strchr(text, ':');
	if (space) {
		space[-1] = 'x';
		ok(owner_alive(text, 1000, 2000), "another container that wrote just now");
		ok(!owner_alive(text, 1000, 1000 + 3600 * 1000), "another container that has been silent for an hour");
	}
}

static int record_all(struct store *s, const char *id, struct err *e)
{
	auto_json json_t *message = json_pack("{s:s, s:s}", "role", "user", "content", "why?");
	auto_json json_t *arguments = json_pack("{s:s}", "kind", "pods"), *cited = json_pack("[s]", "E1");
	auto_json json_t *evidence =
	    json_pack("{s:s, s:s, s:s, s:s}", "id", "E1", "source", "GET /api/v1/pods", "pointer",
		      "/items/0/status/phase", "quote", "no DeviceClass named gpu-h100");
	auto_json json_t *finding =
	    json_pack("{s:s, s:s, s:s, s:f, s:{s:s, s:s, s:s}, s:s, s:n, s:[s], s:[s]}", "id", "F1", "check",
		      "dra-device-class-missing", "severity", "critical", "score", 0.9, "object", "kind",
		      "ResourceClaim", "namespace", "ml", "name", "train", "cause",
		      "The claim asks for a class that is not there.", "caused_by", "symptoms", "F2", "evidence", "E1");
	auto_json json_t *usage = json_pack("{s:i, s:i, s:i, s:i, s:f}", "requests", 1, "prompt_tokens", 100,
					    "completion_tokens", 10, "cached_tokens", 50, "cost_usd", 0.25);
	struct store_call call = {.call_id = "c1",
				  .tool = "list",
				  .status = "ok",
				  .arguments = arguments,
				  .result = "a table",
				  .result_len = 7,
				  .started_ms = 5,
				  .duration_ms = 6,
				  .bytes = 7,
				  .evidence = cited};
	struct store_read read = {.cluster = "kind",
				  .path = "/api/v1/pods",
				  .state = "ok",
				  .status = 200,
				  .type = "application/json",
				  .body = "{\"items\":[]}",
				  .body_len = 12,
				  .bytes = 12,
				  .duration_ms = 3};
	struct store_read denied = {.cluster = "kind",
				    .path = "/api/v1/secrets",
				    .state = "denied",
				    .status = 403,
				    .why = "403 Forbidden",
				    .sha256 = ""};

	if (store_message(s, id, message, e) || store_call(s, id, &call, e) || store_read(s, id, &read, e) ||
	    store_read(s, id, &denied, e) || store_evidence(s, id, evidence, e) || store_finding(s, id, finding, e) ||
	    store_usage(s, id, "gpt", usage, e))
		return -1;
	return 0;
}

static void writes(void)
{
	struct err e = {0};
	struct store *s = store_open(scratch("w.db"), &e);
	struct store_begin b = question("why?");
	char id[STORE_ID], second[STORE_ID];
	auto_json json_t *data = json_pack("{s:s}", "text", "x"), *doc = json_pack("{s:s}", "answer", "because");

	is_str(store_path(s), scratch("w.db"), "path");
	is_int(store_begin(s, &b, id, &e), 0, "begins");
	is_int(store_begin(s, &b, second, &e), 0, "begins another");
	ok(strlen(id) == 26 && strcmp(id, second) < 0, "ids in order");
	is_int(store_event(s, id, "delta", data), 1, "events count from 1");
	is_int(store_event(s, id, "delta", NULL), 2, "and on");
	is_int(store_event(s, second, "delta", data), 1, "for each investigation");
	is_int(record_all(s, id, &e), 0, "everything is taken");
	is_int(record_all(s, id, &e), 0, "twice");
	is_int(count(s, "SELECT count(*) FROM evidence"), 1, "evidence of the same id is replaced");
	is_int(count(s, "SELECT count(*) FROM findings"), 1, "so are findings");
	is_int(count(s, "SELECT count(*) FROM tool_calls"), 2, "calls are not");
	is_int(record_all(s, second, &e), 0, "another one reads the same");
	is_int(count(s, "SELECT count(*) FROM bodies"), 1, "which is kept once");
	is_int(
	    count(s, "SELECT sha256 = 'eef46741adfc3a9f76294d3b78f37a45f113092ac9d44ee77c7a038a88ff09a1' FROM bodies"),
	    1, "under its own sum");
	is_int(store_end(s, id, "done", doc, &e), -1, "an unknown status");
	is_int(e.code, ERR_ARG, "is a wrong argument");
	is_int(store_end(s, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "answered", doc, &e), -1, "an unknown id");
	is_int(e.code, ERR_NOT_FOUND, "is not found");
	like(e.msg, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "and named");
	is_int(store_event(s, "x", "delta", data), -1, "no event for it either");
	ok(!store_broken(s), "neither breaks the store");
	is_int(store_end(s, id, "answered", doc, &e), 0, "ends");
	store_close(s);
	store_close(NULL);
}

static void memory(void)
{
	struct err e = {0};
	struct store *s = store_open(":memory:", &e);
	struct store_begin b = question("why?");
	char id[STORE_ID];

	ok(s && store_begin(s, &b, id, &e) == 0, "in memory: %s", e.msg);
	is_int(record_all(s, id, &e), 0, "takes everything");
	is_int(store_event(s, id, "note", NULL), 1, "and events");
	store_close(s);
	ok(access(":memory:", F_OK) != 0, "makes no file");
}

/* --- a killed child --- */

static int child(const char *path, const char *what)
{
	struct err e = {0};
	struct store *s = store_open(path, &e);
	struct store_begin b = question("what is wrong with training?");
	char id[STORE_ID], line[64];
	int n, most = str_eq(what, "endless") ? 1 << 30 : 200;

	if (!s || store_begin(s, &b, id, &e) || record_all(s, id, &e)) {
		fprintf(stderr, "# child: %s\n", e.msg);
		return 1;
	}
	n = snprintf(line, sizeof(line), "%s\n", id);
	if (write(1, line, (size_t)n) != n)
		return 1;
	for (int i = 1; i <= most; i++) {
		auto_json json_t *data = json_pack("{s:i}", "i", i);
		int64_t seq = store_event(s, id, "delta", data);

		if (seq != i)
			return 1;
		/* Acknowledged: from here on it may not be lost. */
		n = snprintf(line, sizeof(line), "%lld\n", (long long)seq);
		if (write(1, line, (size_t)n) != n)
			return 1;
	}
	store_close(s);
	return 0;
}

static pid_t start_child(const char *path, const char *what, FILE **out)
{
	char *argv[] = {(char[]){"test_store"}, mem_str(path), mem_str(what), NULL};
	posix_spawn_file_actions_t actions;
	int pipes[2];
	pid_t pid = -1;

	if (pipe2(pipes, O_CLOEXEC))
		abort();
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	if (posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ))
		abort();
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	*out = fdopen(pipes[0], "r");
	free(argv[1]);
	free(argv[2]);
	return pid;
}

static void while_it_runs(struct store *s, const char *id, pid_t pid)
{
	struct err e = {0};
	auto_json json_t *doc = store_document(s, id, &e), *list = store_list(s, NULL, &e);
	char number[16];

	is_str(json_str_at(doc, "status"), "running", "another process sees that it runs");
	is_str(json_str_at(list, "0.status"), "running", "in the list too");
	is_int(store_delete(s, id, &e), -1, "it cannot be deleted now");
	is_int(e.code, ERR_STATE, "as a state");
	snprintf(number, sizeof(number), "%d", (int)pid);
	like(e.msg, number, "the process is named");
}

static void after_the_kill(struct store *s, const char *id, long long acknowledged)
{
	struct err e = {0};
	auto_json json_t *events = store_events(s, id, 0, 1 << 20, &e), *doc = store_document(s, id, &e);
	auto_json json_t *list = store_list(s, &(struct store_filter){.status = "cancelled"}, &e);
	size_t n = json_array_size(events);

	ok(n >= (size_t)acknowledged, "%zu events, of which %lld were acknowledged", n, acknowledged);
	is_int(json_int_at(json_array_get(events, n - 1), "data.i", -1), (long long)n, "the last one is whole");
	is_str(json_str_at(doc, "status"), "cancelled", "the run counts as cancelled");
	is_str(json_str_at(list, "0.id"), id, "the list finds it by that");
	is_str(json_str_at(list, "0.title"), "The claim asks for a class that is not there.", "under what was found");
	is_str(json_str_at(list, "0.severity"), "critical", "with its severity");
	is_str(json_str_at(doc, "schema"), "dupin.investigation/v1", "its document");
	is_str(json_str_at(doc, "question"), "what is wrong with training?", "question");
	is_str(json_str_at(doc, "root_causes.0.cause"), "The claim asks for a class that is not there.", "cause");
	is_str(json_str_at(doc, "root_causes.0.confidence"), "high", "confidence");
	is_str(json_str_at(doc, "root_causes.0.object.name"), "train", "object");
	is_str(json_str_at(doc, "root_causes.0.citations.0.quote"), "no DeviceClass named gpu-h100", "quote");
	is_str(json_str_at(doc, "tool_calls.0.tool"), "list", "call");
	is_str(json_str_at(doc, "tool_calls.0.evidence.0"), "E1", "its evidence");
	is_str(json_str_at(doc, "evidence.0.id"), "E1", "evidence");
	is_str(json_str_at(doc, "blind_spots.0.what"), "GET /api/v1/secrets", "what could not be read");
	is_str(json_str_at(doc, "blind_spots.0.why"), "403 Forbidden", "why");
	like(json_str_at(doc, "blind_spots.1.why"), "the program ended", "and that it is not the whole");
	is_int(json_int_at(doc, "usage.prompt_tokens", 0), 100, "tokens");
	ok(json_number_value(json_at(doc, "usage.cost_usd")) == 0.25, "money");
	ok(strstr(json_str_or(doc, "answer", ""), "interrupted"), "the answer says so");
	ok(strstr(json_str_or(doc, "answer", ""), "1. The claim asks"), "and names the cause");
	is_int(store_delete(s, id, &e), 0, "now it can be deleted");
}

static void killed(void)
{
	struct err e = {0};
	auto_free char *path = mem_str(scratch("killed.db"));
	struct store *s = store_open(path, &e);
	long long acknowledged = 0;
	char id[64] = "", line[64];
	FILE *out;
	pid_t pid = start_child(path, "endless", &out);
	int status;

	ok(fgets(id, sizeof(id), out) != NULL, "the child has begun");
	id[strcspn(id, "\n")] = '\0';
	while (acknowledged < 300 && fgets(line, sizeof(line), out))
		acknowledged = atoll(line);
	while_it_runs(s, id, pid);
	kill(pid, SIGKILL);
	while (fgets(line, sizeof(line), out))
		acknowledged = strchr(line, '\n') ? atoll(line) : acknowledged;
	fclose(out);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status), "it was killed in the middle");
	after_the_kill(s, id, acknowledged);
	store_close(s);
}

/* --- several at once --- */

struct writer {
	struct store *s;
	int failed;
};

static void *write_many(void *arg)
{
	struct writer *w = arg;
	struct store_begin b = question("who writes?");
	char id[STORE_ID];

	w->failed += store_begin(w->s, &b, id, NULL) != 0;
	for (int i = 1; i <= 200; i++)
		w->failed += store_event(w->s, id, "delta", NULL) != i;
	return NULL;
}

static void together(void)
{
	struct err e = {0};
	auto_free char *path = mem_str(scratch("many.db"));
	struct store *s = store_open(path, &e), *other = store_open(path, &e);
	struct writer writers[4] = {{s, 0}, {s, 0}, {other, 0}, {other, 0}};
	pthread_t threads[4];
	int failed = 0, status;
	char line[64];
	FILE *out[2];
	pid_t pids[2];

	for (int i = 0; i < 2; i++)
		pids[i] = start_child(path, "some", &out[i]);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, write_many, &writers[i]);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		failed += writers[i].failed;
	}
	is_int(failed, 0, "four threads on two handles: nothing failed");
	for (int i = 0; i < 2; i++) {
		while (fgets(line, sizeof(line), out[i]))
			;
		fclose(out[i]);
		waitpid(pids[i], &status, 0);
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "nor in process %d beside them", i + 1);
	}
	is_int(count(s, "SELECT count(*) FROM events"), 6 * 200, "all events are there");
	is_int(count(s, "SELECT count(*) FROM investigations"), 6, "of six investigations");
	store_close(other);
	store_close(s);
}

/* --- a disk that fills up --- */

static void full_disk(void)
{
	struct err e = {0}, again = {0};
	struct store *s = store_open(scratch("full.db"), &e);
	struct store_begin b = question("how full?");
	struct rlimit old, small;
	auto_free char *text = mem_alloc(20001);
	auto_json json_t *data = NULL, *events = NULL;
	char id[STORE_ID], other[STORE_ID];
	int64_t last = 0, seq, started;

	memset(text, 'x', 20000);
	text[20000] = '\0';
	data = json_string(text);
	is_int(store_begin(s, &b, id, &e), 0, "begins");
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 1500000;
	setrlimit(RLIMIT_FSIZE, &small);
	while ((seq = store_event(s, id, "delta", data)) > 0 && seq < 1000)
		last = seq;
	setrlimit(RLIMIT_FSIZE, &old);
	ok(seq == -1 && last > 10, "full after %lld events", (long long)last);
	like(store_broken(s), "File too large", "the store says that it is broken");
	like(store_broken(s), "--db PATH", "and what to do");
	started = clock_mono_ms();
	is_int(store_begin(s, &b, other, &again), -1, "nothing is taken any more");
	is_str(again.msg, store_broken(s), "with the same words");
	is_int(store_message(s, id, data, &again), -1, "nor messages");
	ok(clock_mono_ms() - started < 1000, "at once");
	events = store_events(s, id, 0, 1000, &e);
	is_int(json_array_size(events), last, "what was written can be read");
	store_close(s);
	s = store_open(scratch("full.db"), &e);
	is_int(count(s, "SELECT count(*) FROM events"), last, "also by the next one");
	is_int(store_event(s, id, "delta", data), last + 1, "which goes on");
	store_close(s);
}

/* Somebody holds the file: the write waits (here not for the usual five seconds), then the store says so. */
static void held(void)
{
	struct err e = {0};
	struct store *s = store_open(scratch("held.db"), &e), *other = store_open(scratch("held.db"), &e);
	struct store_begin b = question("who holds it?");
	struct store_tx t;
	char id[STORE_ID];
	int rc = db_exec(s->db, "PRAGMA busy_timeout=50", &e) || store_tx_write(&t, other);

	is_int(rc, 0, "one process holds the write lock");
	is_int(store_begin(s, &b, id, &e), -1, "another waits and gives up");
	is_int(e.code, ERR_TIMEOUT, "as a timeout");
	like(e.msg, "held by another process", "and says why");
	ok(store_broken(s), "it is broken then");
	store_tx_end(&t, 0, NULL);
	store_close(other);
	store_close(s);
}

/* What a triage of thousands leaves: one transaction, all or none. */
static void many(void)
{
	struct err e = {0};
	struct store *s = store_open(":memory:", &e);
	struct store_begin b = question("what is broken?");
	auto_json json_t *findings = json_array(), *evidence = json_array(), *none = json_array();
	char id[STORE_ID];

	for (int i = 1; i <= 5000; i++) {
		json_array_append_new(findings, json_pack("{s:o, s:s, s:s, s:n}", "id", json_sprintf("F%d", i), "severity",
							  "warning", "cause", "it is broken", "caused_by"));
		json_array_append_new(evidence, json_pack("{s:o, s:s}", "id", json_sprintf("E%d", i), "quote", "broken"));
	}
	ok(s && store_begin(s, &b, id, &e) == 0, "begins: %s", e.msg);
	is_int(store_findings(s, id, findings, &e), 0, "5,000 findings at once");
	is_int(store_evidences(s, id, evidence, &e), 0, "and as much evidence");
	is_int(store_findings(s, id, none, &e), 0, "or none");
	is_int(count(s, "SELECT count(*) FROM findings"), 5000, "all are there");
	is_int(count(s, "SELECT count(*) FROM evidence"), 5000, "of both");
	is_int(store_findings(s, "01ARZ3NDEKTSV4RRFFQ69G5FAV", findings, &e), -1, "but not of nobody");
	is_int(count(s, "SELECT count(*) FROM findings"), 5000, "nothing is added then");
	store_close(s);
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return child(argv[1], argv[2]);
	ids();
	owners();
	writes();
	memory();
	killed();
	together();
	full_disk();
	held();
	many();
	return done();
}
