/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/lib/alloc.h"

void rep_free(struct reply *r)
{
	free(r->text);
	r->text = NULL;
	r->len = r->cap = 0;
	r->cut = false;
}

void rep_clear(struct reply *r)
{
	r->len = 0;
	r->cut = false;
	if (r->text)
		r->text[0] = '\0';
}

const char *rep_text(const struct reply *r)
{
	return r->text ? r->text : "";
}

/* Where a cut at n does not split a UTF-8 character. */
static size_t boundary(const char *s, size_t n)
{
	while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	return n;
}

void rep_putn(struct reply *r, const char *s, size_t n)
{
	size_t room = r->max > r->len ? r->max - r->len : 0;

	if (n > room) {
		n = r->cut ? 0 : boundary(s, room);
		r->cut = true;
	}
	if (r->len + n + 1 > r->cap) {
		r->cap = (r->len + n + 1) * 2 + 64;
		r->text = alloc_resize(r->text, r->cap, 1);
	}
	memcpy(r->text + r->len, s, n);
	r->len += n;
	r->text[r->len] = '\0';
}

void rep_put(struct reply *r, const char *s)
{
	rep_putn(r, s, strlen(s));
}

void rep_add(struct reply *r, const char *fmt, ...)
{
	char small[512], *big;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n < sizeof(small)) {
		rep_putn(r, small, (size_t)n);
		return;
	}
	big = alloc_resize(NULL, (size_t)n + 1, 1);
	va_start(ap, fmt);
	vsnprintf(big, (size_t)n + 1, fmt, ap);
	va_end(ap);
	rep_putn(r, big, (size_t)n);
	free(big);
}

void rep_clip(struct reply *r, const char *s, size_t n, size_t max)
{
	size_t end = n, from, i;

	while (end > 0 && (s[end - 1] == '\n' || s[end - 1] == '\r'))
		end--;
	n = end;
	if (end > max)
		end = boundary(s, max);
	for (from = i = 0; i < end; i++) {
		if (s[i] != '\n' && s[i] != '\r' && s[i] != '\t' && s[i] != '\0')
			continue;
		rep_putn(r, s + from, i - from);
		rep_putn(r, " ", 1);
		from = i + 1;
	}
	rep_putn(r, s + from, end - from);
	if (end < n)
		rep_add(r, "… (+%zu chars)", n - end);
}

void rep_comma(struct reply *r, size_t nth)
{
	if (nth > 0)
		rep_put(r, ", ");
}

void rep_send(const struct host *h, struct work *w, enum tool_status status, struct reply *r)
{
	if (r->cut) {
		r->max += 200;
		r->cut = false;
		rep_put(r, "\n… cut here: the answer is full. Ask for less: a name, a selector, a section or a lower "
			   "limit.\n");
	}
	h->text(w, status, rep_text(r), r->len);
	rep_free(r);
}
