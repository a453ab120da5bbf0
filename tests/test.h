/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What every test needs: cmocka with the headers it wants, and where the test data lies.
 * Data outside the tree is optional: FL_NEED_DATA skips, and says so, when it is absent.
 */
#ifndef FL_TESTS_TEST_H
#define FL_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Path of a file in the source tree; static buffer, four calls deep. */
static inline const char *fl_test_path(const char *relative) {
    static char paths[4][1024];
    static unsigned next;
    const char *root = getenv("FOOTLIGHT_SOURCE");
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", root ? root : ".", relative);
    return path;
}

static inline const char *fl_test_data(const char *relative) {
    char path[512];
    snprintf(path, sizeof path, "../shared/data/%s", relative);
    return fl_test_path(path);
}

static inline int fl_test_exists(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file)
        fclose(file);
    return file != NULL;
}

#define FL_NEED_DATA(relative)                                                                     \
    do {                                                                                           \
        if (!fl_test_exists(fl_test_data(relative))) {                                             \
            print_message("SKIPPED: no ../shared/data/%s beside the source tree\n", relative);     \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

#endif
