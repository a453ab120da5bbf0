/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Where the small numbers of a block lie whose bits are not side by side.
 */
#ifndef FL_KERNELS_BLOCKS_H
#define FL_KERNELS_BLOCKS_H

/* The fifth bit of value i, worth 16: bit i of four bytes. */
static inline int fifth_bit(const unsigned char *bits, int i) {
    return (bits[i / 8] >> i % 8 & 1) << 4;
}

/* Where the 2-bit parts of the 16 values of group g begin, in blocks that keep four to a byte: 32
 * bytes hold 128 values, the first 32 of them in the lowest two bits, the next in the two above. */
static inline const unsigned char *pairs_of(const unsigned char *bytes, int g) {
    return bytes + g / 8 * 32 + g % 2 * 16;
}

static inline int pair_shift(int g) {
    return g / 2 % 4 * 2;
}

/* Sixteen 6-bit scales in 12 bytes: the low four bits of scales 0 to 7 and, above them, of 8 to 15
 * in the first eight bytes; then in byte 8 + g % 4 the upper two of scales g, g+4, g+8, g+12. */
static inline int q3_k_scale(const unsigned char *scales, int g) {
    int low = scales[g % 8] >> g / 8 * 4 & 15, high = scales[8 + g % 4] >> g / 4 * 2 & 3;
    return (low | high << 4) - 32;
}

/* Eight 6-bit scales and eight 6-bit minima in 12 bytes: those of groups 0 to 3 are the lower six
 * bits of bytes 0 to 3 and 4 to 7; the upper two bits there complete those of groups 4 to 7, whose
 * lower four bits are the halves of bytes 8 to 11. */
static inline int k_scale(const unsigned char *scales, int g) {
    return g < 4 ? scales[g] & 63 : (scales[g + 4] & 15) | scales[g - 4] >> 6 << 4;
}

static inline int k_minimum(const unsigned char *scales, int g) {
    return g < 4 ? scales[g + 4] & 63 : scales[g + 4] >> 4 | scales[g] >> 6 << 4;
}

#endif
