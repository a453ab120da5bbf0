/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Choosing kernels by name, and the text of the scalar ones. */
#include "test.h"

#include "base/diag.h"
#include "kernels/kernels.h"

static void kernels_are_chosen_by_name(void **state) {
    (void)state;
    fl_kernels kernels;
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    assert_int_equal(fl_kernels_choose(&kernels, "scalar", &diag), FL_OK);
    assert_string_equal(kernels.isa, "scalar");
    assert_int_equal(fl_kernels_choose(&kernels, "auto", &diag), FL_OK);
    assert_int_equal(fl_kernels_choose(&kernels, "mmx", &diag), FL_ERR_USAGE);
    assert_non_null(strstr(diag.message, "mmx"));
}

static void every_kernel_shows_its_own_text(void **state) {
    (void)state;
    static const char *const names[] = {
#define FL_KERNEL(name, ret, params) #name,
#include "kernels/kernels.def"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = 0;
        int line = 0;
        char call[64];
        const char *text = fl_scalar_source(names[i], &length, &line);
        assert_non_null(text);
        assert_memory_equal(text, "/*", 2);
        assert_memory_equal(text + length - 3, "\n}\n", 3);
        snprintf(call, sizeof call, " fl_scalar_%s(", names[i]);
        const char *found = strstr(text, call);
        assert_true(found && found < text + length);
        assert_true(line > 10);
    }
    size_t length;
    int line;
    assert_null(fl_scalar_source("nothing", &length, &line));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_are_chosen_by_name),
        cmocka_unit_test(every_kernel_shows_its_own_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
