/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "agent/base/file.h"
#include "tests/tap.h"

static char path[] = "/tmp/dupin-test-log.XXXXXX";
static int saved, file;

/* From here on standard error goes to a file. */
static void begin(void)
{
	fflush(stderr);
	if (ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0)
		perror("test_log");
	saved = dup(2);
	dup2(file, 2);
}

static char *end(void)
{
	dup2(saved, 2);
	close(saved);
	return file_read(path, 10 << 20, NULL, NULL);
}

static void texts(void)
{
	char *s;

	log_setup(LOG_WARN, false);
	begin();
	log_error("m", "no %s", "disk");
	log_warn("m", "slow");
	log_info("m", "hidden");
	s = end();
	is_str(s, "dupin: no disk\ndupin: warning: slow\n", "errors and warnings");
	free(s);
	log_setup(LOG_DEBUG, false);
	begin();
	errno = ENOSPC;
	log_info("http", "GET\n");
	log_debug("http", "a\x1b[2Jb\nsecond");
	s = end();
	is_str(s, "dupin[http]: GET\ndupin[http]: a^[[2Jb\\nsecond\n", "one line each, terminal-safe");
	is_int(errno, ENOSPC, "errno stays");
	free(s);
	log_setup(LOG_ERROR, false);
	ok(log_enabled(LOG_ERROR) && !log_enabled(LOG_WARN), "levels");
}

static void json(void)
{
	char *s;

	log_setup(LOG_INFO, true);
	begin();
	log_info("mod", "q\"b\\ \n\xff \x01");
	s = end();
	like(s, "{\"time\":\"20", "begins with the time");
	like(s, "Z\",\"level\":\"info\",\"module\":\"mod\",\"msg\":\"q\\\"b\\\\ \\u000a\xef\xbf\xbd \\u0001\"}\n",
	     "escaped");
	free(s);
}

static void *chatter(void *arg)
{
	for (int i = 0; i < 200; i++)
		log_info("t", "%0500d", *(int *)arg);
	return NULL;
}

/* Lines of several threads do not mix. */
static void threads(void)
{
	int names[4] = {1, 2, 3, 4};
	size_t good = 0, all = 0;
	pthread_t t[4];
	char *s, *line, *next;

	log_setup(LOG_INFO, false);
	begin();
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, chatter, &names[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	s = end();
	for (line = s; line && *line; line = next) {
		next = strchr(line, '\n');
		all++;
		good += next && next - line == 500 + (long)strlen("dupin[t]: ");
		next = next ? next + 1 : NULL;
	}
	ok(all == 800 && good == 800, "%zu lines of %zu are whole", good, all);
	free(s);
}

static void long_line(void)
{
	char *text = malloc(100001), *s;

	memset(text, 'x', 100000);
	text[100000] = '\0';
	log_setup(LOG_INFO, false);
	begin();
	log_info("t", "%s", text);
	s = end();
	ok(strlen(s) < 10000 && s[strlen(s) - 1] == '\n', "a line has a maximum");
	free(s);
	free(text);
}

int main(void)
{
	file = mkostemp(path, O_APPEND);
	texts();
	json();
	threads();
	long_line();
	close(file);
	unlink(path);
	return done();
}
