/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/corefile.h"

#include <stdlib.h>
#include <string.h>

#include "tests/tap.h"

static const char file[] = ".:53 {\n"
			   "    errors\n"
			   "    # template ANY ANY gone {\n"
			   "    template ANY A user.shop.svc.cluster.local {\n"
			   "       match \"^user\\.shop\"\n"
			   "       rcode NXDOMAIN\n"
			   "    }\n"
			   "    forward . 192.0.2.53 /etc/resolv.conf {\n"
			   "       max_concurrent 1000\n"
			   "    }\n"
			   "    cache 30\n"
			   "}\n"
			   "example.org:53 {\n"
			   "    forward . 192.0.2.1\n"
			   "}\n";

int main(void)
{
	struct directive d;
	char word[80];
	size_t at = 0, n = 0;
	static const char *const names[] = {"errors", "template", "forward", "cache", "forward"};

	while (corefile_next(file, &at, &d)) {
		ok(n < 5 && corefile_is(&d, names[n]), "directive %zu", n);
		if (n == 1) {
			ok(corefile_word(d.line, d.len, 3, word, sizeof(word)) && strcmp(word, "user.shop.svc.cluster.local") == 0,
			   "its zone");
			ok(!corefile_word(d.line, d.len, 4, word, sizeof(word)), "no more words");
			ok(corefile_body(&d, "rcode", word, sizeof(word)) && strcmp(word, "NXDOMAIN") == 0, "its rcode");
			ok(corefile_body(&d, "match", word, sizeof(word)) && strcmp(word, "^user\\.shop") == 0, "without quotes");
			ok(!corefile_body(&d, "answer", word, sizeof(word)), "no answer");
		}
		if (n == 2)
			ok(corefile_word(d.line, d.len, 3, word, sizeof(word)) && strcmp(word, "/etc/resolv.conf") == 0,
			   "the second name server");
		n++;
	}
	ok(n == 5, "five directives");
	for (size_t cut = 0; cut < sizeof(file); cut++) {
		char *copy = calloc(1, cut + 1);

		memcpy(copy, file, cut);
		for (at = 0, n = 0; corefile_next(copy, &at, &d) && n < 100; n++)
			corefile_body(&d, "rcode", word, sizeof(word));
		if (n >= 100 || at > cut)
			ok(false, "cut at %zu", cut);
		free(copy);
	}
	ok(true, "every truncation");
	return done();
}
