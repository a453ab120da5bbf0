/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The bounds-checked reader. Bytes are put together one by one, so neither the host's byte order
 * nor its alignment rules matter.
 */
#include "base/cursor.h"

#include <string.h>

fl_cursor fl_cursor_over(const void *bytes, uint64_t length) {
    return (fl_cursor){.bytes = bytes, .length = length};
}

uint64_t fl_cursor_left(const fl_cursor *cursor) {
    return cursor->failed ? 0 : cursor->length - cursor->at;
}

const void *fl_cursor_take(fl_cursor *cursor, uint64_t n) {
    if (cursor->failed || n > cursor->length - cursor->at) {
        cursor->failed = true;
        return NULL;
    }
    const void *taken = cursor->bytes + cursor->at;
    cursor->at += n;
    return taken;
}

static uint64_t little(fl_cursor *cursor, uint64_t n) {
    const uint8_t *bytes = fl_cursor_take(cursor, n);
    uint64_t value = 0;
    for (uint64_t i = 0; bytes && i < n; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

uint8_t fl_cursor_u8(fl_cursor *cursor) {
    return (uint8_t)little(cursor, 1);
}

uint16_t fl_cursor_u16(fl_cursor *cursor) {
    return (uint16_t)little(cursor, 2);
}

uint32_t fl_cursor_u32(fl_cursor *cursor) {
    return (uint32_t)little(cursor, 4);
}

uint64_t fl_cursor_u64(fl_cursor *cursor) {
    return little(cursor, 8);
}

float fl_cursor_f32(fl_cursor *cursor) {
    uint32_t bits = fl_cursor_u32(cursor);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double fl_cursor_f64(fl_cursor *cursor) {
    uint64_t bits = fl_cursor_u64(cursor);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool fl_mul_u64(uint64_t a, uint64_t b, uint64_t *out) {
    if (b && a > UINT64_MAX / b)
        return false;
    *out = a * b;
    return true;
}
