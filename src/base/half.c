/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * IEEE 754 half precision to float and back, without help from the CPU.
 */
#include <footlight/tensor.h>

#include <string.h>

float fl_half_to_float(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = (half >> 10) & 31,
             fraction = half & 0x3ff, bits;
    if (exponent == 0) { /* zero or subnormal: fraction · 2^-24 */
        float value = (float)fraction * 0x1p-24f;
        memcpy(&bits, &value, sizeof bits);
        bits |= sign;
    } else {
        uint32_t wide = exponent == 31 ? 255 : exponent + 112;
        bits = sign | wide << 23 | fraction << 13;
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Subnormal halves are multiples of 2^-24: adding a float whose last bit is worth that rounds the
 * fraction to nearest, ties to even. */
static uint16_t subnormal_half(float magnitude) {
    float shifted = magnitude + 0.5f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (uint16_t)(bits - 0x3f000000u);
}

uint16_t fl_float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000)
        return (uint16_t)(sign | 0x7e00); /* NaN */
    if (magnitude >= 0x477ff000)
        return (uint16_t)(sign | 0x7c00); /* rounds to infinity */
    if (magnitude < 0x38800000) {
        float small;
        memcpy(&small, &magnitude, sizeof small);
        return (uint16_t)(sign | subnormal_half(small));
    }
    uint32_t odd = magnitude >> 13 & 1; /* round to nearest, ties to even */
    return (uint16_t)(sign | (magnitude - 0x38000000 + 0xfff + odd) >> 13);
}
