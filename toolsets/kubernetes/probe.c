/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/probe.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

bool probe_read(const json_t *container, const char *kind, struct probe *out)
{
	static const char *const fields[][2] = {
		{"readiness", "readinessProbe"}, {"liveness", "livenessProbe"}, {"startup", "startupProbe"}};
	static const char *const actions[] = {"httpGet", "tcpSocket", "grpc", "exec"};
	json_t *port;

	*out = (struct probe){.path = "", .name = ""};
	for (size_t i = 0; i < 3; i++)
		if (strcmp(fields[i][0], kind) == 0)
			out->field = fields[i][1];
	out->object = out->field ? fld_at(container, out->field) : NULL;
	for (size_t i = 0; out->object && i < 4; i++)
		if (json_object_get(out->object, actions[i]))
			out->action = actions[i];
	if (!out->action)
		return false;
	out->path = fld_str(fld_at(out->object, out->action), "path");
	port = fld_at(fld_at(out->object, out->action), "port");
	if (json_is_integer(port)) {
		out->number = (int)json_integer_value(port);
		snprintf(out->port_text, sizeof(out->port_text), "%d", out->number);
	} else if (json_is_string(port)) {
		out->name = json_string_value(port);
		snprintf(out->port_text, sizeof(out->port_text), "\"%.50s\"", out->name);
	}
	return true;
}

int probe_port(const struct probe *p, const json_t *container)
{
	if (p->number)
		return p->number;
	return (int)fld_int(fld_item(fld_at(container, "ports"), "name", p->name), "containerPort", 0);
}

bool probe_port_declared(const struct probe *p, const json_t *pod)
{
	static const char *const lists[] = {"spec.containers", "spec.initContainers"};
	json_t *c, *port;
	size_t i, k;

	for (size_t n = 0; n < 2; n++)
		json_array_foreach (fld_at(pod, lists[n]), i, c)
			json_array_foreach (fld_at(c, "ports"), k, port)
				if (p->number ? fld_int(port, "containerPort", 0) == p->number
					      : strcmp(fld_str(port, "name"), p->name) == 0)
					return true;
	return false;
}

const char *probe_ports_text(const json_t *container, char out[static 200])
{
	json_t *port;
	size_t i, n = 0;

	snprintf(out, 200, "no ports");
	json_array_foreach (fld_at(container, "ports"), i, port) {
		const char *name = fld_str(port, "name");

		if (n > 150)
			break;
		n += (size_t)snprintf(out + n, 200 - n, "%s%d%s%.20s%s", i ? ", " : "",
				      (int)fld_int(port, "containerPort", 0), *name ? " (" : "", name,
				      *name ? ")" : "");
	}
	return out;
}
