/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/buf.h"
#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define ATTACH_MAX (8u << 20) /* of one; the model sees a clipped part */
#define HALF (ATTACH_MAX / 2)
#define SLOW_MS 1500 /* of silence before people are told what is waited for */

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

/* A stream of any length: of a long one the beginning and the end are kept. */
struct intake {
	char *head, *tail; /* HALF and 2 * HALF bytes */
	size_t head_len, tail_len;
	uint64_t left_out;
};

static void take(struct intake *in, const char *data, size_t n)
{
	size_t room = HALF - in->head_len, first = n < room ? n : room;

	memcpy(in->head + in->head_len, data, first);
	in->head_len += first;
	if (in->tail_len + n - first > 2 * HALF) {
		size_t drop = in->tail_len - HALF;

		memmove(in->tail, in->tail + drop, HALF);
		in->tail_len = HALF;
		in->left_out += drop;
	}
	memcpy(in->tail + in->tail_len, data + first, n - first);
	in->tail_len += n - first;
}

static char *whole(const struct intake *in, size_t *len)
{
	struct buf b = BUF_INIT(2 * ATTACH_MAX);
	size_t drop = in->tail_len > HALF ? in->tail_len - HALF : 0;

	buf_add(&b, in->head, in->head_len);
	if (in->left_out + drop)
		buf_printf(&b, "\n[... %llu bytes left out ...]\n", (unsigned long long)(in->left_out + drop));
	buf_add(&b, in->tail + drop, in->tail_len - drop);
	*len = b.len;
	return buf_steal(&b);
}

/* Standard input, or a file that is open. slow: see attach.h. */
struct input {
	int fd;
	const char *name;
	struct cancel *cancel;
	void (*slow)(void);
};

static int read_all(struct input *from, struct intake *in, struct err *e)
{
	struct pollfd p[2] = {{.fd = from->fd, .events = POLLIN}, {.fd = cancel_fd(from->cancel), .events = POLLIN}};
	char piece[16384];
	ssize_t got = 1;

	while (got > 0) {
		int ready = poll(p, 2, from->slow ? SLOW_MS : -1);

		if (cancel_fired(from->cancel))
			return err_set(e, ERR_CANCELED, "Interrupted while reading %s.", from->name);
		if (ready == 0) {
			from->slow();
			from->slow = NULL;
		}
		if (ready <= 0 || !p[0].revents)
			continue;
		got = read(from->fd, piece, sizeof(piece));
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return err_sys(e, "cannot read %s", from->name);
		if (got > 0)
			take(in, piece, (size_t)got);
		else if (got < 0)
			got = 1;
	}
	return 0;
}

/* To the end, or until cancelled. The caller's. */
static char *read_input(struct input *from, size_t *len, struct err *e)
{
	struct intake in = {.head = mem_alloc(HALF), .tail = mem_alloc((size_t)2 * HALF)};
	char *text = read_all(from, &in, e) == 0 ? whole(&in, len) : NULL;

	free(in.head);
	free(in.tail);
	return text;
}

static char *read_file(const char *path, struct cancel *cancel, size_t *len, struct err *e)
{
	struct input from = {.name = path, .cancel = cancel};
	struct err why = {0};
	char *text = file_read(path, ATTACH_MAX, len, &why);
	auto_close int fd = text || why.code != ERR_LIMIT ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (!text && fd >= 0) {
		from.fd = fd;
		return read_input(&from, len, e);
	}
	if (!text && e)
		*e = why;
	return text;
}

json_t *attach_all(const struct options *o, struct cancel *cancel, void (*slow)(void), struct err *e)
{
	struct input input = {.fd = STDIN_FILENO, .name = "standard input", .cancel = cancel, .slow = slow};
	json_t *list = json_array();
	size_t len = 0;

	for (size_t i = 0; i < o->attach.count; i++) {
		const char *path = o->attach.items[i];
		auto_free char *text =
			str_eq(path, "-") ? read_input(&input, &len, e) : read_file(path, cancel, &len, e);

		if (!text) {
			err_wrap(e, "-f");
			json_decref(list);
			return NULL;
		}
		add(list, path, text, len);
	}
	if (is_piped()) {
		auto_free char *text = read_input(&input, &len, e);

		if (!text) {
			json_decref(list);
			return NULL;
		}
		if (len)
			add(list, "standard input", text, len);
	}
	return list;
}
