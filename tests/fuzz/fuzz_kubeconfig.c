/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a kubeconfig, and what stands after the first NUL as the output of a credential plug-in: either it is
 * refused with a message, or what comes out is whole.
 */
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/credentials.h"
#include "agent/source/kubeconfig.h"
#include "agent/source/pem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(int good)
{
	if (!good)
		abort();
}

static void fuzz_context(const char *text, size_t n)
{
	struct kube_context k;
	struct err e = {0};

	if (kubeconfig_parse(text, n, "/nowhere/kc", NULL, &k, &e) < 0) {
		check(e.code != ERR_NONE && e.msg[0] && !k.name && !k.cluster.server && !k.user.exec);
		return;
	}
	check(k.name && k.from && k.cluster.name && k.cluster.server && strstr(k.cluster.server, "://"));
	check(!k.user.cert_pem == !k.user.key_pem);
	check(!k.user.token || !strpbrk(k.user.token, "\r\n"));
	check(!k.user.exec || (k.user.exec->command && k.user.exec->api_version));
	check(!k.cluster.ca_pem || !k.cluster.insecure);
	for (size_t i = 0; k.user.impersonate && k.user.impersonate[i]; i++)
		check(str_starts(k.user.impersonate[i], "Impersonate-") && !strpbrk(k.user.impersonate[i], "\r\n"));
	kube_context_fini(&k);
}

static void fuzz_output(const char *text, size_t n)
{
	struct kube_exec x = { .command = mem_str("plug-in"),
			       .api_version = mem_str("client.authentication.k8s.io/v1") };
	struct kube_context k = { .user = { .name = mem_str("u"), .exec = &x } };
	struct login l;
	int64_t expires;
	struct err e = {0};

	if (credentials_exec_parse(&k, text, n, &l, &expires, &e) < 0)
		check(e.code != ERR_NONE && e.msg[0]);
	else
		check((l.bearer || l.cert_pem) && !l.cert_pem == !l.key_pem && (!expires || expires > 0));
	login_fini(&l);
	free(k.user.name);
	free(x.command);
	free(x.api_version);
}

static void fuzz_base64(const char *text)
{
	size_t len = 0;
	char *back, *plain = base64_decode(text, &len);
	size_t again = 0;

	if (!plain)
		return;
	text = base64_encode(plain, len);
	back = base64_decode(text, &again);
	check(back && again == len && memcmp(back, plain, len) == 0);
	free(back);
	free(plain);
	free((void *)(uintptr_t)text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = mem_strn((const char *)data, n);
	size_t first = strlen(text);

	fuzz_context(text, first < n ? first : n);
	fuzz_base64(text);
	if (first < n)
		fuzz_output(text + first + 1, n - first - 1);
	free(text);
	return 0;
}
