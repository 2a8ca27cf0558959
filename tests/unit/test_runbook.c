/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/runbook.h"

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "tests/scratch.h"
#include "tests/tap.h"

static void note(void *ctx, const char *text)
{
	struct buf *b = ctx;

	buf_printf(b, "%s\n", text);
}

/* Loads one folder on top of the built-in ones; what was wrong goes to problems. */
static struct runbooks *load(const char *folder, struct buf *problems)
{
	const char *path = scratch(folder);
	char *dirs[] = {mem_str(path), NULL};
	struct err e = {0};
	struct runbooks *r;

	buf_clear(problems);
	r = runbooks_load(dirs, note, problems, &e);
	ok(r != NULL, "%s loads%s%s", folder, e.msg[0] ? ": " : "", e.msg);
	free(dirs[0]);
	return r;
}

static bool body_has(const struct runbook *b, const char *part)
{
	return b && strstr(b->body, part);
}

static void built_in(const struct runbooks *r)
{
	static const char *const wanted[] = {"pod-crash-loop", "pod-pending", "image-pull", "out-of-memory",
					     "service-unreachable", "dns-failures", "node-not-ready", "volume-problems",
					     "dra-claim-pending", "rollout-stuck"};

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		ok(runbooks_find(r, wanted[i]) != NULL, "there is %s", wanted[i]);
	for (size_t i = 0; i < runbooks_count(r); i++) {
		const struct runbook *b = runbooks_at(r, i);

		ok(body_has(b, "## Steps\n") && body_has(b, "## Fix\n"), "%s has steps and a fix", b->name);
		is_str(b->origin, "built in", "where it is from");
		ok(b->alerts[0] && b->kinds[0] && b->words[0] && b->words[1], "%s says what it is for", b->name);
		ok(strlen(b->body) < 7000, "%s is short enough to be fetched: %zu bytes", b->name, strlen(b->body));
		ok(strlen(b->title) < 90, "%s has a short title", b->name);
	}
	ok(!runbooks_at(r, runbooks_count(r)), "beyond the last");
}

static void finding(const struct runbooks *r)
{
	const struct runbook *b = runbooks_find(r, "dns-failures");

	ok(b && runbooks_find(r, "DNS-Failures") == b, "case does not matter");
	ok(b && runbooks_find(r, "dns-failures.md") == b, "nor does .md");
	ok(!runbooks_find(r, "dns") && !runbooks_find(r, ".md"), "others are not found");
	ok(!runbooks_find(r, "") && !runbooks_find(r, NULL), "nor is nothing");
	is_str(runbooks_nearest(r, "dns-failure"), "dns-failures", "the nearest name");
	ok(!runbooks_nearest(r, "zzzzzzzzzzzzzzzz"), "nothing near");
}

static void matches(const struct runbooks *r, const char *alert, const char *kind, const char *question, const char *want)
{
	const struct runbook *b = runbooks_match(r, alert, NULL, kind, question);
	char name[200];

	snprintf(name, sizeof(name), "%s | %s | %s", str_or(alert, "-"), str_or(kind, "-"), str_or(question, "-"));
	is_str(b ? b->name : NULL, want, name);
}

/* What people really ask, and what really fires. */
static void matching_built_in(const struct runbooks *r)
{
	matches(r, "KubePodCrashLooping", NULL, NULL, "pod-crash-loop");
	matches(r, "kubepodcrashlooping", "Pod", "the pod restarts", "pod-crash-loop");
	matches(r, "KubeNodeNotReady", NULL, NULL, "node-not-ready");
	matches(r, "KubePersistentVolumeFillingUp", NULL, NULL, "volume-problems");
	matches(r, "KubeDeploymentReplicasMismatch", NULL, NULL, "rollout-stuck");
	matches(r, "CoreDNSSomethingNew", NULL, NULL, "dns-failures");
	matches(r, "KubeQuotaExceeded", NULL, NULL, "quota-and-admission");
	matches(r, "KubePodNotReady", "Pod", "ImagePullBackOff: manifest unknown, image tag", "image-pull");
	matches(r, "KubePodNotReady", "Pod", "pending, insufficient memory", "pod-pending");
	matches(r, "KubePodNotReady", NULL, NULL, "pod-pending");
	matches(r, "NodeDrainSlow", NULL, NULL, NULL);
	matches(r, "Watchdog", NULL, NULL, NULL);
	is_str(runbooks_match(r, NULL, "dra-anything", "Pod", "why")->name, "dra-claim-pending", "a family of checks");
	is_str(runbooks_match(r, NULL, "image-pull", "Pod", "why")->name, "image-pull", "one check");
	ok(!runbooks_match(r, NULL, "image-pull-x", NULL, NULL), "no check of that name");
	matches(r, NULL, NULL, "why is my pod OOMKilled?", "out-of-memory");
	matches(r, NULL, NULL, "Why is the pod web-1 in CrashLoopBackOff", "pod-crash-loop");
	matches(r, NULL, NULL, "why can the image not be pulled", "image-pull");
	matches(r, NULL, NULL, "the GPU training job waits for its ResourceClaim", "dra-claim-pending");
	matches(r, NULL, NULL, "lookup db: no such host", "dns-failures");
	matches(r, NULL, NULL, "the service answers 503, no endpoints", "service-unreachable");
	matches(r, NULL, NULL, "the rollout of the new release is stuck", "rollout-stuck");
	matches(r, NULL, NULL, "x509: certificate has expired", "certificate-expired");
	matches(r, NULL, NULL, "is everything fine?", NULL);
	matches(r, NULL, "Pod", "is everything fine?", NULL);
	matches(r, NULL, NULL, "tell me about my nodes and services", NULL);
	matches(r, NULL, NULL, NULL, NULL);
	matches(r, "", "", "", NULL);
}

static const char one[] = "---\ntitle: One\nmatch:\n  alerts: [Exact, \"Disk*Full\", \"Disk*\"]\n  checks: disk-full\n"
			  "  kinds: [Node]\n  words: [disk, full up]\n---\n\n# One\nDo it.\n";
static const char two[] = "---\ntitle: Two\nmatch: {alerts: [\"*\"], words: [disk, quick]}\n---\nTwo.\n";

static void matching(void)
{
	auto_buf struct buf problems = BUF_INIT(10000);
	struct runbooks *r;
	const struct runbook *b;

	scratch_write("m/one.md", one, 0600);
	scratch_write("m/two.md", two, 0600);
	r = load("m", &problems);
	is_str(buf_cstr(&problems), "", "nothing is wrong");
	b = runbooks_find(r, "one");
	if (!ok(b != NULL, "one"))
		return;
	is_str(b->title, "One", "title");
	is_str(b->body, "# One\nDo it.\n", "body without front matter and the empty lines after it");
	like(b->origin, "/m/one.md", "origin");
	ok(str_eq(b->alerts[1], "Disk*Full") && !b->alerts[3], "a list");
	ok(str_eq(b->checks[0], "disk-full") && !b->checks[1], "one string is a list of one");
	matches(r, "exact", NULL, NULL, "one");
	matches(r, "DiskVeryFull", NULL, NULL, "one");
	matches(r, "DiskVery", NULL, NULL, "one");
	matches(r, "Other", NULL, NULL, "two");
	is_str(runbooks_match(r, "Other", "disk-full", NULL, NULL)->name, "two", "an alert beats a check");
	is_str(runbooks_match(r, NULL, "disk-full", NULL, "quick disk")->name, "one", "a check beats words");
	is_str(runbooks_match(r, NULL, NULL, "node", "disk quick")->name, "one", "a kind with one word beats two words");
	is_str(runbooks_match(r, NULL, NULL, NULL, "QUICK disks")->name, "two", "two words, in the plural");
	ok(!runbooks_match(r, NULL, NULL, NULL, "disk"), "one word is not enough");
	ok(!runbooks_match(r, NULL, NULL, NULL, "diskette quicksand"), "parts of words do not count");
	ok(!runbooks_match(r, NULL, NULL, NULL, "node node"), "nor is a kind alone");
	ok(!runbooks_match(r, NULL, NULL, NULL, "the service"), "nor a kind that is a word as well");
	is_str(runbooks_match(r, NULL, NULL, NULL, "node: full up")->name, "one", "a phrase with a kind in the question");
	runbooks_free(r);
}

static void slow_patterns(void)
{
	auto_buf struct buf problems = BUF_INIT(10000);
	auto_buf struct buf alert = BUF_INIT(100000);
	struct runbooks *r;

	scratch_write("slow/s.md", "---\ntitle: Slow\nmatch: {alerts: [\"*a*a*a*a*a*a*a*a*b\"]}\n---\nx\n", 0600);
	r = load("slow", &problems);
	buf_repeat(&alert, 'a', 50000);
	ok(!runbooks_match(r, buf_cstr(&alert), NULL, NULL, NULL), "a pattern made to be slow ends");
	runbooks_free(r);
}

static void overrides(void)
{
	auto_buf struct buf problems = BUF_INIT(10000);
	struct runbooks *base = runbooks_load(NULL, NULL, NULL, NULL), *r;
	const struct runbook *b;

	scratch_write("o/dns-failures.md",
		      "\xef\xbb\xbf---\r\ntitle: Our DNS\r\nmatch: {alerts: [CoreDNSDown]}\r\n---\r\nCall us.\r\n", 0600);
	scratch_write("o/own.md", "---\ntitle: Own\nmatch: {alerts: [KubePodCrashLooping]}\n---\nOwn steps.\n", 0600);
	scratch_write("o/README.md", "no front matter", 0600);
	scratch_write("o/notes.txt", "no front matter", 0600);
	scratch_write("o/.hidden.md", "no front matter", 0600);
	r = load("o", &problems);
	is_str(buf_cstr(&problems), "", "README.md, other files and hidden ones are passed over");
	is_int(runbooks_count(r), runbooks_count(base) + 1, "one replaced, one new");
	b = runbooks_find(r, "dns-failures");
	is_str(b->title, "Our DNS", "the file replaces the built-in one");
	is_str(b->body, "Call us.\n", "carriage returns and byte order mark are gone");
	is_str(runbooks_match(r, "CoreDNSDown", NULL, NULL, NULL)->name, "dns-failures", "it matches");
	is_str(runbooks_match(r, "KubePodCrashLooping", NULL, NULL, NULL)->name, "own", "of equals one's own goes first");
	runbooks_free(r);
	runbooks_free(base);
}

/* One broken file in a folder of its own: it is left out and told with its place. */
static void broken(const char *text, const char *part, const char *what)
{
	static int n;
	auto_buf struct buf problems = BUF_INIT(10000);
	char folder[32], file[64];
	struct runbooks *r;

	snprintf(folder, sizeof(folder), "b%d", n++);
	snprintf(file, sizeof(file), "%s/x.md", folder);
	scratch_write(file, text, 0600);
	r = load(folder, &problems);
	ok(!runbooks_find(r, "x"), "left out: %s", what);
	like(buf_cstr(&problems), part, what);
	runbooks_free(r);
}

static void refusals(void)
{
	auto_buf struct buf problems = BUF_INIT(10000);
	char *missing[] = {mem_str("/no/such/folder"), NULL};
	struct err e = {0};
	struct runbooks *r;

	broken("# Just text\n", "x.md:1: a runbook begins with front matter", "no front matter");
	broken("", "x.md:1: a runbook begins with front matter", "an empty file");
	broken("---\ntitle: X\n\nsteps\n", "x.md:1: the front matter is not closed", "open front matter");
	broken("---\ntitle: X\nmatch:\n  alert: [A]\n---\nsteps\n", "x.md:4: ", "a misspelled key");
	broken("---\ntitle: X\nmatch:\n  alert: [A]\n---\nsteps\n", "did you mean \"alerts\"?", "with what was meant");
	broken("---\ntitel: X\n---\nsteps\n", "x.md:2: ", "an unknown key at the top");
	broken("---\nmatch: {words: [a, b]}\n---\nsteps\n", "x.md:1: the runbook has no title", "no title");
	broken("---\n\ntitle: \"  \"\n---\nsteps\n", "x.md:3: the runbook has no title", "a blank title");
	broken("---\ntitle: |\n  a\n  b\n---\nsteps\n", "x.md:2: the title must be one line", "a title of two lines");
	broken("---\ntitle: X\n---\n\n  \n", "x.md:4: the runbook has no steps", "no body");
	broken("---\ntitle: X\n---", "the runbook has no steps", "nothing after the front matter");
	broken("---\ntitle: [\n---\nsteps\n", "x.md:", "bad YAML");
	broken("---\n- a\n---\nsteps\n", "x.md:2: the front matter must be a mapping", "a list");
	broken("---\ntitle: X\nmatch: {words: [a, \" \"]}\n---\nsteps\n", "x.md:3: an entry of match.words is empty", "an empty word");
	broken("---\ntitle: X\nmatch: {words: {a: b}}\n---\nsteps\n", "x.md:3: ", "a wrong type");
	broken("---\ntitle: Names do not resolve in the cluster\n---\nsteps\n",
	       "x.md:1: its title is that of \"dns-failures\" (built in)", "a title twice");
	broken("---\ntitle: X\n---\nbad \xff\n", "x.md:4: the line is not UTF-8", "bytes that are no text");
	scratch_write("n/a b.md", one, 0600);
	r = load("n", &problems);
	like(buf_cstr(&problems), "\"a b\" is no name for a runbook", "a name with a space");
	runbooks_free(r);
	ok(!runbooks_load(missing, NULL, NULL, &e), "a missing folder");
	like(e.msg, "runbook_dirs: folder /no/such/folder cannot be read", "is named");
	free(missing[0]);
}

static void every_truncation(void)
{
	auto_buf struct buf problems = BUF_INIT(1u << 20);
	char *text = mem_str(one);

	for (size_t n = strlen(one) - 1; n > 0; n--) {
		char *dirs[] = {NULL, NULL};
		struct runbooks *r;
		const struct runbook *b;

		text[n] = '\0';
		scratch_write("t/cut.md", text, 0600);
		dirs[0] = mem_str(scratch("t"));
		buf_clear(&problems);
		r = runbooks_load(dirs, note, &problems, NULL);
		b = runbooks_find(r, "cut");
		if ((b != NULL) == (problems.len > 0) || (b && (!b->body[0] || !str_eq(b->title, "One"))))
			ok(false, "cut at %zu: \"%s\"", n, buf_cstr(&problems));
		runbooks_free(r);
		free(dirs[0]);
	}
	ok(true, "every truncation loads or is told");
	free(text);
}

static void catalog(void)
{
	auto_buf struct buf problems = BUF_INIT(10000);
	struct runbooks *r;
	const struct runbook *b;

	scratch_write("c/catalog.json",
		      "{\"catalog\":[{\"id\":\"1\",\"update_date\":\"2025-06-26\",\"description\":\"Upgrade of\\n a cluster\","
		      "\"link\":\"up/grade.md\"},"
		      "{\"description\":\"Out\",\"link\":\"../secret.md\"},{\"description\":\"Abs\",\"link\":\"/etc/x.md\"},"
		      "{\"description\":\"Gone\",\"link\":\"gone.md\"},{\"link\":\"up/grade.md\"},{\"description\":\"No link\"},"
		      "{\"description\":\"Linked\",\"link\":\"out.md\"},{\"description\":\"Again\",\"link\":\"grade.md\"},"
		      "{\"description\":\"With front\",\"link\":\"front.md\"}, 7]}",
		      0600);
	scratch_write("c/up/grade.md", "# Goal\nUpgrade.\n", 0600);
	scratch_write("c/grade.md", "other", 0600);
	scratch_write("c/front.md", "---\nx: 1\n---\nBody.\n", 0600);
	scratch_write("c/unlisted.md", "not listed", 0600);
	scratch_write("secret.md", "secret", 0600);
	ok(symlink(scratch("secret.md"), scratch("c/out.md")) == 0, "a link out of the folder");
	r = load("c", &problems);
	b = runbooks_find(r, "grade");
	is_str(b ? b->title : NULL, "Upgrade of a cluster", "the description is the title, in one line");
	is_str(b ? b->body : NULL, "# Goal\nUpgrade.\n", "the file is the body");
	ok(b && !b->alerts[0] && !b->words[0], "it matches nothing by itself");
	is_str(runbooks_find(r, "front") ? runbooks_find(r, "front")->body : NULL, "Body.\n", "front matter is passed over");
	ok(!runbooks_find(r, "secret") && !runbooks_find(r, "out"), "what is outside stays out");
	ok(!runbooks_find(r, "unlisted"), "what is not listed is not loaded");
	like(buf_cstr(&problems), "catalog.json: entry 2: its link \"../secret.md\" must be a path", "a path out of the folder");
	like(buf_cstr(&problems), "entry 3: its link \"/etc/x.md\"", "an absolute path");
	like(buf_cstr(&problems), "entry 4: ", "a missing file");
	like(buf_cstr(&problems), "entry 5: it has no description", "no description");
	like(buf_cstr(&problems), "entry 6: its link \"\"", "no link");
	like(buf_cstr(&problems), "entry 7: its link \"out.md\" leads out of the folder", "a symbolic link out of the folder");
	like(buf_cstr(&problems), "already is the runbook \"grade\" of this folder", "the same name twice");
	like(buf_cstr(&problems), "entry 10: ", "an entry that is no object");
	runbooks_free(r);
	scratch_write("c2/catalog.json", "{\"catalog\":\n[", 0600);
	scratch_write("c3/catalog.json", "{}", 0600);
	r = load("c2", &problems);
	like(buf_cstr(&problems), "c2/catalog.json: line 2", "broken JSON");
	runbooks_free(r);
	r = load("c3", &problems);
	like(buf_cstr(&problems), "c3/catalog.json: it must hold", "no catalog in it");
	runbooks_free(r);
}

static void skills(void)
{
	auto_buf struct buf problems = BUF_INIT(10000);
	auto_buf struct buf text = BUF_INIT(10000);
	struct runbooks *r;
	const struct runbook *b;

	buf_str(&text, "---\nname: long\ndescription: ");
	buf_repeat(&text, 'w', 400);
	buf_str(&text, "\n---\nLong.\n");
	scratch_write("s/redis/SKILL.md",
		      "---\ndescription: >\n  Redis is slow\n  or full\nlicense: MIT\nmetadata: {a: 1}\n---\n# Redis\nLook.\n",
		      0600);
	scratch_write("s/redis/scripts/more.md", "not a runbook", 0600);
	scratch_write("s/group/kafka/SKILL.md",
		      "---\nname: kafka-lag\ndescription: Lag\nmatch: {alerts: [KafkaLag]}\n---\nLook.\n", 0600);
	scratch_write("s/group/deep/er/SKILL.md", "---\nname: too-deep\ndescription: Deep\n---\nLook.\n", 0600);
	scratch_write("s/long/SKILL.md", buf_cstr(&text), 0600);
	scratch_write("s/nothing/SKILL.md", "---\nname: nothing\n---\nLook.\n", 0600);
	scratch_write("s/plain.md", "---\ntitle: Plain\n---\nPlain.\n", 0600);
	r = load("s", &problems);
	b = runbooks_find(r, "redis");
	is_str(b ? b->title : NULL, "Redis is slow or full", "a skill: its folder's name, its description");
	is_str(b ? b->body : NULL, "# Redis\nLook.\n", "its body");
	is_str(runbooks_match(r, "KafkaLag", NULL, NULL, NULL)->name, "kafka-lag", "two levels down, with a name and a match");
	ok(!runbooks_find(r, "too-deep"), "three levels are too deep");
	b = runbooks_find(r, "long");
	ok(b && strlen(b->title) == 243 && str_ends(b->title, "..."), "a long description is cut");
	ok(!runbooks_find(r, "nothing"), "one without description is left out");
	like(buf_cstr(&problems), "nothing/SKILL.md:1: the skill has no description", "and told");
	ok(runbooks_find(r, "plain") != NULL, "ours may stand beside");
	runbooks_free(r);
	r = load("s/redis", &problems);
	ok(runbooks_find(r, "redis") != NULL, "the folder may be a skill itself");
	runbooks_free(r);
}

static void many(void)
{
	auto_buf struct buf problems = BUF_INIT(100000);
	struct runbooks *r;

	for (int i = 0; i < 505; i++) {
		char name[40], text[80];

		snprintf(name, sizeof(name), "many/r%03d.md", i);
		snprintf(text, sizeof(text), "---\ntitle: Number %d\n---\nx\n", i);
		scratch_write(name, text, 0600);
	}
	r = load("many", &problems);
	is_int(runbooks_count(r), 500, "no more than 500");
	like(buf_cstr(&problems), "there are 500 runbooks already", "the rest is told");
	runbooks_free(r);
}

int main(void)
{
	auto_buf struct buf problems = BUF_INIT(10000);
	struct err e = {0};
	struct runbooks *r = runbooks_load(NULL, note, &problems, &e);

	if (!ok(r != NULL, "the built-in ones"))
		return done();
	is_str(buf_cstr(&problems), "", "nothing is wrong with them");
	built_in(r);
	finding(r);
	matching_built_in(r);
	runbooks_free(r);
	matching();
	slow_patterns();
	overrides();
	refusals();
	every_truncation();
	catalog();
	skills();
	many();
	return done();
}
