/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "golden/random.h"

#include "test.h"

enum { PATH_BYTES = 512 };

static char folder[64];

bool random_models_begin(void) {
    snprintf(folder, sizeof folder, "/tmp/footlight-random-XXXXXX");
    return mkdtemp(folder) != NULL;
}

void random_models_end(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

const char *random_models_folder(void) {
    return folder;
}

static const char *python(void) {
    const char *named = getenv("PYTHON");
    return named ? named : "/usr/bin/python3";
}

bool random_models_possible(void) {
    char command[PATH_BYTES];
    snprintf(command, sizeof command, "'%s' -c 'import numpy' 2>/dev/null", python());
    return system(command) == 0;
}

bool random_models_write(int first, int count) {
    char command[4 * PATH_BYTES];
    snprintf(command, sizeof command,
             "rm -rf '%s'/* && OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 '%s' '%s' '%s' "
             "--first %d --models %d",
             folder, python(), fl_test_path("tests/golden/random_models.py"), folder, first, count);
    return system(command) == 0;
}
