/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/utf8.h"

/* Makes outside bytes one line of valid UTF-8 that fits, marked when it was cut. */
static void store(struct err *e, const char *text, size_t n)
{
	auto_buf struct buf clean = BUF_INIT(8192);
	size_t fits;

	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	utf8_clean(&clean, text, n);
	for (size_t i = 0; i < clean.len; i++)
		if ((unsigned char)clean.data[i] < 0x20 || clean.data[i] == 0x7f)
			clean.data[i] = ' ';
	if (clean.len < sizeof(e->msg)) {
		memcpy(e->msg, buf_cstr(&clean), clean.len + 1);
		return;
	}
	fits = utf8_cut(clean.data, clean.len, sizeof(e->msg) - sizeof("..."));
	memcpy(e->msg, clean.data, fits);
	memcpy(e->msg + fits, "...", sizeof("..."));
}

/* The text may quote e->msg itself, so it is built aside. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	auto_buf struct buf text = BUF_INIT(4096);
	int keep = errno;
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	e->code = code;
	e->sys = 0;
	e->http = 0;
	store(e, buf_cstr(&text), text.len);
	errno = keep;
	return -1;
}

static enum err_code code_of_errno(int sys)
{
	if (sys == EACCES || sys == EPERM)
		return ERR_DENIED;
	if (sys == ENOENT || sys == ENOTDIR)
		return ERR_NOT_FOUND;
	return ERR_IO;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	auto_buf struct buf text = BUF_INIT(4096);
	char why[128];
	int sys = errno;
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	buf_printf(&text, ": %s", strerror_r(sys, why, sizeof(why)));
	e->code = code_of_errno(sys);
	e->sys = sys;
	e->http = 0;
	store(e, buf_cstr(&text), text.len);
	errno = sys;
	return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	auto_buf struct buf text = BUF_INIT(4096);
	int keep = errno;
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == ':'))
		buf_cut(&text, text.len - 1);
	if (e->msg[0])
		buf_printf(&text, ": %s", e->msg);
	store(e, buf_cstr(&text), text.len);
	errno = keep;
	return -1;
}

const char *err_name(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return "none";
	case ERR_ARG:
		return "arg";
	case ERR_CONFIG:
		return "config";
	case ERR_IO:
		return "io";
	case ERR_NET:
		return "net";
	case ERR_HTTP:
		return "http";
	case ERR_TIMEOUT:
		return "timeout";
	case ERR_CANCELED:
		return "canceled";
	case ERR_PARSE:
		return "parse";
	case ERR_DENIED:
		return "denied";
	case ERR_NOT_FOUND:
		return "not_found";
	case ERR_LIMIT:
		return "limit";
	case ERR_STATE:
		return "state";
	case ERR_TOOL:
		return "tool";
	case ERR_MODEL:
		return "model";
	}
	return "unknown";
}

void err_clear(struct err *e)
{
	if (e)
		memset(e, 0, sizeof(*e));
}
