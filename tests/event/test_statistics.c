/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Statistics of tensors cut into parts, against a plain walk over all cells in long double. */
#include "test.h"

#include "base/rng.h"
#include "event/statistics.h"
#include "kernels/kernels.h"

#include <math.h>

enum { CELLS = 70000 };

static float cells[CELLS];

static int fill(void **state) {
    uint64_t rng = 5;
    (void)state;
    for (int i = 0; i < CELLS; i++) /* thousandths: extremes come more than once */
        cells[i] = (float)(int)(fl_rng_unit(&rng) * 2000 - 900) / 1000;
    cells[12345] = NAN;
    cells[54321] = INFINITY;
    cells[60000] = -0.0f;
    return 0;
}

typedef struct plain {
    int64_t count, finite, zeros;
    long double sum, squares, spread;
    double min, max;
    int64_t argmin[FL_MAX_DIMS], argmax[FL_MAX_DIMS];
} plain;

/* Walks twice: the spread needs the mean. */
static plain walk(const fl_tensor *tensor) {
    plain p = {.min = INFINITY, .max = -INFINITY};
    for (int round = 0; round < 2; round++) {
        int64_t index[FL_MAX_DIMS] = {0};
        do {
            double x = fl_tensor_at(tensor, index);
            if (fl_tensor_masked(tensor, index))
                continue;
            p.count += round == 0;
            if (!isfinite(x))
                continue;
            if (round == 1) {
                long double apart = x - p.sum / (long double)p.finite;
                p.spread += apart * apart;
                continue;
            }
            p.finite++;
            p.zeros += x == 0;
            p.sum += x;
            p.squares += (long double)x * x;
            if (x < p.min)
                memcpy(p.argmin, index, sizeof index), p.min = x;
            if (x > p.max)
                memcpy(p.argmax, index, sizeof index), p.max = x;
        } while (fl_tensor_next(tensor, index));
    }
    return p;
}

static bool near(double got, long double want, long double scale) {
    return fabsl(got - want) <= 1e-13L * scale;
}

static void compare(const fl_tensor *tensor, const fl_stats *s) {
    plain p = walk(tensor);
    long double n = (long double)p.finite;
    assert_int_equal(s->count, p.count);
    assert_int_equal(s->masked, fl_tensor_count(tensor) - p.count);
    assert_int_equal(s->finite, p.finite);
    assert_int_equal(s->nan + s->inf, p.count - p.finite);
    assert_int_equal(s->zeros, p.zeros);
    assert_true(s->min == p.min && s->max == p.max);
    assert_memory_equal(s->argmin, p.argmin, sizeof p.argmin);
    assert_memory_equal(s->argmax, p.argmax, sizeof p.argmax);
    assert_true(near(s->sum, p.sum, sqrtl(p.squares * n)));
    assert_true(near(s->mean, p.sum / n, sqrtl(p.squares / n)));
    assert_true(near(s->l2, sqrtl(p.squares), sqrtl(p.squares)));
    assert_true(near(s->rms, sqrtl(p.squares / n), sqrtl(p.squares / n)));
    assert_true(near(s->std, sqrtl(p.spread / n), sqrtl(p.squares / n)));
}

/* Cuts of every kind: one part and many, rows and a single row, gaps, masks, a window. */
static const fl_tensor shapes[] = {
    {.n_dims = 2, .shape = {1, 1}, .stride = {1, 1}},
    {.n_dims = 3, .shape = {1, 7, 10000}, .stride = {70000, 10000, 1}},
    {.n_dims = 3, .shape = {1, 1, 70000}, .stride = {70000, 70000, 1}},
    {.n_dims = 4, .shape = {1, 5, 200, 64}, .stride = {64000, 64, 320, 1}},   /* heads of rows */
    {.n_dims = 4, .shape = {1, 8, 1, 64}, .stride = {512, 64, 512, 1}},       /* of one row */
    {.n_dims = 4, .shape = {1, 4, 100, 64}, .stride = {65536, 16384, 64, 1}}, /* a cache */
    {.n_dims = 3, .shape = {1, 200, 300}, .stride = {60000, 300, 1}, .mask = {true, 100, 0}},
    {.n_dims = 3, .shape = {1, 200, 300}, .stride = {60000, 300, 1}, .mask = {true, 100, 7}},
    {.n_dims = 3, .shape = {1, 1, 60001}, .stride = {60001, 60001, 1}, .mask = {true, 60000, 0}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void parts_together_say_what_a_walk_over_all_cells_says(void **state) {
    (void)state;
    for (int i = 0; i < SHAPES; i++) {
        fl_tensor tensor = shapes[i];
        fl_stats stats;
        tensor.data = cells;
        tensor.dtype = FL_DTYPE_F32;
        fl_tensor_stats(&tensor, &stats);
        compare(&tensor, &stats);
    }
}

static void the_order_in_which_parts_are_counted_does_not_matter(void **state) {
    (void)state;
    int cut = 0;
    for (int i = 0; i < SHAPES; i++) {
        fl_tensor tensor = shapes[i];
        fl_summary summaries[FL_MOST_PARTS];
        fl_stats forward, backward;
        tensor.data = cells;
        tensor.dtype = FL_DTYPE_F32;
        fl_parts parts = fl_parts_of(&tensor);
        assert_in_range(parts.count, 1, FL_MOST_PARTS);
        cut += parts.count > 1;
        for (int64_t p = parts.count - 1; p >= 0; p--)
            fl_part_summary(&parts, cells, p, fl_scalar_summary, &summaries[p]);
        fl_parts_stats(&parts, summaries, &backward);
        fl_tensor_stats(&tensor, &forward);
        assert_memory_equal(&forward, &backward, sizeof forward);
    }
    assert_true(cut >= 5);
}

static void a_large_tensor_has_no_more_parts_than_there_is_room_for(void **state) {
    (void)state;
    static const int64_t flat[] = {1, 1, 100000000}, tall[] = {1, 3000000, 2};
    fl_tensor t = fl_tensor_dense(cells, FL_DTYPE_F32, 3, flat, NULL);
    assert_in_range(fl_parts_of(&t).count, 2, FL_MOST_PARTS);
    t = fl_tensor_dense(cells, FL_DTYPE_F32, 3, tall, NULL);
    t.mask = (fl_mask){true, 0, 1};
    assert_in_range(fl_parts_of(&t).count, 2, FL_MOST_PARTS);
}

static void equal_numbers_have_no_spread_however_they_are_cut(void **state) {
    (void)state;
    static float same[50000];
    fl_stats stats;
    for (int i = 0; i < 50000; i++)
        same[i] = 0.1f;
    fl_tensor t = fl_tensor_dense(same, FL_DTYPE_F32, 2, (int64_t[]){1, 50000}, NULL);
    fl_tensor_stats(&t, &stats);
    assert_true(stats.std == 0 && stats.mean == (double)0.1f);
    same[49999] = nextafterf(0.1f, 1); /* one in 50,000, by the last bit */
    fl_tensor_stats(&t, &stats);
    double step = (double)same[49999] - (double)0.1f;
    assert_true(fabs(stats.std / (step * sqrt(49999) / 50000) - 1) < 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_together_say_what_a_walk_over_all_cells_says),
        cmocka_unit_test(the_order_in_which_parts_are_counted_does_not_matter),
        cmocka_unit_test(a_large_tensor_has_no_more_parts_than_there_is_room_for),
        cmocka_unit_test(equal_numbers_have_no_spread_however_they_are_cut),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
