/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/export.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

static bool listed(char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (str_eq(*list, name))
			return true;
	return false;
}

const struct check *export_check(const struct export_setup *s, size_t i, const char **toolset)
{
	const struct triage_options *o = s->options;

	for (size_t t = 0; t < registry_count(s->registry); t++) {
		const struct registry_entry *entry = registry_at(s->registry, t);

		for (const struct check *const *c = entry->toolset->checks; entry->enabled && c && *c; c++) {
			if ((o->only && *o->only && !listed(o->only, (*c)->name)) || listed(o->skip, (*c)->name))
				continue;
			if (i--)
				continue;
			if (toolset)
				*toolset = entry->toolset->name;
			return *c;
		}
	}
	return NULL;
}

static bool has_word(const char *words, const char *word)
{
	auto_free char *padded = mem_printf(" %s ", word);
	auto_free char *all = mem_printf(" %s ", words);

	return strstr(all, padded) != NULL;
}

bool export_reads(const struct check *c, const char *word)
{
	static const char makers[] = "replicasets.apps deployments.apps statefulsets.apps daemonsets.apps jobs.batch "
				     "cronjobs.batch";

	if (c->size < offsetof(struct check, reads) + sizeof(c->reads) || !c->reads || !*word)
		return false;
	return has_word(c->reads, word) || (has_word(makers, word) && has_word(c->reads, "pods"));
}

void export_fingerprint(const struct work_finding *f, size_t nth, char hex[static 65])
{
	auto_free char *group = mem_strn(str_or(f->object.api_version, ""), strcspn(str_or(f->object.api_version, ""), "/"));
	auto_free char *text = mem_printf("%s\n%s\n%s\n%s\n%s\n%s\n%zu", f->check, f->cluster->name,
					  strchr(str_or(f->object.api_version, ""), '/') ? group : "",
					  str_or(f->object.kind, ""), str_or(f->object.ns, ""), str_or(f->object.name, ""),
					  nth);
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)text, strlen(text), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
