/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

static int too_large(const char *name, size_t max_bytes, struct err *e)
{
	char size[24];

	str_from_size(max_bytes, size);
	return err_set(e, ERR_LIMIT, "%s is larger than %s, which is the most that is read", name, size);
}

/* One read that waits on a non-blocking descriptor and ignores interruptions. */
static ssize_t read_some(int fd, void *p, size_t n)
{
	for (;;) {
		ssize_t got = read(fd, p, n);

		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
		if (errno == EAGAIN) {
			struct pollfd wait = {.fd = fd, .events = POLLIN};

			if (poll(&wait, 1, -1) < 0 && errno != EINTR)
				return -1;
		}
	}
}

char *file_read_fd(int fd, const char *name, size_t max_bytes, size_t *len, struct err *e)
{
	struct stat st;
	size_t cap = 4096, n = 0;
	char *data;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((uintmax_t)st.st_size > max_bytes) {
			too_large(name, max_bytes, e);
			return NULL;
		}
		cap = (size_t)st.st_size + 2;
	}
	data = mem_alloc(cap);
	for (;;) {
		ssize_t got;

		if (n + 1 >= cap) {
			cap *= 2;
			data = mem_resize(data, cap);
		}
		got = read_some(fd, data + n, cap - n - 1);
		if (got < 0) {
			err_sys(e, "cannot read %s", name);
			free(data);
			return NULL;
		}
		if (got == 0)
			break;
		n += (size_t)got;
		if (n > max_bytes) {
			too_large(name, max_bytes, e);
			free(data);
			return NULL;
		}
	}
	data[n] = '\0';
	if (len)
		*len = n;
	return data;
}

char *file_read(const char *path, size_t max_bytes, size_t *len, struct err *e)
{
	/* Non-blocking, so that a FIFO is refused below and not waited for here. */
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		err_sys(e, "cannot open %s", path);
		return NULL;
	}
	if (fstat(fd, &st) != 0) {
		err_sys(e, "cannot read %s", path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(e, ERR_IO, "cannot read %s: it is %s, not a file", path,
			S_ISDIR(st.st_mode) ? "a folder" : "a device, socket or pipe");
		return NULL;
	}
	return file_read_fd(fd, path, max_bytes, len, e);
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Makes the rename itself durable. Some file systems cannot, which is no reason to fail. */
static void sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder = slash ? mem_strn(path, slash == path ? 1 : (size_t)(slash - path)) : mem_str(".");
	auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		fsync(fd);
}

int file_write(const char *path, const void *data, size_t len, unsigned mode, struct err *e)
{
	auto_free char *temp = mem_printf("%s.XXXXXX", path);
	auto_close int fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "cannot write %s", path);
	if (write_all(fd, data, len) != 0 || fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0 ||
	    rename(temp, path) != 0) {
		err_sys(e, "cannot write %s", path);
		unlink(temp);
		return -1;
	}
	sync_folder_of(path);
	return 0;
}

bool file_exists(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_mkdirs(const char *path, struct err *e)
{
	auto_free char *part = mem_str(path);

	if (str_empty(path))
		return err_set(e, ERR_ARG, "cannot make a folder without a name");
	for (char *p = part + 1;; p++) {
		char keep = *p;

		if (keep != '/' && keep != '\0')
			continue;
		*p = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST && !file_is_dir(part))
			return err_sys(e, "cannot make the folder %s", part);
		*p = keep;
		if (keep == '\0')
			break;
	}
	if (!file_is_dir(path)) {
		errno = ENOTDIR;
		return err_sys(e, "cannot make the folder %s", path);
	}
	return 0;
}

char *file_join(const char *a, const char *b)
{
	if (b && b[0] == '/')
		return mem_str(b);
	if (str_empty(a))
		return mem_str(b ? b : "");
	if (str_empty(b))
		return mem_str(a);
	return mem_printf("%s%s%s", a, str_ends(a, "/") ? "" : "/", b);
}

char *file_expand(const char *path)
{
	const char *home = getenv("HOME");

	if (!path || path[0] != '~' || (path[1] != '/' && path[1] != '\0') || str_empty(home))
		return mem_str(path ? path : "");
	return mem_printf("%s%s", home, path + 1);
}
