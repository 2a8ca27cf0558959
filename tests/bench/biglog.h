/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log of any length, made while it is sent. Every line has BIGLOG_LINE bytes and holds its own number, so that a
 * reader's answer can be checked; every BIGLOG_RARE-th line is an error, the others are not.
 */
#ifndef TESTS_BENCH_BIGLOG_H
#define TESTS_BENCH_BIGLOG_H

#include <stdint.h>

#include "tests/bench/httpd.h"

#define BIGLOG_LINE 128u
#define BIGLOG_RARE 1000000u

/* Lines first+1 to last, as one answer. */
void biglog_send(struct httpd_call *c, uint64_t first, uint64_t last);

#endif
