/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/buf.h"
#include "agent/base/clock.h"
#include "agent/base/utf8.h"

#define LINE_MAX_BYTES 8192u

static atomic_int threshold = LOG_WARN;
static atomic_bool as_json;

void log_setup(enum log_level level, bool json)
{
	atomic_store(&threshold, (int)level);
	atomic_store(&as_json, json);
}

bool log_enabled(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&threshold, memory_order_relaxed);
}

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_ERROR:
		return "error";
	case LOG_WARN:
		return "warning";
	case LOG_INFO:
		return "info";
	case LOG_DEBUG:
		return "debug";
	}
	return "debug";
}

/* json.h lives a floor above; a log line needs no more than this. s is valid UTF-8. */
static void add_json_string(struct buf *out, const char *s, size_t n)
{
	buf_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_char(out, (char)c);
	}
	buf_char(out, '"');
}

static void format_json(struct buf *line, enum log_level level, const char *module, const struct buf *msg)
{
	auto_buf struct buf clean = BUF_INIT(LINE_MAX_BYTES);
	char now[CLOCK_TEXT];

	utf8_clean(&clean, buf_cstr(msg), msg->len);
	clock_format(clock_wall_ms(), now);
	buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"module\":", now, level_name(level));
	add_json_string(line, module ? module : "", module ? strlen(module) : 0);
	buf_str(line, ",\"msg\":");
	add_json_string(line, buf_cstr(&clean), clean.len);
	buf_char(line, '}');
}

static void format_text(struct buf *line, enum log_level level, const char *module, const struct buf *msg)
{
	auto_buf struct buf clean = BUF_INIT(LINE_MAX_BYTES);

	utf8_printable(&clean, buf_cstr(msg), msg->len);
	if (level == LOG_ERROR)
		buf_str(line, "dupin: ");
	else if (level == LOG_WARN)
		buf_str(line, "dupin: warning: ");
	else
		buf_printf(line, "dupin[%s]: ", module ? module : "");
	for (size_t i = 0; i < clean.len; i++)
		if (clean.data[i] == '\n')
			buf_str(line, "\\n");
		else
			buf_char(line, clean.data[i]);
}

void log_at(enum log_level level, const char *module, const char *fmt, ...)
{
	auto_buf struct buf msg = BUF_INIT(LINE_MAX_BYTES / 2);
	auto_buf struct buf line = BUF_INIT((size_t)LINE_MAX_BYTES * 8); /* escapes grow a byte to at most 8 */
	int keep = errno;
	ssize_t done;
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	buf_vprintf(&msg, fmt, ap);
	va_end(ap);
	while (msg.len > 0 && msg.data[msg.len - 1] == '\n')
		buf_cut(&msg, msg.len - 1);
	if (atomic_load_explicit(&as_json, memory_order_relaxed))
		format_json(&line, level, module, &msg);
	else
		format_text(&line, level, module, &msg);
	buf_char(&line, '\n');
	/* One write, so that lines of several threads and processes do not mix. A lost log line is nobody's error. */
	do
		done = write(STDERR_FILENO, line.data, line.len);
	while (done < 0 && errno == EINTR);
	errno = keep;
}
