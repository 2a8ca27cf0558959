/* SPDX-License-Identifier: Apache-2.0 */
/* What the kubelet's words prove of a probe, and what they do not. */
#include <jansson.h>
#include <string.h>

#include "tests/tap.h"
#include "toolsets/kubernetes/probe_said.h"

static bool fault(const char *container, const char *kind, const char *said, struct probe_fault *out)
{
	json_t *c = json_loads(container, 0, NULL);
	struct probe p;
	bool found = c && probe_read(c, kind, &p) && probe_said_fault(&p, c, said, out);

	json_decref(c);
	return found;
}

int main(void)
{
	static const char https[] = "{\"livenessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":8080,\"scheme\":\"HTTPS\"}}}";
	static const char plain[] = "{\"livenessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":8080,\"scheme\":\"HTTP\"}}}";
	static const char exec[] = "{\"readinessProbe\":{\"exec\":{\"command\":[\"/bin/ready\",\"-q\"]}}}";
	static const char named[] = "{\"ports\":[{\"name\":\"http\",\"containerPort\":80}],"
				    "\"startupProbe\":{\"httpGet\":{\"port\":\"web\"}}}";
	static const char known[] = "{\"ports\":[{\"name\":\"web\",\"containerPort\":80}],"
				    "\"startupProbe\":{\"httpGet\":{\"port\":\"web\"}}}";
	static const char grpc[] = "{\"livenessProbe\":{\"grpc\":{\"port\":9000,\"service\":\"shop.v2\"}}}";
	struct probe_fault f;

	ok(fault(https, "liveness", "http: server gave HTTP response to HTTPS client", &f), "HTTPS to a plain server");
	ok(strstr(f.what, "speaks HTTPS to port 8080") != NULL, "says which way round: %s", f.what);
	is_str(f.place, "httpGet/scheme", "names the field to mend");
	ok(!fault(plain, "liveness", "http: server gave HTTP response to HTTPS client", &f), "not of a plain probe");
	ok(fault(plain, "liveness", "malformed HTTP response \"\\x15\\x03\\x01\\x00\\x02\\x02\"", &f), "plain HTTP to a TLS server");
	ok(!fault(plain, "liveness", "connect: connection refused", &f), "a refused connection proves no protocol");
	ok(fault(exec, "readiness", "exec failed: exec: \"/bin/ready\": stat /bin/ready: no such file or directory", &f),
	   "a command that is not there");
	ok(strstr(f.what, "/bin/ready") != NULL, "names it: %s", f.what);
	ok(!fault(exec, "readiness", "cannot open /run/app.sock: no such file or directory", &f),
	   "what the command itself does not find is another matter");
	ok(fault(named, "startup", "", &f), "a port name that the container lacks");
	ok(!fault(known, "startup", "", &f), "one that it has");
	ok(fault(grpc, "liveness", "rpc error: code = NotFound desc = unknown service", &f), "a grpc service that is not known");
	ok(strstr(f.what, "shop.v2") != NULL, "names it: %s", f.what);
	ok(!fault(grpc, "liveness", "service unhealthy (responded with \"NOT_SERVING\")", &f), "unwell is not wrong");
	return done();
}
