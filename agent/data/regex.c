/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/regex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/utf8.h"

#define PATTERN_MAX 4096u
#define MATCH_LIMIT 100000u
#define HEAP_KIB 20480u
#define WINDOW_MIN 256u
#define TIME_MAX_MS 2000

/*
 * The match limit counts anew at every place where a match could begin, so a long subject is searched window by window
 * of such places, with an eye on the clock.
 */
struct regex {
	pcre2_code *text;  /* for valid UTF-8 */
	pcre2_code *bytes; /* for anything else; NULL: the pattern has no meaning for bytes, then */
	pcre2_code *loose; /* as text, but it looks at every byte again at each try: several times slower */
	pcre2_match_context *limits;
};

static pcre2_code *compile(const char *pattern, uint32_t options, int *code, size_t *offset)
{
	return pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), options, code, offset, NULL);
}

struct regex *regex_new(const char *pattern, int flags, struct err *e)
{
	uint32_t options = PCRE2_USE_OFFSET_LIMIT;
	struct regex *r;
	size_t offset;
	int code;

	if (strlen(pattern) > PATTERN_MAX) {
		err_set(e, ERR_LIMIT, "the pattern has %zu bytes, more than the %u that are allowed", strlen(pattern),
			PATTERN_MAX);
		return NULL;
	}
	if (flags & REGEX_NOCASE)
		options |= PCRE2_CASELESS;
	if (flags & REGEX_LITERAL)
		options |= PCRE2_LITERAL;
	else
		options |= PCRE2_NEVER_BACKSLASH_C | (flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0);
	r = MEM_NEW(struct regex);
	r->text = compile(pattern, options | PCRE2_UTF, &code, &offset);
	if (!r->text) {
		char why[160];

		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof(why));
		err_set(e, ERR_ARG, "the pattern \"%.200s\" is wrong at character %zu: %s", pattern, offset + 1, why);
		regex_free(r);
		return NULL;
	}
	r->bytes = compile(pattern, flags & REGEX_LITERAL ? options : options | PCRE2_NEVER_UTF, &code, &offset);
	if (!r->bytes)
		r->loose = compile(pattern, options | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset);
	r->limits = pcre2_match_context_create(NULL);
	if (!r->limits)
		abort();
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_KIB);
	return r;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->text);
	pcre2_code_free(r->bytes);
	pcre2_code_free(r->loose);
	pcre2_match_context_free(r->limits);
	free(r);
}

/* The end of a window that begins at from: never inside of a character. */
static size_t window_end(const char *s, size_t n, size_t from, size_t size)
{
	return n - from <= size ? n : from + utf8_cut(s + from, n - from, size);
}

static int search(const pcre2_code *code, pcre2_match_context *limits, pcre2_match_data *data, const char *s, size_t n,
		  uint32_t options)
{
	int64_t begun = clock_mono_ms(), before = begun;
	size_t from = 0, size = WINDOW_MIN;

	for (;;) {
		size_t to = window_end(s, n, from, size);
		int64_t now;
		int rc;

		pcre2_set_offset_limit(limits, to);
		rc = pcre2_match(code, (PCRE2_SPTR)s, n, from, options, data, limits);
		if (rc != PCRE2_ERROR_NOMATCH || to >= n)
			return rc;
		now = clock_mono_ms();
		if (now - begun > TIME_MAX_MS)
			return PCRE2_ERROR_MATCHLIMIT;
		if (now - before < 10 && size < SIZE_MAX / 4)
			size *= 2;
		else if (size > WINDOW_MIN)
			size /= 2;
		before = now;
		from = to;
	}
}

static void copy_groups(pcre2_match_data *data, int count, size_t *groups, size_t max_groups)
{
	const size_t *ends = pcre2_get_ovector_pointer(data);

	for (size_t i = 0; i < max_groups; i++) {
		bool set = i < (size_t)count;

		groups[2 * i] = set ? ends[2 * i] : SIZE_MAX;
		groups[2 * i + 1] = set ? ends[2 * i + 1] : SIZE_MAX;
	}
}

int regex_match(const struct regex *r, const char *s, size_t n, size_t *groups, size_t max_groups)
{
	bool valid = utf8_valid(s, n);
	const pcre2_code *code = valid ? r->text : r->bytes ? r->bytes : r->loose;
	pcre2_match_context *limits = pcre2_match_context_copy(r->limits);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
	int rc;

	if (!code || !limits || !data)
		abort();
	rc = search(code, limits, data, s ? s : "", n, valid ? PCRE2_NO_UTF_CHECK : 0);
	if (rc > 0 && groups)
		copy_groups(data, rc, groups, max_groups);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	if (rc > 0)
		return 1;
	return rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
