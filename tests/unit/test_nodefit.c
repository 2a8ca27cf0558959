/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps a pod from a node: tolerations, selectors, requests as the scheduler counts them. */
#include "toolsets/lib/nodefit.h"

#include "tests/tap.h"

static json_t *parse(const char *text)
{
	json_error_t e;
	json_t *o = json_loads(text, 0, &e);

	if (!o) {
		fprintf(stderr, "%s: %s\n", text, e.text);
		exit(1);
	}
	return o;
}

static bool tolerates(const char *tolerations, const char *taint)
{
	json_t *a = parse(tolerations), *b = parse(taint);
	bool yes = fit_tolerates(a, b);

	json_decref(a);
	json_decref(b);
	return yes;
}

static void taints(void)
{
	static const char taint[] = "{\"key\":\"gpu\",\"value\":\"a100\",\"effect\":\"NoSchedule\"}";

	ok(!tolerates("[]", taint), "none tolerates nothing");
	ok(tolerates("[{\"operator\":\"Exists\"}]", taint), "Exists without a key tolerates all");
	ok(tolerates("[{\"key\":\"gpu\",\"operator\":\"Exists\"}]", taint), "Exists takes any value");
	ok(tolerates("[{\"key\":\"gpu\",\"value\":\"a100\"}]", taint), "Equal is the default");
	ok(!tolerates("[{\"key\":\"gpu\",\"value\":\"h100\"}]", taint), "another value");
	ok(!tolerates("[{\"key\":\"gpu\",\"operator\":\"Exists\",\"effect\":\"NoExecute\"}]", taint), "another effect");
	ok(!tolerates("[{\"key\":\"cpu\",\"operator\":\"Exists\"}]", taint), "another key");
}

static bool term(const char *text)
{
	json_t *t = parse(text);
	json_t *node = parse("{\"metadata\":{\"name\":\"n1\",\"labels\":{\"zone\":\"a\",\"cores\":\"16\"}}}");
	bool yes = fit_term(t, node);

	json_decref(t);
	json_decref(node);
	return yes;
}

#define E(key, op, values)                                                                                             \
	"{\"matchExpressions\":[{\"key\":\"" key "\",\"operator\":\"" op "\",\"values\":[" values "]}]}"

static void terms(void)
{
	ok(term(E("zone", "In", "\"b\",\"a\"")), "In");
	ok(!term(E("zone", "In", "\"b\"")), "not In");
	ok(term(E("zone", "NotIn", "\"b\"")) && term(E("absent", "NotIn", "\"b\"")),
	   "NotIn, also of what is not there");
	ok(term(E("zone", "Exists", "")) && !term(E("absent", "Exists", "")), "Exists");
	ok(term(E("absent", "DoesNotExist", "")) && !term(E("zone", "DoesNotExist", "")), "DoesNotExist");
	ok(term(E("cores", "Gt", "\"8\"")) && !term(E("cores", "Gt", "\"16\"")), "Gt");
	ok(term(E("cores", "Lt", "\"17\"")), "Lt");
	ok(!term(E("zone", "Near", "\"a\"")), "an operator that does not exist matches nothing");
	ok(!term("{}"), "an empty term matches nothing");
	ok(term("{\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[\"n1\"]}]}"), "fields");
}

static const char *request(const char *pod, const char *resource)
{
	static char text[QUANTITY_SIZE];
	json_t *o = parse(pod);

	quantity_text(fit_request(o, resource), resource, text);
	json_decref(o);
	return text;
}

#define C(cpu) "{\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}"

static void requests(void)
{
	is_str(request("{\"spec\":{\"containers\":[" C("200m") "," C("300m") "]}}", "cpu"), "500m",
	       "containers add up");
	is_str(request("{\"spec\":{\"containers\":[" C("200m") "],\"initContainers\":[" C("1") "," C("700m") "]}}",
		       "cpu"),
	       "1", "init containers run one after the other: the largest counts");
	is_str(request("{\"spec\":{\"containers\":[" C("200m") "],\"initContainers\":[{\"restartPolicy\":\"Always\","
							       "\"resources\":{\"requests\":"
							       "{\"cpu\":\"100m\"}}}," C("1") "]}}",
		       "cpu"),
	       "1.1", "a sidecar is there while later init containers run");
	is_str(request("{\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"nvidia.com/gpu\":\"2\"}}}]}}",
		       "nvidia.com/gpu"),
	       "2", "a limit stands for a request");
	is_str(request("{\"spec\":{\"overhead\":{\"cpu\":\"250m\"},\"containers\":[" C("250m") "]}}", "cpu"), "500m",
	       "overhead");
	is_str(request("{\"spec\":{}}", "cpu"), "0", "nothing");
}

int main(void)
{
	taints();
	terms();
	requests();
	return done();
}
