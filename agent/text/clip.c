/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/clip.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/str.h"
#include "agent/base/utf8.h"

#define MARK_ROOM 64 /* bytes kept back for the line that says what is missing */

static void add_grouped(struct buf *out, size_t value)
{
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof digits, "%zu", value);

	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			buf_char(out, ',');
		buf_char(out, digits[i]);
	}
}

/* End of the head: after the last newline that fits; a first line longer than the room is cut at a character. */
static size_t head_end(const char *s, size_t n, size_t room)
{
	const char *nl = room ? memrchr(s, '\n', room) : NULL;

	return nl ? (size_t)(nl - s) + 1 : utf8_cut(s, n, room);
}

static size_t tail_start(const char *s, size_t n, size_t room)
{
	size_t from = n - room;
	const char *nl;

	if (room == 0)
		return n;
	if (from && s[from - 1] == '\n')
		return from;
	nl = memchr(s + from, '\n', room);
	if (nl && (size_t)(nl - s) + 1 < n)
		return (size_t)(nl - s) + 1;
	/* The last line alone is longer than the room: its end is shown, from a character's first byte. */
	while (from < n && ((unsigned char)s[from] & 0xc0) == 0x80)
		from++;
	return from;
}

size_t clip_text(struct buf *out, const char *s, size_t n, size_t max_bytes, unsigned head_share)
{
	size_t room, head, tail, lines = 0;
	char size[24];

	if (n <= max_bytes) {
		buf_add(out, s, n);
		return 0;
	}
	if (head_share > 100)
		head_share = 100;
	room = max_bytes > MARK_ROOM ? max_bytes - MARK_ROOM : 0;
	head = head_end(s, n, room / 100 * head_share + room % 100 * head_share / 100);
	tail = tail_start(s, n, room - head);
	for (const char *p = s + head; p < s + tail; p++)
		lines += *p == '\n';
	if (tail == n ? s[n - 1] != '\n' : s[tail - 1] != '\n')
		lines++;
	str_from_size(tail - head, size);
	buf_add(out, s, head);
	if (head && s[head - 1] != '\n')
		buf_char(out, '\n');
	buf_str(out, "[... ");
	add_grouped(out, lines);
	buf_printf(out, " line%s (%s) left out ...]\n", lines == 1 ? "" : "s", size);
	buf_add(out, s + tail, n - tail);
	return lines;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void clip_line(struct buf *out, const char *s, size_t n, size_t max_cols)
{
	/* Eight bytes a column hold any character with its marks; what is beyond would be cut anyway. */
	size_t max = max_cols > SIZE_MAX / 8 - 64 ? SIZE_MAX : max_cols * 8 + 64, i = 0;
	auto_buf struct buf line = BUF_INIT(n < max ? n + 1 : max + 1);

	for (; i < n && line.len < max; i++) {
		if (!is_space(s[i]))
			buf_char(&line, s[i]);
		else if (line.len && line.data[line.len - 1] != ' ')
			buf_char(&line, ' ');
	}
	while (i < n && is_space(s[i]))
		i++;
	if (line.len && line.data[line.len - 1] == ' ')
		buf_cut(&line, line.len - 1);
	if (line.len == 0 || max_cols == 0)
		return;
	if (i == n && utf8_width(line.data, line.len) <= max_cols) {
		buf_add(out, line.data, line.len);
		return;
	}
	buf_add(out, line.data, utf8_fit(line.data, line.len, max_cols - 1));
	buf_str(out, "\xe2\x80\xa6");
}
