/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* That the checks notice what they are there for: kernels broken on purpose fail them. */
#include "kernels/checks.h"

#include "base/diag.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void add_fn(const float *a, const float *b, int64_t n, float *out);

static void right(const float *a, const float *b, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = a[i] + b[i];
}

static void one_rounding_off(const float *a, const float *b, int64_t n, float *out) {
    right(a, b, n, out);
    out[n - 1] = nextafterf(out[n - 1], INFINITY);
}

static void last_left_out(const float *a, const float *b, int64_t n, float *out) {
    right(a, b, n - 1, out);
}

static void reads_after(const float *a, const float *b, int64_t n, float *out) {
    right(a, b, n, out);
    out[0] += 0 * ((const volatile float *)b)[n];
}

static void reads_before(const float *a, const float *b, int64_t n, float *out) {
    right(a, b, n, out);
    out[0] += 0 * ((const volatile float *)b)[-1024];
}

static void writes_after(const float *a, const float *b, int64_t n, float *out) {
    right(a, b, n, out);
    out[n] = 0;
}

static void writes_before(const float *a, const float *b, int64_t n, float *out) {
    right(a, b, n, out);
    out[-1] = 0;
}

/* Leaves no core behind. */
static void leave(int signal_number) {
    (void)signal_number;
    _exit(1);
}

/* Whether the check of add ends well with that function: in a process of its own, where a failure
 * aborts. */
static bool holds(add_fn *add, fl_inputs inputs, bool at_end) {
    pid_t pid = fork();
    int status;
    assert_true(pid >= 0);
    if (pid == 0) {
        fl_kernels kernels;
        fl_diag diag;
        setenv("CMOCKA_TEST_ABORT", "1", 1);
        freopen("/dev/null", "w", stderr);
        signal(SIGABRT, leave);
        signal(SIGSEGV, leave);
        fl_diag_init(&diag, NULL);
        if (fl_kernels_choose(&kernels, "scalar", &diag))
            _exit(1);
        kernels.add = add;
        fl_try t = {&kernels, "broken", "add", {0, 0, 0, ""}, 21, inputs, at_end, .random = 1};
        fl_try_begin(&t);
        check_add(&t);
        fl_try_end(&t);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void what_is_right_holds(void **state) {
    (void)state;
    for (fl_inputs inputs = 0; inputs < FL_INPUTS_COUNT; inputs++)
        assert_true(holds(right, inputs, false) && holds(right, inputs, true));
}

static void what_is_broken_does_not(void **state) {
    (void)state;
    for (int at_end = 0; at_end < 2; at_end++) {
        assert_false(holds(one_rounding_off, FL_INPUTS_UNIFORM, at_end));
        assert_false(holds(last_left_out, FL_INPUTS_UNIFORM, at_end));
        assert_false(holds(writes_after, FL_INPUTS_UNIFORM, at_end));
        assert_false(holds(writes_before, FL_INPUTS_UNIFORM, at_end));
    }
    assert_false(holds(reads_after, FL_INPUTS_UNIFORM, true));
    assert_false(holds(reads_before, FL_INPUTS_UNIFORM, false));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_holds),
        cmocka_unit_test(what_is_broken_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
