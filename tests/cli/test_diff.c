/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `diff` as a user runs it: what it says, and with which status it ends.
 */
#include "test.h"

#include "cli/program.h"

/* Runs `trace` so that it writes a tensor file of that name; its path. */
#define TENSORS(name, ...) write_tensors(name, (const char *const[]){__VA_ARGS__, NULL})

static const char *write_tensors(const char *name, const char *const *words) {
    const char *all[32] = {"trace", "--tensors", fl_write_temporary(name, "", 0)};
    for (size_t i = 0; words[i]; i++)
        all[3 + i] = words[i];
    fl_ran ran = fl_program(&(fl_how){0}, all);
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
    return all[2];
}

static void assert_diff(fl_ran ran, int status, const char *first_line) {
    if (ran.status != status)
        print_error("status %d: %s%s\n", ran.status, ran.out, ran.err);
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.err, "");
    fl_assert_says(ran.out, first_line);
    fl_ran_done(&ran);
}

static void levels_and_threads_are_the_same(void **state) {
    (void)state;
    const char *a = TENSORS("scalar", "--isa", "scalar"), *b = TENSORS("auto", "-t", "4"),
               *one = TENSORS("one", "-t", "1");
    assert_diff(fl_run("diff", a, b), 0, "The runs are the same: 110 stages and layers");
    assert_diff(fl_run("diff", b, one, "--rtol", "0"), 0, "The runs are the same");
}

static void a_patched_run_parts_where_it_was_patched(void **state) {
    (void)state;
    const char *a = TENSORS("plain", "--isa", "scalar"),
               *b = TENSORS("patched", "--isa", "scalar", "--patch", "layer 2 head 5 zero");
    fl_ran ran = fl_run("diff", a, b);
    assert_int_equal(ran.status, 1);
    fl_assert_says(ran.out, "The runs part at layer 2 attn_head.");
    fl_assert_says(ran.out, "worst cell: head 5, token ");
    fl_assert_says(ran.out, "patches: [] and [\"layer 2 head 5 zero\"]");
    fl_ran_done(&ran);
}

static void what_cannot_be_compared_is_trouble(void **state) {
    (void)state;
    const char *text = fl_write_temporary("text", "neither\n", 8);
    fl_assert_refused(fl_run("diff"), 2, "diff: found no file, expected two");
    fl_assert_refused(fl_run("diff", text), 2, "found one file, expected two");
    fl_assert_refused(fl_run("diff", text, text, text), 2, "one word too many, 'diff' takes two");
    fl_assert_refused(fl_run("diff", text, text), 2, "is neither a trace|nor a tensor file");
    fl_assert_refused(fl_run("diff", "absent.safetensors", text), 2,
                      "absent.safetensors: cannot be opened");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_and_threads_are_the_same),
        cmocka_unit_test(a_patched_run_parts_where_it_was_patched),
        cmocka_unit_test(what_cannot_be_compared_is_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
