/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/attach.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/buf.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define ATTACH_MAX (8u << 20) /* of one; the model sees a clipped part */
#define SLOW_MS 1500		/* of silence before people are told what is waited for */

static void add(json_t *list, const char *name, const char *text, size_t len)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_text0(name));
	json_object_set_new(o, "text", json_text(text, len));
	json_array_append_new(list, o);
}

/*
 * A pipe or a file as standard input is meant for us. Other kinds (a terminal, /dev/null, an idle socket of a CI
 * runner) are not, and
 * waiting for them would be a hang.
 */
static bool is_piped(void)
{
	struct stat st;

	if (isatty(STDIN_FILENO) || fstat(STDIN_FILENO, &st) < 0)
		return false;
	return S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode);
}

/* To the end of standard input, or until cancelled. The caller's. */
static char *read_input(struct cancel *cancel, void (*slow)(void), size_t *len, struct err *e)
{
	struct pollfd p[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = cancel_fd(cancel), .events = POLLIN}};
	auto_buf struct buf b = BUF_INIT(ATTACH_MAX);
	char piece[16384];
	ssize_t got = 1;

	while (got > 0 && !b.over) {
		int ready = poll(p, 2, slow ? SLOW_MS : -1);

		if (cancel_fired(cancel)) {
			err_set(e, ERR_CANCELED, "Interrupted while reading standard input.");
			return NULL;
		}
		if (ready == 0) {
			slow();
			slow = NULL;
		}
		if (ready <= 0 || !p[0].revents)
			continue;
		got = read(STDIN_FILENO, piece, sizeof(piece));
		if (got < 0 && errno != EINTR) {
			err_sys(e, "cannot read standard input");
			return NULL;
		}
		if (got > 0)
			buf_add(&b, piece, (size_t)got);
		else if (got < 0)
			got = 1;
	}
	if (b.over) {
		err_set(e, ERR_LIMIT, "standard input holds more than %u MiB: pipe in less, as with tail or grep",
			ATTACH_MAX >> 20);
		return NULL;
	}
	*len = b.len;
	return buf_steal(&b);
}

json_t *attach_all(const struct options *o, struct cancel *cancel, void (*slow)(void), struct err *e)
{
	json_t *list = json_array();
	size_t len = 0;

	for (size_t i = 0; i < o->attach.count; i++) {
		const char *path = o->attach.items[i];
		auto_free char *text = str_eq(path, "-") ? read_input(cancel, slow, &len, e)
							   : file_read(path, ATTACH_MAX, &len, e);

		if (!text) {
			err_wrap(e, "-f");
			json_decref(list);
			return NULL;
		}
		add(list, path, text, len);
	}
	if (is_piped()) {
		auto_free char *text = read_input(cancel, slow, &len, e);

		if (!text) {
			json_decref(list);
			return NULL;
		}
		if (len)
			add(list, "standard input", text, len);
	}
	return list;
}
