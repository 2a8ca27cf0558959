/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/logs/pattern.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void logs_pattern_init(struct pattern *p, const struct host *h, struct work *w, const char *text)
{
	*p = (struct pattern){.h = h, .w = w, .text = text, .len = strlen(text)};
	p->plain = p->len > 0 && !strpbrk(text, "\\^$.|?*+()[]{}");
	for (const char *s = text; *s; s++)
		p->plain =
			p->plain && (unsigned char)*s < 0x80; /* case of other letters is for those who know Unicode */
	if (p->plain) {
		p->first[0] = (unsigned char)tolower((unsigned char)*text);
		p->first[1] = (unsigned char)toupper((unsigned char)*text);
	}
}

static const char *either(const char *at, const char *end, const unsigned char first[2])
{
	const char *a = memchr(at, first[0], (size_t)(end - at));
	const char *b = first[0] == first[1] ? NULL : memchr(at, first[1], (size_t)((a ? a : end) - at));

	return b ? b : a;
}

int logs_pattern_match(struct pattern *p, const char *line, size_t len)
{
	const char *at = line, *end = line + len;

	if (!p->plain)
		return p->h->match(p->w, p->text, true, line, len, p->why, sizeof(p->why));
	while ((size_t)(end - at) >= p->len && (at = either(at, end, p->first))) {
		if ((size_t)(end - at) >= p->len && strncasecmp(at, p->text, p->len) == 0)
			return 1;
		at++;
	}
	return 0;
}
