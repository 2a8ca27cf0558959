/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/ref.h"

#include <string.h>

static bool put(char *to, size_t size, const char *from, size_t n)
{
	while (n && (*from == ' ' || *from == '/')) {
		from++;
		n--;
	}
	while (n && (from[n - 1] == ' ' || from[n - 1] == '\n'))
		n--;
	if (n >= size)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

#define PUT(to, from, n) put((to), sizeof(to), (from), (n))

static bool is_kind(const struct host *h, struct work *w, const char *s, size_t n)
{
	char word[128];

	return PUT(word, s, n) && *word && h->kind(w, word, NULL, 0);
}

/* first/second/third: the name is last; of the two before it one is a kind. */
static bool parse_three(const struct host *h, struct work *w, const char *s, size_t a, size_t b, struct ref *out)
{
	const char *name = s + a + 1 + b + 1;
	bool kind_first = is_kind(h, w, s, a) && !is_kind(h, w, s + a + 1, b);

	return PUT(out->kind, kind_first ? s : s + a + 1, kind_first ? a : b) &&
	       PUT(out->ns, kind_first ? s + a + 1 : s, kind_first ? b : a) && PUT(out->name, name, strlen(name));
}

bool ref_parse(const struct host *h, struct work *w, const char *text, const char *kind, const char *ns,
	       struct ref *out)
{
	size_t a, b;

	memset(out, 0, sizeof(*out));
	if ((kind && !PUT(out->kind, kind, strlen(kind))) || (ns && !PUT(out->ns, ns, strlen(ns))))
		return false;
	if (!text)
		return false;
	text += strspn(text, " /");
	a = strcspn(text, "/ ");
	if (!text[a] || !text[a + 1 + strspn(text + a + 1, " /")])
		return PUT(out->name, text, a) && *out->name;
	b = strcspn(text + a + 1, "/ ");
	if (text[a + 1 + b])
		return parse_three(h, w, text, a, b, out) && *out->name;
	if (is_kind(h, w, text, a) || text[a] == ' ') {
		if (!PUT(out->kind, text, a))
			return false;
	} else if (kind && *kind) {
		if (!PUT(out->ns, text, a))
			return false;
	} else if (h->kind(w, "namespaces", NULL, 0)) {
		enum seen seen;
		char word[64];

		/* "dep/web" may be a misspelt kind: it is a namespace only if there is one. */
		if (PUT(word, text, a) && h->find(w, "namespaces", NULL, word, &seen)) {
			if (!PUT(out->ns, text, a))
				return false;
		} else if (!PUT(out->kind, text, a)) {
			return false;
		}
	}
	return PUT(out->name, text + a + 1, b) && *out->name;
}
