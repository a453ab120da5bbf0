/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A bounds-checked reader over (bytes, length), little-endian.
 *
 * A read past the end returns zeros and sets `failed`; every later read fails too. A parser may
 * therefore read a whole record and check once, as long as it checks before it trusts a value.
 */
#ifndef FL_BASE_CURSOR_H
#define FL_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fl_cursor {
    const uint8_t *bytes;
    uint64_t length, at;
    bool failed;
} fl_cursor;

fl_cursor fl_cursor_over(const void *bytes, uint64_t length);
uint64_t fl_cursor_left(const fl_cursor *cursor);
/* Borrowed pointer to the next n bytes, or NULL. */
const void *fl_cursor_take(fl_cursor *cursor, uint64_t n);
uint8_t fl_cursor_u8(fl_cursor *cursor);
uint16_t fl_cursor_u16(fl_cursor *cursor);
uint32_t fl_cursor_u32(fl_cursor *cursor);
uint64_t fl_cursor_u64(fl_cursor *cursor);
float fl_cursor_f32(fl_cursor *cursor);
double fl_cursor_f64(fl_cursor *cursor);

/* a*b; false on overflow. */
bool fl_mul_u64(uint64_t a, uint64_t b, uint64_t *out);

#endif
