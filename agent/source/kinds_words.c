/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/kinds_words.h"

#include <ctype.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

enum { WORD_MAX = 256 };

struct word {
	const struct kind *kind;
	int worth; /* less wins */
};

int kind_tier(const struct kind *k)
{
	if (!*k->group)
		return 0;
	return str_ends(k->group, "k8s.io") || !strchr(k->group, '.') ? 1 : 2;
}

static void add_word(struct kind_table *t, const char *text, const struct kind *k, bool short_name)
{
	int worth = kind_tier(k) * 2 + short_name;
	char *word = str_lower(arena_str(t->arena, text));
	struct word *have = map_get(t->words, word);

	if (!have) {
		have = ARENA_NEW(t->arena, struct word);
		map_set(t->words, word, have);
	} else if (have->worth <= worth) {
		return;
	}
	*have = (struct word){.kind = k, .worth = worth};
}

static void add_name(struct kind_table *t, const char *name, const struct kind *k, bool short_name)
{
	add_word(t, name, k, short_name);
	if (*k->group)
		add_word(t, arena_printf(t->arena, "%s.%s", name, k->group), k, short_name);
}

void kind_table_index(struct kind_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct kind *k = t->sorted[i];

		add_name(t, k->plural, k, false);
		add_name(t, k->singular, k, false);
		add_name(t, k->kind, k, false);
		for (size_t n = 0; k->short_names[n]; n++)
			add_name(t, k->short_names[n], k, true);
	}
}

static const struct kind *get(const struct kind_table *t, const char *word)
{
	const struct word *w = map_get(t->words, word);

	return w ? w->kind : NULL;
}

static bool is_version(const char *s, size_t n)
{
	return n >= 2 && s[0] == 'v' && isdigit((unsigned char)s[1]);
}

/* Name and group apart; group "" is core. */
static const struct kind *get_in(const struct kind_table *t, const char *name, const char *group)
{
	char word[2 * WORD_MAX];
	const struct kind *k;

	if (!*group) {
		k = get(t, name);
		return k && !*k->group ? k : NULL;
	}
	snprintf(word, sizeof(word), "%s.%s", name, group);
	return get(t, word);
}

static bool called(const struct kind *k, const char *name)
{
	for (size_t i = 0; k->short_names[i]; i++)
		if (str_eq_nocase(k->short_names[i], name))
			return true;
	return str_eq_nocase(k->plural, name) || str_eq_nocase(k->singular, name) || str_eq_nocase(k->kind, name);
}

/* "resourceclaims.resource": the beginning of a group. */
static const struct kind *get_by_beginning(const struct kind_table *t, const char *name, const char *group)
{
	size_t n = strlen(group);

	for (size_t i = 0; i < t->count; i++) {
		const struct kind *k = t->sorted[i];

		if (strncmp(k->group, group, n) == 0 && k->group[n] == '.' && called(k, name))
			return k;
	}
	return NULL;
}

/* "deployments.v1.apps", "pods.v1", "deploy.apps", "resourceclaims.resource" */
static const struct kind *find_dotted(const struct kind_table *t, char *word)
{
	char *dot = strchr(word, '.'), *rest = dot + 1;
	const struct kind *k;
	size_t n;

	*dot = '\0';
	n = strcspn(rest, ".");
	if (is_version(rest, n))
		rest += n + (rest[n] == '.');
	k = get_in(t, word, rest);
	return k || !*rest ? k : get_by_beginning(t, word, rest);
}

/* "apps/v1/Deployment", "v1/Pod", "apps/deployments" */
static const struct kind *find_slashed(const struct kind_table *t, char *word)
{
	char *last = strrchr(word, '/'), *slash;

	*last++ = '\0';
	slash = strchr(word, '/');
	if (slash)
		*slash = '\0';
	else if (is_version(word, strlen(word)))
		*word = '\0';
	return get_in(t, last, word);
}

/* As people write: "Network Policies", "pod-disruption-budget", a plural that English does not have ("networkpolicys").
 */
static const struct kind *find_loosely(const struct kind_table *t, char *word)
{
	size_t n = 0;
	const struct kind *k;

	for (const char *p = word; *p; p++)
		if (*p != ' ' && *p != '-' && *p != '_')
			word[n++] = *p;
	word[n] = '\0';
	k = get(t, word);
	if (k || n < 4 || word[n - 1] != 's')
		return k;
	word[n - 1] = '\0';
	k = get(t, word);
	if (k || word[n - 2] != 'e')
		return k;
	word[n - 2] = '\0';
	return get(t, word);
}

const struct kind *kind_table_find(const struct kind_table *t, const char *text)
{
	char copy[WORD_MAX], *word;
	const struct kind *k;

	if (!text || strlen(text) >= sizeof(copy))
		return NULL;
	memcpy(copy, text, strlen(text) + 1);
	word = str_lower(str_trim(copy));
	k = get(t, word);
	if (k || !*word)
		return k;
	if (strchr(word, '/'))
		return find_slashed(t, word);
	if (strchr(word, '.'))
		return find_dotted(t, word);
	return find_loosely(t, word);
}

/* How far a kind's names are from the word; SIZE_MAX: too far to be meant. */
static size_t distance(const struct kind *k, const char *word, size_t limit)
{
	const char *const names[] = {k->plural, k->singular, k->resource};
	size_t best = limit + 1;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t d = str_distance(word, names[i], limit);

		best = d < best ? d : best;
	}
	for (size_t i = 0; k->short_names[i] && limit > 1; i++) {
		/* Short names are near to everything: only one letter off counts, and less than a whole name. */
		size_t d = str_distance(word, k->short_names[i], 1);

		if (d <= 1 && d + 1 < best)
			best = d + 1;
	}
	if (best > 2 && strlen(word) >= 4 && (strstr(k->plural, word) || strstr(word, k->singular)))
		best = 2;
	return best <= limit ? best : SIZE_MAX;
}

size_t kind_table_nearest(const struct kind_table *t, const char *text, const char **out, size_t max)
{
	char copy[128], *word;
	size_t limit, count = 0;
	size_t *far = mem_resize_array(NULL, max + 1, sizeof(*far));

	snprintf(copy, sizeof(copy), "%s", text ? text : "");
	word = str_lower(str_trim(copy));
	limit = strlen(word) / 3 > 2 ? strlen(word) / 3 : 2;
	for (size_t i = 0; *word && max && i < t->count; i++) {
		size_t d = distance(t->sorted[i], word, limit), at = count;

		if (d == SIZE_MAX || (count == max && far[count - 1] <= d))
			continue;
		/* Insertion keeps the order of the table among equals. */
		if (count == max)
			at = --count;
		while (at > 0 && far[at - 1] > d) {
			far[at] = far[at - 1];
			out[at] = out[at - 1];
			at--;
		}
		far[at] = d;
		out[at] = t->sorted[i]->resource;
		count++;
	}
	free(far);
	return count;
}
