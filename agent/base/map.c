/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries in insertion order in one array, found through an open-addressed table of their positions. Removing closes
 * the gap, which is linear but keeps map_at simple; only the last entry goes for free.
 */
#include "agent/base/map.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "agent/base/mem.h"

#define EMPTY 0u
#define GONE UINT32_MAX

struct entry {
	char *key;
	void *value;
	uint64_t hash;
};

struct map {
	void (*free_value)(void *);
	struct entry *entries;
	size_t len, cap;
	uint32_t *slots; /* position + 1; EMPTY or GONE */
	size_t slot_count, slots_used;
};

/* One seed for the process: names come from outside, and nobody outside may choose collisions. */
static uint64_t seed[2];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void seed_init(void)
{
	if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed)) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		seed[0] = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u;
		seed[1] = (uint64_t)(uintptr_t)&now ^ (uint64_t)now.tv_sec;
	}
}

static uint64_t rotate(uint64_t v, int bits)
{
	return (v << bits) | (v >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3. */
static uint64_t hash_of(const char *key)
{
	size_t n = strlen(key), i = 0;
	uint64_t v[4] = {seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du, seed[0] ^ 0x6c7967656e657261u,
			 seed[1] ^ 0x7465646279746573u};
	uint64_t word;

	for (; i + 8 <= n; i += 8) {
		memcpy(&word, key + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)n << 56;
	for (size_t k = 0; i + k < n; k++)
		word |= (uint64_t)(unsigned char)key[i + k] << (8 * k);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int k = 0; k < 3; k++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct map *map_new(void (*free_value)(void *))
{
	struct map *m = MEM_NEW(struct map);

	pthread_once(&seed_once, seed_init);
	m->free_value = free_value;
	return m;
}

static void drop_value(struct map *m, void *value)
{
	if (m->free_value && value)
		m->free_value(value);
}

void map_free(struct map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->len; i++) {
		free(m->entries[i].key);
		drop_value(m, m->entries[i].value);
	}
	free(m->entries);
	free(m->slots);
	free(m);
}

size_t map_len(const struct map *m)
{
	return m ? m->len : 0;
}

/* The slot that holds key, or SIZE_MAX. */
static size_t find_slot(const struct map *m, const char *key, uint64_t hash)
{
	size_t mask = m->slot_count - 1;

	if (m->slot_count == 0)
		return SIZE_MAX;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t s = m->slots[i];

		if (s == EMPTY)
			return SIZE_MAX;
		if (s != GONE && m->entries[s - 1].hash == hash && strcmp(m->entries[s - 1].key, key) == 0)
			return i;
	}
}

static void place(struct map *m, size_t position)
{
	size_t mask = m->slot_count - 1;
	size_t i = m->entries[position].hash & mask;

	while (m->slots[i] != EMPTY)
		i = (i + 1) & mask;
	m->slots[i] = (uint32_t)position + 1;
	m->slots_used++;
}

/* Keeps the table at most three quarters full, marks of removed entries included, so that a search always ends. */
static void make_room(struct map *m)
{
	size_t want = m->slot_count ? m->slot_count : 16;

	if (m->slot_count && (m->slots_used + 1) * 4 <= m->slot_count * 3)
		return;
	while ((m->len + 1) * 2 > want)
		want *= 2;
	free(m->slots);
	m->slots = mem_zero(want * sizeof(*m->slots));
	m->slot_count = want;
	m->slots_used = 0;
	for (size_t i = 0; i < m->len; i++)
		place(m, i);
}

void map_set(struct map *m, const char *key, void *value)
{
	uint64_t hash = hash_of(key);
	size_t slot = find_slot(m, key, hash);

	if (slot != SIZE_MAX) {
		struct entry *old = &m->entries[m->slots[slot] - 1];
		void *before = old->value;

		old->value = value;
		if (before != value)
			drop_value(m, before);
		return;
	}
	make_room(m);
	MEM_GROW(m->entries, m->len, m->cap);
	m->entries[m->len] = (struct entry){.key = mem_str(key), .value = value, .hash = hash};
	place(m, m->len++);
}

void *map_get(const struct map *m, const char *key)
{
	size_t slot;

	if (!m || !key || m->len == 0)
		return NULL;
	slot = find_slot(m, key, hash_of(key));
	return slot == SIZE_MAX ? NULL : m->entries[m->slots[slot] - 1].value;
}

bool map_has(const struct map *m, const char *key)
{
	return m && key && m->len && find_slot(m, key, hash_of(key)) != SIZE_MAX;
}

bool map_remove(struct map *m, const char *key)
{
	size_t slot, position;
	struct entry old;

	if (!m || !key || m->len == 0)
		return false;
	slot = find_slot(m, key, hash_of(key));
	if (slot == SIZE_MAX)
		return false;
	position = m->slots[slot] - 1;
	old = m->entries[position];
	m->slots[slot] = GONE;
	m->len--;
	if (position < m->len) {
		memmove(&m->entries[position], &m->entries[position + 1], (m->len - position) * sizeof(old));
		for (size_t i = 0; i < m->slot_count; i++)
			if (m->slots[i] != EMPTY && m->slots[i] != GONE && m->slots[i] > position + 1)
				m->slots[i]--;
	}
	free(old.key);
	drop_value(m, old.value);
	return true;
}

const char *map_at(const struct map *m, size_t i, void **value)
{
	if (!m || i >= m->len)
		return NULL;
	if (value)
		*value = m->entries[i].value;
	return m->entries[i].key;
}
