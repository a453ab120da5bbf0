/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The loops that find a machine's limits: they read what they say and count what they do.
 */
#include "test.h"

#include "kernels/probe.h"

#include <math.h>

static const int streams[] = {1, 2, 4, 8};
enum { N_STREAMS = sizeof streams / sizeof *streams };

/* Bytes that are in no whole step of every stream. */
static int64_t unread(int64_t length, int n) {
    return length - length / n / FL_PROBE_STEP * FL_PROBE_STEP * n;
}

/* A byte that is read changes the result, one behind the last step does not. */
static void check_reading(fl_probe_read_fn *read, int64_t length, int n, int64_t ahead) {
    unsigned char *bytes = malloc((size_t)length);
    assert_non_null(bytes);
    for (int64_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)(i * 31 + i / 256);
    const uint64_t all = read(bytes, length, n, ahead);
    for (int64_t i = 0; i < length; i += 61) {
        bytes[i] ^= 0x10;
        if (i < length - unread(length, n))
            assert_true(read(bytes, length, n, ahead) != all);
        else
            assert_true(read(bytes, length, n, ahead) == all);
        bytes[i] ^= 0x10;
    }
    free(bytes);
}

static void every_stream_is_read_to_its_last_step(void **state) {
    (void)state;
    fl_probe probes[FL_MAX_PROBES];
    int n_probes = fl_probes(probes);
    for (int p = 0; p < n_probes; p++)
        for (int s = 0; s < N_STREAMS; s++)
            for (int64_t ahead = 0; ahead <= 512; ahead += 512) {
                check_reading(probes[p].read, 8 * 3 * FL_PROBE_STEP, streams[s], ahead);
                check_reading(probes[p].read, 8 * FL_PROBE_STEP + 333, streams[s], ahead);
                check_reading(probes[p].read, FL_PROBE_STEP - 1, streams[s], ahead);
            }
}

static void rounds_are_counted(void **state) {
    (void)state;
    fl_probe probes[FL_MAX_PROBES];
    int n_probes = fl_probes(probes);
    assert_in_range(n_probes, 1, FL_MAX_PROBES);
    for (int p = 0; p < n_probes; p++) {
        float sum = 0;
        int32_t bits = 0;
        int64_t one = probes[p].floats(1, &sum);
        assert_true(one > 0);
        assert_int_equal(probes[p].floats(100, &sum), 100 * one);
        /* each sum goes to x = x/2 + 1 */
        assert_true(sum > 0 && fmodf(sum, 2) < 1e-3f);
        if (!probes[p].bytes)
            continue;
        one = probes[p].bytes(1, &bits);
        assert_true(one > 0);
        assert_int_equal(probes[p].bytes(100, &bits), 100 * one);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stream_is_read_to_its_last_step),
        cmocka_unit_test(rounds_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
