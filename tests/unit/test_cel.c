/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors of devices: what they mean, which errors they raise, and what is left unknown. */
#include "toolsets/lib/cel.h"

#include <jansson.h>

#include "tests/tap.h"

static json_t *attributes, *capacity;

static int match(void *ctx, const char *pattern, const char *text, size_t len)
{
	(void)ctx;
	return strcmp(pattern, "(") == 0 ? -1 : memmem(text, len, pattern, strlen(pattern)) != NULL;
}

static enum cel_result eval(const char *text, char why[200])
{
	struct cel_device d = {"gpu.nvidia.com", attributes, capacity, false};
	struct cel_regex regex = {match, NULL};

	return cel_eval(text, &d, &regex, why, 200);
}

static const struct {
	const char *text;
	enum cel_result want;
} cases[] = {
	{"true", CEL_TRUE},
	{"!true", CEL_FALSE},
	{"!!true", CEL_TRUE},
	{"device.driver == \"gpu.nvidia.com\"", CEL_TRUE},
	{"device.driver == 'gpu.nvidia.com'", CEL_TRUE},
	{"device.driver != \"x\"", CEL_TRUE},
	{"device.driver==\"a\"||device.driver==\"gpu.nvidia.com\"", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].type == \"gpu\"", CEL_TRUE},
	{"device.attributes['gpu.nvidia.com'].type == 'mig'", CEL_FALSE},
	{"device.attributes[\"gpu.nvidia.com\"].index == 3", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].index >= 4", CEL_FALSE},
	{"device.attributes[\"gpu.nvidia.com\"].index < 3.5", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].healthy", CEL_TRUE},
	{"!device.attributes[\"gpu.nvidia.com\"].healthy", CEL_FALSE},
	{"device.attributes[\"resource.kubernetes.io\"].pcieRoot == \"pci0000:17\"", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].productName.matches(\"A100\")", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].productName.lowerAscii().contains(\"a100-sxm\")", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].productName.startsWith(\"NVIDIA\")", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].productName.endsWith(\"80GB\")", CEL_FALSE},
	{"device.attributes[\"gpu.nvidia.com\"].productName in [\"x\", \"NVIDIA A100-SXM4-40GB\"]", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].productName in []", CEL_FALSE},
	{"\"type\" in device.attributes[\"gpu.nvidia.com\"]", CEL_TRUE},
	{"\"absent\" in device.attributes[\"gpu.nvidia.com\"]", CEL_FALSE},
	{"has(device.attributes[\"gpu.nvidia.com\"].type)", CEL_TRUE},
	{"has(device.attributes[\"gpu.nvidia.com\"].absent)", CEL_FALSE},
	{"has(device.attributes[\"other.example.com\"].type)", CEL_FALSE},
	{"device.attributes[\"gpu.nvidia.com\"].?absent.orValue(\"no\") == \"no\"", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].?type.orValue(\"no\") == \"gpu\"", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"][?\"absent\"].hasValue()", CEL_FALSE},
	{"device.attributes[?\"gpu.nvidia.com\"].type.orValue(\"\") == \"gpu\"", CEL_TRUE},
	{"device.capacity[\"gpu.nvidia.com\"].memory.compareTo(quantity(\"40Gi\")) >= 0", CEL_TRUE},
	{"device.capacity[\"gpu.nvidia.com\"].memory.compareTo(quantity(\"80Gi\")) >= 0", CEL_FALSE},
	{"device.capacity[\"gpu.nvidia.com\"].memory == quantity(\"40960Mi\")", CEL_TRUE},
	{"device.capacity[\"gpu.nvidia.com\"].memory.isGreaterThan(quantity(\"39Gi\"))", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].driverVersion.isGreaterThan(semver(\"550.0.0\"))", CEL_TRUE},
	{"device.attributes[\"gpu.nvidia.com\"].driverVersion.compareTo(semver(\"580.1.0\")) < 0", CEL_TRUE},
	{"semver(\"1.2.3-rc.1\").isLessThan(semver(\"1.2.3\"))", CEL_TRUE},
	{"semver(\"1.2.3+b\") == semver(\"1.2.3\")", CEL_TRUE},
	{"device.allowMultipleAllocations", CEL_FALSE},
	{"(1 == 1 && (2 < 1 || 'a' == 'a')) ? true : false", CEL_TRUE},
	{"-3 < 2", CEL_TRUE},
	{"size([1, 2, 3]) == 3", CEL_TRUE},
	{"1 == 'a'", CEL_FALSE},
	/* errors, and how && and || take them */
	{"device.attributes[\"gpu.nvidia.com\"].absent == \"x\"", CEL_ERROR},
	{"device.attributes[\"nothing.example.com\"].type == \"x\"", CEL_ERROR},
	{"device.driver == \"other\" && device.attributes[\"other\"].x == 1", CEL_FALSE},
	{"device.attributes[\"other\"].x == 1 && device.driver == \"other\"", CEL_FALSE},
	{"device.attributes[\"other\"].x == 1 || device.driver == \"gpu.nvidia.com\"", CEL_TRUE},
	{"device.attributes[\"other\"].x == 1 && true", CEL_ERROR},
	{"device.nothing", CEL_ERROR},
	{"1 < 'a'", CEL_ERROR},
	/* not known here */
	{"device.attributes.exists(a, a == 'x')", CEL_UNKNOWN},
	{"unknownFunction(1)", CEL_UNKNOWN},
	{"object.spec.x == 1", CEL_UNKNOWN},
	{"object.spec.x == 1 && false", CEL_FALSE},
	{"device.driver.matches(\"(\")", CEL_UNKNOWN},
	{"", CEL_UNKNOWN},
	{"(", CEL_UNKNOWN},
	{"device.driver ==", CEL_UNKNOWN},
	{"\"open", CEL_UNKNOWN},
	{"true true", CEL_UNKNOWN},
	{"5", CEL_UNKNOWN},
};

int main(void)
{
	char why[200], deep[3000];
	const char *part;
	size_t len;

	attributes = json_pack("{s:{s:s},s:{s:i},s:{s:b},s:{s:s},s:{s:s},s:{s:s}}", "type", "string", "gpu", "index",
			       "int", 3, "gpu.nvidia.com/healthy", "bool", 1, "productName", "string",
			       "NVIDIA A100-SXM4-40GB", "driverVersion", "version", "570.86.15",
			       "resource.kubernetes.io/pcieRoot", "string", "pci0000:17");
	capacity = json_pack("{s:{s:s}}", "memory", "value", "40Gi");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum cel_result got = eval(cases[i].text, why);

		ok(got == cases[i].want, "%s is %d%s%s", cases[i].text, (int)got, *why ? ": " : "", why);
	}
	eval("device.attributes[\"gpu.nvidia.com\"].absent == \"x\"", why);
	is_str(why, "no such key: absent", "the error names the key");
	/* every beginning of a long expression: no crash, no read beyond */
	for (size_t n = 0; n < strlen(cases[18].text); n++) {
		char *head = malloc(n + 1);

		memcpy(head, cases[18].text, n);
		head[n] = '\0';
		eval(head, why);
		free(head);
	}
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	is_int(eval(deep, why), CEL_UNKNOWN, "deep nesting is refused");
	memset(deep, '[', sizeof(deep) - 1);
	is_int(eval(deep, why), CEL_UNKNOWN, "so are lists");
	ok(cel_part("a == 'x && y' && (b && c) && d", 0, &part, &len) && len == 13, "a quoted && does not part");
	ok(cel_part("a == 'x && y' && (b && c) && d", 1, &part, &len) && strncmp(part, "(b && c)", len) == 0 &&
		   len == 8,
	   "nor one in brackets");
	ok(cel_part("a == 'x && y' && (b && c) && d", 2, &part, &len) && len == 1 && *part == 'd', "the last part");
	ok(!cel_part("a && b", 2, &part, &len), "no more parts");
	ok(cel_part("a && b || c", 0, &part, &len) && len == 11 && !cel_part("a && b || c", 1, &part, &len),
	   "|| at the top is one part");
	json_decref(attributes);
	json_decref(capacity);
	return done();
}
