/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Small models of odd shapes, in every format that holds them, against reference.py: every event of
 * a prefill and two decode passes. random_models.py writes the models and what is expected of them,
 * a few at a time, into a folder that is removed afterwards; without numpy the test is skipped.
 * FOOTLIGHT_RANDOM_MODELS says how many there are (`.ci/run random` takes 100).
 */
#include "test.h"

#include "golden/compare.h"
#include "golden/random.h"

#include <stdlib.h>

/* A cache of halves has 11 bits, and what is computed from it some more error. */
#define HALVES 2e-2

enum { MODELS = 8, AT_A_TIME = 5, PATH_BYTES = 512 };

static int set_up(void **state) {
    (void)state;
    return random_models_begin() ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    random_models_end();
    return 0;
}

static void compare_on(const fl_model *model, const struct golden *g, const char *isa, int threads,
                       fl_dtype kv, double relative) {
    fl_session_options how = fl_session_defaults();
    how.isa = isa;
    how.threads = threads;
    how.kv_dtype = kv;
    golden_compare(model, g, &how, relative);
}

/* The scalar kernels are the reference; NULL is what the environment names or the machine has. */
static void compare_case(const char *golden, const char *path) {
    struct golden g;
    fl_model *model = NULL;
    fl_diag diag;
    if (!golden_load(&g, golden))
        fail_msg("%s cannot be read", golden);
    golden_share_scales(&g);
    if (fl_model_open(&model, path, &diag) != FL_OK)
        fail_msg("%s: %s", path, diag.message);
    compare_on(model, &g, "scalar", 1, FL_DTYPE_F32, GOLDEN_RELATIVE);
    compare_on(model, &g, NULL, 2, FL_DTYPE_F32, GOLDEN_RELATIVE);
    compare_on(model, &g, NULL, 1, FL_DTYPE_F16, HALVES);
    fl_model_close(&model);
    golden_free(&g);
}

static int compare_cases(void) {
    char list[PATH_BYTES], golden[PATH_BYTES], path[PATH_BYTES];
    int cases = 0;
    snprintf(list, sizeof list, "%s/cases.txt", random_models_folder());
    FILE *f = fopen(list, "r");
    assert_non_null(f);
    while (fscanf(f, "%511s %511s", golden, path) == 2) {
        compare_case(golden, path);
        cases++;
    }
    fclose(f);
    return cases;
}

static void random_models(void **state) {
    (void)state;
    const char *wanted = getenv("FOOTLIGHT_RANDOM_MODELS");
    int models = wanted ? atoi(wanted) : MODELS, cases = 0;
    NEED_RANDOM_MODELS();
    for (int first = 0; first < models; first += AT_A_TIME) {
        int count = models - first < AT_A_TIME ? models - first : AT_A_TIME;
        assert_true(random_models_write(first, count));
        cases += compare_cases();
    }
    print_message("%d files of %d models\n", cases, models);
    assert_true(cases >= 4 * models && models > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_models, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
