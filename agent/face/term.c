/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/term.h"

#include <langinfo.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"

#define WIDTH_MAX 110 /* wider lines are hard to read */

static size_t columns(FILE *stream)
{
	const char *env = getenv("COLUMNS");
	struct winsize ws;
	int64_t n;

	if (ioctl(fileno(stream), TIOCGWINSZ, &ws) == 0 && ws.ws_col)
		return ws.ws_col;
	if (!str_empty(env) && str_to_i64(env, &n, NULL) == 0 && n > 0 && n < 10000)
		return (size_t)n;
	return 80;
}

struct term term_of(FILE *stream, const char *when)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	struct term t = {.tty = isatty(fileno(stream)) == 1};

	t.width = columns(stream);
	if (t.width > WIDTH_MAX)
		t.width = WIDTH_MAX;
	if (t.width < 40)
		t.width = 40;
	t.color = str_eq(when, "always") ||
		  (!str_eq(when, "never") && t.tty && str_empty(no_color) && !str_eq(term, "dumb") && !str_empty(term));
	t.unicode = str_eq(nl_langinfo(CODESET), "UTF-8");
	return t;
}

void term_on(struct buf *b, const struct term *t, enum style style)
{
	static const char *const codes[] = {"", "1", "2", "1;31", "33", "32", "36", "1;36"};

	if (t->color && style != STYLE_PLAIN)
		buf_printf(b, "\033[%sm", codes[style]);
}

void term_off(struct buf *b, const struct term *t)
{
	if (t->color)
		buf_str(b, "\033[0m");
}

void term_style(struct buf *b, const struct term *t, enum style style, const char *s)
{
	term_on(b, t, style);
	buf_str(b, s);
	if (style != STYLE_PLAIN)
		term_off(b, t);
}

char *term_safe(const char *s)
{
	auto_buf struct buf b = BUF_INIT(8u << 20);

	utf8_printable(&b, s, strlen(s));
	return buf_steal(&b);
}

void term_wrap(struct buf *b, const struct term *t, const char *s, size_t first, size_t indent)
{
	size_t column = first;
	bool start = true;

	while (*s) {
		size_t n = strcspn(s, " \n"), w = utf8_width(s, n);

		if (n && !start && column + 1 + w > t->width) {
			buf_char(b, '\n');
			buf_repeat(b, ' ', indent);
			column = indent;
		} else if (n && !start) {
			buf_char(b, ' ');
			column++;
		}
		buf_add(b, s, n);
		column += w;
		start = start && !n;
		s += n;
		if (*s == '\n') {
			buf_char(b, '\n');
			buf_repeat(b, ' ', indent);
			column = indent;
			start = true;
		}
		if (*s)
			s++;
	}
}
