/* SPDX-License-Identifier: Apache-2.0 */
/* The masker and the other readers of untrusted text (decisive line, clip, quote): what they say lies inside, marks
 * stay whole. */
#include "agent/base/mem.h"
#include "agent/text/clip.h"
#include "agent/text/decisive.h"
#include "agent/text/mask.h"
#include "agent/text/quote.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A mark inside of a mark would be a secret masked half. */
static void check_marks(const struct buf *b)
{
	const char *p = buf_cstr(b);

	while ((p = memmem(p, b->len - (size_t)(p - buf_cstr(b)), "[masked:", 8))) {
		size_t left = b->len - (size_t)(p - buf_cstr(b));

		if (left > 8 && memmem(p + 8, left - 8 < 12 ? left - 8 : 12, "[masked:", 8) && p[8] >= 'a' &&
		    p[8] <= 'z' && !memchr(p, ']', left < 20 ? left : 20))
			abort();
		p += 8;
	}
}

/* Nothing is lost when nothing is masked; a second masking may find what the first one uncovered, never a mark. */
static void check_mask(const char *s, size_t n)
{
	struct buf once = BUF_INIT(n * 32 + 1024), twice = BUF_INIT(n * 64 + 4096);
	size_t count = mask_text(&once, s, n);

	if (count == 0 && (once.len != n || (n && memcmp(once.data, s, n) != 0)))
		abort();
	mask_text(&twice, buf_cstr(&once), once.len);
	if (once.over || twice.over)
		abort();
	if (!memmem(s, n, "[masked:", 8))
		check_marks(&twice);
	buf_fini(&once);
	buf_fini(&twice);
}

static void check_decisive(const char *s, size_t n)
{
	struct decisive d;

	decisive_find(s, n, &d);
	if (d.number &&
	    (d.line < s || d.line + d.len > s + n || d.score <= 0 || d.score > 1 || memchr(d.line, '\n', d.len)))
		abort();
	if (d.number && quote_line(s, (size_t)(d.line - s)) != d.number)
		abort();
}

static void check_clip(const char *s, size_t n)
{
	struct buf out = BUF_INIT(n + 4096);
	size_t max = n / 2;

	clip_text(&out, s, n, max, (unsigned)(n % 101));
	if (out.len > max + 64 && n > max)
		abort();
	buf_clear(&out);
	clip_line(&out, s, n, 40);
	if (out.len && memchr(out.data, '\n', out.len))
		abort();
	buf_fini(&out);
}

static void check_quote(const char *s, size_t n)
{
	char *quote = mem_strn(s + n / 4, n / 2);
	size_t start, end;

	if (quote_find(s, n, quote, &start, &end) && (start >= end || end > n))
		abort();
	free(quote);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = mem_alloc(n ? n : 1);

	if (n)
		memcpy(copy, data, n);

	check_mask(copy, n);
	check_decisive(copy, n);
	check_clip(copy, n);
	check_quote(copy, n);
	free(copy);
	return 0;
}
