/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reading stored types: blocks worked out by hand, vectors computed elsewhere, and that a block is
 * read wherever it lies and no byte besides.
 */
#include "test.h"

#include "base/rng.h"
#include "kernels/dequant.h"
#include "kernels/parts.h"

#include <ctype.h>
#include <math.h>

enum { MAX = 2048 };

static const fl_dtype_info *readable(int type) {
    const fl_dtype_info *info = fl_dtype_get_info((fl_dtype)type);
    return info->readable ? info : NULL;
}

/* One block, zero but for some bytes, and what some of its values are; value 0 can only be named
 * first. As upper byte of a half 0x38 means 0.5, 0x3c 1, 0xbc -1. */
static const struct {
    fl_dtype type;
    struct {
        int at;
        unsigned char byte;
    } bytes[12];
    struct {
        int i;
        float value;
    } values[6];
} hand[] = {
    {FL_DTYPE_F32, {{3, 0xc0}}, {{0, -2}}},
    {FL_DTYPE_F64, {{0, 0x01}, {6, 0x04}, {7, 0xc0}}, {{0, -2.5f}}},
    {FL_DTYPE_F16, {{0, 0x01}, {1, 0xbc}}, {{0, -1.0009765625f}}},
    {FL_DTYPE_BF16, {{0, 0xc0}, {1, 0x3f}}, {{0, 1.5f}}},
    {FL_DTYPE_Q8_0, {{1, 0x38}, {2, 0x80}, {33, 127}}, {{0, -64}, {1, 0}, {31, 63.5f}}},
    {FL_DTYPE_Q4_0, {{1, 0x38}, {2, 0xf0}}, {{0, -4}, {1, -4}, {16, 3.5f}, {31, -4}}},
    /* d 0.5, m 1 */
    {FL_DTYPE_Q4_1,
     {{1, 0x38}, {3, 0x3c}, {4, 0xf1}, {19, 0x20}},
     {{0, 1.5f}, {1, 1}, {15, 1}, {16, 8.5f}, {31, 2}}},
    /* d 0.5; fifth bits of values 0 and 31 */
    {FL_DTYPE_Q5_0,
     {{1, 0x38}, {2, 0x01}, {5, 0x80}, {6, 0x21}, {21, 0xf0}},
     {{0, 0.5f}, {1, -8}, {15, -8}, {16, -7}, {31, 7.5f}}},
    /* d 0.5, m -1; fifth bits of values 8 and 16 */
    {FL_DTYPE_Q5_1,
     {{1, 0x38}, {3, 0xbc}, {5, 0x01}, {6, 0x01}, {8, 0x4f}, {16, 0x03}},
     {{0, 6.5f}, {8, 8.5f}, {16, 9}, {24, -1}}},
    /* d 0.5, dmin 1; groups 0, 2, 4, 6 and 15 have scales 2, 3, 1, 15, 1 and minima 1, 0, 2, 0, 3
     */
    {FL_DTYPE_Q2_K,
     {{81, 0x38},
      {83, 0x3c},
      {0, 0x12},
      {2, 0x03},
      {4, 0x21},
      {6, 0x0f},
      {15, 0x31},
      {16, 0xe4},
      {79, 0xc0}},
     {{0, -1}, {32, 1.5f}, {64, -1}, {96, 22.5f}, {255, -1.5f}, {254, -3}}},
    /* d 0.5; group 2 has scale 3 + 32 - 32, group 15 has 5 + 32 - 32, the others -32 */
    {FL_DTYPE_Q3_K,
     {{109, 0x38},
      {98, 0x03},
      {106, 0x02},
      {103, 0x50},
      {107, 0x80},
      {1, 0x02},
      {33, 0x04},
      {31, 0x80},
      {95, 0xc0}},
     {{0, 64}, {1, 64}, {33, 1.5f}, {32, -6}, {255, 7.5f}, {254, -10}}},
    /* d 0.5, dmin 1; groups 0, 4 and 7 have scales 3, 49, 2 and minima 5, 18, 3 */
    {FL_DTYPE_Q4_K,
     {{1, 0x38},
      {3, 0x3c},
      {4, 0xc3},
      {8, 0x45},
      {12, 0x21},
      {15, 0x32},
      {16, 0x21},
      {80, 0x0f},
      {143, 0xf0}},
     {{0, -3.5f}, {32, 0}, {128, 349.5f}, {160, 0}, {255, 12}, {254, -3}}},
    /* d 0.5, dmin 1; groups 0, 2 and 7 have scales 3, 1, 2 and minima 5, 0, 3; fifth bits of 0 and
       224 */
    {FL_DTYPE_Q5_K,
     {{1, 0x38},
      {3, 0x3c},
      {4, 0x03},
      {6, 0x01},
      {8, 0x05},
      {15, 0x32},
      {16, 0x81},
      {48, 0x01},
      {80, 0x03},
      {144, 0x40},
      {175, 0xf0}},
     {{0, 20.5f}, {1, -5}, {64, 1.5f}, {224, 17}, {255, 12}, {254, -3}}},
    /* d 0.5; groups 0, 2, 4, 6 and 15 have scales 2, 1, -1, -128, 127 */
    {FL_DTYPE_Q6_K,
     {{209, 0x38},
      {192, 2},
      {194, 1},
      {196, 0xff},
      {198, 0x80},
      {207, 0x7f},
      {0, 0x51},
      {128, 0xe4},
      {127, 0xf0},
      {191, 0xc0}},
     {{0, -31}, {32, -8}, {64, -2.5f}, {96, -1024}, {255, 1968.5f}, {254, -2032}}},
};

static void check_by_hand(size_t row) {
    unsigned char block[256] = {0};
    float out[256];
    const fl_dtype_info *info = fl_dtype_get_info(hand[row].type);
    for (size_t k = 0; k < 12; k++)
        block[hand[row].bytes[k].at] |= hand[row].bytes[k].byte;
    fl_dequantise(hand[row].type, block, info->block_elems, out);
    for (size_t k = 0; k < 6; k++) {
        int i = hand[row].values[k].i;
        if ((k == 0 || i > 0) && out[i] != hand[row].values[k].value)
            fail_msg("%s: value %d is %g, expected %g", info->name, i, (double)out[i],
                     (double)hand[row].values[k].value);
    }
}

static void every_type_by_hand(void **state) {
    (void)state;
    bool seen[FL_DTYPE_COUNT] = {false};
    for (size_t row = 0; row < sizeof hand / sizeof *hand; row++) {
        check_by_hand(row);
        seen[hand[row].type] = true;
    }
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        assert_int_equal(seen[type], readable(type) != NULL);
}

static unsigned char *read_vector(const fl_dtype_info *info, const char *what, size_t *size) {
    char path[64];
    snprintf(path, sizeof path, "quant_vectors/%c%s.%s", tolower((unsigned char)info->name[0]),
             info->name + 1, what);
    FILE *file = fopen(fl_test_data(path), "rb");
    if (!file)
        fail_msg("%s is missing", path);
    unsigned char *bytes = malloc(1 << 16);
    *size = fread(bytes, 1, 1 << 16, file);
    fclose(file);
    return bytes;
}

/* Equal to the bit: products and differences are rounded to floats one by one. */
static void check_vector(fl_dtype type) {
    const fl_dtype_info *info = fl_dtype_get_info(type);
    size_t n_blocks, n_values;
    float values[MAX];
    unsigned char *blocks = read_vector(info, "blocks.bin", &n_blocks);
    unsigned char *expected = read_vector(info, "expected.f32", &n_values);
    assert_in_range(n_values, 4 * info->block_elems, sizeof values);
    assert_int_equal(fl_dtype_row_bytes(type, n_values / 4), n_blocks);
    fl_dequantise(type, blocks, (int64_t)(n_values / 4), values);
    assert_memory_equal(values, expected, n_values);
    free(blocks);
    free(expected);
}

static void quantised_types_match_reference_vectors(void **state) {
    (void)state;
    FL_NEED_DATA("quant_vectors/q8_0.blocks.bin");
    int checked = 0;
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        if (readable(type) && readable(type)->block_elems > 1) {
            check_vector((fl_dtype)type);
            checked++;
        }
    assert_int_equal(checked, 10);
}

/* Random bytes without the exponent of infinity wherever a half lies. */
static unsigned char *noise(uint64_t seed, size_t size) {
    unsigned char *bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(fl_rng_next(&seed) & 0x3f);
    return bytes;
}

/* Blocks read together, and each from a copy at an odd address that ends where the block ends. */
static void check_blocks_stand_alone(fl_dtype type) {
    enum { BLOCKS = 3 };
    const fl_dtype_info *info = fl_dtype_get_info(type);
    size_t size = info->block_bytes, n = info->block_elems;
    unsigned char *blocks = noise(type, BLOCKS * size), *copy = malloc(size + 1);
    float together[BLOCKS * 256 + 1], alone[256];
    together[BLOCKS * n] = 42;
    fl_dequantise(type, blocks, (int64_t)(BLOCKS * n), together);
    assert_true(together[BLOCKS * n] == 42);
    for (size_t b = 0; b < BLOCKS; b++) {
        memcpy(copy + 1, blocks + b * size, size);
        fl_dequantise(type, copy + 1, (int64_t)n, alone);
        assert_memory_equal(alone, together + b * n, n * sizeof *alone);
    }
    fl_dequantise(type, copy + size + 1, 0, alone);
    free(blocks);
    free(copy);
}

static void blocks_stand_alone_at_any_address(void **state) {
    (void)state;
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        if (readable(type))
            check_blocks_stand_alone((fl_dtype)type);
}

/* An infinite scale spoils its block and no other. */
static void infinite_scales_stay_in_their_block(void **state) {
    (void)state;
    static const struct {
        fl_dtype type;
        int scale; /* where the half lies */
    } cases[] = {{FL_DTYPE_Q4_0, 0}, {FL_DTYPE_Q5_1, 2},   {FL_DTYPE_Q2_K, 82},
                 {FL_DTYPE_Q4_K, 0}, {FL_DTYPE_Q3_K, 108}, {FL_DTYPE_Q6_K, 208}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        size_t size = fl_dtype_get_info(cases[c].type)->block_bytes;
        uint32_t n = fl_dtype_get_info(cases[c].type)->block_elems;
        float out[2 * 256];
        unsigned char *blocks = noise(c, 2 * size);
        blocks[cases[c].scale] = 0;
        blocks[cases[c].scale + 1] = 0x7c;
        fl_dequantise(cases[c].type, blocks, 2 * n, out);
        for (uint32_t i = 0; i < 2 * n; i++)
            assert_int_equal(isfinite(out[i]) != 0, i >= n);
        free(blocks);
    }
}

/* From its parts a number is put together again, to the bit. */
static void check_parts(fl_dtype type, const unsigned char *row, int64_t n) {
    static float out[MAX];
    const fl_dtype_info *info = fl_dtype_get_info(type);
    fl_dequantise(type, row, n, out);
    for (int64_t i = 0; i < n; i++) {
        fl_weight_parts p = fl_take_apart(type, row, i);
        float product = p.scale * (float)p.q, again = product - p.minimum;
        if (p.blocks != (info->block_elems > 1) || (p.minimum != 0 && !p.has_minimum))
            fail_msg("%s: number %d has the wrong parts", info->name, (int)i);
        if (!p.blocks) {
            assert_int_equal(p.bytes, info->block_bytes);
            assert_memory_equal(&p.bits, row + i * p.bytes, (size_t)p.bytes);
        } else if (again != out[i] || p.block != i / info->block_elems) {
            fail_msg("%s: number %d is %.9g, its parts make %.9g", info->name, (int)i,
                     (double)out[i], (double)again);
        }
        if (p.groups &&
            (p.scale != p.d * (float)p.group_scale || p.minimum != p.dmin * (float)p.group_minimum))
            fail_msg("%s: the scale of number %d is not made of its parts", info->name, (int)i);
    }
}

/* Any bits at all, with halves that are neither zero nor infinite. */
static void parts_make_the_number(void **state) {
    (void)state;
    static const int halves[FL_DTYPE_COUNT][2] = {
        [FL_DTYPE_Q8_0] = {0, 0},     [FL_DTYPE_Q4_0] = {0, 0}, [FL_DTYPE_Q4_1] = {0, 2},
        [FL_DTYPE_Q5_0] = {0, 0},     [FL_DTYPE_Q5_1] = {0, 2}, [FL_DTYPE_Q2_K] = {80, 82},
        [FL_DTYPE_Q3_K] = {108, 108}, [FL_DTYPE_Q4_K] = {0, 2}, [FL_DTYPE_Q5_K] = {0, 2},
        [FL_DTYPE_Q6_K] = {208, 208},
    };
    uint64_t seed = 5;
    int checked = 0;
    for (int type = 0; type < FL_DTYPE_COUNT; type++) {
        const fl_dtype_info *info = readable(type);
        if (!info)
            continue;
        unsigned char blocks[4 * 256] = {0};
        for (uint32_t i = 0; i < 4 * info->block_bytes; i++)
            blocks[i] = (unsigned char)(fl_rng_next(&seed) >> 40);
        for (uint32_t b = 0; b < 4 && info->block_elems > 1; b++)
            for (int h = 0; h < 2; h++)
                blocks[b * info->block_bytes + (uint32_t)halves[type][h] + 1] = 0x31;
        check_parts((fl_dtype)type, blocks, 4 * info->block_elems);
        checked++;
    }
    assert_int_equal(checked, 14);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_by_hand),
        cmocka_unit_test(quantised_types_match_reference_vectors),
        cmocka_unit_test(blocks_stand_alone_at_any_address),
        cmocka_unit_test(infinite_scales_stay_in_their_block),
        cmocka_unit_test(parts_make_the_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
