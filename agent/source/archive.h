/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading .tar and .tar.gz through libarchive, which is loaded when the first archive is opened. Nothing is ever
 * written to the place a member names: the reader hands out bytes, and members that reach outside (absolute names,
 * "..", links, devices) are refused with a reason.
 */
#ifndef AGENT_SOURCE_ARCHIVE_H
#define AGENT_SOURCE_ARCHIVE_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_MAX_BYTES (8ull << 30) /* all members together, unpacked */
#define ARCHIVE_MAX_MEMBERS 200000u

struct archive_taker {
	/* A regular member, name cleaned of "./" and doubled slashes. 1: data follows; 0: not wanted; -1: stop (e
	 * filled). */
	int (*member)(void *ctx, const char *name, uint64_t size, struct err *e);
	int (*data)(void *ctx, const char *bytes, size_t n, struct err *e); /* 0 go on; -1: stop (e filled) */
	void (*end)(void *ctx);						    /* the wanted member is complete */
	void (*refused)(void *ctx, const char *name, const char *why);
	void *ctx;
};

/* True when the first bytes look like gzip or tar. */
int archive_looks_like(const char *head, size_t n);
/*
 * Each member of the archive open on fd (read from where it stands). -1: ERR_PARSE broken or cut (what came before was
 * delivered), ERR_LIMIT a cap, ERR_STATE libarchive is not installed, ERR_CANCELED, or what the taker filled.
 */
int archive_each(int fd, const char *name, const struct archive_taker *t, struct cancel *cancel,
		 struct err *e) MUST_CHECK;

#endif
