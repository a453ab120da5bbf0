/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What a fuzz target gives: the entry point that libFuzzer knows, and small right inputs to begin
 * from. Without libFuzzer, driver.c runs the target over those, their truncations and a bounded
 * number of mutations; the first ones are the same every time.
 */
#ifndef FL_TESTS_FUZZ_H
#define FL_TESTS_FUZZ_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Puts seed number `index` into an empty buffer; false after the last. */
bool fl_fuzz_seed(size_t index, fl_buffer *out);

#endif
