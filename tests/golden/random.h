/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Random models of random_models.py in a folder of their own, for tests that need some. */
#ifndef GOLDEN_RANDOM_H
#define GOLDEN_RANDOM_H

#include <stdbool.h>

/* Makes the folder; removes it with all that is in it. */
bool random_models_begin(void);
void random_models_end(void);
const char *random_models_folder(void);

/* They are made with numpy. */
bool random_models_possible(void);
/* Writes models first, first + 1, ... in all their forms, and cases.txt; what was there goes. */
bool random_models_write(int first, int count);

#define NEED_RANDOM_MODELS()                                                                       \
    do {                                                                                           \
        if (!random_models_possible()) {                                                           \
            print_message("SKIPPED: no numpy, with which random models are made\n");               \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

#endif
