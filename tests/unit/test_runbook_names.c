/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in runbooks and prompts against the program: each tool, check and runbook that they name is there. */
#include <ctype.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/embed.h"
#include "agent/investigate/runbook.h"
#include "agent/tools/registry.h"
#include "tests/tap.h"

/* `kubernetes_get`: a word of small letters that begins with the name of a toolset and an underscore. */
static bool looks_like_tool(const struct registry *reg, const char *word)
{
	size_t n = strcspn(word, "_");
	auto_free char *prefix = mem_strn(word, n);

	if (!word[n])
		return false;
	for (const char *p = word; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_')
			return false;
	return registry_find(reg, prefix) || str_eq(prefix, "kubernetes") || str_eq(prefix, "logs");
}

static size_t tools_of(const struct registry *reg, const char *file, const char *text)
{
	size_t n = 0;

	for (const char *p = strchr(text, '`'), *end; p && (end = strchr(p + 1, '`')); p = strchr(end + 1, '`')) {
		auto_free char *word = mem_strn(p + 1, (size_t)(end - p - 1));

		if (!looks_like_tool(reg, word))
			continue;
		n++;
		if (!registry_tool(reg, word, NULL))
			ok(false, "%s: there is no tool %s (%s?)", file, word, str_or(registry_nearest_tool(reg, word), "nothing near"));
	}
	return n;
}

/* "runbook out-of-memory" and "runbook dns-failures": the other one is there. */
static void references(const struct runbooks *books, const struct runbook *b)
{
	for (const char *p = strstr(b->body, "runbook "); p; p = strstr(p + 1, "runbook ")) {
		const char *name = p + strlen("runbook ");
		auto_free char *word = mem_strn(name, strspn(name, "abcdefghijklmnopqrstuvwxyz-"));

		if (strchr(word, '-'))
			ok(runbooks_find(books, word) != NULL, "%s sends to %s", b->name, word);
	}
}

int main(void)
{
	struct err e = {0};
	struct registry *reg = registry_new();
	struct runbooks *books = runbooks_load(NULL, NULL, NULL, &e);
	int rc = registry_add_builtin(reg, NULL, &e);

	if (!ok(rc == 0 && books, "toolsets and runbooks: %s", e.msg))
		return done();
	for (size_t i = 0; i < runbooks_count(books); i++) {
		const struct runbook *b = runbooks_at(books, i);

		ok(tools_of(reg, b->name, b->body) >= 3, "%s names tools", b->name);
		/* a pattern is for a whole family, whose toolset may not be built in */
		for (char *const *c = b->checks; *c; c++)
			ok(strchr(*c, '*') || registry_check(reg, *c, NULL) != NULL, "%s: check %s is there (else: %s?)", b->name, *c,
			   str_or(registry_nearest_check(reg, *c), "nothing near"));
		references(books, b);
	}
	for (const struct embed_file *f = embed_files; f->name; f++)
		if (str_starts(f->name, "prompts/"))
			tools_of(reg, f->name, f->text);
	runbooks_free(books);
	registry_free(reg);
	return done();
}
