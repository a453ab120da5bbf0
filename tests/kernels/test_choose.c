/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Choosing kernels by name, and the text of the scalar ones. */
#include "test.h"

#include "base/diag.h"
#include "kernels/cpu.h"
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

static const struct {
    const char *name;
    bool (*runs)(void);
} levels[] = {
    {"scalar", NULL},
#define FL_LEVEL(name, file, runs) {name, runs},
#include "kernels/levels.def"
};
enum { N_LEVELS = sizeof levels / sizeof *levels };

/* Whether one of the rows of that name does. */
static bool runs_here(const char *name) {
    bool runs = false;
    for (int i = 0; i < N_LEVELS; i++)
        runs |= strcmp(levels[i].name, name) == 0 && (!levels[i].runs || levels[i].runs());
    return runs;
}

static const char *best_level(void) {
    const char *best = NULL;
    for (int i = 0; i < N_LEVELS; i++)
        if (runs_here(levels[i].name))
            best = levels[i].name;
    return best;
}

static void levels_are_taken_where_they_run(void **state) {
    (void)state;
    for (int i = 0; i < N_LEVELS; i++) {
        fl_kernels kernels;
        fl_diag diag;
        fl_diag_init(&diag, NULL);
        fl_status status = fl_kernels_choose(&kernels, levels[i].name, &diag);
        assert_int_equal(status, runs_here(levels[i].name) ? FL_OK : FL_ERR_USAGE);
        if (status == FL_OK)
            assert_string_equal(kernels.isa, levels[i].name);
        else
            assert_non_null(strstr(diag.message, best_level()));
    }
}

static void without_a_name_the_environment_decides_then_the_best(void **state) {
    (void)state;
    static const struct {
        const char *isa, *environment;
        bool best; /* else scalar */
    } cases[] = {{NULL, NULL, true},       {NULL, "", true},         {NULL, "auto", true},
                 {NULL, "scalar", false},  {"auto", "scalar", true}, {"", "scalar", true},
                 {"scalar", "auto", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_kernels kernels;
        if (cases[i].environment)
            setenv("FOOTLIGHT_ISA", cases[i].environment, 1);
        else
            unsetenv("FOOTLIGHT_ISA");
        assert_int_equal(fl_kernels_choose(&kernels, cases[i].isa, NULL), FL_OK);
        assert_string_equal(kernels.isa, cases[i].best ? best_level() : "scalar");
    }
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
        cmocka_unit_test(levels_are_taken_where_they_run),
        cmocka_unit_test(without_a_name_the_environment_decides_then_the_best),
        cmocka_unit_test(every_kernel_shows_its_own_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
