/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/probe_said.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

static bool wrong_scheme(const struct probe *p, const char *said, struct probe_fault *out)
{
	const char *scheme = fld_str(fld_at(p->object, "httpGet"), "scheme");
	bool tls = strcmp(scheme, "HTTPS") == 0;
	bool plain_server = tls && (strstr(said, "server gave HTTP response to HTTPS client") ||
				    strstr(said, "first record does not look like a TLS handshake"));
	bool tls_server = !tls && (strstr(said, "malformed HTTP response \"\\x15\\x03") ||
				   strstr(said, "HTTP request to an HTTPS server"));

	if (!plain_server && !tls_server)
		return false;
	snprintf(out->what, sizeof(out->what), "speaks %s to port %s, where the program speaks %s",
		 tls ? "HTTPS" : "plain HTTP", p->port_text, tls ? "plain HTTP" : "HTTPS");
	snprintf(out->fix, sizeof(out->fix), "Set its scheme to %s", tls ? "HTTP" : "HTTPS");
	snprintf(out->place, sizeof(out->place), "httpGet/scheme");
	out->score = 0.95;
	return true;
}

/* "exec: "x": executable file not found in $PATH", "stat /bin/x: no such file or directory". */
static bool wrong_command(const struct probe *p, const char *said, struct probe_fault *out)
{
	const char *command = json_string_value(json_array_get(fld_at(p->object, "exec.command"), 0));

	if (!command ||
	    !(strstr(said, "executable file not found") || strstr(said, "no such file or directory") ||
	      strstr(said, "permission denied")) ||
	    !(strstr(said, "exec failed") || strstr(said, "failed to exec") || strstr(said, "exec: \"")))
		return false;
	snprintf(out->what, sizeof(out->what), "runs the command \"%.150s\", which %s", command,
		 strstr(said, "permission denied") ? "may not be executed (permission denied)"
						   : "is not in the image (executable not found)");
	snprintf(out->fix, sizeof(out->fix), "Let it run a command that the image has");
	snprintf(out->place, sizeof(out->place), "exec/command/0");
	out->score = 0.94;
	return true;
}

static bool wrong_name(const struct probe *p, const json_t *container, struct probe_fault *out)
{
	char ports[200];

	if (!*p->name || probe_port(p, container))
		return false;
	snprintf(out->what, sizeof(out->what),
		 "asks the port named %s, which the container does not declare (it has %.180s)", p->port_text,
		 probe_ports_text(container, ports));
	snprintf(out->fix, sizeof(out->fix), "Name a port that the container declares, or give its number");
	snprintf(out->place, sizeof(out->place), "%.20s/port", p->action);
	out->score = 0.95;
	return true;
}

static bool wrong_grpc(const struct probe *p, const char *said, struct probe_fault *out)
{
	const char *service = fld_str(fld_at(p->object, "grpc"), "service");
	bool no_health = strstr(said, "does not implement the grpc health protocol") != NULL;

	if (strcmp(p->action, "grpc") != 0 ||
	    !(no_health || strstr(said, "unknown service") || strstr(said, "NotFound") ||
	      strstr(said, "http2: frame too large") || strstr(said, "error reading server preface")))
		return false;
	if (no_health)
		snprintf(out->what, sizeof(out->what),
			 "asks port %s by the grpc health protocol, which the program does not implement",
			 p->port_text);
	else if (strstr(said, "unknown service") || strstr(said, "NotFound"))
		snprintf(out->what, sizeof(out->what),
			 "asks after the grpc service \"%.100s\", which the program does not know", service);
	else
		snprintf(out->what, sizeof(out->what), "asks port %s by grpc, but the program there does not speak it",
			 p->port_text);
	snprintf(out->fix, sizeof(out->fix),
		 no_health ? "Add the health service to the program, or probe by httpGet or tcpSocket"
			   : "Name a service that the program reports on, or none, and its grpc port");
	snprintf(out->place, sizeof(out->place), no_health ? "grpc/port" : "grpc/service");
	out->score = 0.93;
	return true;
}

bool probe_said_fault(const struct probe *p, const json_t *container, const char *said, struct probe_fault *out)
{
	*out = (struct probe_fault){.score = 0};
	return wrong_scheme(p, said, out) || wrong_command(p, said, out) || wrong_grpc(p, said, out) ||
	       wrong_name(p, container, out);
}
