/* SPDX-License-Identifier: Apache-2.0 */
/* dupin ask: one question, one answer. */
#include <stdio.h>
#include <string.h>

#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/asking.h"
#include "agent/face/attach.h"
#include "agent/face/commands.h"
#include "agent/face/session.h"

static void input_is_slow(void)
{
	session_fail(NULL, 0, "waiting for standard input, which is a pipe that nobody has closed; </dev/null means none");
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

int command_ask(struct options *o)
{
	auto_json json_t *attachments = NULL;
	struct session s;
	struct err e = {0};
	int status;

	if (o->words.count != 1 || is_blank(o->words.items[0])) {
		s = (struct session){.err = term_of(stderr, "auto")};
		return session_fail(
			&s, EXIT_USAGE,
			o->words.count > 1
				? "ask takes one question: put it in quotes, dupin ask \"why is web-1 not ready?\""
				: "ask needs a question: dupin ask \"why is web-1 not ready?\"");
	}
	status = session_open(&s, o);
	if (!status)
		status = asking_check_price(&s);
	if (!status)
		status = session_toolsets(&s);
	if (!status)
		status = session_suppressions(&s);
	if (!status)
		status = session_texts(&s);
	if (!status && !(attachments = attach_all(o, s.cancel, input_is_slow, &e)))
		status = session_fail(&s, e.code == ERR_CANCELED ? EXIT_INTERRUPTED : EXIT_USAGE, e.msg);
	if (!status) {
		s.recorded = true;
		status = session_world(&s);
	}
	if (!status)
		status = session_store(&s, false);
	if (!status)
		status = asking_run(&s, o->words.items[0], attachments);
	return session_close(&s, status);
}
