/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/map.h"

#include "agent/base/mem.h"
#include "tests/tap.h"

static int freed;

static void count_free(void *p)
{
	freed++;
	free(p);
}

static void basics(void)
{
	struct map *m = map_new(NULL);
	int a = 1, b = 2;
	void *v = &a;

	ok(map_len(m) == 0 && !map_get(m, "x") && !map_has(m, "x") && !map_remove(m, "x"), "an empty map");
	map_set(m, "x", &a);
	map_set(m, "nothing", NULL);
	ok(map_get(m, "x") == &a && map_has(m, "nothing") && !map_get(m, "nothing"), "a value, a NULL");
	map_set(m, "y", &b);
	map_set(m, "x", &b);
	ok(map_len(m) == 3 && map_get(m, "x") == &b, "replaced");
	is_str(map_at(m, 0, &v), "x", "at its old place");
	ok(v == &b, "with the new value");
	is_str(map_at(m, 2, NULL), "y", "insertion order");
	ok(!map_at(m, 3, NULL), "beyond the end");
	ok(map_remove(m, "x") && !map_has(m, "x") && map_len(m) == 2, "removed");
	is_str(map_at(m, 0, NULL), "nothing", "the others move up");
	is_str(map_at(m, 1, NULL), "y", "and are still found");
	ok(map_get(m, "y") == &b, "by name too");
	ok(map_len(NULL) == 0 && !map_get(NULL, "x") && !map_get(m, NULL), "NULL is an empty map");
	map_free(m);
	map_free(NULL);
}

static void owning(void)
{
	struct map *m = map_new(count_free);
	char *same = mem_str("1");

	map_set(m, "a", same);
	map_set(m, "a", same);
	is_int(freed, 0, "the same value again is not freed");
	map_set(m, "a", mem_str("2"));
	is_int(freed, 1, "a replaced value is");
	map_set(m, "b", mem_str("3"));
	map_set(m, "c", NULL);
	map_remove(m, "b");
	is_int(freed, 2, "a removed one too");
	map_free(m);
	is_int(freed, 3, "the rest with the map");
}

/* Against a plain array, with many removals in between. */
static void churn(void)
{
	enum { N = 4000 };
	struct map *m = map_new(NULL);
	static char there[N];
	unsigned seed = 12345;
	size_t count = 0, bad = 0;

	for (int i = 0; i < 60000; i++) {
		unsigned k;
		char key[32];

		seed = seed * 1103515245u + 12345u;
		k = (seed >> 8) % N;
		snprintf(key, sizeof(key), "pod-with-a-longer-name-%u", k);
		if (seed & 0x40000000u) {
			bad += map_remove(m, key) != there[k];
			count -= (size_t)there[k];
			there[k] = 0;
		} else {
			map_set(m, key, (void *)(size_t)(k + 1));
			count += !there[k];
			there[k] = 1;
		}
		bad += map_len(m) != count;
	}
	for (unsigned k = 0; k < N; k++) {
		char key[32];

		snprintf(key, sizeof(key), "pod-with-a-longer-name-%u", k);
		bad += map_has(m, key) != there[k];
		bad += there[k] && map_get(m, key) != (void *)(size_t)(k + 1);
	}
	for (size_t i = 0; i < map_len(m); i++) {
		void *v;
		const char *key = map_at(m, i, &v);

		bad += !key || map_get(m, key) != v;
	}
	is_int(bad, 0, "sixty thousand changes");
	while (map_len(m))
		map_remove(m, map_at(m, map_len(m) - 1, NULL));
	map_set(m, "again", m);
	ok(map_get(m, "again") == m && map_len(m) == 1, "emptied and used again");
	map_free(m);
}

int main(void)
{
	basics();
	owning();
	churn();
	return done();
}
